// @ts-check
/**
 * `mc-map`: pointing at a picture shows that pixel's arithmetic, once a frame; leaving returns to
 * the pinned pixel. A click pins, and so does a finger that slid to where it leaves; the arrow keys
 * move the pinned pixel, Escape lets it go. Planes of an edit are drawn over it; whatever is pointed
 * at has its marks there.
 */
import { nearestOutput } from "../lib/geometry.js";
import { cellAt } from "../lib/sight.js";
import { pin } from "../page/edit.js";
import { inTime, unfinished } from "../page/later.js";
import { address } from "../page/link.js";
import { paint } from "../page/paint.js";
import { isOpen } from "../page/popover.js";
import { placeIn } from "../page/press.js";
import { visit } from "../page/visit.js";
import { speak } from "../page/words.js";
import { on, state, tell } from "../state.js";
import { comesWithPlanes } from "./ledger.js";
import { show } from "./pixel.js";
import { follow } from "./volumes.js";

/** @typedef {import("../lib/packed.js").Plane} Plane */

const WAYS = /** @type {Record<string, number[]>} */ ({ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] });
const SLACK = 6;
const SVG = "http://www.w3.org/2000/svg";

/** The output pixel under the pointer, if it is over a map. @type {number[] | null} */
let pointed = null;
/** Points where a hand has pointed while the page was brought in line. @type {(() => void) | null} */
let missed = null;
/** How large the map is that it is of. */
let size = "";
let [frame, again] = [0, false];

/** Show the pixel that counts now: at once, and then at most once a frame. */
function redraw() {
  if (frame) return void (again = true);
  frame = requestAnimationFrame(() => {
    frame = 0;
    if (again) redraw();
  });
  again = false;
  draw();
}

/** @returns {ReturnType<typeof show>} */
function draw() {
  const [i, j] = pointed ?? state.facts.pixel;
  return unfinished() ? null : show(i, j, redraw); // its numbers are not there yet
}

export class PictureMap extends HTMLElement {
  constructor() {
    super();
    this.addEventListener("pointermove", (event) => this.point(() => this.pixel(event)));
    for (const kind of ["pointerleave", "pointercancel"]) this.addEventListener(kind, () => this.point(() => null));
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("keydown", (event) => this.pressed(event));
  }

  /** @param {() => number[] | null} where asked for once the page is whole */
  point(where) {
    missed = unfinished() ? () => this.isConnected && this.point(where) : null;
    if (missed) return void (pointed = null);
    const pixel = where();
    if (String(pixel) === String(pointed)) return;
    pointed = pixel;
    size = String(state.facts.geometry.output);
    const [i, j] = pixel ?? state.facts.pixel;
    tell("pixel", { i, j, pinned: pixel === null });
    redraw();
  }

  /** The map's own pixel under the pointer. @param {MouseEvent} event */
  place(event) {
    const [rows, columns] = [Number(this.dataset.rows), Number(this.dataset.columns)];
    const [down, across] = placeIn((this.querySelector("input") ?? this).getBoundingClientRect(), event);
    return [within(down * rows, rows), within(across * columns, columns)];
  }

  /** The output pixel that a place on this map stands for. @param {MouseEvent} event @returns {number[]} */
  pixel(event) {
    const [row, column] = this.place(event);
    const { sight, geometry } = state.facts;
    if (sight && this.dataset.map === "photo") return cellAt(sight, geometry.output, [row, column]);
    return this.input === null ? [row, column] : nearestOutput(state.facts.geometry, row, column);
  }

  /** Which input this is a map of; null: of none. */
  get input() {
    const q = this.dataset.map?.match(/^input-(\d+)$/)?.[1];
    return q === undefined ? null : Number(q);
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    event.preventDefault();
    const pixel = event.detail === 0 ? null : this.pixel(event);
    pin((now) => pixel ?? now);
    sayPixel();
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const way = WAYS[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const far = event.shiftKey ? 10 : 1;
    pointed = null;
    pin((now) => now.map((at, axis) => at + far * way[axis]));
    sayPixel();
  }
}

/** @param {number} at @param {number} side */
const within = (at, side) => Math.min(Math.max(Math.floor(at), 0), side - 1);

/** Say the pinned pixel aloud, once, when it has come to rest. @param {() => string} [before] what led to its value */
export function sayPixel(before = () => "") {
  speak(async () => {
    if (unfinished()) await inTime(); // its value is said, too
    const [working, [i, j]] = [draw(), state.facts.pixel];
    const value = working && state.facts.whatIf !== "apart" && (working.output ?? working.value);
    return `${before()}Row ${i}, column ${j}${value ? `: ${value}` : ""}`;
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || isOpen()) return;
  pointed = null;
  redraw();
  void visit(() => {
    const query = new URLSearchParams(state.query);
    if (!query.has("i") && !query.has("j")) return null;
    for (const name of "ij") query.delete(name);
    return { link: address(String(query)) };
  });
});

/** Where a finger came down. @type {{ x: number, y: number, id: number } | null} */
let start = null;

document.addEventListener("pointerdown", ({ pointerType, isPrimary, clientX: x, clientY: y, pointerId: id }) => {
  start = pointerType === "touch" && isPrimary ? { x, y, id } : null;
});

document.addEventListener("pointerup", (event) => {
  const map = event.target instanceof Element ? event.target.closest("mc-map") : null;
  if (!(map instanceof PictureMap) || !start || start.id !== event.pointerId) return;
  if (Math.hypot(event.clientX - start.x, event.clientY - start.y) <= SLACK) return; // a tap is a click
  const pixel = map.pixel(event);
  pin(() => pixel);
});

// One that scrolls pins nothing.
document.addEventListener("pointercancel", () => (start = null));

let due = false;
/** Once for all kernels that change together; while a hand moves, numbers follow later. @param {{ moving?: boolean, q?: number }} how */
function changed({ moving, q }) {
  if (moving || due || (q !== undefined && comesWithPlanes())) return;
  due = true;
  queueMicrotask(() => ((due = false), draw()));
}
on("step", draw);
for (const kind of /** @type {const} */ (["kernel", "bias"])) on(kind, changed);
on("pixel", ({ pinned }) => pinned && redraw());
on("page", () => {
  if (size !== String(state.facts.geometry.output)) pointed = null; // another layer's pixel lies there now
  if (pointed) redraw();
  missed?.();
});
customElements.define("mc-map", PictureMap);

/** The maps of a name, or of all names that begin with one that ends in a dash. @param {string} name */
export const maps = (name) => document.querySelectorAll(`#stage mc-map[data-map${name.endsWith("-") ? "^" : ""}="${name}"]`);

/**
 * Draw a shape over a map's picture, in its pixels: a rectangle over its marks, a path under them.
 * @param {Element} map
 * @param {string} kind the class of the mark
 * @param {Record<string, string | number>} shape
 */
export function mark(map, kind, shape) {
  const marks = map.querySelector(".marks");
  const known = marks?.querySelector(`.${kind}`);
  const made = known ?? document.createElementNS(SVG, "d" in shape ? "path" : "rect");
  made.setAttribute("class", kind);
  made.setAttribute("data-live", "");
  for (const [key, value] of Object.entries(shape)) made.setAttribute(key, String(value));
  if (!known) marks?.["d" in shape ? "prepend" : "append"](made);
}

/** Take the marks of a kind off all maps. @param {string} kind */
export const unmark = (kind) => document.querySelectorAll(`.marks .${kind}`).forEach((shape) => shape.remove());

on("planes", ({ planes }) => {
  for (const plane of /** @type {Plane[]} */ (planes)) {
    for (const map of [...document.getElementsByTagName("mc-map")].filter((map) => map.getAttribute("data-map") === plane.name)) {
      const live = paint(map, plane);
      follow(plane.name, map.querySelector("canvas[data-step]") ?? live);
    }
    if (plane.name === "subtotals") requestAnimationFrame(redraw); // once all that look at places have looked
  }
});
