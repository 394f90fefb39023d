// @ts-check
/**
 * `mc-map`: pointing at a picture shows that pixel's arithmetic, once a frame; leaving returns to
 * the pinned pixel. A click pins, and so does a finger that slid to where it leaves; the arrow keys
 * move the pinned pixel, Escape lets it go.
 */
import { nearestOutput } from "../lib/geometry.js";
import { pin } from "../page/edit.js";
import { address } from "../page/link.js";
import { visit } from "../page/visit.js";
import { speak } from "../page/words.js";
import { on, state, tell } from "../state.js";
import { show } from "./pixel.js";

const WAYS = /** @type {Record<string, number[]>} */ ({
  ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
});
const SLACK = 6;

/** The output pixel under the pointer, if it is over a map. @type {number[] | null} */
let pointed = null;
let frame = 0;
let again = false;

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
  return show(i, j, redraw);
}

export class PictureMap extends HTMLElement {
  constructor() {
    super();
    this.addEventListener("pointermove", (event) => this.point(this.pixel(event)));
    for (const kind of ["pointerleave", "pointercancel"]) this.addEventListener(kind, () => this.point(null));
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("keydown", (event) => this.pressed(event));
  }

  /** @param {number[] | null} pixel */
  point(pixel) {
    if (String(pixel) === String(pointed)) return;
    pointed = pixel;
    const [i, j] = pixel ?? state.facts.pixel;
    tell("pixel", { i, j, pinned: pixel === null });
    redraw();
  }

  /** The map's own pixel under the pointer. @param {MouseEvent} event */
  place(event) {
    const box = (this.querySelector("input") ?? this).getBoundingClientRect();
    const [rows, columns] = [Number(this.dataset.rows), Number(this.dataset.columns)];
    const [down, across] = [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width];
    return [within(down * rows, rows), within(across * columns, columns)];
  }

  /** The output pixel that a place on this map stands for. @param {MouseEvent} event @returns {number[]} */
  pixel(event) {
    const [row, column] = this.place(event);
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
    say();
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const way = WAYS[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const far = event.shiftKey ? 10 : 1;
    pointed = null;
    pin((now) => now.map((at, axis) => at + far * way[axis]));
    say();
  }
}

/** @param {number} at @param {number} side */
const within = (at, side) => Math.min(Math.max(Math.floor(at), 0), side - 1);

/** Say the pinned pixel aloud, once, when it has come to rest. */
function say() {
  speak(() => {
    const working = draw();
    const [i, j] = state.facts.pixel;
    const value = working && (working.output ?? working.value);
    return `Row ${i}, column ${j}${value ? `: ${value}` : ""}`;
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector(":popover-open, dialog[open]")) return;
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

on("kernel", draw);
on("bias", draw);
on("pixel", ({ pinned }) => pinned && redraw());
on("page", () => pointed && redraw());
customElements.define("mc-map", PictureMap);
