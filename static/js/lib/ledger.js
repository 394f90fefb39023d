// @ts-check
/** The ledger's coordinates, as drawing/ledger.py has them, and numbers as a table of values shows them. */
import { rounded } from "./numbers.js";

const [TOP, BOTTOM] = [6, 84];

/**
 * Where 0 stands, how high a value of 1 is, and what the running sum comes to after each channel, and with the bias.
 * @param {number[]} subtotals
 * @param {number} bias
 */
export function scale(subtotals, bias) {
  /** @type {number[]} */
  const levels = [];
  for (const value of subtotals) levels.push((levels.at(-1) ?? 0) + value);
  const total = (levels.at(-1) ?? 0) + bias;
  const every = [0, bias, total, ...subtotals, ...levels];
  const [low, high] = [Math.min(...every), Math.max(...every)];
  const unit = high > low ? (BOTTOM - TOP) / (high - low) : 0;
  return { zero: TOP + high * unit, unit, levels, total };
}

/**
 * A bar's top, height and sign.
 * @param {number} value
 * @param {{ zero: number, unit: number }} on
 */
export function bar(value, { zero, unit }) {
  const height = Math.abs(value) * unit;
  return { y: zero - Math.max(value, 0) * unit, height, sign: value > 0 ? "for" : value < 0 ? "against" : "nothing" };
}

/** The value of a colour index, 0 … 254, of a map whose colours end at ±range. @param {number} index @param {number} range */
export const valueOf = (index, range) => ((index - 127) / 127) * range;

/** Numbers as a table has them: three digits of the largest, and all its places. @param {number[][]} values */
export function texts(values) {
  const largest = Math.max(0, ...values.flat().map(Math.abs));
  const places = largest ? Math.min(Math.max(2 - Math.floor(Math.log10(largest)), 0), 6) : 0;
  return values.map((row) => row.map((value) => rounded(value, places)));
}

/** What is for a sum and what against it, each with how many. @param {number[]} values */
export function shares(values) {
  const [gains, losses] = [values.filter((value) => value > 0), values.filter((value) => value < 0)];
  const sum = (/** @type {number[]} */ some) => some.reduce((all, value) => all + value, 0);
  return {
    gains: sum(gains), losses: sum(losses), for: gains.length, against: losses.length,
    none: values.length - gains.length - losses.length,
  };
}

/**
 * How many say yes and no to the sum, of both the loudest, and of the rest: figure/ledger.py says the same.
 * @param {number[]} values by their channels
 * @param {boolean[]} adds whether they take part
 * @param {(q: number) => string} told what one of them adds
 */
export function voices(values, adds, told) {
  const side = (/** @type {string} */ word, /** @type {number} */ sign, /** @type {string} */ of) => {
    const number = values.filter((value) => sign * value > 0).length;
    if (!number) return `none says ${word}`;
    const loud = values.map((value) => sign * value);
    const q = loud.indexOf(Math.max(...loud));
    return number === 1 ? `1${of} says ${word}: ${q} (${told(q)})` : `${number}${of} say ${word}, loudest ${q} (${told(q)})`;
  };
  const count = (/** @type {(value: number, on: boolean) => boolean} */ whether) => values.filter((value, q) => whether(value, adds[q])).length;
  const last = [["add", "nothing", count((value, on) => on && value === 0)], ["take", "no part", count((_, on) => !on)]]
    .flatMap(([does, what, number]) => (number ? [`${number} ${does}${number === 1 ? "s" : ""} ${what}`] : []));
  const words = [side("yes", 1, ` of ${count((_, on) => on)}`), side("no", -1, ""), ...last].join("; ");
  return `${words[0].toUpperCase()}${words.slice(1)}.`;
}

/** As many places as the ledger's headline has for numbers so large. @param {number} largest */
export const placesFor = (largest) => (largest >= 1000 ? 0 : largest >= 1 ? 2 : 3);
