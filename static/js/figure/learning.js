// @ts-check
/**
 * A layer that learns under the hand: the slider goes to another step, and error, kernels, gradients and
 * the point on the curve follow. All steps are known once they were asked for, so pictures and colours
 * follow in the same frame, numbers now and then; the server's own come when the hand rests. Pointing at
 * a weight, or focusing its gradient, shows the picture whose mean that gradient is.
 */
import { tint } from "../lib/colours.js";
import { standing } from "../lib/learning.js";
import { correlated, previewable, summed } from "../lib/preview.js";
import { accepted } from "../page/ask.js";
import { setStep } from "../page/edit.js";
import { edit } from "../page/form.js";
import { fill } from "../page/paint.js";
import { hold } from "../page/rest.js";
import { unsay } from "../page/words.js";
import { on, state, tell, under } from "../state.js";
import { levels } from "./pixel.js";

const WIDTH = 400; // of the curve, as it is drawn
const SELDOM = 150; // ms from numbers to numbers while the slider moves: their layout is most of a frame
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
  forgiven(step);
}

/** The step at which another was asked for. @type {number | undefined} */
let stood;

/** What was refused is told no more once the steps go on. @param {number} step */
function forgiven(step) {
  const number = field("[name=steps]");
  if (number?.dataset.typed === undefined || step === stood) return;
  unsay(number.closest("p") ?? number, [number]);
  number.value = String(step);
}

/** @param {number} share of the first loss */
const percent = (share) =>
  share >= 1000
    ? `${share.toPrecision(2).replace(/e\+(\d)$/, "e+0$1")} × the first`
    : `${Number((100 * share).toPrecision(3))} % of the first`;

/** All steps of what the page learns, once they are here, and the target's values. @type {{ key: string, way: import("../lib/learning.js").Way | null, target: Float32Array | null }} */
let known = { key: "", way: null, target: null };
/** When numbers followed last, and what brings those of a hand that pauses. @type {{ at: number, later?: ReturnType<typeof setTimeout> }} */
const numbered = { at: 0 };

/** What all the steps have in common. */
function whole() {
  const query = new URLSearchParams(state.query);
  for (const name of ["steps", "i", "j"]) query.delete(name);
  return String(query);
}

/** Ask for all steps at once, where the page can draw what follows from them. */
async function foresee() {
  const { geometry, active, learning } = state.facts;
  if (!learning || document.documentElement.dataset.preview === "off" || !previewable(geometry, active.length)) return;
  const key = whole();
  if (known.key === key) return;
  const mine = (known = { key, way: /** @type {typeof known.way} */ (null), target: null });
  levels();
  try {
    mine.way = await (await accepted(await fetch(under(`/api/learning?${key}`)))).json();
  } catch {
    mine.key = ""; // asked again when next wanted
  }
}

/** The values of the target; null until it is known what makes them. @param {import("../lib/packed.js").Plane[]} planes of the input */
export function targetValues(planes) {
  if (!known.way || known.key !== whole()) return null;
  const { kernels, geometry } = known.way.target;
  if (!previewable(geometry, kernels.length)) return null;
  return (known.target ??= summed(kernels.map((kernel, q) => correlated(planes[q].bytes, kernel, geometry)), 0, "identity"));
}

/** Take kernels, bias and gradients to a step; whether it is known here, and so what can be drawn of it. @param {number} step */
function followed(step) {
  const planes = levels();
  if (!planes || !targetValues(planes) || !known.way) return false;
  numbers(standing(known.way, step), performance.now() - numbered.at < SELDOM);
  return true;
}

document.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLInputElement) || !target.matches("[data-steps]")) return;
  const step = Number(target.value);
  point(step);
  setStep(() => ({ step, ahead: followed(step) }), target.form);
});

for (const sign of ["pointerover", "pointerdown", "focusin"]) {
  document.addEventListener(sign, ({ target }) => void (target instanceof Element && target.matches("[data-steps]") && foresee()));
}

document.addEventListener("pointerdown", ({ target }) => {
  if (target instanceof Element && target.matches("[data-steps]")) hold(true);
});
for (const kind of ["pointerup", "pointercancel"]) {
  document.addEventListener(kind, () => state.facts.learning && hold(false));
}

/** Ask for what a field of the form says. @param {HTMLInputElement | HTMLSelectElement} changed */
function applied(changed) {
  stood = state.facts.learning?.step;
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
  if (!state.facts.learning) return;
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

/**
 * Bring colours and numbers in line with a step.
 * @param {import("../lib/packed.js").Learned} learned
 * @param {boolean} [moving] the numbers follow later
 */
function numbers(learned, moving = false) {
  clearTimeout(numbered.later);
  if (moving) numbered.later = setTimeout(numbers, SELDOM, learned);
  else numbered.at = performance.now();
  const told = state.facts.learning;
  if (!told) return;
  Object.assign(told, { weights: learned.weights, gradient: learned.gradient, bias: learned.bias, step: learned.step });
  const loss = document.querySelector("[data-loss]");
  if (loss && !moving) loss.textContent = `${Number(learned.loss.toPrecision(3))}, ${percent(learned.loss / (learned.first_loss || 1))}`;
  learned.weights.forEach((weights, q) => {
    state.kernels[q] = weights;
    tell("kernel", { q, moving });
    const own = Math.max(...learned.gradient[q].map(Math.abs)) || 1;
    document.querySelectorAll(`.gradient[data-q="${q}"] [data-tap]`).forEach((tap, at) => {
      const [square, slope] = [tap.firstElementChild, learned.gradient[q][at]];
      if (square && !square.classList.contains(tint(slope, own))) square.setAttribute("class", tint(slope, own));
      if (!moving) tap.setAttribute("aria-label", `${tap.getAttribute("aria-label")?.replace(/gradient .*/, "")}gradient ${slopeText(slope)}`);
    });
    const scale = document.querySelector(`[data-slope-scale="${q}"]`);
    if (scale && !moving) scale.textContent = `±${Number(own.toPrecision(3))}`;
  });
  state.bias = learned.bias;
  tell("bias", { moving });
  if (seen && !moving) products();
}

/** @param {number} slope */
const slopeText = (slope) => `${slope > 0 ? "+" : ""}${Number(slope.toPrecision(3))}`.replace("-", "−");

/** Show the products of the weight that is pointed at: their mean is its gradient. */
function products() {
  const told = state.facts.learning;
  const [place, words] = ["[data-product]", "[data-product-words]"].map((each) => document.querySelector(each));
  const [q, di, dj] = seen.split("-").map(Number);
  const picture = place?.querySelector("img");
  if (!told || !picture || !words) return;
  const slope = told.gradient[q]?.[di * state.facts.geometry.kernel[1] + dj] ?? 0;
  const channel = ["red", "green", "blue"][q];
  const said = `2 · error × ${channel} at [${di}, ${dj}]: mean ${slopeText(slope)}`;
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
  for (const square of document.querySelectorAll(".gradient .seen")) square.classList.remove("seen");
  for (const square of document.querySelectorAll(`.gradient [data-tap="${seen}"]`)) square.classList.add("seen");
}

// Scripts show it in place; without them a gradient's link is its picture.
document.addEventListener("click", (event) => {
  const tap = event.target instanceof Element && event.target.closest(".gradient [data-tap]");
  if (tap && !event.ctrlKey && !event.metaKey && !event.shiftKey) event.preventDefault();
});

on("page", () => {
  clearTimeout(numbered.later);
  for (const canvas of document.querySelectorAll(".scene canvas")) canvas.remove();
  const slider = field("[data-steps]");
  if (slider && state.facts.learning) slider.value = String(state.facts.learning.step);
  if (state.facts.learning) forgiven(state.facts.learning.step);
  if (!state.facts.learning) seen = "";
  if (seen) marked();
  if (seen) products();
});
