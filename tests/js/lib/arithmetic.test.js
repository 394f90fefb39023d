import assert from "node:assert/strict";
import { test } from "node:test";
import { arithmetic } from "../../../static/js/lib/arithmetic.js";
import { fixture } from "../fixture.js";

for (const { name, given, texts } of fixture("arithmetic.json")) {
  test(name, () => {
    const { added, caption, sum, ...working } = arithmetic(given.windows, given.kernels, given.bias, given.activation, given.divisor);
    assert.deepEqual(working, texts);
    assert.equal(added.length, given.windows.length);
    assert.equal(caption, texts.output ?? texts.value);
    assert.equal(sum, texts.value);
  });
}

test("what a channel adds is its subtotal as a fraction of 255 levels", () => {
  assert.deepEqual(arithmetic([[[255]], [[51]]], [[[1]], [[-0.5]]]).added, ["+1.000", "−0.100"]);
});

test("in the maps' unit all is divided by 255, and exact between the ends of the levels alone", () => {
  const [one] = arithmetic([[[255, 51]]], [[[0.5, -1]]], 0, "identity", 1, true).channels;
  assert.deepEqual([one.levels, one.products], [[["1", "0.200"]], [["0.500", "−0.200"]]]);
  assert.deepEqual([one.subtotal, one.sign], ["+0.300", "≈"]);
  const [ends] = arithmetic([[[255, 0]]], [[[0.5, -1]]], 0, "identity", 1, true).channels;
  assert.deepEqual([ends.levels, ends.subtotal, ends.sign], [[["1", "0"]], "+0.500", "="]);
});

test("every activation is worked while one points, as tables of functions have it", () => {
  const known = { relu: "+1.000", leaky: "+1.000", sigmoid: "+0.731", tanh: "+0.762", gelu: "+0.841" };
  const below = { relu: "0.000", leaky: "−0.010", sigmoid: "+0.269", tanh: "−0.762", gelu: "−0.159" };
  for (const [weight, values] of /** @type {[number, Record<string, string>][]} */ ([[1, known], [-1, below]])) {
    for (const [name, value] of Object.entries(values)) {
      const { output, caption } = arithmetic([[[255]]], [[[weight]]], 0, name);
      assert.deepEqual([output, caption], [value, value], name);
    }
  }
});
