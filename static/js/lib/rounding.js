// @ts-check
/** Rounding that agrees with the server's to the last digit. */

export const MINUS = "\u2212";

/**
 * A number rounded half away from zero, with its sign; zero has none.
 * Exact: the double is taken apart into whole numbers.
 * @param {number} value
 * @param {number} places
 * @param {boolean} [plus] whether a plus stands before positive values
 */
export function rounded(value, places, plus = false) {
  const units = unitsOf(Math.abs(value), places);
  const digits = units.toString().padStart(places + 1, "0");
  const cut = digits.length - places;
  const text = places ? `${digits.slice(0, cut)}.${digits.slice(cut)}` : digits;
  if (units === 0n) return text;
  return (value < 0 ? MINUS : plus ? "+" : "") + text;
}

const DIGITS = 6;

/**
 * A value as captions say it: three places, and no more digits than the maps' floats are sure of.
 * @param {number} value
 */
export function captioned(value) {
  const whole = String(Math.floor(Math.abs(value))).length;
  const unit = 10 ** Math.max(whole - DIGITS, 0);
  const places = Math.min(3, Math.max(DIGITS - whole, 0));
  return rounded(Number(rounded(Math.abs(value) / unit, places)) * unit * Math.sign(value), places, true);
}

const view = new DataView(new ArrayBuffer(8));

/**
 * round(value · 10^places) of a double that is not negative, halves up.
 * @param {number} value
 * @param {number} places
 */
function unitsOf(value, places) {
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const power = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = (power ? fraction | 0x10000000000000n : fraction) * 10n ** BigInt(places);
  const exponent = (power || 1) - 1075;
  if (exponent >= 0) return mantissa << BigInt(exponent);
  const shift = BigInt(-exponent);
  return (2n * mantissa + (1n << shift)) >> (shift + 1n);
}

/**
 * A whole number half-way between two goes to the even one, as Python rounds.
 * @param {number} value
 */
export function halfEven(value) {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}
