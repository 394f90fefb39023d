// @ts-check
/**
 * The formula's indices: pointing at one, or reaching it with the keyboard, lights what it counts;
 * for the keyboard its words are spoken too.
 */
import { windowOf } from "../lib/geometry.js";
import { speak } from "../page/words.js";
import { on, state } from "../state.js";
import { legend, maps, mark, unmark } from "./legend.js";
import { extent } from "./pixel.js";

/** The input channels as their rows are called. */
const channels = () => [...document.querySelectorAll("#working .row")].map((row) => row.getAttribute("aria-label")?.toLowerCase() ?? "");
/** @type {string | null} */
let lit = null;

/** @type {Record<string, () => string>} */
const WORDS = {
  b: () => "b = 0: the picture’s place in its batch, the pictures that go through together. Here there is one.",
  i: () => `i = ${state.facts.pixel[0]}: the output’s row. Its window covers ${covered("row", 0)}.`,
  j: () => `j = ${state.facts.pixel[1]}: the output’s column. Its window covers ${covered("column", 1)}.`,
  k: () => `k = ${state.facts.k}: the output channel, with one kernel for every input channel.`,
  di: () => `di = 0 … ${state.facts.geometry.kernel[0] - 1}: the rows of the kernel and of the window.`,
  dj: () => `dj = 0 … ${state.facts.geometry.kernel[1] - 1}: the columns of the kernel and of the window.`,
  q: () => `q = 0 … ${channels().length - 1}: the input channels, ${channels().join(", ")}.`,
};

/** @param {string} noun @param {0 | 1} axis */
function covered(noun, axis) {
  const { geometry, pixel } = state.facts;
  const first = pixel[axis] * geometry.strides[axis] - geometry.pads[axis][0];
  const last = first + (geometry.kernel[axis] - 1) * geometry.dilations[axis];
  return `the input’s ${noun}s ${first} … ${last}`.replaceAll("-", "−");
}

/** @param {string | null} name */
function light(name) {
  lit = name;
  const stage = document.getElementById("stage");
  unmark("band");
  for (const term of document.querySelectorAll(".mathematics [data-index]")) {
    term.classList.toggle("lit", term.getAttribute("data-index") === name);
  }
  if (!name) {
    stage?.removeAttribute("data-lit");
    return legend();
  }
  stage?.setAttribute("data-lit", name);
  legend(WORDS[name]?.());
  if (name === "i" || name === "j") bands(name === "i");
}

/** Mark the pixel's row or column on every map, and its window's on the inputs. @param {boolean} rows */
function bands(rows) {
  const { geometry, pixel } = state.facts;
  const window = windowOf(geometry, pixel[0], pixel[1]);
  const [height, width] = geometry.output;
  for (const map of [...maps("partial-"), ...maps("output-")]) {
    mark(map, "band", rows ? { x: 0, y: pixel[0], width, height: 1 } : { x: pixel[1], y: 0, width: 1, height });
  }
  const [from, length] = extent(rows ? window.rows : window.cols);
  if (!length) return;
  const [down, across] = geometry.input;
  for (const map of maps("input-")) {
    mark(map, "band", rows ? { x: 0, y: from, width: across, height: length } : { x: from, y: 0, width: length, height: down });
  }
}

/** @param {Event} event */
const index = ({ target }) =>
  target instanceof Element ? target.closest(".mathematics [data-index]")?.getAttribute("data-index") ?? null : null;

for (const kind of ["pointerover", "focusin"]) {
  document.addEventListener(kind, (event) => {
    const name = index(event);
    if (name !== lit && (name || lit)) light(name);
    const reached = kind === "focusin" && event.target instanceof Element && event.target.matches(":focus-visible");
    if (name && reached) speak(() => (name === lit ? WORDS[name]() : ""));
  });
}
document.addEventListener("focusout", (event) => index(event) && light(null));
document.addEventListener("pointerout", (event) => {
  if (!event.relatedTarget && lit) light(null);
});

/** The keyboard reaches each index once, at its first place. */
function reachable() {
  for (const term of document.querySelectorAll(".mathematics [data-first]")) term.setAttribute("tabindex", "0");
}
reachable();
on("page", () => {
  reachable();
  if (lit) light(lit);
});
on("pixel", () => lit && light(lit));
