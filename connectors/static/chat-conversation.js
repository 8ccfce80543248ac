// A conversation without its looks: what was said, and what became of what the visitor sent.
import { Api, Failure } from "./chat-api.js";
import { Link, backoff } from "./chat-link.js";
import { Memory } from "./chat-memory.js";

const ANSWER_LIMIT_MS = 30_000;
// A sign of writing that is not taken back, as when the connection breaks, ends by itself.
const TYPING_MS = 12_000;
// A connection that is back within this time is not worth a word.
const LOST_MS = 3_000;
const MINUTE_MS = 60_000;

/** A random UUID, also on pages without https, where crypto.randomUUID is missing. */
function randomId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/**
 * Entries are {author: "user", id, text, shown, state, failure, detail} with a state of waiting (to be sent), sent (an
 * answer is due), settled, failed (may be sent again) or rejected (may not), or {author: "assistant" | "staff", …} as
 * the API gives them, with rating and reason. Fires "change", "news" (somebody wrote) and "over" (detail: the reason
 * why everything was forgotten: ended, idle or expired).
 */
export class Conversation extends EventTarget {
  entries = [];
  ticket = null;
  held = false;
  offline = false;
  typing = false;
  #api;
  #link;
  #memory;
  #idleMs;
  #seen = new Set();
  #sending = null;
  #attempt = 0;
  #timers = {};
  #told = false;
  // Opinions are sent one after the other, so that the last one stands.
  #rated = Promise.resolve();
  // Whether what was said before a reload is still to come.
  #resuming = false;

  constructor(site, idleMinutes) {
    super();
    this.#idleMs = idleMinutes * MINUTE_MS;
    this.#api = new Api(site);
    this.#memory = new Memory(site, this.#idleMs);
    this.#link = new Link(this.#api, {
      event: (name, data) => this.#take(name, data),
      after: () => Math.max(0, ...this.#seen),
      caughtUp: () => this.#caughtUp(),
      lost: () => this.#timer("lost", LOST_MS, () => this.#setOffline(true)),
      expired: () => this.#beginAnew(),
    });
    if (this.#memory.kept) this.#resume(this.#memory.kept);
  }

  /** Whether an answer is being waited for. */
  get busy() {
    return !this.held && this.entries.some(({ state }) => state === "waiting" || state === "sent");
  }

  /** Sends text, shown in other words if given; what failed before it goes first. */
  ask(text, shown = text) {
    if (this.#memory.over()) this.#forget("idle");
    const id = randomId();
    this.entries.push({ author: "user", id, text, shown, state: "waiting" });
    if (shown !== text) this.#memory.keep({ titles: [...(this.#memory.kept?.titles ?? []), [id, shown]] });
    this.retry();
  }

  /** Sends what failed again, then all that waits, in order. */
  retry() {
    for (const entry of this.entries) if (entry.state === "failed") this.#wait(entry);
    this.touch();
    this.#work();
  }

  /** Says whether an answer helped ("up" or "down") and, later, why not; what cannot be sent is let go. */
  rate(entry, rating, reason = null) {
    Object.assign(entry, { rating, reason });
    this.#memory.keep({ ratings: { ...this.#memory.kept?.ratings, [entry.seq]: [rating, reason] } });
    this.#changed();
    this.#rated = this.#rated.then(() => this.#api.rate(entry.seq, rating, reason)).catch(() => null);
  }

  /** Ends the talk, here and on the server. */
  end() {
    if (this.#api.token) this.#api.end().catch(() => null);
    this.#forget("ended");
  }

  /** Notes that the visitor is there; without that for long, everything is forgotten. */
  touch() {
    if (this.#memory.over()) return this.#forget("idle");
    this.#memory.touch();
    this.#timer("idle", this.#idleMs, () => this.#forget("idle"));
  }

  /** The page is seen again: timers may have slept. */
  wake() {
    if (this.#memory.over()) this.#forget("idle");
  }

  /** The network is back, or gone. */
  network(online) {
    if (!online) return this.#setOffline(true);
    this.#link.hurry();
    if (!this.#link.open) this.#setOffline(false);
    this.#work();
  }

  /** Lets go of the connection, as when the chat is taken out of the page. */
  disconnect() {
    this.#link.stop();
  }

  /** Connects again, and takes in what was said before. */
  reconnect() {
    this.#resuming = Boolean(this.#api.token);
    if (this.#resuming) this.#link.start(true);
  }

  #resume({ token, unsent }) {
    this.#api.token = token;
    this.entries = unsent.map((entry) => ({ author: "user", ...entry, state: "waiting" }));
    this.touch();
    this.reconnect();
    this.#work();
  }

  #wait(entry) {
    Object.assign(entry, { state: "waiting", failure: null, detail: "" });
  }

  /** Hands over what waits, one after the other; a failure holds back what was written after it. */
  async #work() {
    this.#changed();
    if (this.#sending || this.entries.some(({ state }) => state === "failed")) return;
    const entry = this.entries.find(({ state }) => state === "waiting");
    if (!entry) return;
    const { signal } = (this.#sending = new AbortController());
    const failure = await this.#api.send(entry.id, entry.text, signal).catch((error) => error);
    if (signal.aborted) return;
    this.#sending = null;
    if (failure && !(failure instanceof Failure)) throw failure;
    if (failure?.kind === "expired" && this.#api.token) return this.#beginAnew();
    // Only the confirmation was lost where the message itself is there already.
    const lost = failure && entry.state === "waiting";
    if (lost && failure.kind === "offline") return this.#later(entry);
    if (lost) this.#fail(entry, failure);
    else if (!failure) this.#accepted(entry);
    this.#work();
  }

  #accepted(entry) {
    this.#attempt = 0;
    this.#memory.keep({ token: this.#api.token });
    this.#setOffline(false);
    this.#expect(entry);
    this.#link.start();
  }

  /** An answer is due from now on, unless it is there already or a person has the talk. */
  #expect(entry) {
    entry.failure = null;
    if (entry.state !== "waiting" && entry.state !== "failed") return;
    entry.state = this.held ? "settled" : "sent";
    this.#timer(entry.id, ANSWER_LIMIT_MS, () => {
      if (entry.state === "sent") this.#fail(entry, new Failure("timeout"));
      this.#changed();
    });
  }

  /** The network lost a message: it waits, and is tried again at ever longer distances. */
  #later(entry) {
    entry.failure = "offline";
    this.#setOffline(true);
    this.#timer("resend", backoff(this.#attempt++), () => this.#work());
    this.#changed();
  }

  #fail(entry, { kind, message }) {
    const state = kind === "rejected" ? "rejected" : "failed";
    Object.assign(entry, { state, failure: kind === "expired" ? "server" : kind, detail: message });
  }

  #take(name, data) {
    if (name === "message") this.#message(data);
    else if (name === "state") {
      this.ticket = data.ticket;
      this.held = data.held;
      if (this.held) for (const entry of this.entries) if (entry.state === "sent") entry.state = "settled";
    } else if (name === "typing") {
      this.typing = data.on;
      this.#timer("typing", TYPING_MS, () => ((this.typing = false), this.#changed()));
    }
    this.#changed();
  }

  #message(message) {
    if (this.#seen.has(message.seq)) return;
    this.#seen.add(message.seq);
    const { seq, author, text, client_id: id, reply_to: asked } = message;
    const { titles = [], ratings = {} } = this.#memory.kept ?? {};
    if (author === "user") {
      const known = this.entries.find((entry) => entry.id === id);
      if (known) this.#expect(Object.assign(known, { seq }));
      const shown = titles.find(([named]) => named === id)?.[1] ?? text;
      if (!known) this.#place({ author, id, seq, text, shown, state: "settled" });
      return;
    }
    const question = asked && this.entries.find(({ id: own }) => own === asked);
    if (question) Object.assign(question, { state: "settled", failure: null, detail: "" });
    const [rating, reason] = ratings[seq] ?? [];
    this.#place({ ...message, rating, reason }, question);
    this.typing = false;
    this.touch();
    this.dispatchEvent(new Event("news"));
  }

  /** An answer goes below its question, before what was asked meanwhile; all else before what is still to be sent. */
  #place(entry, question) {
    const { entries } = this;
    let at = entries.length;
    if (question) {
      at = entries.indexOf(question) + 1;
      while (entries[at]?.reply_to === question.id) at += 1;
    } else while (at && ["waiting", "failed"].includes(entries[at - 1].state)) at -= 1;
    entries.splice(at, 0, entry);
  }

  #caughtUp() {
    this.#setOffline(false);
    const last = this.entries[this.entries.length - 1];
    // After a reload the answer to the last question may be on its way.
    if (this.#resuming && last?.state === "settled" && !this.held) {
      this.#wait(last);
      this.#expect(last);
    }
    this.#resuming = false;
    if (this.entries.some(({ failure }) => failure === "offline")) this.#work();
    this.#changed();
  }

  #setOffline(offline) {
    clearTimeout(this.#timers.lost);
    if (offline) this.typing = false;
    this.offline = offline;
    this.#changed();
  }

  /** The token is no longer good: what is not answered yet opens a new talk. */
  #beginAnew() {
    const open = this.entries.filter(({ state }) => ["waiting", "sent", "failed"].includes(state));
    this.#forget("expired");
    for (const entry of open) this.#wait(Object.assign(entry, { seq: undefined }));
    this.entries = open;
    if (open.length) this.#memory.keep({});
    this.touch();
    this.#work();
  }

  #forget(reason) {
    const spoken = this.entries.length > 0;
    this.#sending?.abort();
    this.#sending = null;
    this.#link.stop();
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    Object.assign(this, { entries: [], ticket: null, held: false, typing: false, offline: false });
    this.#api.token = null;
    this.#seen.clear();
    this.#memory.forget();
    this.#changed();
    this.dispatchEvent(new CustomEvent("over", { detail: { reason, spoken } }));
  }

  #timer(name, ms, act) {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = setTimeout(act, ms);
  }

  /** Keeps what is not sent yet, and tells once about all changes of a moment. */
  #changed() {
    const unsent = this.entries.filter(({ state, seq }) => !seq && ["waiting", "failed"].includes(state));
    const kept = unsent.map(({ id, text, shown }) => ({ id, text, shown }));
    if (JSON.stringify(kept) !== JSON.stringify(this.#memory.kept?.unsent ?? [])) this.#memory.keep({ unsent: kept });
    if (this.#told) return;
    this.#told = true;
    queueMicrotask(() => {
      this.#told = false;
      this.dispatchEvent(new Event("change"));
    });
  }
}
