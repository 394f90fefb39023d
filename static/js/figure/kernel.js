// @ts-check
/**
 * The weights' fields, and the bias's. `data-exact` holds the whole number behind a text.
 * Typing takes effect with every stroke that leaves a number; what is none is marked, said beside the
 * kernel, and not sent; what begins one is left alone for a moment. Arrow keys step by 0.1 (Shift 1,
 * Alt 0.01), and so does dragging a weight sideways, every four pixels; a click still types.
 */
import { tint } from "../lib/colours.js";
import { begun, parsed, plain, refusal, stepped, typedNumber, weightText } from "../lib/numbers.js";
import { setBias, setWeight } from "../page/edit.js";
import { pictured } from "../page/paint.js";
import { hold } from "../page/rest.js";
import { note, say, unsay } from "../page/words.js";
import { on, state } from "../state.js";
import { sayPixel } from "./map.js";

const PATIENCE = 1000;
const SLACK = 3;
const PIXELS = 4;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** The field that an event is about. @param {Event} event @param {string} [which] */
const fieldOf = ({ target }, which = ".weight, .bias input") =>
  target instanceof HTMLInputElement && target.matches(which) && !target.readOnly ? target : null;

/** The fields of one kernel. @param {string | number | undefined} q @returns {NodeListOf<HTMLInputElement>} */
const weights = (q) => document.querySelectorAll(`mc-kernel[data-q="${q}"] .weight`);

/** The input channel whose kernel a field is in; undefined: it is the bias's. @param {HTMLInputElement} field */
const channel = (field) => field.closest("mc-kernel")?.getAttribute("data-q") ?? undefined;

/** The number behind a field's text. @param {HTMLInputElement} field */
const exact = (field) => Number(field.dataset.exact ?? state.bias);

/** @param {HTMLInputElement} field @param {(number: number) => number} next @param {string} [read] how its text was read */
function change(field, next, read) {
  const q = channel(field);
  if (q) setWeight(Number(q), [...weights(q)].indexOf(field), next);
  else setBias(next);
  sayPixel(() => `${read || `${field.value}.`} `);
}

/** Where words about a field stand. @param {HTMLInputElement} field */
const place = (field) => field.closest("fieldset, label") ?? field;

/** Say why a field's text is no number, and of a single one what the pictures go on with. @param {HTMLInputElement} field @param {Iterable<HTMLElement>} [all] fields at fault */
function refuse(field, all = [field]) {
  const alone = [...all, ...place(field).querySelectorAll("[aria-invalid]")].every((other) => other === field);
  const holds = alone ? ` Until then it is ${weightText(exact(field))}.` : "";
  say(place(field), refusal(field.value, channel(field) ? "weight" : "bias") + holds, all);
}

/** @param {HTMLInputElement} field @param {boolean} [early] it may yet become a number */
function typed(field, early = begun(field.value)) {
  fit(field);
  clearTimeout(timer);
  if (early) {
    field.dataset.typed = "";
    timer = setTimeout(() => "typed" in field.dataset && typed(field, false), PATIENCE);
    return;
  }
  const value = typedNumber(field.value);
  if (value === null) return refuse(field);
  mended(field);
  const read = parsed(field.value) === null ? `“${field.value.trim()}” is read as ${weightText(value)}.` : "";
  note(place(field), read);
  field.dataset.exact = plain(value);
  change(field, () => value, read); // also where it shows that already: what waits for its turn may change it
}

/** Move a number from where it is. @param {HTMLInputElement} field @param {(number: number) => number} next */
function step(field, next) {
  mended(field);
  restore(field);
  change(field, next);
}

/** Take back what was said of one field; what is wrong in others stays. @param {HTMLInputElement} field */
function mended(field) {
  unsay(place(field), [field]);
  const others = /** @type {NodeListOf<HTMLInputElement>} */ (place(field).querySelectorAll(".weight[data-typed]"));
  if (others.length) refuse(others[0], others);
}

/** Show the number as it is. @param {HTMLInputElement} field */
function restore(field) {
  field.value = weightText(exact(field));
  fit(field);
}

/** Step a number's font down where its text is long: figure/kernel.py has the same rule. @param {HTMLInputElement} field */
function fit(field) {
  const characters = field.value.length;
  field.classList.toggle("six", characters === 6);
  field.classList.toggle("long", characters === 7);
  field.classList.toggle("longer", characters > 7);
}

/** A field shows a number that came from elsewhere. @param {HTMLInputElement} field @param {number} number */
function follow(field, number) {
  if (parsed(field.dataset.exact ?? field.value) === number) return;
  field.dataset.exact = plain(number);
  mended(field);
  if (field !== document.activeElement || typedNumber(field.value) !== number) restore(field);
}

on("kernel", ({ q, moving }) => {
  const [numbers, scale] = [state.kernels[q], state.facts.weightScale];
  const largest = Math.max(...numbers.map(Math.abs)) || 1;
  document.querySelectorAll(`.kernel-picture[data-q="${q}"]`).forEach((picture) => pictured(picture, numbers, largest));
  weights(q).forEach((field, at) => {
    setTint(field, numbers[at], scale);
    if (!moving) follow(field, numbers[at]);
  });
});

on("bias", ({ moving }) => {
  /** @type {HTMLInputElement | null} */
  const field = document.querySelector(".bias input");
  if (field && !moving) follow(field, state.bias);
});

/** Give an element its tint in place of the one it had. @param {Element} element @param {number} value @param {number} range */
function setTint(element, value, range) {
  const wanted = tint(value, range);
  if (element.classList.contains(wanted)) return;
  for (const name of [...element.classList]) if (/^(z|[pn][1-8])$/.test(name)) element.classList.remove(name);
  element.classList.add(wanted);
}

document.addEventListener("input", (event) => {
  const field = fieldOf(event);
  if (field) typed(field);
});

document.addEventListener("keydown", (event) => {
  const field = fieldOf(event);
  const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  if (!way || !field) return;
  event.preventDefault();
  step(field, (now) => stepped(now, event.shiftKey ? 10 * way : way, event.altKey ? 2 : 1));
});

document.addEventListener("focusout", (event) => {
  const field = fieldOf(event);
  if (!field) return;
  if (begun(field.value)) typed(field, false);
  if (!("typed" in field.dataset)) restore(field);
});

/** The weight that is worked on. @type {{ field: HTMLInputElement, q: string, at: number } | null} */
let worked = null;

document.addEventListener("focusin", (event) => {
  const field = fieldOf(event, ".weight");
  const q = field && channel(field);
  worked = field && q ? { field, q, at: [...weights(q)].indexOf(field) } : null;
});
document.addEventListener("pointerdown", (event) => {
  if (!fieldOf(event, ".weight")) worked = null; // whoever presses elsewhere has left it
});

// A kernel whose numbers outgrow their fields becomes a picture, or comes back: the hand goes with its weight.
function back() {
  if (!worked || worked.field.isConnected || document.activeElement !== document.body) return;
  const field = weights(worked.q)[worked.at];
  field?.closest("details")?.setAttribute("open", "");
  field?.focus();
  field?.setSelectionRange(field.value.length, field.value.length);
}
on("seen", back);
on("page", back);

/** @typedef {{ field: HTMLInputElement, from?: number, x: number, id: number, moving: boolean }} Drag */
/** @type {Drag | null} */
let drag = null;
/** The field whose drag ended with the click that is about to come. @type {EventTarget | null} */
let dragged = null;

/** Move a weight away from where its drag began. @param {Drag} drag @param {number} steps @param {number} places */
const pull = (drag, steps, places) => step(drag.field, (now) => stepped((drag.from ??= now), steps, places));

function end() {
  if (drag?.moving) {
    dragged = drag.field;
    document.documentElement.classList.remove("dragging");
    hold(false);
  }
  drag = null;
}

document.addEventListener("pointerdown", (event) => {
  const field = fieldOf(event, ".weight");
  dragged = null;
  if (field && !event.button && event.isPrimary) drag = { field, x: event.clientX, id: event.pointerId, moving: false };
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
  const field = fieldOf(event);
  if (drag?.moving) {
    pull(drag, 0, 1);
    end();
  } else if (field && "typed" in field.dataset) {
    restore(field);
    mended(field);
  } else return;
  event.preventDefault();
}, true);

// A first press neither focuses nor selects, since it may become a drag; a click then does.
document.addEventListener("mousedown", (event) => {
  const field = fieldOf(event, ".weight");
  if (field && !event.button && event.detail < 2 && field !== document.activeElement) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const field = fieldOf(event, ".weight");
  if (!field) return;
  const typing = field === document.activeElement;
  field.focus();
  if (field !== dragged && !typing) field.select();
});

document.addEventListener("selectstart", (event) => drag?.moving && event.preventDefault());
