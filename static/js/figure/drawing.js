// @ts-check
/** Planes onto the page: every map of that name gets a canvas, and its slab follows. */
import { paint, table } from "../lib/colours.js";
import { follow } from "./slabs.js";
import { state } from "../state.js";

let palette = { hex: "", colours: new Uint32Array() };

/**
 * Draw a plane wherever its map stands.
 * @param {import("../page/planes.js").Plane} plane
 */
export function draw(plane) {
  if (palette.hex !== state.facts.palette) palette = { hex: state.facts.palette, colours: table(state.facts.palette) };
  for (const map of document.querySelectorAll(`mc-map[data-map="${plane.name}"]`)) {
    follow(plane.name, paint(map, plane, palette.colours));
  }
}
