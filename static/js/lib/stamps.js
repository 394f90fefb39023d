// @ts-check
/** What input pixels stamp on a transposed layer's output, one after another: the layer's own sum, in its order. */
import { placeOf } from "./geometry.js";

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

/** Numbers as colour indices, of colours that end at ±extent, as imaging/colour.py makes them. @param {Float64Array} numbers @param {number} extent */
export const indices = (numbers, extent) =>
  Uint8Array.from(numbers, (value) => Math.min(Math.max(127 + Math.round((127 * value) / extent), 0), 254));
