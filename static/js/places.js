// @ts-check
/** Texts that change with every movement of the pointer, written only where they differ. */
import { on } from "./state.js";

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
  if (element.textContent !== text) element.textContent = text;
}
