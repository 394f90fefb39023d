// @ts-check
/** Colour indices to pixels by the server's own table; and the style sheet's classes for coarse colours. */

/**
 * The server's table of 256 colours as one number a colour, in this machine's byte order.
 * @param {string} hex RGBA, 8 hex digits a colour
 */
export function table(hex) {
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = parseInt(hex.slice(2 * at, 2 * at + 2), 16);
  return new Uint32Array(bytes.buffer);
}

/**
 * Write the colour of every index.
 * @param {Uint8Array} indices
 * @param {Uint32Array} colours
 * @param {Uint32Array} pixels as long as `indices`
 */
export function look(indices, colours, pixels) {
  for (let at = 0; at < indices.length; at += 1) pixels[at] = colours[indices[at]];
}

/**
 * Write the colours of a picture whose planes of levels, red, green and blue, stand one below the other.
 * @param {Uint8Array} levels three times as long as `pixels`
 * @param {Uint32Array} pixels
 */
export function mixed(levels, pixels) {
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, 4 * pixels.length);
  const plane = pixels.length;
  for (let at = 0; at < plane; at += 1) {
    for (let channel = 0; channel < 3; channel += 1) bytes[4 * at + channel] = levels[channel * plane + at];
    bytes[4 * at + 3] = 255;
  }
}

/**
 * A value's coarse step on the scale −range … range, as a class: z, p1 … p8, n1 … n8.
 * @param {number} value
 * @param {number} range
 */
export function tint(value, range) {
  const step = Math.floor(Math.min(8 * (Math.abs(value) / range), 8) + 0.5);
  return step === 0 ? "z" : `${value < 0 ? "n" : "p"}${step}`;
}

/**
 * A kernel's picture, as figure/kernel.py draws it: of every tint the squares that have it, as path data.
 * @param {number[]} numbers row by row @param {number} columns @param {number} range
 */
export function patches(numbers, columns, range) {
  /** @type {Map<string, string>} */
  const drawn = new Map();
  for (let at = 0, n; at < numbers.length; at += n) {
    const [kind, column] = [tint(numbers[at], range), at % columns];
    for (n = 1; column + n < columns && tint(numbers[at + n], range) === kind; ) n += 1;
    drawn.set(kind, `${drawn.get(kind) ?? ""}M${column} ${Math.floor(at / columns)}h${n}v1h-${n}z`);
  }
  return drawn;
}

/** The classes of a grey level's cell: one of sixteen greys, and light text on dark. @param {number} level */
export function levelKind(level) {
  const grey = level >> 4;
  return grey < 8 ? `g${grey} dark` : `g${grey}`;
}
