// @ts-check
/**
 * `mc-stamps`: of a transposed layer it is the input that is gone over; each pixel, once it is there,
 * has stamped its kernel, and the maps show what is stamped so far: sums worked here of the maps' and
 * the kernels' own numbers.
 */
import { activated } from "../lib/arithmetic.js";
import { floats } from "../lib/npy.js";
import { captioned } from "../lib/numbers.js";
import { indices, patchOf, stamp } from "../lib/stamps.js";
import { accepted, reason, waiting } from "../page/ask.js";
import { paint } from "../page/paint.js";
import { on, state, under } from "../state.js";
import { mark, maps, unmark } from "./map.js";
import { laid } from "./pixel.js";
import { Slide } from "./steps.js";
import { lead, leadTo } from "./volumes.js";

/** So many numbers are fetched of what all channels stamp. */
const MOST = 2 ** 20;
const MARKS = ["stamping", "stamped-edge", "stamped"];

/** @typedef {{ name: string, product: (pixel: number, tap: number) => number, sum: Float64Array, done: number, begun: number }} Sheet */

class Stamps extends Slide {
  what = "stamps";
  /** What is stamped on each map; null: not here yet. @type {Sheet[] | null} */
  sheets = null;
  asked = 0;
  /** What the page says where something else stands. @type {Map<Element, string>} */
  said = new Map();

  connectedCallback() {
    if (!this.heard) for (const kind of /** @type {const} */ (["kernel", "bias"])) on(kind, () => this.at >= 0 && this.end());
    super.connectedCallback();
  }

  get columns() {
    return state.facts.geometry.input[1];
  }

  laid() {
    this.sheets = null;
    this.asked += 1;
    this.said.clear();
    super.laid();
  }

  /** It is no output pixel that it stays at. */
  rest() {
    this.label();
  }

  /** @param {number} at */
  draw(at) {
    this.at = at;
    const [row, column] = this.pixel();
    if (this.place) this.place.value = String(at);
    this.place?.setAttribute("aria-valuetext", `input row ${row}, column ${column}`);
    if (!this.sheets) return void this.fetch();
    for (const sheet of this.sheets) this.show(sheet, at + 1);
    this.marks(row, column);
    this.tell(row, column);
  }

  /** @param {number} row @param {number} column */
  marks(row, column) {
    for (const map of maps("input-")) mark(map, "stamping", { x: column, y: row, width: 1, height: 1 });
    const patch = patchOf(state.facts.geometry, this.at);
    for (const map of [...maps("partial-"), ...maps("output-")]) for (const kind of MARKS.slice(1)) mark(map, kind, patch);
    lead(this.at);
  }

  /** @param {number} row @param {number} column */
  tell(row, column) {
    const { y, x, height, width } = patchOf(state.facts.geometry, this.at);
    const where = height && width ? `rows ${y} to ${y + height - 1}, columns ${x} to ${x + width - 1}` : "nothing: all is cut off";
    this.say(`Input row ${row}, column ${column} stamps ${where}. So far ${this.at + 1} of ${this.last + 1} have stamped.`);
  }

  /** @param {string} words */
  say(words) {
    const place = this.querySelector(".step-words");
    if (place) place.textContent = words;
  }

  /** Show what the first pixels have stamped on a map. @param {Sheet} sheet @param {number} count */
  show(sheet, count) {
    const { geometry, reach, activation, pixel, k } = state.facts;
    const whole = sheet.name === "output";
    if (sheet.done > count) {
      sheet.sum.fill(sheet.begun);
      sheet.done = 0;
    }
    stamp(sheet.sum, geometry, sheet.product, sheet.done, count);
    sheet.done = count;
    const values = whole ? sheet.sum.map((value) => activated(activation, value) ?? value) : sheet.sum;
    const [height, width] = geometry.output;
    const bytes = indices(values, reach?.extents[sheet.name] ?? state.facts.range);
    for (const map of maps(whole ? `output-${k}` : sheet.name)) paint(map, { name: sheet.name, height, width, levels: false, bytes }, "stamps");
    const value = captioned(values[pixel[0] * width + pixel[1]]);
    for (const place of document.querySelectorAll(`figcaption [data-value="${sheet.name}"]`)) this.put(place, value);
  }

  /** @param {Element} place @param {string} text */
  put(place, text) {
    if (!this.said.has(place)) this.said.set(place, place.textContent ?? "");
    if (place.textContent !== text) place.textContent = text;
  }

  /** Fetch the numbers of the inputs that have a row, and of what all together stamp. */
  async fetch() {
    const mine = (this.asked += 1);
    try {
      const sheets = await waiting(this.made());
      if (mine !== this.asked) return;
      this.sheets = sheets;
      if (this.at >= 0) this.draw(this.at);
    } catch (error) {
      this.stop();
      this.say(reason(error));
    }
  }

  /** @returns {Promise<Sheet[]>} */
  async made() {
    const { facts, query } = state;
    const count = facts.geometry.input[0] * facts.geometry.input[1];
    const size = facts.geometry.output[0] * facts.geometry.output[1];
    const numbers = async (/** @type {string} */ name) => floats(await (await accepted(await fetch(under(`/maps/${name}.npy?${query}`)))).arrayBuffer());
    const rows = [...document.querySelectorAll("mc-kernel[data-q]")].map((kernel) => Number(kernel.getAttribute("data-q")));
    /** @param {string} name @param {Sheet["product"]} product @param {number} [begun] @returns {Sheet} */
    const sheet = (name, product, begun = 0) => ({ name, product, sum: new Float64Array(size).fill(begun), done: 0, begun });
    const adding = [...new Set(rows)].filter((q) => facts.active[q]);
    const partials = await Promise.all(
      adding.map(async (q) => {
        const [input, kernel] = [await numbers(`input-${q}`), laid(q)];
        return sheet(`partial-${q}`, (pixel, tap) => input[pixel] * kernel[tap]);
      }),
    );
    if (facts.whatIf === "apart") return partials;
    const taps = facts.geometry.kernel[0] * facts.geometry.kernel[1];
    if (adding.length === facts.active.filter(Boolean).length) {
      const product = (/** @type {number} */ pixel, /** @type {number} */ tap) =>
        partials.reduce((sum, one) => sum + one.product(pixel, tap), 0) / facts.divisor;
      return [...partials, sheet("output", product, state.bias)];
    }
    if (count * taps > MOST) return partials;
    const stamps = await numbers("stamps");
    const [columns, across] = [facts.geometry.input[1], facts.geometry.kernel[1]];
    const place = (/** @type {number} */ pixel, /** @type {number} */ tap) =>
      (Math.floor(pixel / columns) * facts.geometry.kernel[0] + Math.floor(tap / across)) * columns * across + (pixel % columns) * across + (tap % across);
    return [...partials, sheet("output", (pixel, tap) => stamps[place(pixel, tap)], state.bias)];
  }

  end() {
    super.end();
    this.sheets = null;
    this.asked += 1;
    for (const [place, text] of this.said) place.textContent = text;
    this.said.clear();
    for (const kind of MARKS) unmark(kind);
    leadTo({ i: state.facts.pixel[0], j: state.facts.pixel[1] });
    document.querySelectorAll('canvas[data-step="stamps"]').forEach((canvas) => canvas.remove());
    this.say("");
  }
}

customElements.define("mc-stamps", Stamps);
