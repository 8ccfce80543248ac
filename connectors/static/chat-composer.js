// The field a message is written in, with its counter.
import { fill, h, icon } from "./chat-markup.js";
import strings from "./chat-strings.js";

// The counter shows once this share of the limit is used.
const COUNTER_FROM = 0.8;
// Key code of a key press that an input method (Telex, VNI) is using: https://www.w3.org/TR/uievents/#determine-keydown-keyup-keyCode
const COMPOSING = 229;

/** send(text) is called with what may be sent, refuse(words) with why it may not. */
export class Composer {
  constructor(limit, { send, refuse }) {
    this.limit = limit;
    this.send = send;
    this.refuse = refuse;
    this.counter = h("p", { class: "counter", id: "counter" });
    this.field = h("textarea", {
      id: "field",
      rows: 1,
      placeholder: strings.placeholder,
      "aria-describedby": "counter",
      enterkeyhint: "send",
      autocomplete: "off",
      oninput: () => this.#measure(),
      onkeydown: (event) => this.#onKey(event),
    });
    const button = { type: "submit", class: "send", "aria-label": strings.send, title: strings.send };
    this.form = h(
      "form",
      { onsubmit: (event) => (event.preventDefault(), this.#submit()) },
      h("label", { class: "hidden", for: "field" }, strings.field),
      this.counter,
      h("div", { class: "line" }, this.field, h("button", button, icon("send"))),
      h("p", { class: "note" }, strings.note),
    );
  }

  clear() {
    this.field.value = "";
    this.#measure();
  }

  #onKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === COMPOSING) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const text = this.field.value.trim();
    this.field.focus();
    if (!text || this.#measure() > this.limit) return;
    this.clear();
    this.send(text);
  }

  /** Fits the field to its text, says how much room is left, and returns the length in characters as the API counts. */
  #measure() {
    const { field, counter, limit } = this;
    const count = [...field.value.trim()].length;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
    const numbers = { count: count.toLocaleString("vi"), limit: limit.toLocaleString("vi") };
    const words = [count > limit * COUNTER_FROM && strings.counter, count > limit && strings.tooLong];
    counter.textContent = words.filter(Boolean).map((word) => fill(word, numbers)).join(" · ");
    if (counter.classList.toggle("over", count > limit)) this.refuse(counter.textContent);
    field.setAttribute("aria-invalid", count > limit);
    return count;
  }
}
