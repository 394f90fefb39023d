// @ts-check
/** Texts and attributes that change with every movement of the pointer, written only where they differ. */
import { on } from "../state.js";

/** @type {Map<string, HTMLElement[]>} */
let cells = new Map();
on("page", () => (cells = new Map()));

/**
 * The elements of a selector, looked up once for each page.
 * @param {string} selector
 */
export function found(selector) {
  const known = cells.get(selector) ?? [...document.querySelectorAll(selector)];
  cells.set(selector, /** @type {HTMLElement[]} */ (known));
  return /** @type {HTMLElement[]} */ (known);
}

/**
 * @param {string} selector
 * @param {string} text
 */
export const write = (selector, text) => found(selector).forEach((element) => put(element, text));

/**
 * @param {Element} element
 * @param {string} text
 */
export function put(element, text) {
  const only = element.firstChild;
  if (only?.nextSibling === null && only instanceof Text) {
    if (only.data !== text) only.data = text; // a new node would be styled anew
  } else if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {string} value
 */
export function attribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
