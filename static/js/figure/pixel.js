// @ts-check
/**
 * One output pixel wherever the page speaks of it: its arithmetic, the formula's indices, the marks
 * on every map, the captions' values. Products of numbers that the server sent, and nothing else.
 */
import { arithmetic } from "../lib/arithmetic.js";
import { captioned, outcomeWords, termsText } from "../lib/numbers.js";
import { levelKind, tint } from "../lib/colours.js";
import { roomOf, shownWindow } from "../lib/geometry.js";
import { fetched } from "../page/ask.js";
import { on, state, tell } from "../state.js";
import { hasLedger, showExact, showLedger } from "./ledger.js";

/**
 * @typedef {ReturnType<typeof arithmetic>} Working
 * @typedef {ReturnType<typeof shownWindow>} Window
 */

/** As many pixels are fetched at the first sign that one will be pointed at. */
const MOST = 512 * 512;
const APART = "not summed: each stays by itself";
/** More subtotals are counted, not listed. */
const MANY = 4;

/** @typedef {{ key: string | null, planes: import("../lib/packed.js").Plane[] | null, later: () => void }} Held */
/** The input's levels, 0…255, fetched once a picture. @type {Held} */
let held = { key: null, planes: null, later: () => {} };

/**
 * The planes of the input, or null while they are on their way; `later` is called when they are here.
 * @param {() => void} [later]
 */
export function levels(later = held.later) {
  if (state.facts.values) return null; // a deeper layer's inputs are no levels
  // Not what the link says: a network has a size of its own.
  const key = document.getElementById("figure")?.dataset.source ?? "";
  if (held.key !== key) void fetchLevels((held = { key, planes: null, later }), key);
  held.later = later;
  return held.planes;
}

/** @param {Held} mine @param {string} query */
async function fetchLevels(mine, query) {
  const names = state.facts.active.map((_, q) => `input-${q}`);
  try {
    mine.planes = (await fetched(names, `${query}&v=${state.facts.build}`, null, "default")).planes;
    if (mine !== held) return;
    mine.later();
    tell("levels");
  } catch {
    mine.key = null; // asked again when next wanted
  }
}

for (const sign of ["pointerover", "focusin"]) {
  document.getElementById("stage")?.addEventListener(sign, () => {
    const [rows, columns] = state.facts.geometry?.input ?? [Infinity, Infinity];
    if (rows * columns <= MOST) levels();
  });
}

/** The elements of a selector, looked up once for each page. @type {Map<string, Element[]>} */
const known = new Map();
on("page", () => known.clear());

/** @param {string} selector */
function found(selector) {
  const elements = known.get(selector) ?? [...document.querySelectorAll(selector)];
  known.set(selector, elements);
  return elements;
}

// What changes with every movement of the pointer is written only where it differs.

/** @param {Element} element @param {string} text */
function put(element, text) {
  const only = element.firstChild;
  if (only?.nextSibling === null && only instanceof Text) {
    if (only.data !== text) only.data = text; // a new node would be styled anew
  } else if (element.textContent !== text) element.textContent = text;
}

/** @param {Element} element @param {string} name */
function kind(element, name) {
  if (element.getAttribute("class") !== name) element.setAttribute("class", name);
}

/** @param {string} selector @param {string} text */
const write = (selector, text) => found(selector).forEach((element) => put(element, text));

/**
 * Show output pixel (i, j) everywhere; null while the input's levels are on their way.
 * @param {number} i
 * @param {number} j
 * @param {() => void} later called when they are here
 * @returns {Pick<Working, "value" | "output"> | null}
 */
export function show(i, j, later) {
  const { facts } = state;
  const window = shownWindow(facts.geometry, i, j);
  marks(window, i, j);
  const asked = hasLedger() || facts.pooling || (facts.sight?.layer ?? 1) > 1;
  const planes = asked ? null : levels(later);
  if (!asked && !planes) return null; // the words name no pixel before its numbers are there
  const name = () => Object.entries({ i, j }).forEach(([at, now]) => write(`[data-value="${at}"], .filled[data-index="${at}"]`, String(now)));
  if (hasLedger()) return showLedger(i, j, later, name);
  name();
  if (!planes) return showExact(i, j);
  const active = facts.active.flatMap((on, q) => (on ? [q] : []));
  const windows = active.map((q) =>
    window.sourceRows.map((row) =>
      window.sourceCols.map((col) => (row < 0 || col < 0 ? null : planes[q].bytes[row * planes[q].width + col])),
    ),
  );
  const kernels = active.map((q) => met(rowsOf(laid(q)), window));
  const working = arithmetic(windows, kernels, state.bias, facts.activation, facts.divisor, facts.ones);
  active.forEach((q, at) => channel(q, working.channels[at], windows[at], kernels[at], window));
  active.forEach((q, at) => write(`[data-value="partial-${q}"]`, working.added[at]));
  active.forEach((q, at) => write(`[data-value="added-${q}"]`, inOnes(working.channels[at], working.added[at])));
  const sum = running(active, windows, kernels) ?? working;
  write('[data-value="output"]', sum.caption);
  write('[data-value="sum"]', sumLine(sum));
  lines(sum);
  return sum;
}

/**
 * What the channels add up to that have entered, where the sum is shown step by step.
 * @param {number[]} active
 * @param {(number | null)[][][]} windows
 * @param {number[][][]} kernels
 */
function running(active, windows, kernels) {
  const { step } = state;
  if (!step) return null;
  const entered = (/** @type {unknown} */ _, /** @type {number} */ at) => active[at] < step.entered;
  const [bias, divisor] = step.biased ? [state.bias, state.facts.divisor] : [0, 1];
  return arithmetic(windows.filter(entered), kernels.filter(entered), bias, "identity", divisor, state.facts.ones);
}

/** A subtotal in the maps' unit, 0 … 1: figure/pixel.py has the same rule. @param {Working["channels"][number]} texts @param {string} added */
function inOnes({ sign, subtotal }, added) {
  if (state.facts.ones) return "";
  const [whole, part = ""] = subtotal.slice(1).split(".");
  const short = sign === "=" && (Number(whole + part) * 1000) % (255 * 10 ** part.length) === 0;
  return `÷ 255 ${short ? "=" : "≈"} ${added}`;
}

/** The subtotals, the bias, their sum and what the activation makes of it, as figure/sum.py says them. @param {Working} working */
function sumLine({ added, bias, sum, output, caption }) {
  const { whatIf, divisor } = state.facts;
  const listed = added.length > MANY ? `${added.length} subtotals` : termsText(added);
  if (whatIf === "apart") return `${listed}, not summed`;
  const mean = whatIf === "mean" && (state.step?.biased ?? true);
  const then = output === null ? "" : `; ${outcomeWords(state.facts, Number(output), caption)}`;
  return `${mean ? `(${listed}) ÷ ${divisor}` : listed}${bias === null ? "" : ` ${captioned(state.bias)} of bias`} ≈ ${sum}${then}`;
}

/** A channel's kernel as it is laid on the window; a what-if may turn it. @param {number} q */
export const laid = (q) => (state.facts.whatIf === "flipped" ? [...state.kernels[q]].reverse() : state.kernels[q]);

/** The rows of a kernel. @param {number[]} kernel */
export function rowsOf(kernel) {
  const [height, width] = state.facts.geometry.kernel;
  return Array.from({ length: height }, (_, di) => kernel.slice(di * width, (di + 1) * width));
}

/** What of a kernel meets a window. @param {number[][]} rows @param {Window} window */
const met = (rows, { rowTaps, colTaps }) => rowTaps.map((di) => colTaps.map((dj) => rows[di][dj]));

/** From the first to the last of a window's places that lie inside, as (first, length). @param {number[]} places */
export function extent(places) {
  const inside = places.filter((place) => place >= 0);
  return inside.length ? [Math.min(...inside), Math.max(...inside) - Math.min(...inside) + 1] : [0, 0];
}

/** Mark the window on every input and the pixel on every other map. @param {Window} window @param {number} i @param {number} j */
function marks(window, i, j) {
  const [[y, height], [x, width]] = [extent(window.rows), extent(window.cols)];
  const none = !window.rows.length || !window.cols.length;
  const place = none ? { x: 0, y: 0, width: 0, height: 0 } : { x, y, width: width || 1, height: height || 1 };
  const pixel = { x: j, y: i, width: 1, height: 1 };
  for (const rect of found(".winner")) {
    rect.setAttribute("visibility", String([i, j]) === String(state.facts.pixel) ? "visible" : "hidden");
  }
  for (const rect of found(":is(mc-map, .mini-map) .marks :is(.mark, .mark-edge)")) {
    const input = rect.closest("mc-map")?.getAttribute("data-map")?.startsWith("input-");
    for (const [name, value] of Object.entries(input ? place : pixel)) {
      if (rect.getAttribute(name) !== String(value)) rect.setAttribute(name, String(value));
    }
  }
}

/**
 * @param {number} q
 * @param {Working["channels"][number]} texts
 * @param {(number | null)[][]} window
 * @param {number[][]} kernel
 * @param {Window} places
 */
function channel(q, texts, window, kernel, places) {
  const scale = state.facts.weightScale;
  const pad = places.rows.map((row) => places.cols.map((col) => row < 0 || col < 0));
  fill(q, "window", texts.levels, (di, dj) => (pad[di][dj] ? "pad" : levelKind(window[di][dj] ?? 0)));
  fill(q, "taps", texts.kernel, (di, dj) => tint(kernel[di][dj], scale));
  fill(q, "products", texts.products, (di, dj) => tint((window[di][dj] ?? 0) * kernel[di][dj], scale * 255));
  write(`[data-value="subtotal-${q}"]`, texts.subtotal);
  write(`.channel[data-q="${q}"] .equals`, texts.sign);
}

/** @param {number} q @param {string} part @param {string[][]} texts @param {(di: number, dj: number) => string} named */
function fill(q, part, texts, named) {
  const width = roomOf(state.facts.geometry)[1];
  found(`.channel[data-q="${q}"] [data-part="${part}"] td`).forEach((cell, at) => {
    const [down, across] = [Math.floor(at / width), at % width];
    const text = texts[down]?.[across];
    put(cell, text ?? "");
    kind(cell, text === undefined ? "none" : named(down, across));
  });
}

/** @param {Working} working */
function lines(working) {
  const place = document.querySelector('[data-value="total"]');
  if (!place) return;
  const { whatIf, divisor } = state.facts;
  const terms = ["terms", termsText(working.channels.map((one) => one.subtotal)) || "0"];
  if (whatIf === "apart") return laidOut(place, [terms, ["muted", APART]]);
  const divided = whatIf === "mean" && state.step?.biased !== false; // a running sum is not yet
  const levels = [...(state.facts.ones ? [] : ["÷ 255"]), ...(divided ? [`÷ ${divisor}`] : [])].join(" ");
  laidOut(place, [
    terms,
    ...(state.facts.ones ? [] : [["levels", `${working.total_sign} ${working.total} of 255 levels`]]),
    ...(working.bias === null
      ? [["final", `${levels} ${working.value_sign} ${working.value}`.trimStart()]]
      : [["muted", `${levels}, then ${working.bias} of bias`.replace(/^, /, "")], ["final", `${working.value_sign} ${working.value}`]]),
    ...(working.output === null ? [] : [["final", `${state.facts.activationWords} ${working.output_sign} ${working.output}`]]),
  ]);
}

/** @param {Element} place @param {string[][]} said the kind of each line, and its text */
function laidOut(place, said) {
  while (place.children.length > said.length) place.lastElementChild?.remove();
  said.forEach(([name, text], at) => {
    const line = place.children[at] ?? place.appendChild(document.createElement("p"));
    kind(line, name);
    put(line, text);
  });
}
