// @ts-check
/** A kernel's texts that are no numbers: said beside it until they are mended, or Escape takes them back. */
import { say, unsay } from "../page/mistakes.js";
import { refusal, weightText } from "../lib/numbers.js";
import { fit } from "../lib/tints.js";

/** @param {HTMLInputElement} field */
const place = (field) => field.closest("fieldset") ?? field;

/** @param {HTMLInputElement} field */
export const refuse = (field) => say(place(field), refusal(field.value, "weight"), [field]);

/** Take back what was said of one field; what is wrong in others stays. @param {HTMLInputElement} field */
export function mended(field) {
  unsay(place(field), [field]);
  const others = /** @type {NodeListOf<HTMLInputElement>} */ (place(field).querySelectorAll(".weight[data-typed]"));
  if (others.length) say(place(field), refusal(others[0].value, "weight"), others);
}

/** Show the weight as it is. @param {HTMLInputElement} field */
export function restore(field) {
  field.value = weightText(Number(field.dataset.exact));
  fit(field);
}

document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (event.key !== "Escape" || !(field instanceof HTMLInputElement) || !field.matches(".weight[data-typed]")) return;
  event.preventDefault();
  restore(field);
  mended(field);
}, true);
