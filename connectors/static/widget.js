// The widget on anybody's page: <script src="https://…/widget.js" data-site="KEY" async></script>
// Optional: data-color="#0b5f57", data-position="left", data-label="…". Until it is opened for the first time it asks for
// nothing, stores nothing, and touches nothing but its own element.
(() => {
  "use strict";
  const TAG = "la-ban-widget";
  const current = document.currentScript;
  const script = current?.dataset.site ? current : document.querySelector('script[data-site][src*="widget.js"]');
  if (!script || customElements.get(TAG)) return;

  const { site, color, position, label } = script.dataset;
  const origin = new URL(script.src).origin;
  const page = `${origin}/chat/${encodeURIComponent(site)}`;
  const strings = {
    launch: label || "Hỏi La Bàn",
    close: "Đóng cửa sổ trò chuyện",
    closeShort: "Đóng",
    news: "có tin mới",
    loading: "Đang mở…",
    blocked: "Chưa mở được phần trò chuyện ở trang này.",
    elsewhere: "Trò chuyện ở trang riêng",
  };
  const COLOUR = "#0b5f57";
  // Where the panel covers the page: on a phone, upright or not, and where the page is zoomed far.
  const small = matchMedia("(max-width: 480px), (max-height: 480px)");

  const CSS = `
:host { all: initial !important; }
* { box-sizing: border-box; }
button, dialog { font: 400 medium/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
button { cursor: pointer; -webkit-tap-highlight-color: transparent; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; box-shadow: 0 0 0 3px #fff; }
.launcher { position: fixed; z-index: 2147483646; bottom: calc(16px + env(safe-area-inset-bottom, 0px));
  right: calc(16px + env(safe-area-inset-right, 0px)); display: flex; align-items: center; justify-content: center; gap: 8px;
  min-width: 56px; min-height: 56px; max-width: calc(100vw - 32px); margin: 0; padding: 0 20px 0 14px; border: 2px solid transparent;
  border-radius: 28px; background: var(--accent); color: var(--on-accent); font-weight: 600;
  box-shadow: 0 2px 12px rgb(0 0 0 / 28%); }
.left .launcher { right: auto; left: calc(16px + env(safe-area-inset-left, 0px)); }
.launcher svg { width: 28px; height: 28px; flex: none; fill: none; stroke: currentColor; stroke-width: 3.5; stroke-linecap: round; }
.launcher .fill { fill: currentColor; stroke: none; }
.launcher[aria-expanded="true"] { padding: 0; }
.launcher[aria-expanded="true"] :is(span, .compass), .launcher[aria-expanded="false"] .cross { display: none; }
.news::after { content: ""; position: absolute; top: 0; right: 2px; width: 14px; height: 14px; border: 2px solid #fff; border-radius: 50%;
  background: #c8102e; }
dialog { position: fixed; inset: auto; z-index: 2147483647; right: calc(16px + env(safe-area-inset-right, 0px));
  bottom: calc(84px + env(safe-area-inset-bottom, 0px)); width: min(400px, 100vw - 32px); height: min(640px, 100vh - 100px);
  max-width: none; max-height: none; margin: 0; padding: 0; border: 1px solid #8884; border-radius: 16px; overflow: hidden;
  background: Canvas; color: CanvasText; color-scheme: light dark; box-shadow: 0 8px 40px rgb(0 0 0 / 30%); }
.left dialog { right: auto; left: calc(16px + env(safe-area-inset-left, 0px)); }
dialog::backdrop { background: none; }
la-ban-chat { display: block; height: 100%; }
.word { display: grid; gap: 16px; place-content: center; justify-items: center; height: 100%; padding: 24px; text-align: center; outline: 0; }
.word p { margin: 0; }
.word a, .word button { display: inline-flex; align-items: center; min-height: 44px; padding: 0 16px; border-radius: 22px; }
.word a { background: var(--accent); color: var(--on-accent); font-weight: 600; text-decoration: none; }
.word button { border: 1px solid; background: none; color: inherit; }
@media (max-width: 480px), (max-height: 480px) {
  dialog, .left dialog { inset: 0; width: 100%; height: 100%; height: 100dvh; border: 0; border-radius: 0; }
}
@media (prefers-reduced-motion: no-preference) {
  dialog[open] { animation: rise 0.16s ease-out; }
  @keyframes rise { from { opacity: 0; transform: translateY(8px); } }
}
@media (forced-colors: active) { .launcher, .word a { border: 2px solid; } }
@media print { :host { display: none !important; } }`;

  function h(tag, attributes = {}, ...children) {
    const name = tag.split(":");
    const element = name[1] ? document.createElementNS("http://www.w3.org/2000/svg", name[1]) : document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  /** Text on a colour: white where that can be read, else black (WCAG's contrast of at least 4.5). */
  function textOn(colour) {
    const [r, g, b] = [1, 3, 5]
      .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05) >= 4.5 ? "#fff" : "#000";
  }

  class LaBanWidget extends HTMLElement {
    #frame;
    #launcher;
    #dialog;
    #chat = null;
    #attempts = 0;

    connectedCallback() {
      if (this.shadowRoot) return;
      const root = this.attachShadow({ mode: "open" });
      // A page's own policy may forbid a style element, but not a sheet that is made by script.
      if (root.adoptedStyleSheets && CSSStyleSheet.prototype.replaceSync) {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(CSS);
        root.adoptedStyleSheets = [sheet];
      } else root.append(h("style", {}, CSS));
      this.#launcher = h(
        "button",
        { type: "button", class: "launcher", "aria-expanded": "false", "aria-haspopup": "dialog", "aria-controls": "panel" },
        h(
          "svg:svg",
          { viewBox: "0 0 48 48", class: "compass", "aria-hidden": "true" },
          h("svg:circle", { cx: 24, cy: 24, r: 20 }),
          h("svg:path", { class: "fill", d: "M34 11 27.6 27 14 37l6.4-16z" }),
        ),
        h("svg:svg", { viewBox: "0 0 48 48", class: "cross", "aria-hidden": "true" }, h("svg:path", { d: "M12 12l24 24M36 12 12 36" })),
        h("span", {}, strings.launch),
      );
      this.#dialog = h("dialog", { id: "panel", "aria-label": strings.launch });
      this.#frame = h("div", {}, this.#launcher, this.#dialog);
      this.#dress(color, position);
      this.#listen();
      root.append(this.#frame);
    }

    #dress(colour, side) {
      const good = /^#[\da-f]{6}$/i.test(colour) ? colour : COLOUR;
      this.#frame.style.setProperty("--accent", good);
      this.#frame.style.setProperty("--on-accent", textOn(good));
      this.#frame.className = side === "left" ? "left" : "right";
    }

    #listen() {
      const dialog = this.#dialog;
      this.#launcher.addEventListener("click", () => (dialog.open ? this.close() : this.open()));
      dialog.addEventListener("cancel", (event) => (event.preventDefault(), this.close()));
      dialog.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && !event.isComposing && !event.defaultPrevented) {
          event.preventDefault();
          this.close();
        }
      });
      // What is typed here is not for the shortcuts of the page around.
      for (const type of ["keydown", "keypress", "keyup"]) this.addEventListener(type, (event) => event.stopPropagation());
      small.addEventListener("change", () => dialog.open && this.#show());
      // A phone's keyboard covers the lower part of the page.
      const fit = () => {
        const { height, offsetTop } = window.visualViewport;
        const covered = small.matches && dialog.open;
        dialog.style.height = covered ? `${height}px` : "";
        dialog.style.top = covered ? `${offsetTop}px` : "";
      };
      window.visualViewport?.addEventListener("resize", fit);
      window.visualViewport?.addEventListener("scroll", fit);
    }

    open() {
      this.#show();
      if (this.#chat) this.#chat.focus();
      else this.#load();
    }

    close() {
      this.#dialog.close();
      this.#tellOpen(false);
      this.#launcher.focus();
    }

    /** Shows the dialog, which keeps focus to itself only where it covers the page. */
    #show() {
      const active = this.shadowRoot.activeElement;
      if (this.#dialog.open) this.#dialog.close();
      if (small.matches) this.#dialog.showModal();
      else this.#dialog.show();
      this.#tellOpen(true);
      if (active === this.#chat) active?.focus();
    }

    #tellOpen(open) {
      this.#launcher.setAttribute("aria-expanded", open);
      this.#launcher.classList.remove("news");
      if (open) this.#launcher.setAttribute("aria-label", strings.close);
      else this.#launcher.removeAttribute("aria-label");
    }

    async #load() {
      this.#word(h("p", {}, strings.loading));
      try {
        // A browser remembers that a module did not load; another address is another try.
        const again = this.#attempts++ ? `?again=${this.#attempts}` : "";
        const { default: config } = await import(`${origin}/widget/v1/${encodeURIComponent(site)}/panel.js${again}`);
        this.#begin(config);
      } catch {
        const way = h("a", { href: page, target: "_blank", rel: "noopener" }, strings.elsewhere);
        this.#word(h("p", {}, strings.blocked), way);
      }
    }

    #begin(config) {
      const chat = document.createElement("la-ban-chat");
      chat.settings = config;
      chat.setAttribute("floating", "");
      chat.addEventListener("close", () => this.close());
      chat.addEventListener("news", () => this.#news());
      this.#dress(color ?? config.colour, position ?? config.position);
      this.#dialog.setAttribute("aria-label", config.title);
      this.#dialog.replaceChildren(chat);
      this.#chat = chat;
      if (this.#dialog.open) chat.focus();
    }

    #word(...said) {
      const close = h("button", { type: "button" }, strings.closeShort);
      close.addEventListener("click", () => this.close());
      const word = h("div", { class: "word", role: "status", tabindex: "-1" }, ...said, close);
      this.#dialog.replaceChildren(word);
      if (this.#dialog.open) word.focus();
    }

    #news() {
      if (this.#dialog.open) return;
      this.#launcher.classList.add("news");
      this.#launcher.setAttribute("aria-label", `${strings.launch} – ${strings.news}`);
    }
  }

  customElements.define(TAG, LaBanWidget);
  const mount = () => document.querySelector(TAG) ?? document.body.append(document.createElement(TAG));
  if (document.body) mount();
  else document.addEventListener("DOMContentLoaded", mount);
})();
