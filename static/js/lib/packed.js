// @ts-check
/** What `/api/planes` answers, taken apart; for a slow network its bytes come as differences. */

/**
 * @typedef {{ name: string, height: number, width: number, levels: boolean, range?: number, bytes: Uint8Array }} Plane
 * @typedef {{ step: number, loss: number, first_loss: number, bias: number, weights: number[][], gradient: number[][] }} Learned by input channel
 * @typedef {{ query: string, range: number, planes: Plane[], learning?: Learned }} Answer
 */

/**
 * Add differences (`differences` in multiconv/imaging/packed.py) up in place: along each row, then down.
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

/** Take an answer apart: a line of JSON, then every map's bytes, row by row. @param {ArrayBuffer} body @returns {Answer} */
export function unpacked(body) {
  const bytes = new Uint8Array(body);
  let at = bytes.indexOf(10);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, at)));
  at += 1;
  const planes = head.maps.map((/** @type {Plane} */ map) => {
    const size = map.height * map.width;
    at += size;
    const own = bytes.subarray(at - size, at);
    return { ...map, bytes: head.packed ? added(own, map.width) : own };
  });
  return { query: head.query, range: head.range, planes, ...(head.learning ? { learning: head.learning } : {}) };
}
