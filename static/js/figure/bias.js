// @ts-check
/** The bias beside Σ: typed, taken back and stepped by keys like a weight, added to the output alone. */
import { parsed, refusal, stepped, weightText } from "../lib/numbers.js";
import { setBias } from "../page/edit.js";
import { say, unsay } from "../page/words.js";
import { on, state } from "../state.js";

/** The bias's field and its label, if the event is theirs. @param {Event} event */
function bias({ target }) {
  const label = target instanceof HTMLInputElement ? target.closest("label.bias") : null;
  return label ? { field: /** @type {HTMLInputElement} */ (target), label } : null;
}

document.addEventListener("input", (event) => {
  const { field, label } = bias(event) ?? {};
  if (!field || !label) return;
  const value = parsed(field.value);
  if (value === null) return say(label, refusal(field.value, "bias"), [field]);
  unsay(label, [field]);
  if (value !== state.bias) setBias(() => value);
});

document.addEventListener("keydown", (event) => {
  const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  if (!bias(event) || !way) return;
  event.preventDefault();
  setBias((now) => stepped(now, event.shiftKey ? 10 * way : way, event.altKey ? 2 : 1));
});

document.addEventListener("keydown", (event) => {
  const field = bias(event)?.field;
  if (event.key !== "Escape" || !field || !("typed" in field.dataset)) return;
  event.preventDefault();
  show();
}, true);

function show() {
  const field = document.querySelector("label.bias input");
  if (!(field instanceof HTMLInputElement) || parsed(field.value) === state.bias) return;
  field.value = weightText(state.bias);
  unsay(/** @type {Element} */ (field.closest("label")), [field]);
}
on("bias", show);
