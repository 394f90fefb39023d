// @ts-check
/** Colour indices to pixels: one look-up in the server's own table, laid over the map's picture. */

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

/** @type {WeakMap<HTMLCanvasElement, ImageData>} */
const held = new WeakMap();

/**
 * Draw a plane of colour indices over a map's picture.
 * @param {Element} map
 * @param {{ height: number, width: number, bytes: Uint8Array }} plane
 * @param {Uint32Array} colours
 */
export function paint(map, plane, colours) {
  const canvas = /** @type {HTMLCanvasElement | null} */ (map.querySelector("canvas:not([data-old], [data-step])")) ?? overlay(map);
  if (canvas.width !== plane.width || canvas.height !== plane.height) {
    canvas.width = plane.width;
    canvas.height = plane.height;
    held.delete(canvas);
  }
  const image = held.get(canvas) ?? new ImageData(plane.width, plane.height);
  held.set(canvas, image);
  look(plane.bytes, colours, new Uint32Array(image.data.buffer));
  canvas.getContext("2d", { willReadFrequently: true })?.putImageData(image, 0, 0);
  return canvas;
}

/** @param {Element} map */
function overlay(map) {
  const canvas = document.createElement("canvas");
  canvas.dataset.live = "";
  canvas.setAttribute("aria-hidden", "true");
  map.querySelector("input")?.after(canvas);
  return canvas;
}
