// @ts-check
/**
 * Undo and redo are steps in the browser's own history, taken when it is their turn. While a field is
 * being typed in, its own undo comes first.
 */
import { weightText } from "../lib/numbers.js";
import { on, state } from "../state.js";
import { byHand, patiently, unheard } from "./acts.js";
import { arrived, end, hasStep, jump, moved, steady, strayed } from "./link.js";
import { go, inTurn, pending, visit } from "./visit.js";
import { discard } from "./words.js";

/** The field that was typed in since it got the focus. @type {EventTarget | null} */
let typed = null;

/** What the address says, shown as it is; the history has moved already. */
const here = () => ({ link: location.pathname + location.search });

/** @param {number} way */
const travel = (way) =>
  inTurn(async () => {
    await steady();
    end(state.query);
    if (!hasStep(way)) return;
    await jump(way);
    if (location.search.slice(1) !== state.query && (await go(here, { push: false }))) discard();
  });

addEventListener("popstate", () => {
  const expected = arrived();
  const waits = unheard();
  const away = !expected && (pending() || waits) ? strayed() : 0;
  if (away) {
    // What is under way, or not heard yet, becomes a step first, for Forward to find.
    void jump(-away);
    return void (waits ? waits.then(() => void travel(away)) : travel(away));
  }
  const other = moved();
  show();
  if (expected || !other || location.search.slice(1) === state.query) return;
  void visit(here, { push: false }).then((shown) => shown && discard());
});

function show() {
  for (const button of document.querySelectorAll("button[data-undo]")) {
    const disabled = String(!hasStep(Number(button.getAttribute("data-undo"))));
    if (button.getAttribute("aria-disabled") !== disabled) button.setAttribute("aria-disabled", disabled);
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

patiently(({ target }) => target instanceof Element && target.closest("button[data-undo]") !== null);
document.addEventListener("keydown", (event) => {
  if (["ArrowUp", "ArrowDown", "Enter"].includes(event.key)) typed = null;
  const to = way(event);
  const field = document.activeElement;
  if (!to || field instanceof HTMLTextAreaElement || (typed && typed === field)) return;
  event.preventDefault();
  void travel(to);
}, true);

document.addEventListener("input", (event) => {
  // A box or a slider has no undo of its own.
  const text = event.target instanceof HTMLInputElement && !event.target.matches("[type=checkbox], [type=range]");
  if (byHand(event) && text) typed = event.target;
});
document.addEventListener("focusin", () => (typed = null));
document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("button[data-undo]") : null;
  if (button) void travel(Number(button.getAttribute("data-undo")));
});

for (const kind of /** @type {const} */ (["settled", "seen", "page", "kernel", "bias", "pixel"])) on(kind, show);
on("page", follow);
addEventListener("load", show);
