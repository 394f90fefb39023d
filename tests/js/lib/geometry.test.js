import assert from "node:assert/strict";
import { test } from "node:test";
import { fedBy, nearestOutput, windowOf } from "../../../static/js/lib/geometry.js";
import { fixture } from "../fixture.js";

const cases = fixture("geometry.json");

for (const [at, { geometry, windows, feeds }] of cases.entries()) {
  test(`windows of geometry ${at}: ${geometry.mode}, kernel ${geometry.kernel}`, () => {
    for (const { i, j, ...expected } of windows) assert.deepEqual(windowOf(geometry, i, j), expected);
    for (const { row, col, ...expected } of feeds) assert.deepEqual(fedBy(geometry, row, col), expected);
  });
}

test("an input pixel leads to the output pixel whose window is centred on it", () => {
  const geometry = { input: [6, 6], kernel: [3, 3], strides: [2, 2], pads: [[0, 1], [0, 1]], dilations: [1, 1], mode: "zeros", output: [3, 3] };
  assert.deepEqual(nearestOutput(geometry, 3, 0), [1, 0]);
  assert.deepEqual(nearestOutput(geometry, 2, 5), [0, 2]); // half-way goes to the even one
});
