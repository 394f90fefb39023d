import assert from "node:assert/strict";
import { test } from "node:test";
import { levelKind, look, mixed, patches, table, tint } from "../../../static/js/lib/colours.js";
import { added, unpacked } from "../../../static/js/lib/packed.js";
import { fixture } from "../fixture.js";

test("indices become the server's colours", () => {
  const { palette, indices, rgba } = fixture("colours.json");
  const pixels = new Uint32Array(indices.length);
  look(Uint8Array.from(indices), table(palette), pixels);
  assert.deepEqual([...new Uint8Array(pixels.buffer)], rgba.flat());
});

test("a picture's planes become its colours", () => {
  const pixels = new Uint32Array(2);
  mixed(Uint8Array.from([1, 2, 30, 40, 255, 0]), pixels);
  assert.deepEqual([...new Uint8Array(pixels.buffer)], [1, 30, 255, 255, 2, 40, 0, 255]);
});

test("values become classes", () => {
  const { tints, levels } = fixture("tints.json");
  for (const [value, range, name] of tints) assert.equal(tint(value, range), name);
  for (const [level, kind] of levels) assert.equal(levelKind(level), kind);
});

test("a kernel's picture is drawn of its tints", () => {
  for (const [numbers, columns, range, drawn] of fixture("tints.json").patches) {
    assert.deepEqual(Object.fromEntries(patches(numbers, columns, range)), drawn);
  }
});

test("an answer is taken apart into its planes", () => {
  const maps = [
    { name: "partial-1", height: 1, width: 2, levels: false },
    { name: "output-0", height: 2, width: 1, levels: false },
  ];
  const head = new TextEncoder().encode(`${JSON.stringify({ query: "k=1", range: 2, maps })}\n`);
  const { planes, query, range } = unpacked(Uint8Array.from([...head, 10, 254, 127, 0]).buffer);
  assert.deepEqual([query, range], ["k=1", 2]);
  assert.deepEqual(planes.map(({ name, bytes }) => [name, ...bytes]), [["partial-1", 10, 254], ["output-0", 127, 0]]);
});

test("differences add up to the bytes that they were made of", () => {
  const { bytes, differences } = fixture("differences.json");
  assert.deepEqual([...added(Uint8Array.from(differences.flat()), bytes[0].length)], bytes.flat());
});
