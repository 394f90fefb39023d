// @ts-check
/**
 * One output pixel wherever the page speaks of it: its arithmetic, the formula's indices, the marks
 * on every map, the captions' values. Products of numbers that the server sent, and nothing else.
 */
import { arithmetic } from "../lib/arithmetic.js";
import { windowOf } from "../lib/geometry.js";
import { levels } from "./levels.js";
import { marks } from "./marks.js";
import { found, put, write } from "../page/places.js";
import { state } from "../state.js";
import { levelKind, tint } from "../lib/tints.js";

/** @typedef {ReturnType<typeof arithmetic>} Working */

/**
 * Show output pixel (i, j) everywhere; null while the input's levels are on their way.
 * @param {number} i
 * @param {number} j
 * @param {() => void} later called when they are here
 * @returns {Working | null}
 */
export function show(i, j, later) {
  const { facts } = state;
  const window = windowOf(facts.geometry, i, j);
  marks(window, i, j);
  write('[data-value="i"], .filled[data-index="i"]', String(i));
  write('[data-value="j"], .filled[data-index="j"]', String(j));
  const planes = levels(later);
  if (!planes) return null;
  const active = facts.active.flatMap((on, q) => (on ? [q] : []));
  const windows = active.map((q) =>
    window.sourceRows.map((row) =>
      window.sourceCols.map((col) => (row < 0 || col < 0 ? null : planes[q].bytes[row * planes[q].width + col])),
    ),
  );
  const kernels = active.map((q) => folded(state.kernels[q]));
  const working = arithmetic(windows, kernels, state.bias, facts.activation);
  active.forEach((q, at) => channel(q, working.channels[at], windows[at], kernels[at], window));
  active.forEach((q, at) => write(`[data-value="partial-${q}"]`, working.added[at]));
  write('[data-value="output"]', working.caption);
  lines(working);
  return working;
}

/** @param {number[]} kernel */
function folded(kernel) {
  const [height, width] = state.facts.geometry.kernel;
  return Array.from({ length: height }, (_, di) => kernel.slice(di * width, (di + 1) * width));
}

/**
 * @param {number} q
 * @param {Working["channels"][number]} texts
 * @param {(number | null)[][]} window
 * @param {number[][]} kernel
 * @param {ReturnType<typeof windowOf>} places
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

/**
 * @param {number} q
 * @param {string} part
 * @param {string[][]} texts
 * @param {(di: number, dj: number) => string} kind
 */
function fill(q, part, texts, kind) {
  found(`.channel[data-q="${q}"] [data-part="${part}"] td`).forEach((cell, at) => {
    const [di, dj] = [Math.floor(at / texts[0].length), at % texts[0].length];
    if (texts[di] === undefined) return;
    put(cell, texts[di][dj]);
    const name = kind(di, dj);
    if (cell.className !== name) cell.className = name;
  });
}

/** @param {Working} working */
function lines(working) {
  const place = document.querySelector('[data-value="total"]');
  if (!place) return;
  const said = [
    ["terms", working.channels.map((one) => one.subtotal).join(" ")],
    ["levels", `${working.total_sign} ${working.total} of 255 levels`],
    ...(working.bias === null
      ? [["final", `÷ 255 ${working.value_sign} ${working.value}`]]
      : [["muted", `÷ 255, then ${working.bias} of bias`], ["final", `${working.value_sign} ${working.value}`]]),
    ...(working.output === null ? [] : [["final", `${state.facts.activationWords} ${working.output_sign} ${working.output}`]]),
  ];
  while (place.children.length > said.length) place.lastElementChild?.remove();
  said.forEach(([kind, text], at) => {
    const line = place.children[at] ?? place.appendChild(document.createElement("p"));
    if (line.className !== kind) line.className = kind;
    put(line, text);
  });
}
