// <la-ban-chat site="…">: the conversation with La Bàn. Its children are the welcome; a child with data-ask="…" asks
// that when pressed. Attributes: site, name, colour, phone, max-length, idle-minutes, floating (has a close button, and
// fires "close"). In the widget `settings` take their place. Fires "news" when somebody wrote.
import { palette } from "./chat-colour.js";
import { Composer } from "./chat-composer.js";
import { Conversation } from "./chat-conversation.js";
import { bar, foldElsewhere, welcome } from "./chat-frame.js";
import { compass, fill, h } from "./chat-markup.js";
import { askRating, message, tell } from "./chat-messages.js";
import strings from "./chat-strings.js";

// A quick answer needs no word to a screen reader that it is being waited for.
const SAY_WAITING_AFTER_MS = 1500;
const NEAR_END_PX = 48;
const DEFAULTS = { site: "laban", max_length: 2000, idle_minutes: 15, questions: [] };

class LaBanChat extends HTMLElement {
  /** {site, title, greeting, colour, questions, phone, idle_minutes, max_length, retention_days}; set before it is shown. */
  settings = null;
  #settings;
  #conversation;
  #parts;
  #nodes = new WeakMap();
  #timer;
  #notice = "";
  // Whether focus is to come here once there is something to see.
  #focusDue = false;
  // Whether the end of the conversation is in view, and is to stay there.
  #atEnd = true;

  connectedCallback() {
    if (!this.shadowRoot) this.#build();
    else this.#conversation.reconnect();
    window.addEventListener("online", this.#onNetwork);
    window.addEventListener("offline", this.#onNetwork);
    document.addEventListener("visibilitychange", this.#onSeen);
    window.addEventListener("pageshow", this.#onSeen);
  }

  disconnectedCallback() {
    window.removeEventListener("online", this.#onNetwork);
    window.removeEventListener("offline", this.#onNetwork);
    document.removeEventListener("visibilitychange", this.#onSeen);
    window.removeEventListener("pageshow", this.#onSeen);
    this.#conversation.disconnect();
  }

  /** Moves focus to where typing goes on, but without raising a phone's keyboard. */
  focus() {
    this.#focusDue = this.#parts.chat.style.visibility === "hidden";
    const touch = matchMedia("(pointer: coarse)").matches;
    (touch ? this.#parts.log : this.#parts.composer.field).focus({ preventScroll: true });
  }

  #onNetwork = (event) => this.#conversation.network(event.type === "online");

  #onSeen = () => document.hidden || this.#conversation.wake();

  /** What is set, or else said by attributes, or else usual. */
  #read() {
    const said = {
      site: this.getAttribute("site"),
      title: this.getAttribute("name"),
      colour: this.getAttribute("colour"),
      phone: this.getAttribute("phone"),
      max_length: Number(this.getAttribute("max-length")),
      idle_minutes: Number(this.getAttribute("idle-minutes")),
    };
    const given = Object.entries({ ...said, ...this.settings }).filter(([, value]) => value);
    return { ...DEFAULTS, title: strings.name, ...Object.fromEntries(given) };
  }

  #build() {
    this.#settings = this.#read();
    const { site, colour, idle_minutes: idleMinutes } = this.#settings;
    this.#conversation = new Conversation(site, idleMinutes);
    this.#parts = this.#skeleton();
    const { chat, log } = this.#parts;
    for (const [name, value] of Object.entries(palette(colour))) chat.style.setProperty(name, value);
    const sheet = h("link", { rel: "stylesheet", href: new URL("chat.css", import.meta.url).href });
    this.attachShadow({ mode: "open" }).append(sheet, chat);
    // Until its styles are there the chat would flash unstyled; without them it still works.
    const reveal = () => {
      // The reader's own text size, whatever the page around makes of its root.
      chat.style.setProperty("--rem", getComputedStyle(this).fontSize);
      chat.style.removeProperty("visibility");
      this.#scrollToEnd();
      if (this.#focusDue) this.focus();
    };
    chat.style.visibility = "hidden";
    sheet.addEventListener("load", reveal);
    sheet.addEventListener("error", reveal);
    log.addEventListener("scroll", () => {
      this.#atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PX;
    });
    // A growing field or a phone's keyboard takes room from the conversation.
    new ResizeObserver(() => this.#atEnd && this.#scrollToEnd()).observe(log);
    this.addEventListener("click", (event) => {
      const asked = event.target.closest?.("[data-ask]");
      if (asked) this.#ask(asked.dataset.ask, asked.textContent);
    });
    for (const doing of ["pointerdown", "keydown", "wheel"]) {
      this.addEventListener(doing, () => this.#conversation.touch(), { passive: true });
    }
    this.#conversation.addEventListener("change", () => this.#sync());
    this.#conversation.addEventListener("news", () => this.dispatchEvent(new Event("news")));
    this.#conversation.addEventListener("over", (event) => this.#over(event.detail));
    this.#sync();
  }

  #skeleton() {
    const { title, max_length: limit } = this.#settings;
    const parts = {
      entries: h("div", { class: "entries" }),
      replies: h("div", { class: "replies", role: "group", "aria-label": strings.replies }),
      typing: h("div", { class: "typing", "aria-hidden": "true", hidden: true }, compass(), h("span")),
      status: h("div", { class: "hidden", role: "status" }),
      banner: h("p", { class: "banner", role: "status" }),
      composer: new Composer(limit, {
        send: (text) => this.#conversation.ask(text),
        refuse: (words) => this.#say(words),
      }),
    };
    parts.log = h(
      "div",
      { class: "log", role: "log", tabindex: 0, "aria-label": strings.log, "aria-relevant": "additions" },
      h("slot", {}, welcome(this.#settings, (text) => this.#ask(text))),
      parts.entries,
      parts.replies,
      parts.typing,
    );
    const acts = {
      human: () => this.#ask(strings.human),
      restart: () => this.#end(strings.restarted),
      end: () => this.#end(strings.ended),
      close: this.hasAttribute("floating") && (() => this.dispatchEvent(new Event("close"))),
    };
    parts.chat = h(
      "section",
      { class: "chat", "aria-label": fill(strings.chat, { name: title }) },
      bar(title, acts),
      parts.log,
      h("div", { class: "foot" }, parts.status, parts.banner, parts.composer.form),
    );
    foldElsewhere(parts.chat);
    return parts;
  }

  #ask(text, shown = text) {
    this.#conversation.ask(text, shown.trim());
    this.focus();
  }

  /** Ends the talk; what the banner then says stays until something else is to be said. */
  #end(words) {
    this.#conversation.end();
    this.#notice = words;
    this.focus();
  }

  #over({ reason, spoken }) {
    if (reason !== "expired") this.#parts.composer.clear();
    this.#parts.log.scrollTop = 0;
    if (spoken) this.#notice = strings[reason];
    this.#sync();
  }

  #say(words) {
    const { status } = this.#parts;
    if (status.textContent !== words) status.textContent = words;
  }

  #sync() {
    const { entries, busy } = this.#conversation;
    const list = this.#parts.entries;
    const nodes = entries.map((entry) => this.#node(entry));
    for (const node of [...list.children]) if (!nodes.includes(node)) node.remove();
    const fresh = nodes.filter((node) => !node.isConnected);
    nodes.forEach((node, i) => list.children[i] === node || list.insertBefore(node, list.children[i] ?? null));
    this.#offer(entries[entries.length - 1]);
    this.#tellState();
    clearTimeout(this.#timer);
    if (busy) this.#timer = setTimeout(() => this.#say(strings.waiting), SAY_WAITING_AFTER_MS);
    else this.#say("");
    if (fresh.length) this.#show(fresh.find((node) => node.matches(".bot")));
    else if (this.#atEnd) this.#scrollToEnd();
  }

  /** Who writes, and whether there is a connection and a person. */
  #tellState() {
    const { busy, typing: writing, held, offline, ticket, entries } = this.#conversation;
    const { typing, banner } = this.#parts;
    typing.hidden = offline || !(busy || writing);
    typing.lastChild.textContent = held ? strings.personWriting : strings.waiting;
    const begun = this.#notice === strings.expired ? ({ author }) => author !== "user" : () => true;
    if (entries.some(begun)) this.#notice = "";
    const words = (offline && strings.offline) || (held && strings.held) || (ticket && strings.asked) || this.#notice;
    if (banner.textContent !== words) banner.textContent = words;
  }

  #node(entry) {
    let node = this.#nodes.get(entry);
    if (!node) this.#nodes.set(entry, (node = message(entry, this.#settings.title)));
    const moved = () => this.focus();
    if (entry.author === "user") {
      const first = this.#conversation.entries.find(({ state }) => state === "waiting" || state === "failed");
      const fate = entry.state === "waiting" && entry !== first ? "queued" : entry.state;
      const retry = () => this.#conversation.retry();
      tell(node, entry, fate, { phone: this.#settings.phone, retry, moved });
    } else if (entry.ratable) {
      askRating(node.querySelector(".rating"), entry, {
        rate: (...opinion) => this.#conversation.rate(...opinion),
        moved,
      });
    }
    return node;
  }

  /** Quick replies belong to the last answer only. */
  #offer(last) {
    const { replies } = this.#parts;
    const offered = last?.quick_replies ?? [];
    const told = JSON.stringify(offered);
    if (replies.dataset.told === told) return;
    replies.dataset.told = told;
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

if (!customElements.get("la-ban-chat")) customElements.define("la-ban-chat", LaBanChat);
