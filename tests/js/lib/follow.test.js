import assert from "node:assert/strict";
import { test } from "node:test";
import { left } from "../../../static/js/lib/follow.js";

const wide = { input: [160, 160], kernel: [3, 3], strides: [1, 1], pads: [[1, 1], [1, 1]], dilations: [1, 1], mode: "zeros", output: [160, 160] };
const strided = { ...wide, strides: [2, 2], pads: [[0, 1], [0, 1]], output: [80, 80] };
const valid = { ...wide, pads: [[0, 0], [0, 0]], output: [158, 158] };

test("a pixel over the same place has not left it", () => {
  assert.equal(left(0, wide, 51, strided, 25), false);
  assert.equal(left(1, strided, 25, wide, 51), false);
  assert.equal(left(0, wide, 51, wide, 60), false); // moved by hand
});

test("a place that no window is centred on is left", () => {
  assert.equal(left(0, wide, 159, valid, 157), true);
  assert.equal(left(1, wide, 8, valid, 7), false);
});
