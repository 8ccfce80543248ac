// A conversation without its looks: its id, what was said, and sending in order with a limit on every wait.

const STORE = "la-ban.conversation";
const WAIT_MS = 15_000;
// How often a person's answers are asked for while a request for one is open.
const ASK_PERSON_MS = 4_000;
const KEPT_ENTRIES = 100;

class Failure extends Error {
  /** kind: a key of strings.failures; message: the server's own words, if any. */
  constructor(kind, message = "") {
    super(message);
    this.kind = kind;
  }
}

/** A random UUID, also on pages without https, where crypto.randomUUID is missing. */
function randomId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// Storage is refused in some in-app browsers and private windows; the talk then lives in memory alone.
function recall() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(STORE));
    return kept && typeof kept.id === "string" && Array.isArray(kept.entries) ? kept : null;
  } catch {
    return null;
  }
}

function keep(conversation) {
  try {
    if (conversation) sessionStorage.setItem(STORE, JSON.stringify(conversation));
    else sessionStorage.removeItem(STORE);
  } catch {
    return;
  }
}

/**
 * Entries are {role: "user", text, shown, state, failure, detail} with a state of waiting, sent, failed (may be sent
 * again) or rejected (may not), {role: "bot", text, quick_replies, sources, image, link, id, rating, outcome}, and
 * {role: "person", text}. Fires "change".
 */
export class Conversation extends EventTarget {
  entries = [];
  #id = null;
  #abort = null;
  // The open request for a person, if any; the last of a person's messages that was shown; the timer that asks for more.
  #ticket = null;
  #seen = 0;
  #timer = null;

  constructor(api) {
    super();
    this.api = api;
    const kept = recall();
    if (!kept) return;
    this.#id = kept.id;
    this.#seen = kept.seen ?? 0;
    this.entries = kept.entries;
    this.#await(kept.ticket ?? null);
    for (const entry of this.#waiting()) this.#settle(entry, "failed", "interrupted");
  }

  /** Whether an answer is being waited for. */
  get busy() {
    return this.#abort !== null;
  }

  /** Sends text, shown in other words if given; what failed before it goes first. */
  ask(text, shown = text) {
    this.#id ??= randomId();
    this.entries.push({ role: "user", text, shown, state: "waiting" });
    this.retry();
  }

  /** Sends what failed again, then all that waits, in order. */
  retry() {
    for (const entry of this.entries) if (entry.state === "failed") entry.state = "waiting";
    this.#changed();
    if (!this.busy) this.#work();
  }

  /** Says whether an answer helped ("up" or "down") and, later, why not; what cannot be sent is let go. */
  async rate(entry, rating, reason = null) {
    Object.assign(entry, { rating, reason });
    this.#changed();
    await fetch(new URL("feedback", new URL(this.api, document.baseURI)), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ conversation_id: this.#id, message_id: entry.id, rating, reason }),
    }).catch(() => null);
  }

  /** Forgets everything; an answer under way is dropped. */
  clear() {
    this.#abort?.abort();
    this.#abort = null;
    this.#await(null);
    this.#id = null;
    this.#seen = 0;
    this.entries = [];
    keep(null);
    this.dispatchEvent(new Event("change"));
  }

  #waiting() {
    return this.entries.filter((entry) => entry.state === "waiting");
  }

  async #work() {
    const abort = (this.#abort = new AbortController());
    for (let entry; !abort.signal.aborted && (entry = this.#waiting()[0]); ) {
      this.#changed();
      const failure = await this.#exchange(entry, abort.signal);
      if (failure && failure.kind !== "rejected") break;
    }
    if (abort.signal.aborted) return;
    this.#abort = null;
    this.#changed();
  }

  async #exchange(entry, cleared) {
    try {
      const { messages, outcome, ticket } = await this.#post(entry.text, cleared);
      if (cleared.aborted) return null;
      entry.state = "sent";
      this.#await(ticket ?? null);
      // Answers go before questions that were asked in the meantime.
      const answers = messages.map((message) => ({ ...message, role: "bot", outcome }));
      this.entries.splice(this.entries.indexOf(entry) + 1, 0, ...answers);
      return null;
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      const state = failure.kind === "rejected" ? "rejected" : "failed";
      if (!cleared.aborted) this.#settle(entry, state, failure.kind, failure.message);
      return failure;
    }
  }

  async #post(text, cleared) {
    const request = new AbortController();
    const timer = setTimeout(() => request.abort(), WAIT_MS);
    cleared.addEventListener("abort", () => request.abort());
    try {
      const response = await fetch(this.api, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify({ conversation_id: this.#id, text }),
        signal: request.signal,
      });
      const body = await response.json().catch((error) => {
        if (request.signal.aborted) throw error;
        return null;
      });
      if (!response.ok) throw new Failure(kindOf(response.status), body?.error?.message);
      // While a person holds the talk there is no message: theirs come by themselves.
      if (!Array.isArray(body?.messages) || !(body.messages.length || body.held)) throw new Failure("server");
      return body;
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure(request.signal.aborted ? "timeout" : "offline");
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks for a person's messages from now on, as long as there is a request for one. */
  #await(ticket) {
    this.#ticket = ticket;
    clearTimeout(this.#timer);
    if (ticket !== null) this.#timer = setTimeout(() => this.#listen(), ASK_PERSON_MS);
  }

  async #listen() {
    const id = this.#id;
    const base = new URL(`conversations/${encodeURIComponent(id)}/messages`, new URL(this.api, document.baseURI));
    const told = await fetch(`${base}?after=${this.#seen}&told=true`)
      .then((response) => (response.ok ? response.json() : null))
      .catch(() => null);
    if (id !== this.#id) return;
    const messages = told?.messages ?? [];
    if (messages.length) {
      this.#seen = messages.at(-1).id;
      this.entries.push(...messages.map(({ author, text }) => ({ role: author === "staff" ? "person" : "bot", text })));
      this.#changed();
    }
    this.#await(told ? told.ticket : this.#ticket);
  }

  #settle(entry, state, failure, detail = "") {
    Object.assign(entry, { state, failure, detail });
  }

  #changed() {
    const { entries } = this;
    keep({ id: this.#id, ticket: this.#ticket, seen: this.#seen, entries: entries.slice(-KEPT_ENTRIES) });
    this.dispatchEvent(new Event("change"));
  }
}

function kindOf(status) {
  if (status === 429) return "busy";
  return status >= 500 || status === 408 ? "server" : "rejected";
}
