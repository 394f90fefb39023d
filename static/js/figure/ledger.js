// @ts-check
/**
 * Of many inputs the bars, the rows' numbers and the rest follow the pointer: at once from planes of
 * what each adds, fetched at the first sign that a pixel will be pointed at, and said to be near, then
 * exact, from the pixel's arithmetic. Of a few maps, and of a pooling, the exact ones alone follow.
 * At the pinned pixel all is again as the server said (page/instead.js). While a hand moves a generator's numbers, what
 * each input adds there comes with the pictures.
 */
import { activated } from "../lib/arithmetic.js";
import { tint } from "../lib/colours.js";
import { roomOf } from "../lib/geometry.js";
import { bar, placesFor, scale, shares, texts, valueOf, voices } from "../lib/ledger.js";
import { captioned, outcomeWords, rounded, termsText } from "../lib/numbers.js";
import { accepted, fetched } from "../page/ask.js";
import { forget, isSquare, put, restore, spell } from "../page/instead.js";
import { on, state, under } from "../state.js";

/** As many bytes are fetched at the first sign that a pixel will be pointed at. */
const MOST = 2 ** 21;
const [THICKEST, THINNEST] = [4.5, 0.6]; // of the volumes' lines
const POINTED = 25; // ms that a pixel is pointed at before its exact numbers are asked for,
const REST = 70; // and that a hand rests which moves what they depend on
const SELDOM = 100; // ms from one to the next while a hand moves what they depend on: all that changes is laid out
const LONGEST = 232; // of the rest's bars
/** More subtotals are counted, not listed. */
const MANY = 4;
/** What a number of a map that is coloured in steps may not be said without: it is near, or the scale ends before it. */
const NEAR = "≈ ";

/** @typedef {import("../lib/packed.js").Plane} Plane */
/**
 * What each input adds, by what that depends on. After edits the planes are the next page's, if it is of `after` and of each
 * channel whose kernel `changed` the plane `came`, by versions of the page; not if anything else changed meanwhile (`other`).
 * @typedef {{ key: string, planes: Map<number, Plane> | null, after: string, other: boolean, changed: Map<number, number>, came: Map<number, number> }} Held
 */
/** @param {string} key @returns {Held} */
const fresh = (key) => ({ key, planes: null, after: key, other: false, changed: new Map(), came: new Map() });
let held = fresh("");
/** What each input adds at the pinned pixel since a generator's numbers changed, nearly. @type {number[] | null} */
let moved = null;
/** When numbers were last said of them. */
let numbered = 0;
/** The pixel that the page's own numbers are of. @type {number[]} */
let served = [];
/** Numbers have changed since the page came. */
let edited = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let asked = 0;
/** @typedef {{ q: number, values: number[][], kernel: number[][], products: number[][], subtotal: number }} Channel */
/** @typedef {{ channels: (Channel | { q: number, subtotal: number })[], rows: number[], cols: number[] }} Found those of channels that are shown have all their numbers */
/** The last pixel whose exact numbers came, of the planes that are shown. @type {{ place: string, values: number[], found: Found } | null} */
let known = null;
/** The planes that numbers were drawn from last, of which state of the page. @type {{ version?: number, names: Set<string> }} */
let told = { names: new Set() };
let later = () => {};

/** Whether the opened layer has a ledger. */
export const hasLedger = () => state.facts.gain !== undefined;

/** Whether what an input adds follows its kernel once its plane is here, which comes at once. */
export const comesWithPlanes = () => hasLedger() && held.planes !== null && held.key === wanted();

/** The elements of a selector, looked up once for each page: a hand asks for them with every frame. @type {Map<string, Element[]>} */
const looked = new Map();

/** @param {string} selector */
function all(selector) {
  const elements = looked.get(selector) ?? [...document.querySelectorAll(selector)];
  looked.set(selector, elements);
  return elements;
}

const find = (/** @type {string} */ selector) => all(selector)[0] ?? null;

/** What the planes depend on. @param {string} [of] */
function wanted(of = state.facts.query) {
  const query = new URLSearchParams(of);
  for (const name of ["i", "j", "rows"]) query.delete(name);
  query.set("range", String(state.facts.range));
  query.set("gain", String(state.facts.gain));
  query.sort();
  return String(query);
}

/** What a query says besides of the opened layer's weights, biases and colours. @param {string} query */
function without(query) {
  const rest = new URLSearchParams(wanted(query));
  const { prefix = "" } = state.facts;
  for (const name of [...rest.keys()]) if (name === `${prefix}bias` || name.startsWith(`${prefix}w.`)) rest.delete(name);
  return String(rest);
}

const active = () => state.facts.active.flatMap((on, q) => (on ? [q] : []));

/** Fetch the planes of what each input adds, once. */
async function fetchPlanes() {
  const { facts } = state;
  if (!served.length) begin(); // the page as it came
  const [rows, columns] = facts.geometry.output;
  const key = wanted();
  if (!hasLedger() || held.key === key) return;
  const mine = (held = fresh(key));
  mine.other = wanted(state.query) !== key;
  if (rows * columns * active().length > MOST || facts.ranges === "each") return;
  try {
    const { planes } = await fetched(active().map((q) => `partial-${q}`), `${key}&packed=1`, null, "default");
    mine.planes = new Map(planes.map((plane) => [Number(plane.name.slice(8)), plane]));
    if (mine === held) later();
  } catch {
    mine.key = ""; // asked again when next wanted
  }
}

/**
 * Show what every input adds at an output pixel.
 * @param {number} i
 * @param {number} j
 * @param {() => void} again called when planes have arrived
 * @param {() => void} name says which pixel it is, once the numbers are that one's
 * @returns {{ value: string, output: string | null } | null}
 */
export function showLedger(i, j, again, name) {
  later = again;
  start();
  if (state.step && String([i, j]) === String(served)) {
    inexact(false);
    name();
    return draw(entered(state.step.entered));
  }
  const stands = standing(i, j);
  if (stands !== undefined) {
    name();
    return stands;
  }
  const { facts } = state;
  if (moved) {
    name();
    if (String([i, j]) === String(facts.pixel)) follow(moved);
    soon(i, j, moved);
    return null;
  }
  void fetchPlanes();
  timer = setTimeout(() => void exact(i, j, name), edited ? REST : POINTED);
  if (!held.planes) return null;
  inexact(!edited);
  name();
  /** Channels whose planes end before what they add. @type {Set<number>} */
  const beyond = new Set();
  const values = facts.active.map((on, q) => {
    const plane = on && held.planes?.get(q);
    const index = plane ? plane.bytes[i * plane.width + j] : 127;
    if (index === 0 || index === 254) beyond.add(q);
    return valueOf(index, facts.range / (facts.gain ?? 1));
  });
  return draw(values, beyond);
}

/** The pixel's arithmetic is of other numbers than those that are shown. @param {boolean} so */
const inexact = (so) => void document.getElementById("pixel")?.classList.toggle("inexact", so);

/**
 * Show the exact numbers of an output pixel when it has been pointed at for a while.
 * @param {number} i
 * @param {number} j
 */
export function showExact(i, j) {
  start();
  const stands = standing(i, j);
  if (stands !== undefined) return stands;
  soon(i, j);
  return null;
}

/** Show what each input adds, now and then: what follows the hand with every frame are the pictures. @param {number[]} values */
function follow(values) {
  const now = performance.now();
  if (now - numbered < SELDOM) return;
  draw(values, new Set(), false);
  numbered = now;
}

/**
 * Show the exact numbers when a pixel has been shown for a while; until they come, those that followed a hand here.
 * @param {number} i
 * @param {number} j
 * @param {number[] | null} [near]
 */
function soon(i, j, near = null) {
  inexact(true);
  timer = setTimeout(() => {
    if (near && String([i, j]) === String(state.facts.pixel)) draw(near, new Set());
    void exact(i, j);
  }, near ? REST : POINTED);
}

/** What was asked for before is no longer wanted. */
function start() {
  clearTimeout(timer);
  asked += 1;
  if (!served.length) begin(); // the page as it came
}

/** Show the numbers that are known already; undefined if they are not. @param {number} i @param {number} j */
function standing(i, j) {
  if (!edited && String([i, j]) === String(served)) {
    inexact(false);
    restore();
    const value = find('[data-value="output"]')?.textContent;
    return value ? { value, output: null } : null;
  }
  if (known?.place !== String([i, j])) return undefined;
  written(known.found, known.values);
  return { value: find('[data-value="output"]')?.textContent ?? "", output: null };
}

/** What the page says that each input adds, of those that have entered the sum. @param {number} count */
const entered = (count) =>
  state.facts.active.map((on, q) => {
    const text = find(`td[data-value="ledger-${q}"]`)?.textContent ?? "0";
    return on && q < count ? Number(text.replace("−", "-")) : 0;
  });

/** @param {number} i @param {number} j @param {() => void} [name] */
async function exact(i, j, name = () => {}) {
  const mine = asked;
  const query = new URLSearchParams(state.query);
  query.set("i", String(i));
  query.set("j", String(j));
  const shown = [...document.querySelectorAll("#pixel .channel")].map((channel) => channel.getAttribute("data-q"));
  if (shown.length) query.set("tables", shown.join(","));
  try {
    const found = await (await accepted(await fetch(under(`/api/probe?${query}`)))).json();
    if (mine !== asked) return;
    const values = state.facts.active.map(() => 0);
    for (const { q, subtotal } of found.channels) values[q] = subtotal;
    known = { place: String([i, j]), values, found };
    name();
    written(found, values);
  } catch {
    if (mine === asked) inexact(true); // what stands is near, and says so
  }
}

/** @param {Found} found @param {number[]} values */
function written(found, values) {
  draw(values);
  for (const channel of found.channels) if ("values" in channel) table(...within(channel, found));
  lines(values);
  inexact(false);
}

/**
 * @param {number[]} values by their channels
 * @param {Set<number> | null} [beyond] those that are larger; null if the values are exact
 * @param {boolean} [still] a hand that moves on does not wait for the volumes, which are painted anew with their lines
 */
function draw(values, beyond = null, still = true) {
  const { facts } = state;
  /** A value as it is known. @type {(value: number, larger: boolean | undefined) => string} */
  const told = (value, larger) => `${larger ? (value > 0 ? "≥ " : "≤ ") : beyond ? NEAR : ""}${captioned(value)}`;
  const one = (/** @type {number} */ q) => told(values[q], beyond?.has(q));
  const bias = state.step && !state.step.biased ? 0 : state.bias;
  const shown = values.map((value) => value / facts.divisor);
  const at = scale(shown, bias);
  const rows = facts.rows ?? values.map((_, q) => q);
  for (const q of rows) put(find(`output[data-value="partial-${q}"]`), "", one(q));
  const larger = [...(beyond ?? [])].map((q) => values[q] > 0);
  const over = { gains: larger.includes(true), losses: larger.includes(false) };
  if (hasLedger()) {
    bars(shown, at, bias);
    headline(shown, at.total, bias, over);
    put(find('[data-value="voices"]'), "", voices(shown, facts.active, (q) => told(shown[q], beyond?.has(q))));
    for (const tile of all(".partial-tile output")) {
      const q = Number(tile.getAttribute("data-value")?.slice(8));
      if (facts.active[q]) put(tile, "", one(q));
    }
    const rest = facts.rows ? values.filter((_, q) => facts.active[q] && !rows.includes(q)) : null;
    if (rest) others(rest, beyond ? NEAR : "");
    curves([...rows.map((q) => values[q]), ...(rest ? [rest.reduce((sum, value) => sum + value, 0)] : [])]);
    if (still) threads(values);
    const { gains, losses } = shares(values);
    put(find('.sum-shares [data-value="for"]'), "", told(gains, over.gains));
    put(find('.sum-shares [data-value="against"]'), "", told(losses, over.losses));
  }
  const output = state.step ? at.total : activated(facts.activation, at.total);
  // A sum of what is larger than the scale is not near: it is not known before the exact numbers.
  const whole = (/** @type {number} */ number) => (beyond?.size ? "…" : captioned(number));
  const value = whole(output ?? at.total);
  if (output !== undefined) put(find('.result [data-value="output"]'), "", beyond?.size === 0 ? `${NEAR}${value}` : value);
  const level = output === undefined || state.step || beyond?.size ? "…" : String(Math.round(Math.min(Math.max((output + 1) / 2, 0), 1) * 255));
  put(find('[data-value="level"]'), "", beyond?.size === 0 ? `${NEAR}${level}` : level);
  const listed = active();
  const sum = values.reduce((all, value) => all + value, 0);
  const terms = listed.length > MANY ? `${listed.length} subtotals ${whole(sum)}` : termsText(listed.map(one));
  const then = output === undefined || facts.activation === "identity" ? "" : `; ${outcomeWords(facts, output, value)}`;
  const added = facts.whatIf === "mean" ? `(${terms}) ÷ ${facts.divisor}` : terms;
  const line = facts.pooling ? `${facts.pooling} ≈ ${terms}` : `${added}${bias ? ` ${captioned(bias)} of bias` : ""} ≈ ${whole(at.total)}${then}`;
  if (listed.length) put(find('[data-value="sum"]'), "", facts.whatIf === "apart" ? `${terms}, not summed` : line);
  return beyond?.size ? null : { value: `≈ ${value}`, output: null };
}

/** The volumes' lines have the subtotals' signs and widths, as drawing/volumes.py draws them. @param {number[]} values */
function threads(values) {
  const most = Math.max(...values.map(Math.abs)) || 1;
  for (const line of all(".drawing .thread")) {
    const value = values[Number(line.getAttribute("data-q"))];
    put(line, "class", `thread ${value > 0 ? "for" : value < 0 ? "against" : "nothing"}`);
    put(line, "stroke-width", Math.max((THICKEST * Math.abs(value)) / most, THINNEST).toFixed(2));
  }
}

/** @param {number[]} values @param {ReturnType<typeof scale>} at @param {number} bias */
function bars(values, at, bias) {
  all(".bars .place .bar").forEach((each, q) => laid(each, values[q], at));
  laid(find(".bars .bias-bar"), bias, at);
  laid(find(".bars .sum-bar"), at.total, at);
  put(find(".bars .whole"), "y", String(at.zero - Math.max(at.total, 0) * at.unit + 4));
  const line = find(".bars .running");
  const [before = "", ...steps] = (line?.getAttribute("d") ?? "").split("V");
  const levels = [...at.levels, at.total];
  const start = before.replace(/^(M[\d.]+) [\d.]+/, `$1 ${at.zero.toFixed(2)}`);
  put(line, "d", [start, ...steps.map((step, n) => `${(at.zero - levels[n] * at.unit).toFixed(2)}${step.replace(/^-?[\d.]+/, "")}`)].join("V"));
  for (const tick of all(".bars .tick")) {
    const text = tick.querySelector("text");
    const y = at.zero - Number(text?.textContent?.replace("−", "-") ?? 0) * at.unit;
    put(tick, "visibility", y < 2 || y > 88 ? "hidden" : "visible");
    put(text, "y", String(y + 4));
    const path = tick.querySelector("path");
    put(path, "d", (path?.getAttribute("d") ?? "").replace(/^(M[\d.]+) -?[\d.]+/, `$1 ${y.toFixed(2)}`));
  }
  put(find(".bars .running-words"), "visibility", "hidden");
}

/** @param {Element | null} rect @param {number} value @param {{ zero: number, unit: number }} at */
function laid(rect, value, at) {
  const { y, height, sign } = bar(value, at);
  put(rect, "y", y.toFixed(2));
  put(rect, "height", height.toFixed(2));
  put(rect, "class", (rect?.getAttribute("class") ?? "").replace(/\b(for|against|nothing)\b/, sign));
}

/** @param {number[]} values @param {number} total @param {number} bias @param {{ gains: boolean, losses: boolean }} over which are larger than said */
function headline(values, total, bias, over) {
  const found = shares(values);
  const places = placesFor(Math.max(found.gains, -found.losses, Math.abs(bias)));
  const larger = over.gains || over.losses;
  put(find(".ledger-sum .for"), "", `${over.gains ? "≥ " : ""}${rounded(found.gains, places, true)}`);
  put(find(".ledger-sum .against"), "", `${over.losses ? "≤ " : ""}${rounded(found.losses, places, true)}`);
  put(find(".ledger-sum .start"), "", bias ? rounded(bias, places, true) : "");
  put(find(".ledger-sum .started"), "", bias ? " bias" : "");
  put(find(".ledger-sum .ledger-total"), "", larger ? "≈ …" : `≈ ${rounded(total, places, true)}`);
  put(find(".bars .whole"), "", larger ? "…" : rounded(total, places, true));
  const output = activated(state.facts.activation, total);
  put(find(".ledger-sum .then"), "", output === undefined || larger ? "" : `, then ${outcomeWords(state.facts, output, rounded(output, places, true))}`);
  put(find(".sum-aloft"), "", find(".ledger-sum")?.textContent ?? "");
}

/** @param {number[]} values of the channels without a row @param {string} near what is said before their sum */
function others(values, near) {
  const found = shares(values);
  const places = placesFor(Math.max(found.gains, -found.losses));
  const longest = Math.max(found.gains, -found.losses) || 1;
  put(find('[data-value="rest-for"]'), "", rounded(found.gains, places, true));
  put(find('[data-value="rest-against"]'), "", rounded(found.losses, places, true));
  put(find('[data-value="rest-from"]'), "", `from ${found.for}`);
  const none = found.none ? `, ${found.none === 1 ? "one adds" : `${found.none} add`} 0` : "";
  put(find('[data-value="rest-than"]'), "", `from ${found.against}${none}`);
  put(find(".rest .bar.for"), "width", ((found.gains / longest) * LONGEST).toFixed(2));
  put(find(".rest .bar.against"), "width", ((-found.losses / longest) * LONGEST).toFixed(2));
  put(find('output[data-value="rest"]'), "", `${near}${captioned(found.gains + found.losses)}`);
}

/** @param {number[]} values of the rows, and of the rest */
function curves(values) {
  const largest = Math.max(...values.map(Math.abs)) || 1;
  all(".junction .curve").forEach((curve, at) => {
    const { sign } = bar(values[at], { zero: 0, unit: 1 });
    put(curve, "class", (curve.getAttribute("class") ?? "").replace(/\b(for|against|nothing)\b/, sign));
    put(curve, "stroke-width", (1 + (3.5 * Math.abs(values[at])) / largest).toFixed(2));
  });
}

/** @param {Channel} channel @param {Found} places */
function table({ q, values, kernel, products, subtotal }, { rows, cols }) {
  const { geometry } = state.facts;
  const width = roomOf(geometry)[1];
  const winner = kernel.flat().indexOf(1);
  for (const rect of state.facts.pooling ? document.querySelectorAll(".winner") : []) {
    put(rect, "y", String(rows[Math.floor(winner / cols.length)]));
    put(rect, "x", String(cols[winner % cols.length]));
    rect.setAttribute("visibility", "visible");
  }
  for (const [part, numbers] of /** @type {[string, number[][]][]} */ ([["window", values], ["taps", kernel], ["products", products]])) {
    const largest = Math.max(0, ...numbers.flat().map(Math.abs)) || 1;
    const written = texts(numbers);
    all(`.channel[data-q="${q}"] [data-part="${part}"] td`).forEach((cell, at) => {
      const [down, across] = [Math.floor(at / width), at % width];
      const text = written[down]?.[across];
      const pad = part === "window" && (rows[down] < 0 || cols[across] < 0);
      if (isSquare(cell)) void spell(cell, text ?? "");
      else put(cell, "", text ?? "");
      put(cell, "class", text === undefined ? "none" : pad ? "pad" : tint(numbers[down][across], largest));
    });
  }
  put(find(`[data-value="subtotal-${q}"]`), "", captioned(subtotal));
  if (geometry.transposed) {
    const weights = geometry.kernel[0] * geometry.kernel[1];
    put(find(`[data-value="added-${q}"]`), "", `${rows.length * cols.length} of ${weights} products`);
  }
}

/**
 * A channel's numbers and their places as they are shown: of a transposed layer's, those on the input.
 * @param {Parameters<typeof table>[0]} channel
 * @param {Parameters<typeof table>[1]} found
 * @returns {Parameters<typeof table>}
 */
function within(channel, found) {
  const { rows, cols } = found;
  if (!state.facts.geometry.transposed) return [channel, found];
  const inside = (/** @type {number[]} */ places) => (/** @type {unknown} */ _, /** @type {number} */ at) => places[at] >= 0;
  const kept = (/** @type {number[][]} */ numbers) => numbers.filter(inside(rows)).map((row) => row.filter(inside(cols)));
  const { q, values, kernel, products, subtotal } = channel;
  const shown = { q, values: kept(values), kernel: kept(kernel), products: kept(products), subtotal };
  return [shown, { ...found, rows: rows.filter(inside(rows)), cols: cols.filter(inside(cols)) }];
}

/** @param {number[]} values */
function lines(values) {
  const sum = values.reduce((all, value) => all + value, 0);
  const every = active();
  const rows = every.filter((q) => state.facts.rows?.includes(q));
  const these = rows.reduce((all, q) => all + values[q], 0);
  put(find('[data-value="total"] .these'), "", `these ${rows.length} ≈ ${captioned(these)}`);
  put(find('[data-value="total"] .others'), "", `the other ${every.length - rows.length} ≈ ${captioned(sum - these)}`);
  put(find('[data-value="total"] .terms'), "", `${every.length} subtotals ≈ ${captioned(sum)}`);
  const finals = document.querySelectorAll('[data-value="total"] .final');
  const total = sum / state.facts.divisor + state.bias;
  put(finals[0], "", `≈ ${captioned(total)}`);
  const output = activated(state.facts.activation, total);
  put(finals[1], "", output === undefined ? "" : outcomeWords(state.facts, output, captioned(output)));
}

function begin() {
  clearTimeout(timer);
  forget();
  looked.clear();
  served = [...(state.facts.pixel ?? [])];
  edited = false;
  known = moved = null;
  asked += 1; // what was asked of the page before is not written into this one
}
for (const sign of ["pointerover", "focusin"]) document.getElementById("stage")?.addEventListener(sign, () => void fetchPlanes());
on("seen", begin);
on("page", () => {
  const { planes, after, other, changed, came } = held;
  const followed = planes && !other && after === wanted() && [...changed].every(([q, version]) => (came.get(q) ?? 0) >= version);
  const touched = other || after !== held.key || changed.size || came.size;
  if (touched) held = followed ? { ...fresh(after), planes } : fresh(""); // or some would be of numbers that this page has not
  begin();
});
/** The bias has changed, or a channel's kernel. @param {number} [q] */
function follows(q) {
  if (q !== undefined) held.changed.set(q, state.version);
  held.other ||= held.key !== wanted() || without(state.query) !== without(state.facts.query);
  held.after = wanted(state.query);
}
on("kernel", ({ q }) => {
  follows(q);
  if (!comesWithPlanes()) known = null;
});
on("bias", () => follows());
/** Who says yes and who says no is of other numbers, or of another pixel; the page that comes has it anew. @param {boolean} so */
const outdated = (so) => void find(".ledger-order")?.classList.toggle("inexact", so);
on("settled", () => outdated(false));
on("pixel", ({ i, j, pinned }) => pinned && served.length && outdated(edited || String([i, j]) !== String(served)));
on("planes", ({ planes, version }) => {
  if (state.query !== state.facts.query) outdated(true);
  const each = /** @type {Plane[]} */ (planes).find(({ name }) => name === "subtotals");
  if (each) {
    if (!moved) numbered = performance.now(); // the first pictures are not to wait for numbers
    moved = [...each.bytes].map((index) => valueOf(index, each.range ?? 1));
    held = fresh(""); // of other numbers, all of them
    [edited, known] = [true, null];
    return;
  }
  for (const plane of /** @type {Plane[]} */ (planes)) {
    if (!plane.name.startsWith("partial-")) continue;
    held.planes?.set(Number(plane.name.slice(8)), plane);
    if (held.planes) held.came.set(Number(plane.name.slice(8)), version);
  }
  if (!hasLedger() || !held.planes) return;
  const names = planes.flatMap((/** @type {Plane} */ { name }) => (/^(partial|output)-/.test(name) ? [name] : [])); // the row's follow later
  if (told.version !== version) told = { version, names: new Set() };
  if (names.every((/** @type {string} */ name) => version !== undefined && told.names.has(name))) return; // drawn ahead, they are here anew
  for (const name of names) told.names.add(name);
  [edited, known] = [true, null]; // of a few maps the exact numbers are asked for anew when the page has come
  later();
});
