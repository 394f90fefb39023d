// @ts-check
/**
 * What stands on the page instead of what it said, while another pixel is pointed at, and the way back.
 */
import { afresh, frame } from "./later.js";

const TOGETHER = 250; // squares whose numbers are laid out in one task

/** What the page said where something else stands now. @type {Map<Element, Map<string, string>>} */
const said = new Map();
/** Numbers of squares that are still to be written. @type {Map<Element, string>} */
const unread = new Map();
/** They are being written. */
let spelling = false;

/** Whether its number is read out and not seen. @param {Element} element */
export const isSquare = (element) => element.matches(".squares td");

/** Another page has come: all on it is what it says. */
export function forget() {
  said.clear();
  unread.clear();
}

/** Put something in an element's place, and keep what the page said. @param {Element | null | undefined} element @param {string} name "" for its text @param {string} value */
export function put(element, name, value) {
  if (!element) return;
  const old = said.get(element) ?? new Map();
  const now = name ? (element.getAttribute(name) ?? "") : (element.textContent ?? "");
  if (now === value) return;
  if (!old.has(name)) said.set(element, old.set(name, now));
  write(element, name, value);
}

/** Write an attribute or the text; a new node of text would be laid out anew with all that is beside it. @param {Element} element @param {string} name @param {string} value */
function write(element, name, value) {
  const only = element.firstChild;
  if (name) element.setAttribute(name, value);
  else if (only instanceof Text && !only.nextSibling) only.data = value;
  else element.textContent = value;
}

/** All as the page said it. */
export function restore() {
  unread.clear();
  for (const [element, old] of [...said]) {
    said.delete(element);
    const text = isSquare(element) ? old.get("") : undefined;
    for (const [name, value] of old) if (name || text === undefined) write(element, name, value);
    if (text === undefined || text === element.textContent) continue;
    said.set(element, new Map([["", text]]));
    void spell(element, text);
  }
}

/** Let a square have its number once its colour is shown: those of four large kernels are a thousand places to find. @param {Element} square @param {string} text */
export async function spell(square, text) {
  unread.set(square, text);
  if (spelling) return;
  spelling = true;
  const place = square.closest("#pixel");
  place?.setAttribute("aria-busy", "true");
  await frame();
  while (unread.size) {
    for (const [each, number] of [...unread].slice(0, TOGETHER)) {
      unread.delete(each);
      put(each, "", number);
    }
    await afresh();
  }
  place?.removeAttribute("aria-busy");
  spelling = false;
}
