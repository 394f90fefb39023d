// @ts-check
/**
 * The slabs of the drawing follow the maps while they are edited: small copies of their canvases
 * become the faces, all in one frame, only once they are decoded.
 */
import { corners, nearest } from "../lib/stamps.js";
import { on, state } from "../state.js";

const LONGEST = 160;
const PACE = 600; // drawing sheared pictures anew costs more than everything else in an edit's frame
/** @type {Map<string, HTMLCanvasElement>} */
const next = new Map();
/** @type {Map<string, string>} */
const shown = new Map();
/** The page's own faces, where copies have taken their place. @type {Map<Element, string>} */
const served = new Map();
let busy = false;

/** @param {string} name the map @param {HTMLCanvasElement} canvas */
export function follow(name, canvas) {
  if (!faces(name).length) return;
  next.set(name, canvas);
  if (!busy) void work();
}

/** The face as the page has it again. @param {string} name the map */
export function leave(name) {
  next.delete(name);
  for (const image of faces(name)) image.setAttribute("href", served.get(image) ?? image.getAttribute("href") ?? "");
}

/** The slabs' pictures, looked up once for each page: a hand asks for them with every frame. @type {Element[] | null} */
let slabs = null;

/** @param {string} name the map */
function faces(name) {
  slabs ??= [...document.querySelectorAll("svg image[data-map]")];
  return slabs.filter((image) => image.getAttribute("data-map") === name);
}

async function work() {
  busy = true;
  for (await pause(); next.size; await pause()) {
    const waiting = [...next];
    next.clear();
    const addresses = await Promise.all(waiting.map(([, canvas]) => copied(canvas)));
    waiting.forEach(([name, canvas], at) => show(name, canvas, addresses[at]));
  }
  busy = false;
}

const pause = () => new Promise((done) => setTimeout(done, PACE));

/** The address of a small copy, decoded so that it shows at once. @param {HTMLCanvasElement} canvas */
async function copied(canvas) {
  const scale = Math.min(1, LONGEST / Math.max(canvas.width, canvas.height));
  const small = document.createElement("canvas");
  small.width = Math.max(1, Math.round(canvas.width * scale));
  small.height = Math.max(1, Math.round(canvas.height * scale));
  small.getContext("2d")?.drawImage(canvas, 0, 0, small.width, small.height);
  const blob = await new Promise((/** @type {BlobCallback} */ done) => small.toBlob(done));
  if (!blob) return null;
  const address = URL.createObjectURL(blob);
  const image = new Image();
  image.src = address;
  await image.decode().catch(() => {}); // so that setting it shows it at once
  return address;
}

/** @param {string} name @param {HTMLCanvasElement} canvas @param {string | null} address */
function show(name, canvas, address) {
  if (!address) return;
  // The page may have been brought in line meanwhile; then its own address is the better one.
  if (!canvas.hasAttribute("data-old") && canvas.closest("mc-map")?.getAttribute("data-map") === name) {
    for (const image of faces(name)) {
      if (!served.has(image)) served.set(image, image.getAttribute("href") ?? "");
      image.setAttribute("href", address);
    }
  }
  const old = shown.get(name);
  if (old) setTimeout(() => URL.revokeObjectURL(old), 1000);
  shown.set(name, address);
}

/** The input pixel that was led from last; of none as the page came: to paint slanted pictures anew costs much. */
let from = NaN;

/** Lead from an input pixel to its stamp. @param {number} pixel counted row by row; −1: from none */
export function lead(pixel) {
  if (pixel === from) return;
  from = pixel;
  for (const beam of document.querySelectorAll(".drawing .beam")) {
    beam.toggleAttribute("hidden", pixel < 0);
    if (pixel < 0) continue;
    const numbers = (beam.getAttribute("data-faces") ?? "").split(" ").map(Number);
    const { pixel: start, patch: end } = corners(state.facts.geometry, pixel, [numbers.slice(0, 6), numbers.slice(6)]);
    for (const [kind, points] of Object.entries({ pixel: start, patch: end })) {
      for (const quad of beam.querySelectorAll(`.${kind}`)) quad.setAttribute("points", points.join(" "));
    }
    const lines = [0, 2, 4, 6].map((at) => `M${start[at]} ${start[at + 1]}L${end[at]} ${end[at + 1]}`);
    beam.querySelector(".lines")?.setAttribute("d", lines.join(""));
  }
}

/** Lead to the stamp that is nearest an output pixel. @param {{ i: number, j: number }} pixel */
export function leadTo({ i, j }) {
  const { geometry } = state.facts;
  if (geometry.transposed) lead(nearest(geometry, i, j));
}

on("pixel", leadTo);
on("page", () => {
  next.clear();
  // A copy that came while the page was brought in line is no face of its own.
  for (const [image, own] of served) if (image.getAttribute("href")?.startsWith("blob:")) image.setAttribute("href", own);
  served.clear();
  slabs = null;
  from = NaN;
});
