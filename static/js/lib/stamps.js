// @ts-check
/** What input pixels stamp on a transposed layer's output, one after another: the layer's own sum, in its order. */
import { placeOf, shownWindow } from "./geometry.js";

/** @typedef {import("./geometry.js").Geometry} Geometry */

/**
 * Add what input pixels `from` to `to`, that one not, stamp; they are counted row by row.
 * @param {Float64Array} sum the output's numbers, row by row, in place
 * @param {Geometry} geometry
 * @param {(pixel: number, tap: number) => number} product what a pixel stamps by a tap, both counted row by row
 * @param {number} from
 * @param {number} to
 */
export function stamp(sum, geometry, product, from, to) {
  const [high, wide] = geometry.output;
  const [taps, across] = geometry.kernel;
  for (let pixel = from; pixel < to; pixel += 1) {
    const [top, left] = cornerOf(geometry, pixel);
    for (let di = 0; di < taps; di += 1) {
      const i = top + di * geometry.dilations[0];
      if (i < 0 || i >= high) continue;
      for (let dj = 0; dj < across; dj += 1) {
        const j = left + dj * geometry.dilations[1];
        if (j >= 0 && j < wide) sum[i * wide + j] += product(pixel, di * across + dj);
      }
    }
  }
  return sum;
}

/** Where an input pixel's stamp begins on the output, which may be before it. @param {Geometry} geometry @param {number} pixel */
function cornerOf(geometry, pixel) {
  const columns = geometry.input[1];
  return /** @type {(0 | 1)[]} */ ([0, 1]).map((axis) => placeOf(geometry, axis, axis ? pixel % columns : Math.floor(pixel / columns), 0));
}

/** The part of an input pixel's stamp that lies on the output. @param {Geometry} geometry @param {number} pixel */
export function patchOf(geometry, pixel) {
  const [[y, height], [x, width]] = cornerOf(geometry, pixel).map((first, axis) => {
    const end = first + (geometry.kernel[axis] - 1) * geometry.dilations[axis] + 1;
    const [low, high] = [Math.max(first, 0), Math.min(end, geometry.output[axis])];
    return [low, Math.max(high - low, 0)];
  });
  return { x, y, width, height };
}

/** The input pixel, counted row by row, whose stamp's middle lies nearest an output pixel that it reaches; −1 where none does. @param {Geometry} geometry @param {number} i @param {number} j */
export function nearest(geometry, i, j) {
  const { rows, cols } = shownWindow(geometry, i, j);
  if (!rows.length || !cols.length) return -1;
  const [row, column] = /** @type {[0 | 1, number, number[]][]} */ ([[0, i, rows], [1, j, cols]]).map(([axis, at, places]) => {
    const span = (geometry.kernel[axis] - 1) * geometry.dilations[axis];
    const off = (/** @type {number} */ place) => Math.abs(2 * (placeOf(geometry, axis, place, 0) - at) + span);
    return places.reduce((best, place) => (off(place) < off(best) ? place : best));
  });
  return row * geometry.input[1] + column;
}

/** No side of a pixel on a face is drawn shorter: drawing/beam.py has the same. */
const LEAST = 4;

/**
 * The corners of an input pixel and of its stamp on the faces of two slabs, as x, y, x, y …
 * @param {Geometry} geometry
 * @param {number} pixel
 * @param {number[][]} faces the matrices of both
 */
export function corners(geometry, pixel, [start, end]) {
  const columns = geometry.input[1];
  const one = { y: Math.floor(pixel / columns), x: pixel % columns, height: 1, width: 1 };
  return { pixel: onFace(one, geometry.input, start), patch: onFace(patchOf(geometry, pixel), geometry.output, end) };
}

/** @param {{ x: number, y: number, width: number, height: number }} mark @param {number[]} size @param {number[]} face */
function onFace({ x, y, width, height }, size, [a, b, , d, e, f]) {
  const [[top, bottom], [left, right]] = [span(y, height, size[0], d), span(x, width, size[1], a)];
  return [[left, top], [right, top], [right, bottom], [left, bottom]].flatMap(([across, down]) =>
    [a * across + e, b * across + d * down + f].map((value) => Math.round(100 * value) / 100),
  );
}

/** @param {number} first @param {number} count @param {number} side @param {number} length */
function span(first, count, side, length) {
  const share = Math.min(Math.max(count / side, LEAST / length), 1);
  const start = Math.min(Math.max((first + count / 2) / side - share / 2, 0), 1 - share);
  return [start, start + share];
}

/** Numbers as colour indices, of colours that end at ±extent, as imaging/colour.py makes them. @param {Float64Array} numbers @param {number} extent */
export const indices = (numbers, extent) =>
  Uint8Array.from(numbers, (value) => Math.min(Math.max(127 + Math.round((127 * value) / extent), 0), 254));
