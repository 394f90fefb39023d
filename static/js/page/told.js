// @ts-check
/** The page's own words for what a change did beyond what was asked: seen above the figure, and said. */
import { speak } from "./words.js";

/** Show the paragraph that the same change would lead to without scripts. @param {string} id */
export function show(id) {
  const words = document.getElementById(id);
  if (!words?.matches(".told")) return;
  words.classList.add("shown");
  speak(() => words.textContent ?? "");
}

/** A field's hint, as it is now. @param {Element} field */
export const hint = (field) => field.closest("label")?.querySelector("small")?.textContent ?? "";

/** Say a field's hint if what was chosen has changed it. @param {Element} field @param {string} before */
export function hinted(field, before) {
  if (hint(field) !== before) speak(() => hint(field));
}
