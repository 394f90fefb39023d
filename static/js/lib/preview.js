// @ts-check
/**
 * What a map will look like, before the server's picture of it is there: the convolution of what the
 * page has, zeros around. It goes ahead of answers while a hand moves, and is never the last word:
 * within one colour's step of the server's, which follows.
 */
import { activated } from "./arithmetic.js";

/** More multiply-adds than a frame has room for are left to the server. */
const MOST = 3e6;
/** Taps of a kernel's row that are taken in one pass. */
const FIVE = 5;
/** The index of the value 0; imaging/colour.py has the same rule. */
const ZERO = 127;

/**
 * Whether the sum of so many channels can be had here, within a frame.
 * @param {import("./geometry.js").Geometry} geometry
 * @param {number} channels
 */
export function previewable({ kernel, mode, output, transposed }, channels) {
  return !transposed && mode === "zeros" && kernel[0] * kernel[1] * output[0] * output[1] * channels <= MOST;
}

/** Whether a kernel meets every pixel beside the one before. @param {import("./geometry.js").Geometry} geometry */
export const dense = ({ strides, dilations }) => [...strides, ...dilations].every((step) => step === 1);

/**
 * What one channel adds: its numbers under its kernel, tap by tap, of any strides and dilations.
 * @param {Float32Array} values row by row
 * @param {number[]} kernel row by row
 * @param {import("./geometry.js").Geometry} geometry
 */
export function sparse(values, kernel, { input: [height, width], kernel: [, columns], strides: [down, right], pads, dilations, output: [rows, across] }) {
  const sums = new Float32Array(rows * across);
  for (const [tap, weight] of kernel.entries()) {
    if (!weight) continue;
    const above = dilations[0] * Math.floor(tap / columns) - pads[0][0];
    const before = dilations[1] * (tap % columns) - pads[1][0];
    const [first, end] = [Math.max(0, Math.ceil(-before / right)), Math.min(across, Math.ceil((width - before) / right))];
    for (let i = Math.max(0, Math.ceil(-above / down)); i < rows && down * i + above < height; i += 1) {
      let at = (down * i + above) * width + right * first + before;
      for (let to = i * across + first; to < i * across + end; to += 1, at += right) sums[to] += weight * values[at];
    }
  }
  return sums;
}

/**
 * The same of a plane's levels, as parts of 255, where kernels are dense.
 * @param {Uint8Array} levels row by row
 * @param {number[]} kernel row by row
 * @param {import("./geometry.js").Geometry} geometry
 */
export function correlated(levels, kernel, { input: [height, width], kernel: [, columns], pads, output: [down, across] }) {
  const [above, before] = [pads[0][0], pads[1][0]];
  const wide = Math.max(before + width, across + columns - 1) + FIVE - 1;
  const row = new Float32Array(wide);
  const sums = new Float32Array(down * across);
  const rows = kernel.length / columns;
  for (let at = 0; at < height; at += 1) {
    for (let j = 0; j < width; j += 1) row[before + j] = levels[at * width + j] / 255;
    for (let di = 0; di < rows; di += 1) {
      const i = at + above - di;
      if (i < 0 || i >= down) continue;
      for (let dj = 0; dj < columns; dj += FIVE) fed(sums, i * across, across, row, dj, kernel, di * columns + dj, columns - dj);
    }
  }
  return sums;
}

/**
 * Add to an output row what up to five taps of a kernel's row make of an input row: a pass a tap would take twice as long.
 * @param {Float32Array} sums
 * @param {number} to
 * @param {number} across
 * @param {Float32Array} row
 * @param {number} from
 * @param {number[]} kernel
 * @param {number} first
 * @param {number} taps
 */
function fed(sums, to, across, row, from, kernel, first, taps) {
  const [a, b, c, d, e] = [0, 1, 2, 3, 4].map((tap) => (tap < taps ? kernel[first + tap] : 0));
  if (taps <= 3) {
    for (let j = 0, at = from; j < across; j += 1, at += 1) sums[to + j] += a * row[at] + b * row[at + 1] + c * row[at + 2];
  } else {
    for (let j = 0, at = from; j < across; j += 1, at += 1) {
      sums[to + j] += a * row[at] + b * row[at + 1] + c * row[at + 2] + d * row[at + 3] + e * row[at + 4];
    }
  }
}

/**
 * The chosen output: what the channels add, plus the bias, and the activation of that.
 * @param {Float32Array[]} partials
 * @param {number} bias
 * @param {string} activation
 */
export function summed(partials, bias, activation) {
  const sums = new Float32Array(partials[0].length).fill(bias);
  for (const partial of partials) for (let at = 0; at < sums.length; at += 1) sums[at] += partial[at];
  if (activation !== "identity") for (let at = 0; at < sums.length; at += 1) sums[at] = activated(activation, sums[at]) ?? sums[at];
  return sums;
}

/** The colour indices of values on the scale −range … range. @param {Float32Array} values @param {number} range */
export function coloured(values, range) {
  const indices = new Uint8Array(values.length);
  const scale = ZERO / range;
  for (let at = 0; at < values.length; at += 1) {
    const place = values[at] * scale;
    indices[at] = place >= ZERO ? 2 * ZERO : place <= -ZERO ? 0 : place + ZERO + 0.5; // what is left of a byte's fraction falls off
  }
  return indices;
}
