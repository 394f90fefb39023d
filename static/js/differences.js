// @ts-check
/** Planes that came as differences, for a slow network (`differences` in multiconv/web/planes.py). */

/**
 * Add differences up in place: along each row, then onto the row above.
 * @param {Uint8Array} bytes row by row
 * @param {number} width
 */
export function added(bytes, width) {
  for (let start = 0; start < bytes.length; start += width) {
    let along = 0;
    for (let at = start; at < start + width; at += 1) {
      along += bytes[at];
      bytes[at] = along + (start ? bytes[at - width] : 0);
    }
  }
  return bytes;
}
