// @ts-check
/** The page's own words for what a change did beyond what was asked: seen above the figure, they are said too. */
import { speak } from "./words.js";

/** Say what the page tells of the change that led to it, if it tells anything. */
export function speakOfChange() {
  const told = () => [...document.querySelectorAll("#messages .told:not([data-note])")].map((line) => line.textContent).join(" ");
  if (told()) speak(told);
}

/** A field's hint, as it is now. @param {Element} field */
export const hint = (field) => field.closest("label")?.querySelector("small")?.textContent ?? "";

/** Say a field's hint if what was chosen has changed it. @param {Element} field @param {string} before */
export function hinted(field, before) {
  if (hint(field) !== before) speak(() => hint(field));
}
