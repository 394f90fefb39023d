// @ts-check
/** How many input pixels reach an output pixel of a transposed layer: figure/reach.py's rules, mirrored. */
import { meetings, windowOf } from "./geometry.js";

/** @typedef {import("./geometry.js").Geometry} Geometry @typedef {0 | 1} Axis */

const GRID = [5, 6];
const BESIDE = /** @type {[number, number, string][]} */ ([[0, 1, "right"], [0, -1, "left"], [1, 0, "lower"], [-1, 0, "upper"]]);

/** The input rows (axis 0) or columns (1) that reach an output row or column. @param {Geometry} geometry @param {Axis} axis @param {number} at */
const along = (geometry, axis, at) =>
  meetings(geometry, axis, at).map(([, place]) => place).filter((place) => place >= 0 && place < geometry.input[axis]);

/** How many input pixels reach an output pixel. @param {Geometry} geometry @param {number} i @param {number} j */
export const countAt = (geometry, i, j) => along(geometry, 0, i).length * along(geometry, 1, j).length;

/** Whether the most of all reach an output pixel, the fewest, or some. @param {Geometry} geometry @param {number} i @param {number} j */
export function kindAt(geometry, i, j) {
  const [down, across] = /** @type {Axis[]} */ ([0, 1]).map((axis) =>
    Array.from({ length: geometry.strides[axis] }, (_, at) => meetings(geometry, axis, at).length),
  );
  const count = countAt(geometry, i, j);
  if (count === Math.max(...down) * Math.max(...across)) return "most";
  return count <= Math.min(...down) * Math.min(...across) ? "fewest" : "some";
}

/** The first row and column of the grid of counts. @param {Geometry} geometry @param {number} i @param {number} j */
export const corner = (geometry, i, j) =>
  [i, j].map((at, axis) => Math.min(Math.max(at - (GRID[axis] >> 1), 0), Math.max(geometry.output[axis] - GRID[axis], 0)));

/**
 * A pixel beside one, and where: one that another number reaches, if there is.
 * @param {Geometry} geometry
 * @param {number} i
 * @param {number} j
 */
export function neighbour(geometry, i, j) {
  const [high, wide] = geometry.output;
  const found = BESIDE.map(([down, across, where]) => ({ i: i + down, j: j + across, where })).filter(
    (at) => at.i >= 0 && at.i < high && at.j >= 0 && at.j < wide,
  );
  const own = countAt(geometry, i, j);
  return found.find((at) => countAt(geometry, at.i, at.j) !== own) ?? found[0] ?? null;
}

/** The input pixels around an output pixel, where the middles of their stamps lie from it. @param {Geometry} geometry @param {number} i @param {number} j */
export function dotsAround(geometry, i, j) {
  const [rows, columns] = [seen(geometry, 0, i), seen(geometry, 1, j)];
  return rows.flatMap(([y, down]) => columns.map(([x, across]) => ({ x, y, kind: down && across ? "reaches" : "near" })));
}

/** @param {Geometry} geometry @param {Axis} axis @param {number} at @returns {[number, boolean][]} */
function seen(geometry, axis, at) {
  const half = ((geometry.kernel[axis] - 1) * geometry.dilations[axis]) / 2;
  const reaching = new Set(along(geometry, axis, at));
  return Array.from({ length: geometry.input[axis] }, (_, place) => place)
    .map((place) => /** @type {[number, boolean]} */ ([place * geometry.strides[axis] - geometry.pads[axis][0] + half - at, reaching.has(place)]))
    .filter(([off]) => Math.abs(off) <= Math.ceil(half) + 1);
}

/**
 * What of each layer before reaches an output pixel, in words, the last layer's first.
 * @param {Geometry[]} stack up to the opened layer
 * @param {string[]} names what each reads
 * @param {number} i
 * @param {number} j
 */
export function pathWords(stack, names, i, j) {
  let [rows, columns] = [[i], [j]];
  const told = [];
  for (let n = stack.length - 1; n >= 0; n -= 1) {
    rows = before(rows.flatMap((at) => windowOf(stack[n], at, 0).sourceRows));
    columns = before(columns.flatMap((at) => windowOf(stack[n], 0, at).sourceCols));
    const [high, wide] = stack[n].input;
    if (high === 1 && wide === 1) {
      told.push(names[n]);
      continue;
    }
    if (!rows.length || !columns.length) {
      told.push(`nothing of ${names[n]} reaches it`);
      break;
    }
    const whole = rows.length === high && columns.length === wide ? "all " : "";
    told.push(`${whole}${rows.length} × ${columns.length} of ${names[n]}`);
  }
  return `Followed back: ${told.join(", ")}.`;
}

/** @param {number[]} places */
const before = (places) => [...new Set(places)].filter((place) => place >= 0);
