// @ts-check
/**
 * Undo and redo are steps in the browser's own history. While a field is being typed in, its own
 * undo comes first.
 */
import { end, hasStep } from "./link.js";
import { weightText } from "../lib/numbers.js";
import { attribute } from "./places.js";
import { on, state } from "../state.js";

/** The field that was typed in since it got the focus. @type {EventTarget | null} */
let typed = null;

/** @param {number} way */
function go(way) {
  end(state.query);
  if (hasStep(way)) history.go(way);
}

function show() {
  for (const button of document.querySelectorAll("button[data-undo]")) {
    attribute(button, "aria-disabled", String(!hasStep(Number(button.getAttribute("data-undo")))));
  }
}

/** A weight that has the focus, and is not being typed in, says what it is now; a text that is none stays. */
function follow() {
  const field = document.activeElement;
  if (!(field instanceof HTMLInputElement) || !field.matches(".weight:not([data-typed])") || field === typed) return;
  field.value = weightText(Number(field.dataset.exact));
}

/** @param {KeyboardEvent} event which way its keys go through the history; 0: they mean another thing */
function way(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return 0;
  const key = event.key.toLowerCase();
  if (key === "z") return event.shiftKey ? 1 : -1;
  return key === "y" && !event.shiftKey ? 1 : 0;
}

document.addEventListener("keydown", (event) => {
  if (["ArrowUp", "ArrowDown", "Enter"].includes(event.key)) typed = null;
  const to = way(event);
  const field = document.activeElement;
  if (!to || field instanceof HTMLTextAreaElement || (typed && typed === field)) return;
  event.preventDefault();
  go(to);
}, true);

document.addEventListener("input", (event) => {
  if (event.isTrusted && event.target instanceof HTMLInputElement) typed = event.target;
});
document.addEventListener("focusin", () => (typed = null));
document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("button[data-undo]") : null;
  if (button) go(Number(button.getAttribute("data-undo")));
});

for (const kind of /** @type {const} */ (["settled", "page", "kernel", "bias", "pixel"])) on(kind, show);
on("page", follow);
addEventListener("popstate", show);
addEventListener("load", show);
