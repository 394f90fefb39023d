// @ts-check
/** Dragging sideways on a weight: 0.1 every four pixels (Shift 1, Alt 0.01). A click still types. */
import { hold } from "../page/edits.js";
import { Kernel } from "./weights.js";

const SLACK = 3;
const PIXELS = 4;

/** @typedef {{ kernel: Kernel, field: HTMLInputElement, from: number, x: number, id: number, moving: boolean }} Drag */
/** @type {Drag | null} */
let drag = null;
/** The field whose drag ended with the click that is about to come. @type {EventTarget | null} */
let dragged = null;

/** @param {Event} event */
const weight = ({ target }) => (target instanceof HTMLInputElement && target.matches(".weight") ? target : null);

document.addEventListener("pointerdown", (event) => {
  const field = weight(event);
  const kernel = field?.closest("mc-kernel");
  dragged = null;
  if (!field || !(kernel instanceof Kernel) || event.button || !event.isPrimary) return;
  drag = { kernel, field, from: Number(field.dataset.exact), x: event.clientX, id: event.pointerId, moving: false };
});

document.addEventListener("pointermove", (event) => {
  if (!drag || event.pointerId !== drag.id) return;
  const distance = event.clientX - drag.x;
  if (!drag.moving && Math.abs(distance) <= SLACK) return;
  if (!drag.moving) begin(drag);
  const steps = Math.round(distance / PIXELS);
  drag.kernel.step(drag.field, event.shiftKey ? 10 * steps : steps, event.altKey ? 2 : 1, drag.from);
});

/** @param {Drag} drag */
function begin(drag) {
  drag.moving = true;
  drag.field.setPointerCapture(drag.id);
  document.documentElement.classList.add("dragging");
  hold(true);
}

for (const kind of ["pointerup", "pointercancel"]) document.addEventListener(kind, () => end());

function end() {
  if (drag?.moving) {
    dragged = drag.field;
    document.documentElement.classList.remove("dragging");
    hold(false);
  }
  drag = null;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !drag?.moving) return;
  event.preventDefault();
  drag.kernel.step(drag.field, 0, 1, drag.from);
  end();
}, true);

// A first press neither focuses nor selects, since it may become a drag; a click then does.
document.addEventListener("mousedown", (event) => {
  const field = weight(event);
  if (field && !event.button && event.detail < 2 && field !== document.activeElement) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const field = weight(event);
  if (!field) return;
  const typing = field === document.activeElement;
  field.focus();
  if (field !== dragged && !typing) field.select();
});

document.addEventListener("selectstart", (event) => drag?.moving && event.preventDefault());
