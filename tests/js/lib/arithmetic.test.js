import assert from "node:assert/strict";
import { test } from "node:test";
import { arithmetic } from "../../../static/js/lib/arithmetic.js";
import { fixture } from "../fixture.js";

for (const { name, given, texts } of fixture("arithmetic.json")) {
  test(name, () => {
    const { added, caption, ...working } = arithmetic(given.windows, given.kernels, given.bias, given.activation, given.divisor);
    assert.deepEqual(working, texts);
    assert.equal(added.length, given.windows.length);
    assert.equal(caption, texts.output ?? texts.value);
  });
}

test("what a channel adds is its subtotal as a fraction of 255 levels", () => {
  assert.deepEqual(arithmetic([[[255]], [[51]]], [[[1]], [[-0.5]]]).added, ["+1.000", "−0.100"]);
});
