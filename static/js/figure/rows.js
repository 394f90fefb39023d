// @ts-check
/**
 * A row's whole kernel as text: several numbers pasted into a weight fill it, as the server reads
 * them; its list copies them out where the browser allows that, else shows them selected, and so says.
 */
import { plain, typedNumber } from "../lib/numbers.js";
import { edit } from "../page/form.js";
import { on, state } from "../state.js";
import { rowsOf } from "./pixel.js";

const COPY = "copy-numbers";
const STAYS = 6000;

document.addEventListener("paste", (event) => {
  const field = event.target;
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!(field instanceof HTMLInputElement) || !field.matches(".weight:not([readonly])") || !several(text)) return;
  event.preventDefault();
  const q = field.closest("mc-kernel")?.getAttribute("data-q");
  if (q) void filled(q, text, field);
});

/** Whether a text holds more than one number: no decimal comma, which stands in one. @param {string} text */
const several = (text) => typedNumber(text) === null && /[0-9.][\]),;&|\s]+[[({\s]*[-+\u2010-\u2013−.0-9]/.test(text.trim());

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
  return `[${rowsOf(state.kernels[q]).map((row) => `[${row.map(plain).join(", ")}]`).join(",\n ")}]`;
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
  void offered(text(Number(list.name.slice(7))), list.closest(".row") ?? document.body);
}, true);

/** @param {string} text @param {Element} row */
async function offered(text, row) {
  const said = document.createElement("p");
  said.className = "offered";
  said.dataset.live = "";
  said.setAttribute("role", "status");
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = "Copied.";
    setTimeout(() => said.remove(), STAYS);
  } catch {
    const field = document.createElement("textarea");
    field.readOnly = true;
    field.rows = 4;
    field.setAttribute("aria-label", "To copy");
    field.value = text;
    field.addEventListener("blur", () => said.remove());
    said.append("This browser keeps the clipboard to itself here. Copy the selected text: ", field);
  }
  row.querySelector(".offered")?.remove();
  row.append(said);
  said.querySelector("textarea")?.select();
}

on("page", lists);
lists();
