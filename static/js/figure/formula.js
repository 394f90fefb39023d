// @ts-check
/**
 * What is pointed at or focused, said in the line under the formula and lit wherever the page speaks
 * of it: an index of the formula; a weight, or its tap in a table; a pixel of an input, for the arrow
 * keys the one under the window's middle.
 */
import { fedBy, placeOf, roomOf, shownWindow } from "../lib/geometry.js";
import { weightText } from "../lib/numbers.js";
import { speak } from "../page/words.js";
import { on, state } from "../state.js";
import { hasLedger } from "./ledger.js";
import { maps, mark, PictureMap, unmark } from "./map.js";
import { extent, laid, levels } from "./pixel.js";

/**
 * @typedef {0 | 1} Axis
 * @typedef {{ key: string, light: () => void, passes?: boolean }} Thing `key`: things of one key are the
 *   same; `passes`: it goes with the page it was on
 */

/** As many of an input pixel's weights as have room along an axis. */
const MOST = 7;
const MARKS = ["band", "tap", "reached", "fed"];
/** @type {Thing | null} */
let lit = null;

/** What an event's target stands for. @param {EventTarget | null} target @returns {Thing | null} */
const thing = (target) => (target instanceof Element ? index(target) ?? tap(target) : null);

/** @param {Thing | null} next */
function change(next) {
  if (next?.key === lit?.key) return;
  lit = next;
  draw();
}

function draw() {
  MARKS.forEach(unmark);
  for (const cell of document.querySelectorAll("[data-hit]")) cell.removeAttribute("data-hit");
  for (const reading of document.querySelectorAll("[data-reading]")) read(reading, "[·,·,", "]");
  document.getElementById("stage")?.removeAttribute("data-lit");
  terms([]);
  say();
  lit?.light();
}

/** @param {Element} reading the caption of an input @param {string} before its channel @param {string} after */
function read(reading, before, after) {
  const [kind, q] = reading.getAttribute("data-reading")?.split("-") ?? [];
  const words = `${kind}${before}${q}${after}`;
  if (reading.textContent !== words) reading.textContent = words;
}

/** Light terms of the formula. @param {string[]} names */
function terms(names) {
  for (const term of document.querySelectorAll(".mathematics [data-index]")) {
    term.classList.toggle("lit", names.includes(term.getAttribute("data-index") ?? ""));
  }
}

/** Say what is pointed at; nothing takes the words back. @param {string} [words] @param {(string | number)[][]} [grid] */
function say(words = "", grid = []) {
  const place = document.getElementById("index-words");
  if (place && (grid.length || place.textContent !== words)) place.replaceChildren(words, ...(grid.length ? [table(grid)] : []));
}

/** @param {(string | number)[][]} rows the first row and column are heads */
function table(rows) {
  const made = document.createElement("table");
  rows.forEach((cells, down) => {
    const row = made.insertRow();
    cells.forEach((text, across) => {
      const cell = document.createElement((down === 0) === (across === 0) ? "td" : "th");
      cell.textContent = String(text);
      row.append(cell);
    });
  });
  return made;
}

// An index of the formula.

/** @type {Record<string, () => string>} */
const WORDS = {
  b: () => "b = 0: the picture’s place in its batch, the pictures that go through together. Here there is one.",
  i: () => `i = ${state.facts.pixel[0]}: the output’s row. ${covered("row", 0)}.`,
  j: () => `j = ${state.facts.pixel[1]}: the output’s column. ${covered("column", 1)}.`,
  "i′": () => `i′: the input’s rows. ${covered("row", 0)}, each by another row of the kernel.`,
  "j′": () => `j′: the input’s columns. ${covered("column", 1)}, each by another column of the kernel.`,
  k: () => `k = ${state.facts.k}: the output channel, with one kernel for every input channel.`,
  di: () => `di = 0 … ${state.facts.geometry.kernel[0] - 1}: the rows of the kernel and of the window.`,
  dj: () => `dj = 0 … ${state.facts.geometry.kernel[1] - 1}: the columns of the kernel and of the window.`,
  q: () => `q = 0 … ${state.facts.active.length - 1}: the input channels${hasLedger() ? "" : `, ${channels().join(", ")}`}.`,
};

/** The input channels as their rows are called. */
const channels = () => [...document.querySelectorAll("#working .row")].map((row) => row.getAttribute("aria-label")?.toLowerCase() ?? "");

/** @param {string} noun @param {Axis} axis */
function covered(noun, axis) {
  const { geometry, pixel } = state.facts;
  if (geometry.transposed) {
    const window = shownWindow(geometry, pixel[0], pixel[1]);
    const [first, length] = extent(axis ? window.cols : window.rows);
    if (!length) return `None of the input’s ${noun}s reaches it`;
    return length === 1 ? `The input’s ${noun} ${first} reaches it` : `The input’s ${noun}s ${first} … ${first + length - 1} reach it`;
  }
  const [first, last] = [0, geometry.kernel[axis] - 1].map((tap) => placeOf(geometry, axis, pixel[axis], tap));
  return `Its window covers the input’s ${noun}s ${first} … ${last}`.replaceAll("-", "−");
}

/** @param {Element} target @returns {Thing | null} */
function index(target) {
  const name = target.closest(".mathematics [data-index]")?.getAttribute("data-index");
  if (!name) return null;
  const light = () => {
    terms([name]);
    document.getElementById("stage")?.setAttribute("data-lit", name);
    say(WORDS[name]?.());
    if ("ij".includes(name[0]) && name !== "di") bands(name[0] === "i" ? 0 : 1);
  };
  return { key: name, light };
}

/** Mark the pixel's row or column on every map, and its window's on the inputs. @param {Axis} axis */
function bands(axis) {
  const { geometry, pixel } = state.facts;
  const window = shownWindow(geometry, pixel[0], pixel[1]);
  /** @param {number[]} size @param {number} first @param {number} length */
  const band = ([height, width], first, length) =>
    axis ? { x: first, y: 0, width: length, height } : { x: 0, y: first, width, height: length };
  for (const map of [...maps("partial-"), ...maps("output-")]) mark(map, "band", band(geometry.output, pixel[axis], 1));
  const [first, length] = extent(axis ? window.cols : window.rows);
  if (length) for (const map of maps("input-")) mark(map, "band", band(geometry.input, first, length));
}

// A weight: its tap in every table and in the window, and the part of the input that it multiplies.

/** @param {Element} target @returns {Thing | null} */
function tap(target) {
  const cell = target.closest(".weight, .channel .numbers td");
  const place = cell?.closest("mc-kernel, .channel");
  const peers = cell?.closest("mc-kernel, .numbers")?.querySelectorAll(".weight, td");
  if (!cell || !place || !peers) return null;
  const [q, first] = [place.getAttribute("data-q") ?? "", [...peers].indexOf(cell)];
  const at = cell.matches(".weight") ? turned(first, peers.length) : laidOn(first);
  if (at < 0) return null;
  return { key: `tap ${q} ${at}`, light: () => lightTap(q, at) };
}

/** Which of the window's places a weight is laid on, and which weight lies on a place. @param {number} at @param {number} count */
const turned = (at, count) => (state.facts.whatIf === "flipped" ? count - 1 - at : at);

/** Which of a kernel's weights lies on a table's cell; −1: none. @param {number} cell */
function laidOn(cell) {
  const { geometry, pixel } = state.facts;
  const { rowTaps, colTaps } = shownWindow(geometry, pixel[0], pixel[1]);
  const width = roomOf(geometry)[1];
  const [di, dj] = [rowTaps[Math.floor(cell / width)], colTaps[cell % width]];
  return di === undefined || dj === undefined ? -1 : di * geometry.kernel[1] + dj;
}

/** @param {string} q @param {number} at which of a kernel's weights, as it is laid on, counted row by row */
function lightTap(q, at) {
  const { geometry, pixel } = state.facts;
  const [di, dj] = [Math.floor(at / geometry.kernel[1]), at % geometry.kernel[1]];
  const window = shownWindow(geometry, pixel[0], pixel[1]);
  const [down, across] = [window.rowTaps.indexOf(di), window.colTaps.indexOf(dj)];
  const cell = down < 0 || across < 0 ? -1 : down * roomOf(geometry)[1] + across;
  terms(geometry.transposed ? ["q"] : ["di", "dj", "q"]);
  for (const group of document.querySelectorAll(`mc-kernel[data-q="${q}"], .channel[data-q="${q}"] .numbers`)) {
    const cells = group.querySelectorAll(".weight, td");
    cells[group.matches("mc-kernel") ? turned(at, cells.length) : cell]?.setAttribute("data-hit", "");
  }
  const place = `[${term("i", 0, di)}, ${term("j", 1, dj)}]`;
  const words = geometry.transposed ? `input[i′, j′] times this weight goes to output${place}` : `for every output pixel, this weight multiplies input${place}`;
  say(`di = ${di}, dj = ${dj}, q = ${q}: ${words}.`);
  const [[y, height], [x, width]] = [reached(0, di), reached(1, dj)];
  for (const map of maps(`input-${q}`)) {
    mark(map, "reached", { x, y, width, height });
    const [row, column] = [window.rows[down] ?? -1, window.cols[across] ?? -1];
    if (row >= 0 && column >= 0) mark(map, "tap", { x: column, y: row, width: 1, height: 1 });
  }
}

/** What one tap meets of the input along an axis, all windows together: (first, length). @param {Axis} axis @param {number} tap */
function reached(axis, tap) {
  const { geometry } = state.facts;
  if (geometry.transposed) return [0, geometry.input[axis]]; // every input pixel stamps the whole kernel
  const [from, to] = [0, geometry.output[axis] - 1].map((at) => placeOf(geometry, axis, at, tap));
  const [low, high] = [Math.max(from, 0), Math.min(to, geometry.input[axis] - 1)];
  return [low, Math.max(high - low + 1, 0)];
}

/** @param {string} name @param {Axis} axis @param {number} tap */
function term(name, axis, tap) {
  const { geometry } = state.facts;
  const [stride, moved] = [geometry.strides[axis], placeOf(geometry, axis, 0, tap)];
  const own = geometry.transposed ? `${name}′` : name;
  const start = stride > 1 ? `${stride}·${own}` : own;
  return moved ? `${start} ${moved < 0 ? "−" : "+"} ${Math.abs(moved)}` : start;
}

// A pixel of an input: its level, and the output pixels that it feeds, each through one weight.

/** @param {EventTarget | null} target */
function inputMap(target) {
  const map = target instanceof Element ? target.closest("mc-map") : null;
  return map instanceof PictureMap && map.input !== null ? map : null;
}

/** @param {number | null} q @param {number[]} place its row and column @returns {Thing} */
const source = (q, [row, column]) => ({ key: `pixel ${q} ${row} ${column}`, light: () => feed(q ?? 0, row, column), passes: true });

/** @param {number} q @param {number} row @param {number} column */
function feed(q, row, column) {
  const plane = levels()?.[q];
  const level = state.facts.values ? "" : ` = ${plane ? plane.bytes[row * plane.width + column] : "…"}`;
  const reading = document.querySelector(`[data-reading="input-${q}"]`);
  if (reading) reading.textContent = `[${row},${column}]${level}`;
  const { geometry } = state.facts;
  const { rows, cols } = fedBy(geometry, row, column);
  const count = rows.length * cols.length;
  const name = `Input [${row}, ${column}, ${q}]${level}`;
  if (!count) return say(`${name}: ${geometry.transposed ? "its stamp is cut off" : "no window covers it"}.`);
  const [y, x] = [rows[0][0], cols[0][0]];
  const box = { x, y, width: cols[cols.length - 1][0] - x + 1, height: rows[rows.length - 1][0] - y + 1 };
  for (const map of [...maps(`partial-${q}`), ...maps("output-")]) mark(map, "fed", box);
  const words = `${name} ${geometry.transposed ? "is stamped on" : "feeds"} ${count} output pixel${count === 1 ? "" : "s"}`;
  if (rows.length > MOST || cols.length > MOST) return say(`${words}.`);
  const width = geometry.kernel[1];
  const weights = rows.map(([i, di]) => [i, ...cols.map(([, dj]) => weightText(laid(q)[di * width + dj]))]);
  say(`${words}, each with its own weight (row, column of the output):`, [["", ...cols.map(([j]) => j)], ...weights]);
}

document.addEventListener("pointerover", ({ target }) => {
  if (!inputMap(target)) change(thing(target) ?? tap(document.activeElement ?? document.body));
});
document.addEventListener("pointermove", (event) => {
  const map = inputMap(event.target);
  if (map) change(source(map.input, map.place(event)));
});
document.addEventListener("pointerout", ({ relatedTarget }) => relatedTarget ?? change(null));
document.addEventListener("focusin", ({ target }) => {
  const reached = thing(target);
  change(reached);
  if (reached && reached.key in WORDS && target instanceof Element && target.matches(":focus-visible")) {
    speak(() => (lit?.key === reached.key ? WORDS[reached.key]() : ""));
  }
});
document.addEventListener("focusout", () => change(null));

/** The keyboard reaches each index once, at its first place. */
function reachable() {
  for (const term of document.querySelectorAll(".mathematics [data-first]")) term.setAttribute("tabindex", "0");
}
reachable();
on("page", () => {
  reachable();
  if (lit?.passes) change(null);
  else if (lit) draw();
});
on("pixel", ({ i, j, pinned }) => {
  const map = inputMap(document.activeElement);
  if (!pinned) return;
  if (!map || map.matches(":hover")) return lit && draw();
  const { rows, cols } = shownWindow(state.facts.geometry, i, j);
  const middle = [rows, cols].map((places) => places[(places.length - 1) >> 1]);
  if (Math.min(...middle) >= 0) change(source(map.input, middle));
});
on("levels", () => lit && draw());
