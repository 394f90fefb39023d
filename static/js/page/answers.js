// @ts-check
/** Pages as answers: fetched as documents, and what they refuse said beside its cause. */
import { say, unsay } from "./mistakes.js";

/**
 * Fetch a page as a document.
 * @param {string} link
 * @param {URLSearchParams} [body] posted if given
 */
export async function fetched(link, body) {
  const method = body ? "POST" : "GET";
  const response = await fetch(link, { method, body, headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return /** @type {const} */ ([page, response]);
}

/**
 * Say what the server refused, and leave the last good picture up.
 * @param {Document} page
 * @param {Response} response
 * @param {Element | null} beside
 */
export function refused(page, response, beside) {
  if (response.ok || (page.getElementById("stage") && !beside)) return false;
  const said = [...page.querySelectorAll(".mistake, main.words p")].slice(0, 2);
  const place = beside?.matches("button") ? atFault(page, beside) : beside;
  say(place ?? messages(), said.map((p) => p.textContent).join(" "), place ? fieldsOf(place) : []);
  return true;
}

/**
 * Of the fields that wait for a button, the label of the one that was refused.
 * @param {Document} page
 * @param {Element} button
 */
function atFault(page, button) {
  for (const label of button.closest("details")?.querySelectorAll("label") ?? []) unsay(label, fieldsOf(label));
  const name = page.querySelector(".mistake")?.id.replace("mistake-", "") ?? "";
  return document.getElementsByName(name)[0]?.closest("label") ?? button;
}

/**
 * @param {Element} place a field's label, or the field itself
 * @returns {HTMLElement[]}
 */
export const fieldsOf = (place) =>
  /** @type {HTMLElement[]} */ (place.matches("label") ? [...place.querySelectorAll("select, input, textarea")] : [place]);

export const messages = () => document.getElementById("messages") ?? document.body;
