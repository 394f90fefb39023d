// @ts-check
/**
 * `mc-kernel`: the weights of one kernel. A field's `data-exact` holds the whole number behind its
 * text. Typing takes effect with every stroke that leaves a number; what is none is marked, said
 * beside the kernel, and not sent; what begins one is left alone for a moment. Arrow keys step by 0.1 (Shift 1, Alt 0.01).
 */
import { setKernel } from "../page/edits.js";
import { begun, parsed, plain, stepped, weightText } from "../lib/numbers.js";
import { on, state } from "../state.js";
import { fit, setTint } from "../lib/tints.js";
import { mended, refuse, restore } from "./wrong.js";

const PATIENCE = 1000;
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
    if (value === null) return refuse(field);
    mended(field);
    this.put(field, value);
  }

  /**
   * Give one weight another value.
   * @param {HTMLInputElement} field
   * @param {number} value
   */
  put(field, value) {
    if (Number(field.dataset.exact) === value) return;
    field.dataset.exact = plain(value);
    setKernel(this.q, this.fields.map((other) => Number(other.dataset.exact)));
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const field = event.target;
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!way || !(field instanceof HTMLInputElement)) return;
    event.preventDefault();
    this.step(field, event.shiftKey ? 10 * way : way, event.altKey ? 2 : 1);
  }

  /**
   * Move a weight by whole steps of 10^-places.
   * @param {HTMLInputElement} field
   * @param {number} steps
   * @param {number} places
   * @param {number} [from] start here and not at the weight as it is
   */
  step(field, steps, places, from = Number(field.dataset.exact)) {
    mended(field);
    const value = stepped(from, steps, places);
    field.value = weightText(value);
    fit(field);
    this.put(field, value);
  }

  /** @param {HTMLInputElement} field */
  left(field) {
    if (begun(field.value)) this.typed(field, false);
    if (!field.dataset.exact || "typed" in field.dataset) return;
    restore(field);
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
      restore(field);
      mended(field);
    });
  }
}

customElements.define("mc-kernel", Kernel);
export { Kernel };
