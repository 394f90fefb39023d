// @ts-check
/** A pinned pixel on an output of other sizes: web/follow.py's rule, to tell when its place was left. */
import { middle } from "./geometry.js";

/** @typedef {import("./geometry.js").Geometry} Geometry */

/**
 * Whether the new pixel's window lies farther than half a stride from where the old one's lay.
 * @param {0 | 1} axis
 * @param {Geometry} old
 * @param {number} from
 * @param {Geometry} now
 * @param {number} to
 */
export function left(axis, old, from, now, to) {
  const side = old.input[axis];
  const inside = Math.min(Math.max(centre(old, axis, from), 0), side - 1);
  const place = Math.floor(((2 * inside + 1) * now.input[axis]) / (2 * side));
  return JSON.stringify(old) !== JSON.stringify(now) && 2 * Math.abs(centre(now, axis, to) - place) > now.strides[axis];
}

/**
 * The input row (axis 0) or column (1) in the centre of an output pixel's window.
 * @param {Geometry} geometry
 * @param {0 | 1} axis
 * @param {number} at
 */
const centre = (geometry, axis, at) => at * geometry.strides[axis] - geometry.pads[axis][0] + middle(geometry, axis);
