// @ts-check
/**
 * Planes onto the page: every map of that name gets a canvas over its picture, in the server's own
 * colours; steps lay canvases of their own over those.
 */
import { look, table } from "../lib/colours.js";
import { on, state } from "../state.js";
import { follow } from "./volumes.js";

/** @typedef {import("../lib/packed.js").Plane} Plane */

let palette = { hex: "", colours: new Uint32Array() };
/** @type {WeakMap<HTMLCanvasElement, ImageData>} */
const held = new WeakMap();

on("planes", ({ planes }) => {
  for (const plane of /** @type {Plane[]} */ (planes)) {
    for (const map of document.querySelectorAll(`mc-map[data-map="${plane.name}"]`)) follow(plane.name, paint(map, plane));
  }
});

/**
 * Draw a plane of colour indices over a map's picture.
 * @param {Element} map
 * @param {Plane} plane
 * @param {string} [step] the name of the canvas, if it is a step's
 */
export function paint(map, plane, step) {
  if (palette.hex !== state.facts.palette) palette = { hex: state.facts.palette, colours: table(state.facts.palette) };
  const canvas = layer(map, plane.width, plane.height, step);
  const image = held.get(canvas) ?? new ImageData(plane.width, plane.height);
  held.set(canvas, image);
  look(plane.bytes, palette.colours, new Uint32Array(image.data.buffer));
  canvas.getContext("2d", { willReadFrequently: true })?.putImageData(image, 0, 0);
  return canvas;
}

/**
 * A map's canvas, made when first asked for: the live one, or a step's, above it and below the marks.
 * @param {Element} map
 * @param {number} width
 * @param {number} height
 * @param {string} [step]
 */
function layer(map, width, height, step) {
  const known = map.querySelector(step ? `canvas[data-step="${step}"]` : "canvas:not([data-old], [data-step])");
  const canvas = /** @type {HTMLCanvasElement | null} */ (known) ?? document.createElement("canvas");
  if (!known) {
    canvas.dataset.live = "";
    canvas.setAttribute("aria-hidden", "true");
    if (step) canvas.dataset.step = step;
    if (step) map.querySelector(".marks")?.before(canvas);
    else map.querySelector("input")?.after(canvas);
  }
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
    held.delete(canvas);
  }
  return canvas;
}

/** Take all of a step's canvases away. @param {string} step */
export function uncover(step) {
  for (const canvas of document.querySelectorAll(`canvas[data-step="${step}"]`)) canvas.remove();
}

const paper = () => getComputedStyle(document.documentElement).backgroundColor;

/**
 * Hide of every map what a window that goes row by row has not reached.
 * @param {number} i
 * @param {number} j the last output pixel that is shown
 * @param {number[]} size rows and columns of the output
 */
export function veil(i, j, [rows, columns]) {
  for (const map of document.querySelectorAll('mc-map:not([data-map^="input-"])')) {
    const brush = layer(map, columns, rows, "veil").getContext("2d");
    if (!brush) continue;
    brush.fillStyle = paper();
    brush.fillRect(0, 0, columns, rows);
    brush.clearRect(0, 0, columns, i);
    brush.clearRect(0, i, j + 1, 1);
  }
}

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
