// @ts-check
/**
 * Whole kernels as text: several numbers pasted into a weight fill its kernel, as the server reads
 * them; a kernel's list copies its numbers out.
 */
import { plain } from "../lib/numbers.js";
import { edit } from "../page/form.js";
import { offered } from "../page/copy.js";
import { on } from "../state.js";
import { rowsOf } from "./pixel.js";

const COPY = "copy-numbers";

document.addEventListener("paste", (event) => {
  const field = event.target;
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!(field instanceof HTMLInputElement) || !field.matches(".weight") || !several(text)) return;
  event.preventDefault();
  const q = field.closest("mc-kernel")?.getAttribute("data-q");
  if (q) void filled(q, text, field);
});

/** Whether a text holds more than one number. @param {string} text */
const several = (text) => /[0-9.][\]),;\s]+[[({\s]*[-+−.0-9]/.test(text.trim());

/** @param {string} q @param {string} text @param {HTMLInputElement} field */
async function filled(q, text, field) {
  field.blur();
  const said = new URLSearchParams({ [`matrix.${q}`]: text });
  if (!(await edit(said, field.closest("fieldset")))) return field.focus();
  const fields = document.querySelectorAll(`mc-kernel[data-q="${q}"] .weight`);
  /** @type {HTMLElement | undefined} */ (fields[0])?.focus();
}

/** A kernel as Python, MATLAB and this page read it. @param {number} q */
function text(q) {
  return `[${rowsOf(q).map((row) => `[${row.map(plain).join(", ")}]`).join(",\n ")}]`;
}

/** Give every kernel's list the entry that only scripts can serve. */
function lists() {
  for (const group of document.querySelectorAll('select[name^="preset."] optgroup:first-of-type')) {
    if (group.querySelector(`[value="${COPY}"]`)) continue;
    const option = document.createElement("option");
    option.value = COPY;
    option.dataset.live = "";
    option.textContent = "copy its numbers";
    group.append(option);
  }
}

// Before the form hears of it: this entry changes nothing.
document.addEventListener("change", (event) => {
  const list = event.target;
  if (!(list instanceof HTMLSelectElement) || list.value !== COPY) return;
  event.stopImmediatePropagation();
  list.value = "";
  void offered(text(Number(list.name.slice(7))), list);
}, true);

on("page", lists);
lists();
