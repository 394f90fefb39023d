// @ts-check
/** The style sheet's classes for coarse colours of cells and fields. */

/**
 * A value's coarse step on the scale −range … range, as a class: z, p1 … p8, n1 … n8.
 * @param {number} value
 * @param {number} range
 */
export function tint(value, range) {
  const step = Math.floor(Math.min(8 * (Math.abs(value) / range), 8) + 0.5);
  return step === 0 ? "z" : `${value < 0 ? "n" : "p"}${step}`;
}

/**
 * The classes of a grey level's cell: one of sixteen greys, and light text on dark.
 * @param {number} level
 */
export function levelKind(level) {
  const grey = level >> 4;
  return grey < 8 ? `g${grey} dark` : `g${grey}`;
}

/**
 * Step a field's font down where its text is long: `Cell.room` in web/kernels.py has the same rule.
 * @param {HTMLInputElement} field
 */
export function fit(field) {
  const characters = field.value.length;
  field.classList.toggle("long", characters === 7);
  field.classList.toggle("longer", characters > 7);
}

/**
 * Give an element its tint in place of the one it had.
 * @param {Element} element
 * @param {number} value
 * @param {number} range
 */
export function setTint(element, value, range) {
  const wanted = tint(value, range);
  if (element.classList.contains(wanted)) return;
  for (const name of [...element.classList]) if (/^(z|[pn][1-8])$/.test(name)) element.classList.remove(name);
  element.classList.add(wanted);
}
