// @ts-check
/** Numbers as NumPy saves them: of one plane of 32-bit floats, which is all that maps are. */

const LENGTH = 8; // where the header's own length stands; what follows it are the numbers
const AFTER = 10;

/** The numbers of a file. @param {ArrayBuffer} file */
export function floats(file) {
  const view = new DataView(file);
  const from = AFTER + view.getUint16(LENGTH, true);
  const numbers = new Float32Array((file.byteLength - from) / 4);
  for (let at = 0; at < numbers.length; at += 1) numbers[at] = view.getFloat32(from + 4 * at, true);
  return numbers;
}
