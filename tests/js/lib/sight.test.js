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

test("behind a transposed layer fields are of several sizes, by turns", () => {
  // One of 5 × 5 with stride 2 and padding 2: three rows reach an even one of its outputs, two an odd one.
  const phases = [0, 1].map(() => [[-1, 3], [0, 2]]);
  const grown = { ...sight, photo: [4, 4], first: [-1, -1], field: [3, 3], jump: [0.5, 0.5], phases, centre: [0, 0] };
  assert.deepEqual([0, 1, 2, 3].map((at) => fieldAlong(grown, 0, at)), [[-1, 3], [0, 2], [0, 3], [1, 2]]);
  assert.deepEqual(cellAt(grown, [8, 8], [1.5, 2]), [3, 4]);
  assert.equal(placeWords(grown, [2, 3]), "rows 0 to 2, columns 1 to 2; no padding");
});
