// <la-ban-chat api="…" max-length="…">: the conversation with La Bàn. Its children are the welcome; a child with
// data-ask="…" asks that when pressed.
import { Conversation } from "./chat-conversation.js";
import { answer, compass, download, fill, h, icon, picture, source } from "./chat-markup.js";
import strings from "./chat-strings.js";

const DEFAULT_API = "/api/v1/messages";
const DEFAULT_MAX_LENGTH = 2000;
// The counter shows once this share of the limit is used.
const COUNTER_FROM = 0.8;
// A quick answer needs no word to a screen reader that it is being waited for.
const SAY_WAITING_AFTER_MS = 1500;
const NEAR_END_PX = 48;
// Key code of a key press that an input method (Telex, VNI) is using: https://www.w3.org/TR/uievents/#determine-keydown-keyup-keyCode
const COMPOSING = 229;

class LaBanChat extends HTMLElement {
  #conversation;
  #parts;
  #nodes = new WeakMap();
  #timer;
  // Whether the end of the conversation is in view, and is to stay there.
  #atEnd = true;

  connectedCallback() {
    if (!this.shadowRoot) this.#build();
    window.addEventListener("online", this.#onOnline);
  }

  disconnectedCallback() {
    window.removeEventListener("online", this.#onOnline);
  }

  #onOnline = () => {
    if (this.#conversation.entries.some((entry) => entry.failure === "offline")) this.#conversation.retry();
  };

  get #limit() {
    return Number(this.getAttribute("max-length")) || DEFAULT_MAX_LENGTH;
  }

  #build() {
    this.#conversation = new Conversation(this.getAttribute("api") ?? DEFAULT_API);
    this.#parts = this.#skeleton();
    const sheet = h("link", { rel: "stylesheet", href: new URL("chat.css", import.meta.url).href });
    this.attachShadow({ mode: "open" }).append(sheet, this.#parts.chat);
    // Until its styles are there the chat would flash unstyled; without them it still works.
    const reveal = () => this.#parts.chat.removeAttribute("style");
    this.#parts.chat.style.visibility = "hidden";
    sheet.addEventListener("load", () => (reveal(), this.#scrollToEnd()));
    const { log } = this.#parts;
    log.addEventListener("scroll", () => {
      this.#atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PX;
    });
    // A growing field or a phone's keyboard takes room from the conversation.
    new ResizeObserver(() => this.#atEnd && this.#scrollToEnd()).observe(log);
    sheet.addEventListener("error", reveal);
    this.addEventListener("click", (event) => {
      const asked = event.target.closest?.("[data-ask]");
      if (asked) this.#ask(asked.dataset.ask, asked.textContent);
    });
    this.#conversation.addEventListener("change", () => this.#sync());
    this.#sync();
  }

  #skeleton() {
    const parts = {
      entries: h("div", { class: "entries" }),
      replies: h("div", { class: "replies", role: "group", "aria-label": strings.replies }),
      typing: h("div", { class: "typing", "aria-hidden": "true", hidden: true }, compass(), strings.waiting),
      status: h("div", { class: "hidden", role: "status" }),
      counter: h("p", { class: "counter", id: "counter" }),
      field: h("textarea", {
        id: "field",
        rows: 1,
        placeholder: strings.placeholder,
        "aria-describedby": "counter",
        enterkeyhint: "send",
        autocomplete: "off",
        oninput: () => this.#measure(),
        onkeydown: (event) => this.#onKey(event),
      }),
    };
    parts.log = h(
      "div",
      { class: "log", role: "log", tabindex: 0, "aria-label": strings.log, "aria-relevant": "additions" },
      h("slot"),
      parts.entries,
      parts.replies,
      parts.typing,
    );
    parts.chat = h(
      "section",
      { class: "chat", "aria-label": strings.chat },
      this.#bar(),
      parts.log,
      parts.status,
      this.#composer(parts),
    );
    return parts;
  }

  #bar() {
    return h(
      "header",
      {},
      compass(),
      h("p", { class: "who" }, h("b", {}, strings.name), h("small", {}, strings.kind)),
      h(
        "button",
        { type: "button", class: "pill", onclick: () => this.#ask(strings.human) },
        icon("human"),
        h("span", {}, strings.human),
      ),
      h(
        "button",
        { type: "button", class: "round", title: strings.restart, "aria-label": strings.restart, onclick: () => this.#restart() },
        icon("restart"),
      ),
    );
  }

  #composer({ field, counter }) {
    const submit = (event) => {
      event.preventDefault();
      this.#submit();
    };
    return h(
      "form",
      { onsubmit: submit },
      h("label", { class: "hidden", for: "field" }, strings.field),
      counter,
      h(
        "div",
        { class: "line" },
        field,
        h("button", { type: "submit", class: "send", "aria-label": strings.send, title: strings.send }, icon("send")),
      ),
      h("p", { class: "note" }, strings.note),
    );
  }

  #onKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === COMPOSING) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const { field } = this.#parts;
    const text = field.value.trim();
    field.focus();
    if (!text || this.#measure() > this.#limit) return;
    field.value = "";
    this.#measure();
    this.#conversation.ask(text);
    this.#scrollToEnd();
  }

  #ask(text, shown = text) {
    this.#conversation.ask(text, shown.trim());
    this.#scrollToEnd();
    this.#rest();
  }

  #restart() {
    this.#conversation.clear();
    this.#parts.log.scrollTop = 0;
    this.#parts.status.textContent = strings.restarted;
    this.#rest();
  }

  /** Focus after a button that may vanish: where typing goes on, but without raising a phone's keyboard. */
  #rest() {
    const touch = matchMedia("(pointer: coarse)").matches;
    (touch ? this.#parts.log : this.#parts.field).focus({ preventScroll: true });
  }

  /** Fits the field to its text, says how much room is left, and returns the length in characters as the API counts. */
  #measure() {
    const { field, counter } = this.#parts;
    const limit = this.#limit;
    const count = [...field.value.trim()].length;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
    const numbers = { count: count.toLocaleString("vi"), limit: limit.toLocaleString("vi") };
    const words = [count > limit * COUNTER_FROM && strings.counter, count > limit && strings.tooLong];
    counter.textContent = words.filter(Boolean).map((word) => fill(word, numbers)).join(" · ");
    if (counter.classList.toggle("over", count > limit)) this.#parts.status.textContent = counter.textContent;
    field.setAttribute("aria-invalid", count > limit);
    return count;
  }

  #sync() {
    const { entries, busy } = this.#conversation;
    const { entries: list, typing } = this.#parts;
    const nodes = entries.map((entry) => this.#node(entry));
    for (const node of [...list.children]) if (!nodes.includes(node)) node.remove();
    const fresh = nodes.filter((node) => !node.isConnected);
    nodes.forEach((node, i) => list.children[i] === node || list.insertBefore(node, list.children[i] ?? null));
    this.#offer(entries.at(-1));
    typing.hidden = !busy;
    clearTimeout(this.#timer);
    if (busy) {
      this.#timer = setTimeout(() => (this.#parts.status.textContent = strings.waiting), SAY_WAITING_AFTER_MS);
    } else this.#parts.status.textContent = "";
    if (fresh.length) this.#show(fresh.find((node) => node.matches(".bot")));
    else if (this.#atEnd) this.#scrollToEnd();
  }

  #node(entry) {
    let node = this.#nodes.get(entry);
    if (!node) this.#nodes.set(entry, (node = entry.role === "user" ? userMessage(entry) : otherMessage(entry)));
    if (entry.role === "user") this.#tellFate(node, entry);
    else if (entry.id) this.#askRating(node.querySelector(".rating"), entry);
    return node;
  }

  /** Asks below an answer whether it helped; after a no, why; then thanks. */
  #askRating(place, entry) {
    const step = !entry.rating ? "rate" : entry.rating === "down" && !entry.reason ? "why" : "rated";
    if (place.dataset.step === step) return;
    const focused = place.contains(this.shadowRoot?.activeElement);
    place.dataset.step = step;
    const button = (label, rating, reason, ...shown) =>
      h("button", { type: "button", title: label, onclick: () => this.#conversation.rate(entry, rating, reason) }, ...shown);
    const named = (label) => [h("span", { class: "hidden" }, label)];
    if (step === "rate") {
      place.replaceChildren(
        button(strings.up, "up", null, icon("up"), ...named(strings.up)),
        button(strings.down, "down", null, icon("down"), ...named(strings.down)),
      );
    } else if (step === "why") {
      const reasons = Object.entries(strings.reasons);
      place.replaceChildren(h("span", {}, strings.why), ...reasons.map(([reason, label]) => button(label, "down", reason, label)));
    } else place.replaceChildren(h("span", {}, strings.rated));
    if (focused) (place.querySelector("button") ?? this.#parts.field).focus({ preventScroll: true });
  }

  /** Says below a message of the user what became of it, if it was not sent. */
  #tellFate(node, entry) {
    const first = this.#conversation.entries.find(({ state }) => state === "waiting");
    const fate = entry.state === "waiting" && entry !== first ? "queued" : entry.state;
    if (node.dataset.fate === fate) return;
    node.dataset.fate = fate;
    const place = node.querySelector(".fate");
    if (place.contains(this.shadowRoot?.activeElement)) this.#rest();
    place.replaceChildren();
    if (fate === "queued") place.append(strings.queued);
    if (fate !== "failed" && fate !== "rejected") return;
    place.append(icon("alert"), h("span", {}, entry.detail || strings.failures[entry.failure]));
    if (fate === "failed") {
      place.append(h("button", { type: "button", onclick: () => this.#conversation.retry() }, strings.retry));
    }
  }

  /** Quick replies belong to the last answer only. */
  #offer(last) {
    const { replies } = this.#parts;
    const offered = last?.role === "bot" ? (last.quick_replies ?? []) : [];
    replies.replaceChildren(
      ...offered.map(({ title, payload }) =>
        h("button", { type: "button", onclick: () => this.#ask(String(payload || title), String(title)) }, String(title)),
      ),
    );
    replies.hidden = !offered.length;
  }

  /** Brings a new answer into view: its end, or its beginning where it is taller than the window. */
  #show(node) {
    const { log } = this.#parts;
    this.#scrollToEnd();
    if (node && node.offsetTop < log.scrollTop) log.scrollTop = node.offsetTop;
  }

  #scrollToEnd() {
    const { log, entries } = this.#parts;
    if (entries.childElementCount) log.scrollTop = log.scrollHeight;
  }
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

function otherMessage({ role, text, sources, image, link, id, outcome }) {
  const person = role === "person";
  return h(
    "div",
    { class: person ? "message bot person" : "message bot", "data-outcome": outcome },
    person ? h("p", { class: "speaker" }, strings.person) : h("span", { class: "hidden" }, strings.bot),
    h(
      "div",
      { class: "bubble" },
      answer(text),
      image && picture(image),
      link && download(link),
      ...(sources ?? []).map(source),
    ),
    id ? h("div", { class: "rating", role: "group", "aria-label": strings.rate }) : null,
  );
}

customElements.define("la-ban-chat", LaBanChat);
