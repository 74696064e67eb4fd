// @ts-check
/** Making elements, and the few things every view needs. */

/** @typedef {Record<string, string | number | boolean | null | ((event: any) => void)>} Attributes */

/**
 * `h("button", {class: "quiet", onclick}, "Text")`. True sets an empty attribute; false and null
 * leave it out; functions become listeners.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Attributes} [attributes] @param {...(Node | string | null)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else set(element, name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** @param {Element} element @param {string} name @param {string | number | boolean | null} value */
export function set(element, name, value) {
  if (value === null || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value === true ? "" : value)) {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** Writes only what changed, so that a live region speaks only of news.
 * @param {Element} element @param {string} text */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} name a symbol of icons.svg */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  svg.append(use);
  showIcon(svg, name);
  return svg;
}

/** @param {SVGElement} svg @param {string} name */
export function showIcon(svg, name) {
  const use = svg.firstElementChild;
  if (use) set(use, "href", `/static/icons.svg#${name}`);
}

/** @param {string} name at most two letters */
export function initials(name) {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return letters.map((word) => [...word][0] ?? "").join("").toUpperCase();
}

/** @param {number} ms */
export function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

/** Plays a stream in an element only when it is another than before.
 * @param {HTMLMediaElement} element @param {MediaStreamTrack | null} track */
export function attach(element, track) {
  const stream = /** @type {MediaStream | null} */ (element.srcObject);
  if ((stream?.getTracks()[0] ?? null) === track) return false;
  element.srcObject = track ? new MediaStream([track]) : null;
  return track !== null;
}
