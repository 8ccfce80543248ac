// Keeps the connection on which messages arrive: a stream, opened again after each break, or polling where no stream
// gets through.
import { Failure } from "./chat-api.js";

const POLL_MS = 4_000;
// The server gives a sign of life every 15 s; a proxy that holds the stream back gives none.
const SILENCE_MS = 20_000;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;

/** A delay before attempt `n`, doubled each time and spread, so that not all come back at once. */
export function backoff(n, random = Math.random) {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** n) * (0.5 + random() / 2);
}

export class Link {
  #api;
  #take;
  #abort = null;
  #polling = false;
  #attempt = 0;
  #hurried = false;
  #wake = () => {};
  #break = () => {};

  /** take: {event(name, data), caughtUp(), lost(), expired(), after()}. */
  constructor(api, take) {
    this.#api = api;
    this.#take = take;
  }

  get open() {
    return this.#abort !== null;
  }

  /** Connects; with `history`, what was said before comes first and in one piece. */
  start(history = false) {
    if (this.#abort) return;
    this.#abort = new AbortController();
    this.#run(this.#abort.signal, history);
  }

  stop() {
    this.#abort?.abort();
    this.#abort = null;
    this.#wake();
  }

  /** Connects anew at once, as when the network is back: what looks open may be dead. */
  hurry() {
    this.#attempt = 0;
    this.#hurried = true;
    this.#break();
    this.#wake();
  }

  async #run(signal, history) {
    this.#attempt = 0;
    for (let behind = history; !signal.aborted; ) {
      let wait = POLL_MS;
      try {
        if (behind || this.#polling) await this.#catchUp(signal);
        behind = false;
        if (!this.#polling && !signal.aborted) {
          await this.#stream(signal);
          wait = this.#polling ? 0 : backoff(this.#attempt++);
          if (wait && !signal.aborted) this.#take.lost();
        }
      } catch (failure) {
        if (signal.aborted) return;
        if (!(failure instanceof Failure)) throw failure;
        if (failure.kind === "expired" || failure.kind === "rejected") return this.#give(failure);
        this.#take.lost();
        wait = Math.max(failure.seconds * 1000, backoff(this.#attempt++));
      }
      if (!signal.aborted) await this.#sleep(wait);
    }
  }

  /** Without a good token, or where the site may not be used, there is nothing to wait for. */
  #give(failure) {
    this.#abort = null;
    if (failure.kind === "expired") this.#take.expired();
  }

  async #catchUp(signal) {
    const { messages, ticket, held } = await this.#api.history(this.#take.after(), signal);
    if (signal.aborted) return;
    for (const message of messages) this.#take.event("message", message);
    this.#take.event("state", { ticket, held });
    this.#take.caughtUp();
  }

  async #stream(signal) {
    const broken = new AbortController();
    const stop = (this.#break = () => broken.abort());
    signal.addEventListener("abort", stop);
    let alive = false;
    let silent = false;
    const wait = () => setTimeout(() => ((silent = true), stop()), SILENCE_MS);
    let timer = wait();
    const beat = () => {
      clearTimeout(timer);
      timer = wait();
      this.#attempt = 0;
      if (!alive) this.#take.caughtUp();
      alive = true;
    };
    const event = (name, data) => signal.aborted || this.#take.event(name, data);
    try {
      const readable = await this.#api.stream(this.#take.after(), broken.signal, { event, beat });
      if (!readable) this.#polling = true;
    } catch (failure) {
      if (failure.kind !== "timeout") throw failure;
    } finally {
      if (silent && !alive) this.#polling = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      this.#break = () => {};
      broken.abort();
    }
  }

  async #sleep(ms) {
    if (!this.#hurried) {
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => (clearTimeout(timer), resolve());
      });
    }
    this.#hurried = false;
  }
}
