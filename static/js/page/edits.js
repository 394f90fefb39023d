// @ts-check
/**
 * Changes of numbers: a kernel, the bias, the pinned pixel. They redraw at once from planes, the
 * colours' range holding still, and 250 ms after the last of them the page's words, links and range
 * are brought in line. What changes structure goes through `visit` (pages.js) instead.
 */
import { coming } from "./coming.js";
import { address, settle, write } from "./link.js";
import { say, unsay } from "./mistakes.js";
import { plain } from "../lib/numbers.js";
import { draw } from "../figure/drawing.js";
import { align, pending, visit } from "./pages.js";
import { ask } from "./planes.js";
import { state, tell } from "../state.js";

const REST = 250;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let holding = false;
let latest = 0; // the version that was last brought in line, or is

/**
 * Give input channel q another kernel to the chosen output.
 * @param {number} q
 * @param {number[]} numbers row by row
 * @param {{ settled?: boolean }} [how] settled: bring the page in line at once
 * @returns {void}
 */
export function setKernel(q, numbers, { settled = false } = {}) {
  const wait = pending();
  if (wait) return void wait.then(() => setKernel(q, numbers, { settled }));
  if (numbers.length !== state.kernels[q]?.length) return;
  state.kernels[q] = numbers;
  const k = state.facts.k;
  const place = document.querySelector(`mc-kernel[data-q="${q}"]`)?.closest("fieldset") ?? null;
  const maps = state.facts.active[q] ? [`partial-${q}`, `output-${k}`] : [];
  change({ [`w.${q}.${k}`]: numbers.map(plain).join(",") }, maps, place, settled);
  tell("kernel", { q });
}

/**
 * Give the chosen output another bias.
 * @param {number} value
 * @param {{ settled?: boolean }} [how]
 * @returns {void}
 */
export function setBias(value, { settled = false } = {}) {
  const wait = pending();
  if (wait) return void wait.then(() => setBias(value, { settled }));
  const { k } = state.facts;
  const all = new URLSearchParams(state.query).get("bias")?.split(",") ?? Array(state.facts.outputs).fill("0");
  all[k] = plain(value);
  state.bias = value;
  change({ bias: all.join(",") }, [`output-${k}`], document.querySelector("label.bias"), settled);
  tell("bias");
}

/** Pin an output pixel: it is in the link. @param {number} i @param {number} j */
export function pin(i, j) {
  if (pending()) return;
  state.facts.pixel = [i, j];
  change({ i: String(i), j: String(j) }, [], null, false);
  tell("pixel", { i, j, pinned: true });
}

/**
 * Go to any other query; its page is fetched and shown in place.
 * @param {string} query
 * @param {{ push?: boolean }} [how]
 */
export const setQuery = (query, how) => visit(address(query), how);

/** Keep the page from being brought in line while a hand still moves. @param {boolean} still */
export function hold(still) {
  holding = still;
  if (!still && timer !== undefined) rest(REST);
}

/**
 * @param {Record<string, string>} parameters
 * @param {string[]} maps those that change
 * @param {Element | null} place where failures are told
 * @param {boolean} settled
 */
function change(parameters, maps, place, settled) {
  const query = new URLSearchParams(state.query);
  for (const [name, value] of Object.entries(parameters)) query.set(name, value);
  state.query = String(query).replaceAll("%2C", ",").replaceAll("%3A", ":");
  state.version += 1;
  if (maps.length) {
    void ask(maps, coming(maps, {
      query: state.query,
      range: state.facts.ranges === "each" ? null : state.facts.range,
      draw: ({ planes }) => {
        if (place && !place.querySelector("[aria-invalid]")) unsay(place);
        planes.forEach(draw);
      },
      fail: (words) => place && say(place, words),
    }));
  }
  write(state.query);
  rest(settled ? 0 : REST);
}

/** @param {number} delay ms */
function rest(delay) {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    if (holding) return;
    timer = undefined;
    // A page on its way is newer than what rests here, unless it cannot be shown.
    for (let page = pending(); page; page = pending()) if (await page) return;
    const version = (latest = state.version);
    const shown = await align().catch(() => false);
    if (version !== state.version) return void (timer ?? (version === latest && rest(0)));
    settle(state.query); // true even where the page's words are still old
    if (shown) tell("settled", { query: state.query });
  }, delay);
}
