// Building blocks of the chat's DOM. Text from a user or the server only ever becomes text nodes.
import strings from "./chat-strings.js";

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  send: "M4 12 20 4l-5 16-3.5-6.5z",
  human: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5a7.5 7.5 0 0 1 15 0",
  restart: "M12 5v14M5 12h14",
  source: "M7 3.5h7l4 4v13H7zM14 3.5v4h4M10 12h5M10 15.5h5",
  up: "M7 11v9H4v-9zM7 11l4-8c1.5 0 2.5 1 2.2 2.6L12.5 9H19a1.8 1.8 0 0 1 1.8 2.2l-1.5 7A2.2 2.2 0 0 1 17.2 20H7",
  down: "M17 13V4h3v9zM17 13l-4 8c-1.5 0-2.5-1-2.2-2.6l.7-3.4H5a1.8 1.8 0 0 1-1.8-2.2l1.5-7A2.2 2.2 0 0 1 6.8 4H17",
  more: "M12 5.5v.1M12 12v.1M12 18.5v.1",
  end: "M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13M10.5 11v5.5M13.5 11v5.5",
  close: "M6 6l12 12M18 6 6 18",
  alert: "M12 4 21 19.5H3zM12 10v4.5M12 17.2v.1",
};

/** Makes an element: attributes by name, listeners by "on…", children as nodes or text. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.filter((child) => child || child === 0));
  return element;
}

function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function icon(name) {
  return svg(
    "svg",
    { viewBox: "0 0 24 24", class: `icon icon-${name}`, "aria-hidden": "true" },
    svg("path", { d: ICONS[name] }),
  );
}

export function compass() {
  return svg(
    "svg",
    { viewBox: "0 0 48 48", class: "compass", "aria-hidden": "true" },
    svg("circle", { class: "ring", cx: 24, cy: 24, r: 21.5 }),
    svg(
      "g",
      { class: "needle" },
      svg("path", { class: "north", d: "M33.5 11.5 27.6 26 20.4 22z" }),
      svg("path", { class: "south", d: "M14.5 36.5 20.4 22l7.2 4z" }),
    ),
  );
}

/** Fills "{name}" places of a string. */
export function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Splits a line at pairs of "**"; a lone pair of stars stays as written. */
function emphasised(line) {
  const parts = line.split("**");
  if (parts.length % 2 === 0) parts.push(`${parts.splice(-2, 1)}**${parts.pop()}`);
  return parts
    .map((part, i) => (i % 2 ? (part.trim() ? h("strong", {}, part) : `**${part}**`) : part))
    .filter((part) => part !== "");
}

/** Renders an answer: paragraphs, line breaks, "- " items and **bold**; all else is text. */
export function answer(text) {
  const fragment = document.createDocumentFragment();
  let open = null;
  for (const line of String(text).split(/\r?\n/)) {
    const item = /^\s*[-•]\s+(.*)$/.exec(line);
    if (!line.trim()) open = null;
    else if (item) {
      if (open?.tagName !== "UL") fragment.append((open = h("ul")));
      open.append(h("li", {}, ...emphasised(item[1])));
    } else {
      if (open?.tagName === "P") open.append(h("br"));
      else fragment.append((open = h("p")));
      open.append(...emphasised(line));
    }
  }
  return fragment;
}

/** Writes a date that may be partial ("2024", "2023-03", "2019-04-24") as Vietnamese does. */
export function writtenDate(date) {
  const match = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/.exec(date);
  if (!match) return date;
  const [year, month, day] = match.slice(1).map((part) => part && String(Number(part)));
  return fill(day ? strings.date : month ? strings.month : strings.year, { day, month, year });
}

function isOver(date) {
  const now = new Date();
  const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");
  return today.slice(0, date.length) > date;
}

// Addresses are the server's, on whatever page the chat is shown.
function webAddress(address) {
  try {
    const url = new URL(address, import.meta.url);
    return /^https?:$/.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** A link; what is not on the page's own site opens beside it, so that the page stays. */
function link(address, words, attributes = {}) {
  if (new URL(address).origin === location.origin) return h("a", { href: address, ...attributes }, words);
  const hint = h("span", { class: "hidden" }, ` ${strings.newTab}`);
  return h("a", { href: address, target: "_blank", rel: "noopener", ...attributes }, words, hint);
}

function fact(name, value) {
  return value ? h("div", {}, h("dt", {}, name), h("dd", {}, String(value))) : null;
}

/** The picture of an answer, and what it gives to download. */
export function picture({ url, alt }) {
  const address = webAddress(url);
  return address ? h("img", { class: "picture", src: address, alt, loading: "lazy" }) : null;
}

export function download({ url, title }) {
  const address = webAddress(url);
  return address ? link(address, title, { class: "download", download: true }) : null;
}

/** One source of an answer, folded: what it is; unfolded: date, validity, quotation and the way to the text. */
export function source({ title, number, section, issued, valid_to: validTo, url, quote }) {
  // A number whose first part is blank in the text keeps the blank.
  const numbered = number?.startsWith("/") ? `……${number}` : number;
  const address = url ? webAddress(url) : null;
  const until = validTo && writtenDate(validTo) + (isOver(validTo) ? ` (${strings.sourceEnded})` : "");
  return h(
    "details",
    { class: "source" },
    h(
      "summary",
      {},
      icon("source"),
      h(
        "span",
        {},
        h("span", { class: "hidden" }, `${strings.source}: `),
        h("b", {}, numbered ?? title ?? strings.source),
        section ? h("small", {}, section) : null,
      ),
    ),
    quote ? h("blockquote", {}, answer(quote)) : null,
    h(
      "dl",
      {},
      fact(strings.sourceTitle, number && title),
      fact(strings.sourceIssued, issued && writtenDate(issued)),
      fact(strings.sourceValid, until),
    ),
    address ? link(address, strings.openSource) : null,
  );
}
