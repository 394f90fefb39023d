// @ts-check
/** The marks on the maps: the window on every input, the pixel on every other map. */
import { attribute, found } from "../page/places.js";

/** @typedef {ReturnType<typeof import("../lib/geometry.js").windowOf>} Window */

/**
 * Mark the window on every input and the pixel on every other map.
 * @param {Window} window
 * @param {number} i
 * @param {number} j
 */
export function marks(window, i, j) {
  const [rows, cols] = [window.rows, window.cols].map((places) => {
    const inside = places.filter((place) => place >= 0);
    return inside.length ? [Math.min(...inside), Math.max(...inside) - Math.min(...inside) + 1] : [0, 1];
  });
  const pixel = { x: j, y: i, width: 1, height: 1 };
  const place = { x: cols[0], y: rows[0], width: cols[1], height: rows[1] };
  for (const rect of found(":is(mc-map, .mini-map) .marks :is(.mark, .mark-edge)")) {
    const name = rect.closest("mc-map")?.getAttribute("data-map") ?? "";
    for (const [key, value] of Object.entries(name.startsWith("input-") ? place : pixel)) attribute(rect, key, String(value));
  }
}
