// @ts-check
/**
 * Planes of colour indices on canvases, in the server's own colours: over a map's picture those of an
 * edit, and over them those of a step. And kernels as pictures.
 */
import { look, mixed, patches, table } from "../lib/colours.js";
import { state } from "../state.js";

/** @typedef {import("../lib/packed.js").Plane} Plane */

let palette = { hex: "", colours: new Uint32Array() };
/** @type {WeakMap<HTMLCanvasElement, ImageData>} */
const held = new WeakMap();

/**
 * Draw a plane of colour indices over a map's picture.
 * @param {Element} map
 * @param {Plane} plane
 * @param {string} [step] the name of the canvas, if it is a step's: above the live one, below the marks
 */
export function paint(map, plane, step) {
  /** @type {HTMLCanvasElement | null} */
  const known = map.querySelector(step ? `canvas[data-step="${step}"]` : "canvas:not([data-old], [data-step])");
  const canvas = known ?? document.createElement("canvas");
  if (!known) {
    canvas.dataset.live = "";
    canvas.setAttribute("aria-hidden", "true");
    if (step) canvas.dataset.step = step;
    if (step) map.querySelector(".marks")?.before(canvas);
    else map.querySelector("input")?.after(canvas);
  }
  fill(canvas, plane);
  return canvas;
}

/**
 * Fill a canvas with a plane of colour indices, or with the three of a picture, one below the other.
 * @param {HTMLCanvasElement} canvas
 * @param {Plane} plane
 */
export function fill(canvas, { name, width, height: rows, bytes }) {
  if (palette.hex !== state.facts.palette) palette = { hex: state.facts.palette, colours: table(state.facts.palette) };
  const inColour = name === "generated";
  const height = inColour ? rows / 3 : rows;
  let image = held.get(canvas);
  if (image?.width !== width || image.height !== height) {
    [canvas.width, canvas.height] = [width, height];
    held.set(canvas, (image = new ImageData(width, height)));
  }
  const pixels = new Uint32Array(image.data.buffer);
  if (inColour) mixed(bytes, pixels);
  else look(bytes, palette.colours, pixels);
  canvas.getContext("2d", { willReadFrequently: true })?.putImageData(image, 0, 0);
}

/** Draw a kernel's picture anew. @param {Element} picture @param {number[]} numbers @param {number} range */
export function pictured(picture, numbers, range) {
  const wanted = patches(numbers, state.facts.geometry.kernel[1], range);
  for (const path of picture.querySelectorAll("path:not(.outlines)")) {
    const kind = path.getAttribute("class") ?? "";
    const d = wanted.get(kind);
    if (d === undefined) path.remove();
    else if (path.getAttribute("d") !== d) path.setAttribute("d", d);
    wanted.delete(kind);
  }
  for (const [kind, d] of wanted) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("class", kind);
    path.setAttribute("d", d);
    picture.prepend(path);
  }
}
