import assert from "node:assert/strict";
import { test } from "node:test";
import { begun, captioned, halfEven, outcomeWords, parsed, plain, refusal, rounded, stepped, termsText, typedNumber, weightText } from "../../../static/js/lib/numbers.js";
import { fixture } from "../fixture.js";

const cases = fixture("numbers.json");

for (const [text, value] of cases.read) {
  test(`“${text}” is read as ${value}`, () => assert.equal(parsed(text), value));
}

for (const [text, value] of cases.own) {
  test(`“${text}” in a field of its own is read as ${value}`, () => assert.equal(typedNumber(text), value));
}

for (const [text, words] of cases.named) {
  test(`“${text}” is no number, and why is said`, () => {
    assert.equal(parsed(text), null);
    if (words) assert.ok(refusal(text, "bias").includes(`write ${words}`), refusal(text, "bias"));
    else assert.match(refusal(text, "bias"), /^A bias is a decimal number/);
  });
}

test("numbers are written as in links", () => {
  for (const [value, text] of cases.plain) assert.equal(plain(value), text);
});

test("weights are written as in fields", () => {
  for (const [value, text] of cases.field) assert.equal(weightText(value), text);
});

test("steps leave no rounding error", () => {
  assert.equal(stepped(0.2, 1, 1), 0.3);
  assert.equal(stepped(-0.05, 1, 1), 0.05);
  assert.equal(stepped(0.1, -1, 1), 0);
  assert.ok(Object.is(stepped(-0.1, 1, 1), 0));
  assert.equal(stepped(1 / 9, 10, 1), 1.1111111111111112);
  assert.equal(stepped(1e-7, 1, 2), 0.0100001);
  assert.equal(stepped(999999.95, 1, 1), 1e6);
});

test("a walk of a thousand steps and back ends where it began", () => {
  let value = -0.37;
  for (let at = 0; at < 1000; at += 1) value = stepped(value, 1, 1);
  assert.equal(value, 99.63);
  for (let at = 0; at < 1000; at += 1) value = stepped(value, -1, 1);
  assert.equal(value, -0.37);
});

test("halves of the exact double go away from zero", () => {
  assert.equal(rounded(0.125, 2), "0.13");
  assert.equal(rounded(-0.125, 2), "−0.13");
  assert.equal(rounded(1.005, 2), "1.00"); // the double lies below 1.005
  assert.equal(rounded(-0.0004, 3, true), "0.000");
  assert.equal(rounded(2 ** 60, 1), "1152921504606846976.0");
  assert.equal(rounded(5e-324, 3), "0.000");
});

test("whole numbers are rounded as Python rounds", () => {
  assert.deepEqual([0.5, 1.5, 2.5, -0.5, -1.5, 2.4, 2.6].map(halfEven), [0, 2, 2, 0, -2, 2, 3]);
});

test("captions have six digits at the most, so that float32 and exact sums agree", () => {
  const found = [0.53846, -1234.5678, 886274.812, 886274.855, -23456789, 0].map(captioned);
  assert.deepEqual(found, ["+0.538", "−1234.57", "+886275", "+886275", "−23456800", "0.000"]);
});

test("zeros within a sum have their plus, and what ReLU cuts off is 0, not nearly", () => {
  assert.equal(termsText(["0.000", "0.000", "+0.118", "−0.2"]), "0.000 +0.000 +0.118 −0.2");
  const relu = { activation: "relu", activationWords: "ReLU" };
  assert.equal(outcomeWords(relu, 0, "0.000"), "ReLU = 0");
  assert.equal(outcomeWords(relu, 0.25, "+0.250"), "ReLU ≈ +0.250");
  assert.equal(outcomeWords({ activation: "tanh", activationWords: "tanh" }, 0, "0.000"), "tanh ≈ 0.000");
});

test("what a number begins with is told from what can be none", () => {
  for (const text of ["", "-", "−", "–", "+", ".", "-.", "0,", "-12,", ","]) assert.ok(begun(text), text);
  for (const text of ["a", "--", "1", "-1", "1/", "0,5", "0,,"]) assert.ok(!begun(text), text);
});

test("fractions and commas are told apart from what is no number at all", () => {
  assert.match(refusal("1/3", "weight"), /^“1\/3” .*no fractions/);
  assert.match(refusal(" −0,5", "bias"), /^“−0,5” .*a point, not a comma/);
  assert.match(refusal("abc", "bias"), /^A bias is a decimal number/);
});
