import assert from "node:assert/strict";
import { test } from "node:test";

const nothing = () => null;
globalThis.ResizeObserver = /** @type {any} */ (class { observe() {} });
globalThis.document = /** @type {any} */ ({ querySelector: nothing, querySelectorAll: () => [] });
const { from } = await import("../../../static/js/figure/sum.js");

test("a curve begins at another height, level as before, and ends where it did", () => {
  const drawn = "M0 264C52.8 264 41.6 264 56 264";
  assert.equal(from(drawn, 320.04), "M0 320C52.8 320 41.6 264 56 264");
  assert.equal(from(from(drawn, 320.5), 264), drawn);
});
