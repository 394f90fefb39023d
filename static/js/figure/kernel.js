// @ts-check
/**
 * `mc-kernel`: the weights of one kernel. A field's `data-exact` holds the whole number behind its
 * text. Typing takes effect with every stroke that leaves a number; what is none is marked, said
 * beside the kernel, and not sent; what begins one is left alone for a moment. Arrow keys step by 0.1
 * (Shift 1, Alt 0.01), and so does dragging sideways, every four pixels; a click still types.
 */
import { tint } from "../lib/colours.js";
import { begun, parsed, plain, refusal, stepped, weightText } from "../lib/numbers.js";
import { hold, setWeight } from "../page/edit.js";
import { say, unsay } from "../page/words.js";
import { on, state } from "../state.js";

const PATIENCE = 1000;
const SLACK = 3;
const PIXELS = 4;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

class Kernel extends HTMLElement {
  constructor() {
    super();
    this.addEventListener("input", ({ target }) => this.typed(/** @type {HTMLInputElement} */ (target)));
    this.addEventListener("keydown", (event) => this.pressed(event));
    this.addEventListener("focusout", ({ target }) => this.left(/** @type {HTMLInputElement} */ (target)));
  }

  connectedCallback() {
    this.deaf = on("kernel", ({ q }) => q === this.q && this.show());
  }

  disconnectedCallback() {
    this.deaf?.();
  }

  get q() {
    return Number(this.dataset.q);
  }

  /** @returns {HTMLInputElement[]} */
  get fields() {
    return [...this.querySelectorAll("input")];
  }

  /** @param {HTMLInputElement} field @param {boolean} [early] it may yet become a number */
  typed(field, early = begun(field.value)) {
    fit(field);
    clearTimeout(timer);
    if (early) {
      field.dataset.typed = "";
      timer = setTimeout(() => "typed" in field.dataset && this.typed(field, false), PATIENCE);
      return;
    }
    const value = parsed(field.value);
    if (value === null) return say(place(field), refusal(field.value, "weight"), [field]);
    mended(field);
    if (Number(field.dataset.exact) === value) return;
    field.dataset.exact = plain(value);
    setWeight(this.q, this.fields.indexOf(field), () => value);
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const field = event.target;
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!way || !(field instanceof HTMLInputElement)) return;
    event.preventDefault();
    this.step(field, (weight) => stepped(weight, event.shiftKey ? 10 * way : way, event.altKey ? 2 : 1));
  }

  /** Move a weight from where it is. @param {HTMLInputElement} field @param {(weight: number) => number} next */
  step(field, next) {
    mended(field);
    restore(field);
    setWeight(this.q, this.fields.indexOf(field), next);
  }

  /** @param {HTMLInputElement} field */
  left(field) {
    if (begun(field.value)) this.typed(field, false);
    if (field.dataset.exact && !("typed" in field.dataset)) restore(field);
  }

  /** Show the kernel as it is known: its tints, and numbers that came from elsewhere. */
  show() {
    const numbers = state.kernels[this.q];
    const scale = state.facts.weightScale;
    document.querySelectorAll(`.kernel-picture[data-q="${this.q}"] rect`).forEach((cell, at) => setTint(cell, numbers[at], scale));
    this.fields.forEach((field, at) => {
      setTint(field, numbers[at], scale);
      if (Number(field.dataset.exact) === numbers[at]) return;
      field.dataset.exact = plain(numbers[at]);
      mended(field);
      if (field !== document.activeElement || parsed(field.value) !== numbers[at]) restore(field);
    });
  }
}

/** @param {HTMLInputElement} field */
const place = (field) => field.closest("fieldset") ?? field;

/** Take back what was said of one field; what is wrong in others stays. @param {HTMLInputElement} field */
function mended(field) {
  unsay(place(field), [field]);
  const others = /** @type {NodeListOf<HTMLInputElement>} */ (place(field).querySelectorAll(".weight[data-typed]"));
  if (others.length) say(place(field), refusal(others[0].value, "weight"), others);
}

/** Show the weight as it is. @param {HTMLInputElement} field */
function restore(field) {
  field.value = weightText(Number(field.dataset.exact));
  fit(field);
}

/** Step a field's font down where its text is long: figure/kernel.py has the same rule. @param {HTMLInputElement} field */
function fit(field) {
  const characters = field.value.length;
  field.classList.toggle("long", characters === 7);
  field.classList.toggle("longer", characters > 7);
}

/** Give an element its tint in place of the one it had. @param {Element} element @param {number} value @param {number} range */
function setTint(element, value, range) {
  const wanted = tint(value, range);
  if (element.classList.contains(wanted)) return;
  for (const name of [...element.classList]) if (/^(z|[pn][1-8])$/.test(name)) element.classList.remove(name);
  element.classList.add(wanted);
}

/** @typedef {{ kernel: Kernel, field: HTMLInputElement, from?: number, x: number, id: number, moving: boolean }} Drag */
/** @type {Drag | null} */
let drag = null;
/** The field whose drag ended with the click that is about to come. @type {EventTarget | null} */
let dragged = null;

/** @param {Event} event */
const weight = ({ target }) => (target instanceof HTMLInputElement && target.matches(".weight") ? target : null);

/** Move a weight away from where its drag began. @param {Drag} drag @param {number} steps @param {number} places */
const pull = (drag, steps, places) => drag.kernel.step(drag.field, (now) => stepped((drag.from ??= now), steps, places));

function end() {
  if (drag?.moving) {
    dragged = drag.field;
    document.documentElement.classList.remove("dragging");
    hold(false);
  }
  drag = null;
}

document.addEventListener("pointerdown", (event) => {
  const field = weight(event);
  const kernel = field?.closest("mc-kernel");
  dragged = null;
  if (!field || !(kernel instanceof Kernel) || event.button || !event.isPrimary) return;
  drag = { kernel, field, x: event.clientX, id: event.pointerId, moving: false };
});

document.addEventListener("pointermove", (event) => {
  if (!drag || event.pointerId !== drag.id) return;
  const distance = event.clientX - drag.x;
  if (!drag.moving && Math.abs(distance) <= SLACK) return;
  if (!drag.moving) {
    drag.moving = true;
    drag.field.setPointerCapture(drag.id);
    document.documentElement.classList.add("dragging");
    hold(true);
  }
  const steps = Math.round(distance / PIXELS);
  pull(drag, event.shiftKey ? 10 * steps : steps, event.altKey ? 2 : 1);
});

for (const kind of ["pointerup", "pointercancel"]) document.addEventListener(kind, end);

// Escape takes a drag back, or a text that is no number.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const field = weight(event);
  if (drag?.moving) pull(drag, 0, 1);
  else if (!field?.matches("[data-typed]")) return;
  event.preventDefault();
  if (drag?.moving) return end();
  if (!field) return;
  restore(field);
  mended(field);
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

customElements.define("mc-kernel", Kernel);
