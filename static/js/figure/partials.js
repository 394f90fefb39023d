// @ts-check
/**
 * What an edit changes is drawn here until the server's maps come: a channel's partial and the output. In
 * a layer of several, at once, from the layer's own numbers, fetched at the first sign that a kernel will
 * be changed; else where answers are late, from the levels that the page has. Whoever runs the server
 * can switch it off.
 */
import { coloured, correlated, dense, previewable, sparse, summed } from "../lib/preview.js";
import { floats } from "../lib/npy.js";
import { accepted, bridge } from "../page/ask.js";
import { task, unfinished } from "../page/later.js";
import { on, state, under } from "../state.js";
import { targetValues } from "./learning.js";
import { levels } from "./pixel.js";

/** @typedef {import("../lib/packed.js").Plane} Plane */
/** @typedef {{ key: string, values: Float32Array }} Added what a channel adds with some numbers */
/** @typedef {{ key: string, query: string, kernels: number[][], bias: number, numbers: Map<string, Float32Array | null>, before: Map<number, Float32Array> }} Start
 *   a layer before edits: its maps by their names, null on their way, and what channels added */

/** As many numbers of a map are fetched. */
const MOST = 2 ** 19;
/** What was refused, or did not come, is asked for again when wanted after so long. */
const AGAIN = 5000;
/** What each channel added last, by its numbers. @type {Map<number, Added>} */
const added = new Map();
/** @type {Start | null} */
let start = null;

/** @param {number} q @param {string} key @param {() => Float32Array} make */
function once(q, key, make) {
  const known = added.get(q);
  if (known?.key === key) return known.values;
  const values = make();
  added.set(q, { key, values });
  return values;
}

/** @param {number} q @param {Plane} plane */
function partial(q, plane) {
  const { geometry } = state.facts;
  const key = `${state.query.match(/\b(?:image|size)=[^&]*/g)} ${plane.width} ${JSON.stringify(geometry)} ${state.kernels[q]}`;
  return once(q, key, () => correlated(plane.bytes, state.kernels[q], geometry));
}

/** Whether the output is the sum of what its channels add, each by its own kernel. */
const plainly = () => !state.facts.whatIf && state.facts.groups === 1 && !state.facts.pooling;

/** All that a layer's numbers depend on but the biases and those weights of the chosen output that stand on the page. */
function rest() {
  const { prefix = "", k, rows } = state.facts;
  const query = new URLSearchParams(state.query);
  const own = new RegExp(`^w\\.(\\d+)\\.${k}(\\.|$)`);
  for (const name of [...query.keys()]) {
    const q = name.startsWith(prefix) ? own.exec(name.slice(prefix.length))?.[1] : undefined;
    if (q !== undefined && Number(q) in state.kernels) query.delete(name); // of others the page has no numbers
  }
  for (const name of [`${prefix}bias`, "i", "j", "rows", "range", "gain"]) query.delete(name);
  return `${prefix} ${k} ${rows} ${query}`;
}

/** Have what a change of a channel's kernel is drawn from, or of the bias alone. @param {number} [q] */
function prepare(q) {
  const { prefix, geometry, longest } = state.facts;
  if (unfinished() || prefix === undefined || !plainly() || !previewable(geometry, 1) || state.query.length > longest.query) return;
  const key = rest();
  if (start?.key !== key) {
    start = { key, query: state.query, kernels: [...state.kernels], bias: state.bias, numbers: new Map(), before: new Map() };
    added.clear();
  }
  void fetchNumbers("sum", start);
  if (q !== undefined) void begin(q, start);
}

/** Have what a channel is given and what it added before edits, worked out in a task of its own. @param {number} q @param {Start} mine */
async function begin(q, mine) {
  const { facts: { geometry, values } } = state;
  const name = `input-${q}`;
  if (values) await fetchNumbers(name, mine);
  else if (!mine.numbers.has(name)) {
    const plane = levels()?.[q];
    if (plane) mine.numbers.set(name, Float32Array.from(plane.bytes, (level) => level / 255));
  }
  await task();
  const given = mine.numbers.get(name);
  if (given && mine.kernels[q] && !mine.before.has(q)) mine.before.set(q, sparse(given, mine.kernels[q], geometry));
}

/** @param {string} name @param {Start} mine */
async function fetchNumbers(name, mine) {
  const [height, width] = state.facts.geometry[name === "sum" ? "output" : "input"];
  if (mine.numbers.has(name) || height * width > MOST) return;
  mine.numbers.set(name, null);
  try {
    const answer = await accepted(await fetch(under(`/maps/${name}.npy?${mine.query}`)));
    mine.numbers.set(name, floats(await answer.arrayBuffer()));
  } catch {
    setTimeout(() => mine.numbers.delete(name), AGAIN);
  }
}

/** The maps of a layer of several after edits, from its numbers before them. @param {string[]} names @param {number} range @returns {Plane[]} */
function edited(names, range) {
  const { geometry, activation, k, gain = 1, active } = state.facts;
  const from = start?.key === rest() ? start : null;
  const sum = from?.numbers.get("sum");
  if (!from || !sum) return [];
  const changed = state.kernels.flatMap((kernel, q) => (active[q] && String(kernel) !== String(from.kernels[q]) ? [q] : []));
  if (!previewable(geometry, changed.length) || !changed.every((q) => from.before.has(q))) return [];
  /** What a channel adds besides, with its weights as they are: of those alone that changed. @param {number} q */
  const more = (q) =>
    once(q, `${state.kernels[q]}`, () => {
      const given = /** @type {Float32Array} */ (from.numbers.get(`input-${q}`));
      return sparse(given, state.kernels[q].map((weight, tap) => weight - from.kernels[q][tap]), geometry);
    });
  const [height, width] = geometry.output;
  return names.flatMap((name) => {
    const q = Number(/^partial-(\d+)$/.exec(name)?.[1] ?? -1);
    const before = from.before.get(q);
    if (name !== `output-${k}` && !before) return [];
    const bytes = before
      ? coloured(summed([before, more(q)], 0, "identity"), range / gain)
      : coloured(summed([sum, ...changed.map(more)], state.bias - from.bias, activation), range);
    return [{ name, height, width, levels: false, bytes }];
  });
}

/** The maps of one layer, from its levels. @param {string[]} names @param {number} range @returns {Plane[]} */
function bridged(names, range) {
  const { geometry, active, activation, k, gain, sight } = state.facts;
  const using = active.flatMap((on, q) => (on ? [q] : []));
  const plain = plainly() && gain === undefined && (sight?.layer ?? 1) === 1 && dense(geometry);
  if (!plain || !using.length || !previewable(geometry, using.length)) return [];
  const planes = levels();
  if (!planes) return [];
  const [height, width] = geometry.output;
  /** @type {Float32Array | null} */
  let made = null;
  const output = () => (made ??= summed(using.map((each) => partial(each, planes[each])), state.bias, activation));
  return names.flatMap((name) => {
    const q = Number(/^partial-(\d+)$/.exec(name)?.[1] ?? -1);
    const whole = name === `output-${k}`;
    const target = name === "error" ? targetValues(planes) : null;
    if (!whole && !target && !using.includes(q)) return [];
    const values = target ? output().map((value, at) => value - target[at]) : whole ? output() : partial(q, planes[q]);
    return [{ name, height, width, levels: false, bytes: coloured(values, range) }];
  });
}

if (document.documentElement.dataset.preview !== "off") {
  bridge((names, range) => {
    const planes = edited(names, range);
    return planes.length ? planes : bridged(names, range);
  });
  const near = (/** @type {{ target: EventTarget | null }} */ { target }) => {
    const place = target instanceof Element ? target.closest("mc-kernel[data-q], label.bias") : null;
    if (place) prepare(place instanceof HTMLElement && place.dataset.q ? Number(place.dataset.q) : undefined);
  };
  for (const sign of ["pointerover", "focusin"]) document.getElementById("stage")?.addEventListener(sign, near);
  on("kernel", ({ q }) => prepare(q));
  on("bias", () => prepare());
  for (const kind of /** @type {const} */ (["page", "levels"])) on(kind, () => near({ target: document.activeElement }));
}
