import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

let now = 0;
let frames = [];
globalThis.requestAnimationFrame = (next) => frames.push(next);
globalThis.cancelAnimationFrame = (frame) => delete frames[frame - 1];
performance.now = () => now;
const { ticking } = await import("../../../static/js/lib/ticks.js");

/** Let a frame pass. */
function frame(milliseconds) {
  now += milliseconds;
  const due = frames;
  frames = [];
  for (const next of due) next?.(now);
}

beforeEach(() => {
  now = 0;
  frames = [];
});

test("no tick is left out, however long the frames", () => {
  let count = 0;
  ticking(() => 100, (ticks) => Boolean((count += ticks)));
  for (const milliseconds of [16, 17, 16, 51, 100, 3, 3, 3, 4]) frame(milliseconds);
  assert.equal(count, 21); // 213 ms at 100 a second
});

test("a pause is not made up for", () => {
  let count = 0;
  ticking(() => 100, (ticks) => Boolean((count += ticks)));
  frame(60_000);
  assert.equal(count, 25);
});

test("a slow pace waits for its tick", () => {
  const seen = [];
  ticking(() => 1, (ticks) => Boolean(seen.push(ticks)));
  for (let at = 0; at < 12; at += 1) frame(100);
  assert.deepEqual(seen, [1]);
});

test("it ends when told, and when it is enough", () => {
  let count = 0;
  ticking(() => 1000, () => (count += 1) < 3);
  for (let at = 0; at < 9; at += 1) frame(10);
  assert.equal(count, 3);
  const end = ticking(() => 1000, () => Boolean((count += 1)));
  end();
  frame(10);
  assert.equal(count, 3);
});
