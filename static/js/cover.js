// @ts-check
/** Canvases that a step lays over maps, above their live pictures and below the marks. */

/**
 * A map's canvas of a name, made when first asked for.
 * @param {Element} map
 * @param {string} name
 * @param {number} width
 * @param {number} height
 */
export function cover(map, name, width, height) {
  const known = /** @type {HTMLCanvasElement | null} */ (map.querySelector(`canvas[data-step="${name}"]`));
  const canvas = known ?? document.createElement("canvas");
  if (!known) {
    canvas.dataset.live = "";
    canvas.dataset.step = name;
    canvas.setAttribute("aria-hidden", "true");
    map.querySelector(".marks")?.before(canvas);
  }
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  return canvas;
}

/**
 * Take all canvases of a name away.
 * @param {string} name
 */
export function uncover(name) {
  for (const canvas of document.querySelectorAll(`canvas[data-step="${name}"]`)) canvas.remove();
}
