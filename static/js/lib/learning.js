// @ts-check
/**
 * A kernel that learns, at any step at once: engine/learning.py's closed form, mirrored here once. So
 * what a slider passes over is known in the frame in which it does.
 */

/**
 * @typedef {{ rate: number, level: number, floor: number, last: number, means: number[], values: number[],
 *   vectors: number[][], ends: number[], missing: number[],
 *   target: { kernels: number[][], geometry: import("./geometry.js").Geometry } }} Way what /api/learning answers
 */

/**
 * Where the kernel is after so many steps, and its loss.
 * @param {Way} way
 * @param {number} asked
 * @returns {import("./packed.js").Learned}
 */
export function standing({ rate, level, floor, last, means, values, vectors, ends, missing, target }, asked) {
  const step = Math.min(asked, last);
  const rests = missing.map((far, at) => far && far * (1 - 2 * rate * values[at]) ** step);
  const loss = (/** @type {number[]} */ all) => floor + sum(all.map((far, at) => values[at] * far * far));
  const weights = vectors.map((row) => sum(row.map((share, at) => share * (ends[at] + rests[at]))));
  const gradient = vectors.map((row) => sum(row.map((share, at) => share * 2 * values[at] * rests[at])));
  const bias = level - sum(means.map((mean, at) => mean * weights[at]));
  const channels = target.kernels.length;
  const own = (/** @type {number[]} */ taps) => target.kernels.map((_, q) => taps.filter((_, at) => at % channels === q));
  return { step, loss: loss(rests), first_loss: loss(missing), bias, weights: own(weights), gradient: own(gradient) };
}

/** @param {number[]} numbers */
function sum(numbers) {
  let all = 0;
  for (const number of numbers) all += number;
  return all;
}
