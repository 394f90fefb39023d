import assert from "node:assert/strict";
import { test } from "node:test";
import { corners, indices, nearest, patchOf, stamp } from "../../../static/js/lib/stamps.js";
import { fixture } from "../fixture.js";

const cases = fixture("reach.json");

test("stamps of 1, one after another, add up to how many reach each pixel", () => {
  for (const { geometry, corner, counts } of cases) {
    const [high, wide] = geometry.output;
    const [inputs, sum] = [geometry.input[0] * geometry.input[1], new Float64Array(high * wide)];
    for (const [from, to] of [[0, 7], [7, 8], [8, inputs]]) stamp(sum, geometry, () => 1, from, to);
    counts.forEach((row, down) => row.forEach((count, across) => assert.equal(sum[(corner[0] + down) * wide + corner[1] + across], count)));
  }
});

test("a stamp by taps is the kernel where it lies, cut at the edges", () => {
  const { geometry } = cases[0]; // 5 × 5 at stride 2, 2 cut before
  const sum = stamp(new Float64Array(geometry.output[0] * geometry.output[1]), geometry, (pixel, tap) => 100 * pixel + tap, 0, 1);
  assert.deepEqual([...sum.slice(0, 4)], [12, 13, 14, 0]);
  assert.deepEqual(patchOf(geometry, 0), { x: 0, y: 0, width: 3, height: 3 });
  assert.deepEqual(patchOf(geometry, geometry.input[1] + 1), { x: 0, y: 0, width: 5, height: 5 });
});

test("numbers become the server's colour indices", () => {
  assert.deepEqual([...indices(new Float64Array([-3, -1, 0, 0.5, 1, 2]), 1)], [0, 0, 127, 191, 254, 254]);
});

test("a beam leads from the input pixel whose stamp is nearest", () => {
  const faces = [[60, -40, 0, 80, 10, 50], [180.5, -90.25, 0, 240, 5.5, 300]];
  for (const { geometry, i, j, beam } of cases) {
    assert.equal(nearest(geometry, i, j), beam ? beam.at : -1);
    if (!beam) continue;
    const drawn = corners(geometry, beam.at, faces);
    for (const kind of ["pixel", "patch"]) {
      beam[kind].flat().forEach((value, at) => assert.ok(Math.abs(drawn[kind][at] - value) < 0.011));
    }
  }
});

test("a pixel on a small face is large enough to be seen, and on it", () => {
  const geometry = { ...cases[0].geometry, input: [1000, 1000] };
  const { pixel } = corners(geometry, 999, [[50, -30, 0, 40, 0, 30], [50, -30, 0, 40, 0, 30]]);
  assert.deepEqual(pixel, [46, 2.4, 50, 0, 50, 4, 46, 6.4]);
});
