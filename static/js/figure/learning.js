// @ts-check
/**
 * A layer that learns under the hand: the slider goes to another step, and error, kernels, gradients and
 * the point on the curve follow from planes while it moves. Pointing at a weight, or focusing its
 * gradient, shows the picture whose mean that gradient is.
 */
import { tint } from "../lib/colours.js";
import { weightText } from "../lib/numbers.js";
import { hold, setStep } from "../page/edit.js";
import { edit } from "../page/form.js";
import { on, state, tell, under } from "../state.js";
import { fill } from "./map.js";

const WIDTH = 400; // of the curve, as it is drawn
const RESTS = 60; // ms: a hand that passes over a weight asks for nothing
/** The weight whose products are shown, as q-di-dj; empty: the one that the page chose. */
let seen = "";
/** @type {ReturnType<typeof setTimeout> | undefined} */
let resting;

/** @param {string} selector @returns {HTMLInputElement | null} */
const field = (selector) => document.querySelector(`#course ${selector}`);

/** Show where a step lies on the curve, and its loss. @param {number} step */
function point(step) {
  const told = state.facts.learning;
  const at = Math.min(step, (told?.heights.length ?? 1) - 1);
  const dot = document.querySelector(".loss-curve .now");
  if (!told || !dot) return;
  dot.setAttribute("cx", String((at * WIDTH) / told.last));
  dot.setAttribute("cy", String(told.heights[at]));
  const number = field("[name=steps]");
  if (number && number.value !== String(step)) number.value = String(step);
}

/** @param {number} share of the first loss */
const percent = (share) => `${Number((100 * share).toPrecision(3))} % of the first`;

document.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLInputElement) || !target.matches("[data-steps]")) return;
  const step = Number(target.value);
  point(step);
  setStep(() => step, target.form);
});

document.addEventListener("pointerdown", ({ target }) => {
  if (target instanceof Element && target.matches("[data-steps]")) hold(true);
});
for (const kind of ["pointerup", "pointercancel"]) {
  document.addEventListener(kind, () => state.facts.learning && hold(false));
}

/** Ask for what a field of the form says. @param {HTMLInputElement | HTMLSelectElement} changed */
function applied(changed) {
  if (changed.name) void edit(new URLSearchParams([[changed.name, changed.value]]), changed.closest("p"));
}
document.addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement) || target.form?.id !== "course") return;
  applied(target);
});
document.addEventListener("submit", (event) => {
  if (/** @type {HTMLFormElement} */ (event.target).id !== "course") return;
  event.preventDefault(); // what was typed is asked for by its change
});

on("planes", ({ planes, learning }) => {
  for (const plane of /** @type {import("../lib/packed.js").Plane[]} */ (planes)) {
    const scene = document.querySelector(`[data-scene="${plane.name}"]`);
    if (scene) drawn(scene, plane);
  }
  if (learning) numbers(learning);
});

/** @param {Element} scene @param {import("../lib/packed.js").Plane} plane */
function drawn(scene, plane) {
  const canvas = scene.querySelector("canvas") ?? document.createElement("canvas");
  if (!canvas.isConnected) {
    canvas.dataset.live = "";
    scene.append(canvas);
  }
  fill(canvas, plane);
}

/** Bring all numbers in line with an answer. @param {import("../lib/packed.js").Learned} learned */
function numbers(learned) {
  const told = state.facts.learning;
  if (!told) return;
  Object.assign(told, { weights: learned.weights, gradient: learned.gradient, bias: learned.bias, step: learned.step });
  const loss = document.querySelector("[data-loss]");
  if (loss) loss.textContent = `${Number(learned.loss.toPrecision(3))}, ${percent(learned.loss / (learned.first_loss || 1))}`;
  learned.weights.forEach((weights, q) => {
    state.kernels[q] = weights;
    tell("kernel", { q });
    squares(`.learned:not(.gradient)[data-q="${q}"]`, weights, told.scale, (value) => weightText(Math.round(value * 100) / 100 + 0));
    const own = Math.max(...learned.gradient[q].map(Math.abs)) || 1;
    const places = -Math.floor(Math.log10(own));
    const text = (/** @type {number} */ value) => (places >= 0 && places <= 3 ? value.toFixed(places).replace(/^-(?=[0.]*$)/, "").replace("-", "−") : "");
    squares(`.gradient[data-q="${q}"]`, learned.gradient[q], own, text);
    const scale = document.querySelector(`[data-slope-scale="${q}"]`);
    if (scale) scale.textContent = `±${Number(own.toPrecision(3))}`;
  });
  state.bias = learned.bias;
  tell("bias");
  if (seen) products();
}

/**
 * @param {string} selector
 * @param {number[]} values
 * @param {number} scale
 * @param {(value: number) => string} text
 */
function squares(selector, values, scale, text) {
  const picture = document.querySelector(selector);
  const texts = picture?.querySelectorAll("text") ?? [];
  picture?.querySelectorAll("rect:not(.frame)").forEach((square, at) => {
    const marked = square.classList.contains("seen") ? " seen" : "";
    square.setAttribute("class", `${tint(values[at], scale)}${marked}`);
    if (texts[at]) texts[at].textContent = text(values[at]);
  });
}

/** Show the products of the weight that is pointed at: their mean is its gradient. */
function products() {
  const told = state.facts.learning;
  const [place, words] = ["[data-product]", "[data-product-words]"].map((each) => document.querySelector(each));
  const [q, di, dj] = seen.split("-").map(Number);
  const picture = place?.querySelector("img");
  if (!told || !picture || !words) return;
  const slope = told.gradient[q]?.[di * state.facts.geometry.kernel[1] + dj] ?? 0;
  const channel = ["red", "green", "blue"][q];
  const said = `2 · error × ${channel} at [${di}, ${dj}]: mean ${slope > 0 ? "+" : ""}${String(Number(slope.toPrecision(3))).replace("-", "−")}`;
  words.textContent = said;
  picture.alt = said;
  picture.src = under(`/maps/product-${seen}.png?${state.query}`);
}

/** The weight that an event is about, as q-di-dj. @param {EventTarget | null} target */
function tapOf(target) {
  if (!(target instanceof Element) || !state.facts.learning) return "";
  const tap = target.closest("[data-tap]")?.getAttribute("data-tap");
  if (tap) return tap;
  const kernel = target.matches(".weight") && target.closest("mc-kernel");
  if (!kernel) return "";
  const at = [...kernel.querySelectorAll(".weight")].indexOf(target);
  const columns = state.facts.geometry.kernel[1];
  return `${kernel.getAttribute("data-q")}-${Math.floor(at / columns)}-${at % columns}`;
}

for (const kind of ["pointerover", "focusin"]) {
  document.addEventListener(kind, ({ target }) => {
    const tap = tapOf(target);
    clearTimeout(resting);
    if (!tap || tap === seen) return;
    resting = setTimeout(() => {
      seen = tap;
      marked();
      products();
    }, RESTS);
  });
}

/** Outline the squares of the weight whose products are shown. */
function marked() {
  for (const square of document.querySelectorAll(".learned .seen")) square.classList.remove("seen");
  for (const square of document.querySelectorAll(`.learned [data-tap="${seen}"]`)) square.classList.add("seen");
}

// Scripts show it in place; without them a gradient's link is its picture.
document.addEventListener("click", (event) => {
  const tap = event.target instanceof Element && event.target.closest(".gradient [data-tap]");
  if (tap && !event.ctrlKey && !event.metaKey && !event.shiftKey) event.preventDefault();
});

on("page", () => {
  for (const canvas of document.querySelectorAll(".scene canvas")) canvas.remove();
  const slider = field("[data-steps]");
  if (slider && state.facts.learning) slider.value = String(state.facts.learning.step);
  if (!state.facts.learning) seen = "";
  if (seen) marked();
  if (seen) products();
});
