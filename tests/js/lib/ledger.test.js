// @ts-check
import assert from "node:assert/strict";
import test from "node:test";
import { bar, placesFor, scale, shares, texts, valueOf, voices } from "../../../static/js/lib/ledger.js";
import { captioned } from "../../../static/js/lib/numbers.js";
import { fixture } from "../fixture.js";

const ledgers = fixture("ledger.json");

test("bars stand as the server draws them", () => {
  for (const { subtotals, bias, zero, bars } of ledgers) {
    const at = scale(subtotals, bias);
    assert.ok(Math.abs(at.zero - zero) < 0.01);
    [...subtotals, bias, at.total].forEach((value, q) => {
      const found = bar(value, at);
      assert.ok(Math.abs(found.y - bars[q].y) < 0.01);
      assert.ok(Math.abs(found.height - bars[q].height) < 0.01);
      assert.equal(found.sign, bars[q].sign);
    });
  }
});

test("who says yes and no is said as the server says it", () => {
  for (const { subtotals, adds, voices: said } of ledgers) assert.equal(voices(subtotals, adds, (q) => captioned(subtotals[q])), said);
});

test("what is for, what against, and how many", () => {
  assert.deepEqual(shares([1, -2, 0, 0.5]), { gains: 1.5, losses: -2, for: 2, against: 1, none: 1 });
});

test("a table's numbers have three digits of the largest", () => {
  assert.deepEqual(texts([[0.01234, -0.5]]), [["0.012", "−0.500"]]);
  assert.deepEqual(texts([[0, 0]]), [["0", "0"]]);
  assert.deepEqual([0.2, 5, 2000].map(placesFor), [3, 2, 0]);
});

test("a colour index is a value again", () => {
  assert.deepEqual([0, 127, 254].map((index) => valueOf(index, 3)), [-3, 0, 3]);
});
