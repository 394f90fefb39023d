// @ts-check
/**
 * What a map will look like, before the server's picture of it is there: the plain convolution of
 * planes that the page has, stride 1, no dilation, zeros around. It bridges a slow line while a hand
 * moves, and is never the last word: within one colour's step of the server's, which follows.
 */
import { activated } from "./arithmetic.js";

/** More multiply-adds than a frame has room for are left to the server. */
const MOST = 3e6;
/** The index of the value 0; imaging/colour.py has the same rule. */
const ZERO = 127;

/**
 * Whether the sum of so many channels can be had here, within a frame.
 * @param {import("./geometry.js").Geometry} geometry
 * @param {number} channels
 */
export function previewable({ kernel, strides, dilations, mode, output, transposed }, channels) {
  const plain = !transposed && mode === "zeros" && [...strides, ...dilations].every((step) => step === 1);
  return plain && kernel[0] * kernel[1] * output[0] * output[1] * channels <= MOST;
}

/**
 * What one channel adds: its plane's levels, as parts of 255, under its kernel.
 * @param {Uint8Array} levels row by row
 * @param {number[]} kernel row by row
 * @param {import("./geometry.js").Geometry} geometry
 */
export function correlated(levels, kernel, { input: [height, width], kernel: [, columns], pads, output: [down, across] }) {
  const sums = new Float32Array(down * across);
  kernel.forEach((weight, at) => {
    const [di, dj] = [Math.floor(at / columns) - pads[0][0], (at % columns) - pads[1][0]];
    const factor = weight / 255;
    const [first, end] = [Math.max(0, -dj), Math.min(across, width - dj)];
    for (let i = Math.max(0, -di); factor && i < Math.min(down, height - di); i += 1) {
      const [to, from] = [i * across, (i + di) * width + dj];
      for (let j = first; j < end; j += 1) sums[to + j] += factor * levels[from + j];
    }
  });
  return sums;
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
    indices[at] = Math.round(Math.min(Math.max(values[at] * scale, -ZERO), ZERO)) + ZERO;
  }
  return indices;
}
