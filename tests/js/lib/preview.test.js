import assert from "node:assert/strict";
import { test } from "node:test";
import { coloured, correlated, dense, previewable, sparse, summed } from "../../../static/js/lib/preview.js";
import { fixture } from "../fixture.js";

/** @param {Uint8Array} found @param {number[]} expected */
function near(found, expected) {
  assert.equal(found.length, expected.length);
  found.forEach((index, at) => assert.ok(Math.abs(index - expected[at]) <= 1, `${at}: ${index}, ${expected[at]}`));
}

for (const { geometry, levels, kernels, bias, activation, range, partials, output } of fixture("preview.json")) {
  const { kernel, strides, dilations } = geometry;
  test(`drawn ahead within a level: kernel ${kernel}, ${activation}, strides ${strides}, dilations ${dilations}`, () => {
    /** @type {((levels: number[], kernel: number[]) => Float32Array)[]} */
    const ways = [(levels, kernel) => sparse(Float32Array.from(levels, (level) => level / 255), kernel, geometry)];
    if (dense(geometry)) ways.push((levels, kernel) => correlated(Uint8Array.from(levels), kernel, geometry));
    for (const way of ways) {
      const parts = kernels.map((/** @type {number[]} */ kernel, /** @type {number} */ q) => way(levels[q], kernel));
      parts.forEach((/** @type {Float32Array} */ part, /** @type {number} */ q) => near(coloured(part, range), partials[q]));
      near(coloured(summed(parts, bias, activation), range), output);
    }
  });
}

test("what is no plain convolution, or too much for a frame, is left to the server", () => {
  const plain = { input: [160, 160], kernel: [3, 3], strides: [1, 1], pads: [[1, 1], [1, 1]], dilations: [1, 1], mode: "zeros", output: [160, 160] };
  assert.ok(previewable(plain, 3) && dense(plain));
  for (const other of [{ mode: "reflect" }, { transposed: true }, { kernel: [15, 15] }, { output: [1000, 1000] }]) {
    assert.ok(!previewable({ ...plain, ...other }, 3), JSON.stringify(other));
  }
  for (const other of [{ strides: [2, 1] }, { dilations: [1, 2] }]) assert.ok(!dense({ ...plain, ...other }), JSON.stringify(other));
});
