// @ts-check
// The face network's last layer over 400 × 400 pixels: fields of 189, 8 apart; by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cellAt, fieldAlong, placeWords } from "../../../static/js/lib/sight.js";

const sight = { layer: 7, photo: [400, 400], first: [-80, -80], field: [189, 189], jump: [8, 8], side: 4 };

test("a field begins a jump after the one before it", () => {
  assert.deepEqual(fieldAlong(sight, 0, 10), [0, 189]);
  assert.deepEqual(fieldAlong(sight, 1, 19), [72, 189]);
});

test("the cell is the one whose field is centred nearest, and lies in the map", () => {
  assert.deepEqual(cellAt(sight, [47, 47], [8 * 10 + 14, 8 * 19 + 14]), [10, 19]);
  assert.deepEqual(cellAt(sight, [47, 47], [8 * 10 + 17, 8 * 19 + 19]), [10, 20]);
  assert.deepEqual(cellAt(sight, [47, 47], [0, 399]), [0, 46]);
});

test("words tell rows, columns and padding", () => {
  assert.equal(placeWords(sight, [10, 19]), "rows 0 to 188, columns 72 to 260; no padding");
  assert.equal(placeWords(sight, [0, 46]), "rows 0 to 108, columns 288 to 399; padding: 80 rows above, 77 columns right");
  assert.equal(placeWords({ ...sight, first: [-1, 212] }, [0, 0]), "rows 0 to 187, columns 212 to 399; padding: 1 row above, 1 column right");
});
