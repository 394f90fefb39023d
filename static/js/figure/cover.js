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

/**
 * Hide of every map what a window that goes row by row has not reached.
 * @param {number} i
 * @param {number} j the last output pixel that is shown
 * @param {number[]} size rows and columns of the output
 */
export function veil(i, j, [rows, columns]) {
  for (const map of document.querySelectorAll('mc-map:not([data-map^="input-"])')) {
    const brush = cover(map, "veil", columns, rows).getContext("2d");
    if (!brush) continue;
    brush.fillStyle = paper();
    brush.fillRect(0, 0, columns, rows);
    brush.clearRect(0, 0, columns, i);
    brush.clearRect(0, i, j + 1, 1);
  }
}

const paper = () => getComputedStyle(document.documentElement).backgroundColor;

/** Give veils that are drawn already the paper's colour, which the theme has changed. */
function dye() {
  for (const canvas of document.querySelectorAll('canvas[data-step="veil"]')) {
    const brush = /** @type {HTMLCanvasElement} */ (canvas).getContext("2d");
    if (!brush) continue;
    brush.globalCompositeOperation = "source-in";
    brush.fillStyle = paper();
    brush.fillRect(0, 0, brush.canvas.width, brush.canvas.height);
    brush.globalCompositeOperation = "source-over";
  }
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dye);
new MutationObserver(dye).observe(document.documentElement, { attributeFilter: ["data-theme"] });
