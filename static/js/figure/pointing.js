// @ts-check
/**
 * `mc-map`: pointing at a picture shows that pixel's arithmetic, once a frame; leaving returns to
 * the pinned pixel. A click pins, the arrow keys move the pinned pixel, Escape lets it go.
 */
import { pin, setQuery } from "../page/edits.js";
import { nearestOutput } from "../lib/geometry.js";
import { show } from "./pixel.js";
import { speak } from "../page/speech.js";
import { on, state, tell } from "../state.js";

const WAYS = /** @type {Record<string, number[]>} */ ({
  ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
});

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

class PictureMap extends HTMLElement {
  constructor() {
    super();
    this.addEventListener("pointermove", (event) => this.point(this.pixel(event)));
    this.addEventListener("pointerleave", () => this.point(null));
    this.addEventListener("pointercancel", () => this.point(null));
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

  /**
   * The output pixel that a place on this map stands for.
   * @param {MouseEvent} event
   * @returns {number[]}
   */
  pixel(event) {
    const box = (this.querySelector("input") ?? this).getBoundingClientRect();
    const [rows, columns] = [Number(this.dataset.rows), Number(this.dataset.columns)];
    const row = within(((event.clientY - box.top) / box.height) * rows, rows);
    const column = within(((event.clientX - box.left) / box.width) * columns, columns);
    return this.dataset.map?.startsWith("input-") ? nearestOutput(state.facts.geometry, row, column) : [row, column];
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    event.preventDefault();
    const [i, j] = event.detail === 0 ? state.facts.pixel : this.pixel(event);
    pin(i, j);
    say();
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const way = WAYS[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const far = event.shiftKey ? 10 : 1;
    const { pixel, geometry } = state.facts;
    const [i, j] = pixel.map((at, axis) => within(at + far * way[axis], geometry.output[axis]));
    pointed = null;
    pin(i, j);
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
  const query = new URLSearchParams(state.query);
  if (!query.has("i") && !query.has("j")) return redraw();
  query.delete("i");
  query.delete("j");
  void setQuery(String(query));
});

on("kernel", draw);
on("bias", draw);
on("pixel", ({ pinned }) => pinned && redraw());
on("page", () => pointed && redraw());
customElements.define("mc-map", PictureMap);
export { PictureMap };
