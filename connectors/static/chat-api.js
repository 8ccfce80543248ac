// The widget's API as seen from a browser: one method a route, failures by kind, and an event stream that can be read
// with a header (EventSource cannot send one).

const LIMIT_MS = 30_000;

export class Failure extends Error {
  /** kind: a key of strings.failures or "expired"; message: the server's own words, if any; seconds: Retry-After. */
  constructor(kind, message = "", seconds = 0) {
    super(message);
    this.kind = kind;
    this.seconds = seconds;
  }
}

function kindOf(status) {
  if (status === 401) return "expired";
  if (status === 429) return "busy";
  return status >= 500 || status === 408 ? "server" : "rejected";
}

/** Aborts after `ms`, or with `signal`; `done` stops the clock. */
function limited(ms, signal) {
  const control = new AbortController();
  const stop = () => control.abort();
  const timer = setTimeout(stop, ms);
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  const done = () => (clearTimeout(timer), signal?.removeEventListener("abort", stop));
  return { signal: control.signal, done };
}

export class Api {
  token = null;

  constructor(site) {
    this.base = new URL(`/widget/v1/${encodeURIComponent(site)}/`, import.meta.url);
  }

  /** Hands a message over, and takes the visitor's token; the same id is taken once. */
  async send(id, text, signal) {
    const body = await this.#json("messages", { method: "POST", body: { id, text }, signal });
    if (signal.aborted) throw new Failure("timeout");
    if (typeof body?.visitor !== "string") throw new Failure("server");
    this.token = body.visitor;
  }

  /** Returns {messages, ticket, held}: all that was said after the message numbered `after`. */
  async history(after, signal) {
    const body = await this.#json(`messages?after=${after}`, { signal });
    if (!Array.isArray(body?.messages)) throw new Failure("server");
    return body;
  }

  async rate(message_id, rating, reason) {
    await this.#json("feedback", { method: "POST", body: { message_id, rating, reason } });
  }

  /** Ends the talk on the server, also while the page is being left. */
  async end() {
    await this.#json("end", { method: "POST", body: {}, keepalive: true });
  }

  /** Calls back for each event, and `beat` for each sign of life, until the stream ends; false where none can be read. */
  async stream(after, signal, { event, beat }) {
    const response = await this.#fetch(`stream?after=${after}`, { signal, accept: "text/event-stream" });
    if (!response.body?.getReader || typeof TextDecoder !== "function") return false;
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true }));
      if (done) return true;
      beat();
      text += decoder.decode(value, { stream: true });
      const blocks = text.split(/\r?\n\r?\n/);
      text = blocks.pop();
      for (const block of blocks) deliver(block, event);
    }
  }

  async #json(path, options) {
    const limit = limited(LIMIT_MS, options.signal);
    try {
      const response = await this.#fetch(path, { ...options, signal: limit.signal });
      return response.status === 204 ? null : await response.json();
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure(limit.signal.aborted ? "timeout" : "offline");
    } finally {
      limit.done();
    }
  }

  async #fetch(path, { method = "GET", body, signal, keepalive = false, accept = "application/json" }) {
    const headers = { Accept: accept };
    if (body) headers["Content-Type"] = "application/json";
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    const response = await fetch(new URL(path, this.base), {
      method,
      headers,
      body: body && JSON.stringify(body),
      signal,
      keepalive,
      credentials: "omit",
      cache: "no-store",
    }).catch(() => {
      throw new Failure(signal?.aborted ? "timeout" : "offline");
    });
    if (response.ok) return response;
    const told = await response.json().catch(() => null);
    throw new Failure(kindOf(response.status), told?.error?.message, Number(response.headers.get("Retry-After")) || 0);
  }
}

// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
function deliver(block, callback) {
  let name = "message";
  const data = [];
  for (const line of block.split(/\r?\n/)) {
    const [, field, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (field === "event") name = value;
    if (field === "data") data.push(value);
  }
  if (data.length) callback(name, JSON.parse(data.join("\n")));
}
