// @ts-check
/**
 * Numbers as people type them, read as strictly as the server does; as links and pages write them;
 * and rounding that agrees with the server's to the last digit.
 */

export const MINUS = "\u2212";
const LARGEST = 1e6;
/** As many digits a field has room for, and the maps' floats are sure of. */
const DIGITS = 6;

const MINUSES = /[\u2010-\u2013\u2212\ufe63\uff0d]/g;
const COMMA = /^([+-]?[0-9]*),([0-9]+(?:[eE][+-]?[0-9]+)?)$/;
const THOUSANDS = /^[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?$/;
const UNSEEN = /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|[^\S \t\r\n]/u;
const FOREIGN = /[\u2014\u2015\ufe58]|(?![0-9])[\p{Nd}\p{No}]/u;
const NUMBER = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

/** The number that a text says; null where it says none that a weight may be. @param {string} text @returns {number | null} */
export function parsed(text) {
  const trimmed = bare(text);
  if (!NUMBER.test(trimmed)) return null;
  const value = Number(trimmed);
  return Math.abs(value) <= LARGEST ? value + 0 : null;
}

/** A text without blanks around it, and with a plain minus for the true one and for short dashes. @param {string} text */
const bare = (text) => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "").replace(MINUSES, "-");

/** The text of a field of one number with a point for its decimal comma; thousands' stay. @param {string} text */
function withPoint(text) {
  const trimmed = bare(text);
  return THOUSANDS.test(trimmed) ? text : COMMA.test(trimmed) ? trimmed.replace(",", ".") : text;
}

/** The number that the text of its own field says, with a decimal comma too. @param {string} text */
export const typedNumber = (text) => parsed(withPoint(text));

/** Whether a text may yet become a number: to speak of it while one types would be too early. @param {string} text */
export const begun = (text) => /^[+-]?(?:\.?|[0-9]*,)$/.test(bare(text));

/** Why a text says no number that a weight or bias may be, as the server says it. @param {string} text @param {string} what */
export function refusal(text, what) {
  const bounds = `a decimal number from ${MINUS}1,000,000 to 1,000,000, such as ${MINUS}0.25.`;
  const trimmed = text.trim();
  if (/^[^/]*[0-9] *\/ *[0-9][^/]*$/.test(trimmed)) return `“${trimmed}” is no number here: write no fractions, but a decimal number such as 0.3333.`;
  const instead = otherwise(bare(text));
  return instead ? `“${trimmed}” is no number here: write ${instead}.` : `A ${what} is ${bounds}`;
}

/** What a text that is no number is mistaken for, in the server's words. @param {string} text */
function otherwise(text) {
  if (THOUSANDS.test(text)) return "a point before decimals and nothing between thousands";
  if (COMMA.test(text)) return "a point, not a comma";
  const unseen = UNSEEN.exec(text)?.[0];
  const sign = FOREIGN.exec(text)?.[0];
  const code = unseen?.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
  const first = sign === undefined || (unseen !== undefined && text.indexOf(unseen) < text.indexOf(sign));
  if (code !== undefined && first) return `no character U+${code}, which cannot be seen`;
  return sign === undefined ? "" : `no “${sign}”`;
}

/** The shortest decimal that reads back as `value`, never with an exponent. @param {number} value */
export function plain(value) {
  const [mantissa, exponent] = String(value).split("e");
  if (exponent === undefined) return mantissa;
  const sign = mantissa.startsWith("-") ? "-" : "";
  const [whole, part = ""] = mantissa.replace("-", "").split(".");
  const point = whole.length + Number(exponent);
  const digits = whole + part;
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits.padEnd(point, "0");
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** A weight as its field shows it: exact where that is short, else rounded. @param {number} value */
export function weightText(value) {
  let text = plain(value);
  if (text.replace(/^-/, "").length > DIGITS) {
    text =
      Math.abs(value) >= 0.001 ? rounded(value, 4).replace(/\.?0+$/, "") : significant(value);
  }
  return text.replace("-", MINUS);
}

/** Three significant digits, below 0.00001 with an exponent: the zeros would fill the field. @param {number} value */
function significant(value) {
  const [mantissa, exponent] = value.toExponential(2).split("e");
  const short = mantissa.replace(/\.?0+$/, "");
  const power = Number(exponent);
  if (power >= -5) return plain(Number(`${short}e${power}`));
  return `${short}e-${String(-power).padStart(2, "0")}`;
}

/**
 * `value` moved by `steps` times 10^-places, without a rounding error.
 * @param {number} value
 * @param {number} steps
 * @param {number} places
 */
export function stepped(value, steps, places) {
  const [whole, part = ""] = plain(value).replace("-", "").split(".");
  const most = Math.max(part.length, places);
  const units = BigInt(whole + part.padEnd(most, "0")) * (value < 0 ? -1n : 1n);
  const moved = units + BigInt(steps) * 10n ** BigInt(most - places);
  const digits = String(moved < 0n ? -moved : moved).padStart(most + 1, "0");
  const cut = digits.length - most;
  const found = Number(`${moved < 0n ? "-" : ""}${digits.slice(0, cut)}.${digits.slice(cut)}`);
  return Math.min(Math.max(found, -LARGEST), LARGEST) + 0;
}

/**
 * A number rounded half away from zero, as the double is exactly, with its sign; zero has none.
 * @param {number} value below 10^21
 * @param {number} places
 * @param {boolean} [plus] whether a plus stands before positive values
 */
export function rounded(value, places, plus = false) {
  const text = Math.abs(value).toFixed(places);
  if (Number(text) === 0) return text;
  return (value < 0 ? MINUS : plus ? "+" : "") + text;
}

/** A value as captions say it: three places, and no more digits than the maps' floats are sure of. @param {number} value */
export function captioned(value) {
  const whole = String(Math.floor(Math.abs(value))).length;
  const unit = 10 ** Math.max(whole - DIGITS, 0);
  const places = Math.min(3, Math.max(DIGITS - whole, 0));
  return rounded(Number(rounded(Math.abs(value) / unit, places)) * unit * Math.sign(value), places, true);
}

/** Signed terms as a sum: a zero, which has no sign, gets its plus behind another. @param {string[]} terms */
export const termsText = (terms) => terms.map((term, at) => (at && /^[0-9]/.test(term) ? `+${term}` : term)).join(" ");

/** What an activation makes of a sum; what ReLU cuts off is 0, not nearly. @param {{ activation: string, activationWords: string }} facts @param {number} value @param {string} text */
export const outcomeWords = ({ activation, activationWords }, value, text) => `${activationWords} ${activation === "relu" && value === 0 ? "= 0" : `≈ ${text}`}`;

/** A whole number half-way between two goes to the even one, as Python rounds. @param {number} value */
export function halfEven(value) {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}
