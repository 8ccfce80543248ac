// What is around a conversation: the bar above it, and the welcome where the page brings none of its own.
import { compass, fill, h, icon } from "./chat-markup.js";
import strings from "./chat-strings.js";

/** The bar: who speaks, the way to a person, further choices, and a close button where `close` is given. */
export function bar(title, { human, restart, end, close }) {
  const more = h("details", { class: "more" });
  const choice = (name, label, act) =>
    h("button", { type: "button", onclick: () => ((more.open = false), act()) }, icon(name), label);
  const named = (label) => ({ title: label, "aria-label": label });
  more.append(
    h("summary", { class: "round", ...named(strings.more) }, icon("more")),
    h("div", { class: "choices" }, choice("restart", strings.restart, restart), choice("end", strings.end, end)),
  );
  more.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !more.open) return;
    // The panel around stays open.
    event.stopPropagation();
    event.preventDefault();
    more.open = false;
    more.querySelector("summary").focus();
  });
  return h(
    "header",
    {},
    compass(),
    h("p", { class: "who" }, h("b", {}, title), h("small", {}, strings.kind)),
    h("button", { type: "button", class: "pill", onclick: human }, icon("human"), h("span", {}, strings.human)),
    more,
    close && h("button", { type: "button", class: "round", onclick: close, ...named(strings.close) }, icon("close")),
  );
}

/** Folds the choices of a bar once something else in `chat` is used. */
export function foldElsewhere(chat) {
  const more = chat.querySelector(".more");
  const fold = (event) => more.contains(event.target) || (more.open = false);
  chat.addEventListener("focusin", fold);
  chat.addEventListener("pointerdown", fold);
}

/** The welcome: a greeting, questions to begin with, and what is stored; null without a greeting. */
export function welcome({ greeting, questions, retention_days: days }, ask) {
  if (!greeting) return null;
  const question = (text) => h("li", {}, h("button", { type: "button", onclick: () => ask(text) }, text));
  return h(
    "div",
    { class: "welcome" },
    h("p", { class: "greeting" }, greeting),
    questions.length ? h("p", { class: "suggestions-title", id: "suggestions" }, strings.suggestions) : null,
    questions.length ? h("ul", { class: "suggestions", "aria-labelledby": "suggestions" }, ...questions.map(question)) : null,
    h(
      "p",
      { class: "stored" },
      days ? fill(strings.stored, { days }) : strings.note,
      " ",
      h("button", { type: "button", class: "plain", onclick: () => ask(strings.privacy) }, strings.privacy),
    ),
  );
}
