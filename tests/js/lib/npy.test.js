// @ts-check
// A file as numpy.save writes it: six bytes of magic, a version, a header filled up to 64.
import assert from "node:assert/strict";
import { test } from "node:test";
import { floats } from "../../../static/js/lib/npy.js";

test("the numbers begin behind the header, in little-endian floats", () => {
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }".padEnd(117) + "\n";
  const numbers = Buffer.alloc(16);
  [0.5, -1.25, 3e7, -0].forEach((value, at) => numbers.writeFloatLE(value, 4 * at));
  const file = Buffer.concat([Buffer.from([0x93]), Buffer.from("NUMPY"), Buffer.from([1, 0, header.length, 0]), Buffer.from(header), numbers]);
  assert.deepEqual([...floats(new Uint8Array(file).buffer)], [0.5, -1.25, 3e7, -0]);
});
