// @ts-check
/**
 * An input pixel under the pointer: its level, and the output pixels that it feeds, each through
 * one weight. The arrow keys on an input do the same for the pixel under the window's middle.
 */
import { fedBy, windowOf } from "../lib/geometry.js";
import { weightText } from "../lib/numbers.js";
import { on, state } from "../state.js";
import { legend, maps, mark, unmark } from "./legend.js";
import { levels } from "./levels.js";
import { PictureMap } from "./map.js";

const MOST = 7;
/** @type {string | null} */
let shown = null;

/** @param {number} q @param {number} row @param {number} column */
function feed(q, row, column) {
  const key = `${q} ${row} ${column}`;
  if (shown === key) return;
  clear();
  shown = key;
  const plane = levels()?.[q];
  const level = plane ? plane.bytes[row * plane.width + column] : "…";
  const reading = document.querySelector(`[data-reading="input-${q}"]`);
  if (reading) reading.textContent = `[${row},${column}] = ${level}`;
  const { rows, cols } = fedBy(state.facts.geometry, row, column);
  const count = rows.length * cols.length;
  const name = `Input [${row}, ${column}, ${q}] = ${level}`;
  if (!count) return legend(`${name}: no window covers it.`);
  const [y, x] = [rows[0][0], cols[0][0]];
  const box = { x, y, width: cols[cols.length - 1][0] - x + 1, height: rows[rows.length - 1][0] - y + 1 };
  for (const map of [...maps(`partial-${q}`), ...maps("output-")]) mark(map, "fed", box);
  const fits = rows.length <= MOST && cols.length <= MOST;
  const noun = count === 1 ? "output pixel" : "output pixels";
  legend(`${name} feeds ${count} ${noun}${fits ? ", each with its own weight (row, column of the output):" : "."}`, fits ? grid(q, rows, cols) : null);
}

/** @param {number} q @param {[number, number][]} rows @param {[number, number][]} cols */
function grid(q, rows, cols) {
  const width = state.facts.geometry.kernel[1];
  const weights = rows.map(([i, di]) => [i, ...cols.map(([, dj]) => weightText(state.kernels[q][di * width + dj]))]);
  return [["", ...cols.map(([j]) => j)], ...weights];
}

function clear() {
  if (shown === null) return;
  const q = shown.split(" ")[0];
  shown = null;
  const reading = document.querySelector(`[data-reading="input-${q}"]`);
  if (reading) reading.textContent = `input[·,·,${q}]`;
  unmark("fed");
  legend();
}

/** @param {EventTarget | null} target */
function inputMap(target) {
  const map = target instanceof Element ? target.closest("mc-map") : null;
  return map instanceof PictureMap && map.input !== null ? map : null;
}

document.addEventListener("pointermove", (event) => {
  const map = inputMap(event.target);
  if (!map) return clear();
  const [row, column] = map.place(event);
  feed(map.input ?? 0, row, column);
});

on("pixel", ({ i, j }) => {
  const map = inputMap(document.activeElement);
  if (!map || map.matches(":hover")) return;
  const { geometry } = state.facts;
  const window = windowOf(geometry, i, j);
  const middle = (/** @type {number[]} */ places) => places[(places.length - 1) >> 1];
  const [row, column] = [middle(window.rows), middle(window.cols)];
  if (row >= 0 && column >= 0) feed(map.input ?? 0, row, column);
});
document.addEventListener("focusout", ({ target }) => inputMap(target) && clear());
on("page", clear);
on("levels", () => {
  if (shown === null) return;
  const [q, row, column] = shown.split(" ").map(Number);
  clear();
  feed(q, row, column);
});
