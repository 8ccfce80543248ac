// What one tab remembers of a talk, from its first message on: the token, what is not sent yet, and what only this side
// knows (how a choice was worded, how an answer was rated). What was said itself stays on the server.

const KEPT_TITLES = 50;
const TOUCH_MS = 5_000;

export class Memory {
  #key;
  #idle;
  #kept = null;

  constructor(site, idleMs) {
    this.#key = `la-ban.${site}`;
    this.#idle = idleMs;
    this.#kept = this.#read();
    if (this.over()) this.forget();
  }

  /** {token, at, unsent, titles, ratings}, or null when nothing was said yet. */
  get kept() {
    return this.#kept;
  }

  /** Whether nothing was done for so long that somebody else may sit at the computer by now. */
  over() {
    return this.#kept !== null && Date.now() - this.#kept.at >= this.#idle;
  }

  keep(changes) {
    const kept = { token: null, unsent: [], titles: [], ratings: {}, ...this.#kept, ...changes, at: Date.now() };
    kept.titles = kept.titles.slice(-KEPT_TITLES);
    this.#kept = kept;
    this.#write();
  }

  /** Notes that the visitor is still there. */
  touch() {
    if (this.#kept && Date.now() - this.#kept.at > TOUCH_MS) this.keep({});
  }

  forget() {
    this.#kept = null;
    this.#write();
  }

  // Storage is refused in some in-app browsers and private windows; the talk then lives in memory alone.
  #read() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.#key));
      return kept && typeof kept.at === "number" && Array.isArray(kept.unsent) ? kept : null;
    } catch {
      return null;
    }
  }

  #write() {
    try {
      if (this.#kept) sessionStorage.setItem(this.#key, JSON.stringify(this.#kept));
      else sessionStorage.removeItem(this.#key);
    } catch {
      return;
    }
  }
}
