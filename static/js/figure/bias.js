// @ts-check
/** The bias beside Σ: typed, taken back and stepped by keys like a weight, added to the output alone. */
import { setBias } from "../page/edits.js";
import { say, unsay } from "../page/mistakes.js";
import { parsed, refusal, stepped, weightText } from "../lib/numbers.js";
import { on, state } from "../state.js";

/** @param {Event} event */
const bias = ({ target }) => (target instanceof HTMLInputElement && target.matches("label.bias input") ? target : null);

document.addEventListener("input", (event) => {
  const field = bias(event);
  const label = field?.closest("label");
  if (!field || !label) return;
  const value = parsed(field.value);
  if (value === null) return say(label, refusal(field.value, "bias"), [field]);
  unsay(label, [field]);
  if (value !== state.bias) setBias(value);
});

document.addEventListener("keydown", (event) => {
  const field = bias(event);
  const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  if (!field || !way) return;
  event.preventDefault();
  setBias(stepped(state.bias, event.shiftKey ? 10 * way : way, event.altKey ? 2 : 1));
});

document.addEventListener("keydown", (event) => {
  const field = bias(event);
  if (event.key !== "Escape" || !field || !("typed" in field.dataset)) return;
  event.preventDefault();
  show();
}, true);

function show() {
  const field = document.querySelector("label.bias input");
  if (!(field instanceof HTMLInputElement) || parsed(field.value) === state.bias) return;
  field.value = weightText(state.bias);
  const label = field.closest("label");
  if (label) unsay(label, [field]);
}
on("bias", show);
