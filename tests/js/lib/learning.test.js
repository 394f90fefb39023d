import assert from "node:assert/strict";
import { test } from "node:test";
import { standing } from "../../../static/js/lib/learning.js";
import { fixture } from "../fixture.js";

/** @param {unknown} found @param {unknown} expected */
function near(found, expected) {
  if (Array.isArray(expected)) expected.forEach((each, at) => near(/** @type {unknown[]} */ (found)[at], each));
  else assert.ok(Math.abs(Number(found) - Number(expected)) < 1e-8, `${found}, ${expected}`);
}

for (const { way, stands } of fixture("learning.json")) {
  test(`every step at once, at a rate of ${way.rate}`, () => {
    for (const expected of stands) {
      const found = standing(way, expected.step);
      near([found.step, found.loss, found.bias, found.weights, found.gradient], [expected.step, expected.loss, expected.bias, expected.weights, expected.gradient]);
      near(found.first_loss, stands[0].loss);
    }
    assert.equal(standing(way, 10 ** 6).step, way.last);
  });
}
