// @ts-check
/** The input's levels, 0…255, fetched once a picture: what the pixel's arithmetic is worked from. */
import { fetched } from "../page/ask.js";
import { state, tell } from "../state.js";

const MOST = 512 * 512;

/** @typedef {{ key: string | null, planes: import("../lib/packed.js").Plane[] | null, tell: () => void }} Held */
/** @type {Held} */
let held = { key: null, planes: null, tell: () => {} };

/**
 * The planes of the input, or null while they are on their way; `redraw` is called when they are here.
 * @param {() => void} [redraw]
 */
export function levels(redraw = held.tell) {
  const query = key();
  if (held.key !== query) void fill((held = { key: query, planes: null, tell: redraw }), query);
  held.tell = redraw;
  return held.planes;
}

/** @param {Held} mine @param {string} query */
async function fill(mine, query) {
  const names = state.facts.active.map((_, q) => `input-${q}`);
  try {
    mine.planes = (await fetched(names, `${query}&v=${state.facts.build}`, null, "default")).planes;
    if (mine !== held) return;
    mine.tell();
    tell("levels");
  } catch {
    mine.key = null; // asked again when next wanted
  }
}

/** All of a picture's channels depend on no more than this. */
function key() {
  const query = new URLSearchParams(state.query);
  return ["image", "size"].flatMap((name) => (query.has(name) ? [`${name}=${query.get(name)}`] : [])).join("&");
}

/** Fetch them at the first sign that a pixel will be pointed at, unless that is much. */
function prepare() {
  const [rows, columns] = state.facts.geometry?.input ?? [Infinity, Infinity];
  if (rows * columns <= MOST) levels();
}

for (const sign of ["pointerover", "focusin"]) document.getElementById("stage")?.addEventListener(sign, prepare);
