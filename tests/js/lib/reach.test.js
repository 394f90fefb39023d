import assert from "node:assert/strict";
import { test } from "node:test";
import { roomOf } from "../../../static/js/lib/geometry.js";
import { corner, countAt, dotsAround, kindAt, neighbour, pathWords } from "../../../static/js/lib/reach.js";
import { fixture } from "../fixture.js";

test("what reaches an output pixel, its neighbours and the pixels around it", () => {
  for (const { geometry, i, j, counts, kinds, path, beam, ...expected } of fixture("reach.json")) {
    assert.deepEqual({ corner: corner(geometry, i, j), neighbour: neighbour(geometry, i, j), dots: dotsAround(geometry, i, j) }, expected);
    const [top, left] = expected.corner;
    counts.forEach((row, down) =>
      row.forEach((count, across) => {
        assert.equal(countAt(geometry, top + down, left + across), count);
        assert.equal(kindAt(geometry, top + down, left + across), kinds[down][across]);
      }),
    );
    assert.equal(pathWords([geometry], ["z"], i, j), path);
  }
});

test("a table has room for the most that reach any pixel", () => {
  const cases = fixture("reach.json").map(({ geometry }) => geometry);
  assert.deepEqual(cases.filter(({ kernel }) => kernel[0] === 5).map(roomOf)[0], [3, 3]);
  assert.deepEqual(cases.filter(({ strides }) => strides[1] === 3).map(roomOf)[0], [4, 1]);
});
