// How one entry of a conversation looks: its bubble, what became of it, and whether it helped.
import { answer, download, fill, h, icon, picture, source } from "./chat-markup.js";
import strings from "./chat-strings.js";

/** The element for an entry; `tell` and `rating` below fill in what changes. */
export function message(entry, name) {
  return entry.author === "user" ? userMessage(entry) : otherMessage(entry, name);
}

function userMessage({ shown }) {
  return h(
    "div",
    { class: "message user" },
    h("span", { class: "hidden" }, strings.you),
    h("p", { class: "bubble" }, shown),
    h("div", { class: "fate" }),
  );
}

function otherMessage({ author, text, sources, image, link, notice, ratable, outcome }, name) {
  const person = author === "staff";
  return h(
    "div",
    { class: person ? "message bot person" : "message bot", "data-outcome": outcome },
    person ? h("p", { class: "speaker" }, strings.person) : h("span", { class: "hidden" }, fill(strings.bot, { name })),
    h(
      "div",
      { class: "bubble" },
      answer(text),
      notice && h("p", { class: "notice" }, notice),
      image && picture(image),
      link && download(link),
      ...(sources ?? []).map(source),
    ),
    ratable ? h("div", { class: "rating", role: "group", "aria-label": strings.rate }) : null,
  );
}

/** Says below a message of the user what became of it, if no answer is there: fate is its state, or "queued". */
export function tell(node, entry, fate, { phone, retry, moved }) {
  const told = `${fate} ${entry.failure ?? ""}`;
  if (node.dataset.told === told) return;
  node.dataset.told = told;
  node.dataset.fate = fate;
  const place = node.querySelector(".fate");
  if (place.contains(node.getRootNode().activeElement)) moved();
  place.replaceChildren();
  if (entry.failure) {
    const retriable = fate !== "rejected";
    place.append(
      icon("alert"),
      h("span", {}, entry.detail || strings.failures[entry.failure]),
      ...(retriable ? [h("button", { type: "button", onclick: retry }, strings.retry)] : []),
      ...(retriable && phone && fate === "failed" ? [call(phone)] : []),
    );
  } else if (fate === "queued") place.append(strings.queued);
}

function call(phone) {
  return h("a", { class: "call", href: `tel:${phone.replace(/[^+\d]/g, "")}` }, fill(strings.call, { phone }));
}

/** Asks below an answer whether it helped; after a no, why; then thanks. */
export function askRating(place, entry, { rate, moved }) {
  const step = !entry.rating ? "rate" : entry.rating === "down" && !entry.reason ? "why" : "rated";
  if (place.dataset.step === step) return;
  const focused = place.contains(place.getRootNode().activeElement);
  place.dataset.step = step;
  const button = (label, rating, reason, ...shown) =>
    h("button", { type: "button", title: label, onclick: () => rate(entry, rating, reason) }, ...shown);
  const named = (label) => h("span", { class: "hidden" }, label);
  if (step === "rate") {
    place.replaceChildren(
      button(strings.up, "up", null, icon("up"), named(strings.up)),
      button(strings.down, "down", null, icon("down"), named(strings.down)),
    );
  } else if (step === "why") {
    const reasons = Object.entries(strings.reasons).map(([reason, label]) => button(label, "down", reason, label));
    place.replaceChildren(h("span", {}, strings.why), ...reasons);
  } else place.replaceChildren(h("span", {}, strings.rated));
  if (!focused) return;
  const next = place.querySelector("button");
  if (next) next.focus({ preventScroll: true });
  else moved();
}
