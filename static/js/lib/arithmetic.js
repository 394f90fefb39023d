// @ts-check
/**
 * One output pixel in decimals for people: experiment/arithmetic.py's rules, word for word.
 * Products stand in the unit of the levels 0…255 and are exact where the weights have at most
 * four decimals; whatever is rounded says ≈.
 */
import { MINUS, captioned, halfEven, plain, rounded } from "./numbers.js";

const MOST = 4;
const VALUE = 3;
const UNITS = [1, 10, 100, 1000, 10000];

/** @type {Record<string, (value: number) => number>} */
const ACTIVATIONS = {
  relu: (value) => Math.max(value, 0),
  leaky: (value) => Math.max(value, value / 100),
  sigmoid: (value) => Math.tanh(value / 2) / 2 + 0.5,
  tanh: Math.tanh,
  gelu: (value) => value * below(value),
};

/** What an activation makes of a value; undefined of one that is not known. @param {string} name @param {number} value */
export const activated = (name, value) => (name === "identity" ? value : ACTIVATIONS[name]?.(value));

/** The normal distribution's share below a value; engine/activations.py says whose formula it is. @param {number} value */
function below(value) {
  const size = Math.abs(value) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * size);
  const terms = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
  const tail = (Math.exp(-size * size) * t * terms.reduce((sum, term) => sum * t + term)) / 2;
  return value < 0 ? tail : 1 - tail;
}

/**
 * @param {(number | null)[][][]} windows levels under the window; null in a padding of zeros
 * @param {number[][][]} kernels
 * @param {number} [bias]
 * @param {string} [activation]
 * @param {number} [divisor] of a mean
 * @param {boolean} [ones] all in the maps' unit
 */
export function arithmetic(windows, kernels, bias = 0, activation = "identity", divisor = 1, ones = false) {
  const found = kernels.map((kernel) => kernel.flat().map(decimals));
  const known = found.map((channel) => channel.every((places) => places !== null));
  const whole = known.every(Boolean);
  const places = whole ? Math.max(0, ...found.flat().map(Number)) : MOST;
  const unit = UNITS[places];
  const [full, digits] = ones ? [255, VALUE] : [1, places];
  const channels = windows.map((window, q) => {
    const products = window.map((row, di) =>
      row.map((level, dj) => (level ?? 0) * scaled(kernels[q][di][dj], unit, known[q])),
    );
    const subtotal = added(products.flat());
    const ends = !ones || window.flat().every((level) => (level ?? 0) % 255 === 0);
    return {
      levels: window.map((row) => row.map((level) => levelText(level ?? 0, ones))),
      kernel: kernels[q].map((row) => row.map(weight)),
      products: products.map((row) =>
        row.map((product) => (product ? rounded(product / unit / full, digits) : "0")),
      ),
      subtotal: term(rounded(subtotal / unit / full, digits)),
      sign: known[q] && ends && places <= digits ? "=" : "≈",
      units: subtotal,
    };
  });
  const total = added(channels.map((channel) => channel.units));
  const value = total / unit / 255 / divisor + bias;
  const short = whole && isShort(total, places, divisor) && (decimals(bias) ?? MOST) <= VALUE;
  const value_sign = short ? "=" : "≈";
  const output = activation === "identity" ? null : activated(activation, value) ?? null;
  return {
    channels: channels.map(({ units, ...texts }) => texts),
    total: rounded(total / unit, places, true),
    total_sign: whole ? "=" : "≈",
    bias: bias === 0 ? null : term(weight(bias)),
    value: rounded(value, VALUE, true),
    value_sign,
    output: output === null ? null : rounded(output, VALUE, true),
    // What ReLU cuts off is 0, however the sum was rounded.
    output_sign: output === null ? null : activation === "relu" ? (output === 0 ? "=" : value_sign) : "≈",
    /** The pixel's value and what each channel adds, as captions say them. */
    caption: captioned(output ?? value),
    sum: captioned(value),
    added: channels.map(({ units }) => captioned(units / unit / 255)),
  };
}

/** A level as it stands in a table: as it is, or as its part of 255. @param {number} level @param {boolean} ones */
function levelText(level, ones) {
  if (!ones) return String(level);
  return level % 255 ? rounded(level / 255, VALUE) : String(level / 255);
}

/** How many decimals a weight has; null if more than four. @param {number} number */
function decimals(number) {
  const places = UNITS.findIndex((unit) => halfEven(number * unit) / unit === number);
  return places < 0 ? null : places;
}

/** @param {number} number @param {number} unit @param {boolean} exact */
const scaled = (number, unit, exact) => (exact ? halfEven(number * unit) : number * unit);

/** @param {number[]} terms */
const added = (terms) => terms.reduce((sum, next) => sum + next, 0);

/** Whether total · 10^-places / 255 / of ends within the places of the value. @param {number} total @param {number} places @param {number} of */
function isShort(total, places, of) {
  const divisor = 255 * UNITS[places] * of;
  return total % (divisor / common(divisor, UNITS[VALUE])) === 0;
}

/** @param {number} a @param {number} b @returns {number} */
const common = (a, b) => (b ? common(b, a % b) : a);

/** @param {number} number */
function weight(number) {
  return decimals(number) === null ? rounded(number, MOST) : plain(number).replace("-", MINUS);
}

/** @param {string} text */
const term = (text) => (text.startsWith(MINUS) ? text : `+${text}`);
