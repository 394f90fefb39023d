// @ts-check
/** The integers of a layer: engine/geometry.py's meetings, window_of and nearest_output, mirrored here once. */
import { halfEven } from "./numbers.js";

/**
 * @typedef {{ input: number[], kernel: number[], strides: number[], pads: number[][],
 *   dilations: number[], mode: string, output: number[], transposed?: boolean }} Geometry
 */

/**
 * The input rows and columns under output pixel (i, j), from the first on: −1 where they lie in the
 * padding; `sourceRows`, `sourceCols` are where the padding mode takes its value, `rowTaps`,
 * `colTaps` what of the kernel meets each: of a transposed layer what is stamped there.
 * @param {Geometry} geometry
 * @param {number} i
 * @param {number} j
 */
export function windowOf(geometry, i, j) {
  const [rows, sourceRows, rowTaps] = lines(geometry, 0, i);
  const [cols, sourceCols, colTaps] = lines(geometry, 1, j);
  return { rows, cols, sourceRows, sourceCols, rowTaps, colTaps };
}

/**
 * A window as it is shown: of a transposed layer's what lies on the input, where there is no padding.
 * @param {Geometry} geometry
 * @param {number} i
 * @param {number} j
 */
export function shownWindow(geometry, i, j) {
  const window = windowOf(geometry, i, j);
  if (!geometry.transposed) return window;
  const kept = (/** @type {number[]} */ numbers, /** @type {number[]} */ places) => numbers.filter((_, at) => places[at] >= 0);
  const { rows, cols } = window;
  return {
    rows: kept(rows, rows), cols: kept(cols, cols), sourceRows: kept(rows, rows), sourceCols: kept(cols, cols),
    rowTaps: kept(window.rowTaps, rows), colTaps: kept(window.colTaps, cols),
  };
}

/**
 * Where a tap of an output pixel lies along an axis; outside the input too.
 * @param {Geometry} geometry
 * @param {0 | 1} axis
 * @param {number} at
 * @param {number} tap
 */
export const placeOf = ({ strides, pads, dilations }, axis, at, tap) => at * strides[axis] - pads[axis][0] + tap * dilations[axis];

/**
 * Each tap that meets an output row or column, and on which input, outside it too.
 * @param {Geometry} geometry
 * @param {0 | 1} axis
 * @param {number} at
 */
export function meetings(geometry, axis, at) {
  const taps = Array.from({ length: geometry.kernel[axis] }, (_, tap) => tap);
  if (!geometry.transposed) return taps.map((tap) => [tap, placeOf(geometry, axis, at, tap)]);
  const place = (/** @type {number} */ tap) => (at + geometry.pads[axis][0] - tap * geometry.dilations[axis]) / geometry.strides[axis];
  return taps.reverse().filter((tap) => Number.isInteger(place(tap))).map((tap) => [tap, place(tap)]);
}

/** How many rows and columns the most of any output pixel's window has. @param {Geometry} geometry */
export const roomOf = (geometry) =>
  geometry.transposed
    ? /** @type {(0 | 1)[]} */ ([0, 1]).map((axis) =>
        Math.min(Math.max(...Array.from({ length: geometry.strides[axis] }, (_, at) => meetings(geometry, axis, at).length)), geometry.input[axis]),
      )
    : geometry.kernel;

/** @param {Geometry} geometry @param {0 | 1} axis @param {number} at */
function lines(geometry, axis, at) {
  const side = geometry.input[axis];
  const met = meetings(geometry, axis, at);
  return [
    met.map(([, place]) => (place >= 0 && place < side ? place : -1)),
    met.map(([, place]) => source(place, side, geometry.mode)),
    met.map(([tap]) => tap),
  ];
}

/** @param {number} place @param {number} side @param {string} mode */
function source(place, side, mode) {
  if (place >= 0 && place < side) return place;
  if (mode === "replicate") return Math.min(Math.max(place, 0), side - 1);
  if (mode === "circular") return modulo(place, side);
  if (mode === "reflect") {
    const folded = modulo(place, Math.max(2 * (side - 1), 1));
    return Math.min(folded, 2 * (side - 1) - folded);
  }
  return -1;
}

/** @param {number} value @param {number} side */
const modulo = (value, side) => ((value % side) + side) % side;

/**
 * The output pixel whose window's centre lies nearest an input pixel.
 * @param {Geometry} geometry
 * @param {number} row
 * @param {number} column
 * @returns {[number, number]}
 */
export function nearestOutput(geometry, row, column) {
  return [nearest(geometry, 0, row), nearest(geometry, 1, column)];
}

/** @param {Geometry} geometry @param {0 | 1} axis @param {number} place */
function nearest(geometry, axis, place) {
  const [before, step] = [geometry.pads[axis][0], geometry.strides[axis]];
  const convolved = (place + before - middle(geometry, axis)) / step;
  const at = geometry.transposed ? place * step + middle(geometry, axis) - before : halfEven(convolved);
  return Math.min(Math.max(at, 0), geometry.output[axis] - 1);
}

/** @param {Geometry} geometry @param {0 | 1} axis */
const middle = (geometry, axis) => Math.floor((geometry.kernel[axis] - 1) / 2) * geometry.dilations[axis];

/**
 * The output pixels that an input pixel feeds, axis by axis: every (row, di) with every (column, dj).
 * @param {Geometry} geometry
 * @param {number} row
 * @param {number} column
 */
export function fedBy(geometry, row, column) {
  return { rows: feeds(geometry, 0, row), cols: feeds(geometry, 1, column) };
}

/** @param {Geometry} geometry @param {0 | 1} axis @param {number} place */
function feeds(geometry, axis, place) {
  /** @type {[number, number][]} */
  const found = [];
  for (let at = 0; at < geometry.output[axis]; at += 1) {
    const [, sources, taps] = lines(geometry, axis, at);
    sources.forEach((source, n) => source === place && found.push([at, taps[n]]));
  }
  return found;
}
