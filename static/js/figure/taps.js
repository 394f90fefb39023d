// @ts-check
/**
 * A weight pointed at or focused: its place in the formula, its tap in every table and in the
 * window, and the part of the input that it multiplies, which is the picture moved by its place.
 */
import { windowOf } from "../lib/geometry.js";
import { on, state } from "../state.js";
import { legend, maps, mark, unmark } from "./legend.js";

/** @typedef {{ q: number, di: number, dj: number }} Tap */
/** @type {Tap | null} */
let shown = null;

/** The tap that a field or a cell stands for. @param {EventTarget | null} target @returns {Tap | null} */
function tapOf(target) {
  const cell = target instanceof Element ? target.closest(".weight, .channel .numbers td") : null;
  const place = cell?.closest("mc-kernel, .channel");
  const peers = cell?.closest("mc-kernel, .numbers")?.querySelectorAll(".weight, td");
  if (!cell || !place || !peers) return null;
  const at = [...peers].indexOf(cell);
  const width = state.facts.geometry.kernel[1];
  return { q: Number(place.getAttribute("data-q")), di: Math.floor(at / width), dj: at % width };
}

/** @param {Tap | null} tap */
function light(tap) {
  shown = tap;
  for (const cell of document.querySelectorAll("[data-hit]")) cell.removeAttribute("data-hit");
  for (const term of document.querySelectorAll(".mathematics [data-index]")) {
    term.classList.toggle("lit", tap !== null && ["di", "dj", "q"].includes(term.getAttribute("data-index") ?? ""));
  }
  unmark("tap");
  unmark("reached");
  if (!tap) return legend();
  const { q, di, dj } = tap;
  const { geometry } = state.facts;
  const at = di * geometry.kernel[1] + dj;
  for (const group of document.querySelectorAll(`mc-kernel[data-q="${q}"], .channel[data-q="${q}"] .numbers`)) {
    group.querySelectorAll(".weight, td")[at]?.setAttribute("data-hit", "");
  }
  legend(words(tap));
  const window = windowOf(geometry, state.facts.pixel[0], state.facts.pixel[1]);
  const [y, height] = span(0, di);
  const [x, width] = span(1, dj);
  for (const map of maps(`input-${q}`)) {
    mark(map, "reached", { x, y, width, height });
    const [row, column] = [window.rows[di], window.cols[dj]];
    if (row >= 0 && column >= 0) mark(map, "tap", { x: column, y: row, width: 1, height: 1 });
  }
}

/**
 * What one tap meets of the input along an axis, all windows together: (first, length).
 * @param {0 | 1} axis
 * @param {number} tap
 */
function span(axis, tap) {
  const { geometry } = state.facts;
  const from = tap * geometry.dilations[axis] - geometry.pads[axis][0];
  const last = from + (geometry.output[axis] - 1) * geometry.strides[axis];
  const [low, high] = [Math.max(from, 0), Math.min(last, geometry.input[axis] - 1)];
  return [low, Math.max(high - low + 1, 0)];
}

/** @param {Tap} tap */
function words({ q, di, dj }) {
  const { strides, dilations, pads } = state.facts.geometry;
  const term = (/** @type {string} */ name, /** @type {0 | 1} */ axis, /** @type {number} */ tap) => {
    const moved = tap * dilations[axis] - pads[axis][0];
    const start = strides[axis] > 1 ? `${strides[axis]}·${name}` : name;
    return moved ? `${start} ${moved < 0 ? "−" : "+"} ${Math.abs(moved)}` : start;
  };
  return `di = ${di}, dj = ${dj}, q = ${q}: for every output pixel, this weight multiplies input[${term("i", 0, di)}, ${term("j", 1, dj)}].`;
}

/** @param {Tap | null} tap */
const change = (tap) => (tap || shown) && JSON.stringify(tap) !== JSON.stringify(shown) && light(tap);

const focused = () => tapOf(document.activeElement);

document.addEventListener("pointerover", ({ target }) => change(tapOf(target) ?? focused()));
document.addEventListener("focusin", ({ target }) => change(tapOf(target)));
document.addEventListener("focusout", () => change(null));
on("page", () => shown && light(shown));
on("pixel", () => shown && light(shown));
