// @ts-check
/** What a number of a deep layer sees of the photograph: engine/stack.py's box and cell_at, and figure/sight.py's words. */

/**
 * @typedef {{ layer: number, photo: number[], first: number[], field: number[], jump: number[], side: number,
 *   phases?: number[][][], centre?: number[] }} Sight the opened layer, the photograph's size, the field of the first pixel and how
 *   large it is, from one to the next, the cell's half; behind a transposed layer the fields until they repeat, and the first's centre
 */

/** The rows or columns in the field of an output pixel, as (first, length), uncut. @param {Sight} sight @param {0 | 1} axis @param {number} at */
export function fieldAlong({ first, field, jump, phases }, axis, at) {
  if (!phases) return [first[axis] + at * jump[axis], field[axis]];
  const phase = at % phases[axis].length;
  const [begin, side] = phases[axis][phase];
  return [begin + Math.round((at - phase) * jump[axis]), side];
}

/**
 * The output pixel whose field is centred nearest a place of the photograph.
 * @param {Sight} sight
 * @param {number[]} output the layer's size
 * @param {number[]} place
 */
export const cellAt = ({ first, field, jump, centre }, output, place) =>
  place.map((at, axis) => {
    const offset = centre ? centre[axis] : first[axis] + (field[axis] - 1) / 2;
    const nearest = Math.floor((at - offset) / jump[axis] + 0.5);
    return Math.min(Math.max(nearest, 0), output[axis] - 1);
  });

/**
 * Which rows and columns a field has, and how much of it is padding.
 * @param {Sight} sight
 * @param {number[]} cell
 */
export function placeWords(sight, [i, j]) {
  const spans = [fieldAlong(sight, 0, i), fieldAlong(sight, 1, j)];
  const [rows, columns] = spans.map(([first, side], axis) => {
    const whole = sight.photo[axis];
    return `${Math.min(Math.max(first, 0), whole - 1)} to ${Math.max(Math.min(first + side, whole) - 1, 0)}`;
  });
  const padding = spans.flatMap(([first, side], axis) => [
    { count: -first, noun: ["row", "column"][axis], where: ["above", "left"][axis] },
    { count: first + side - sight.photo[axis], noun: ["row", "column"][axis], where: ["below", "right"][axis] },
  ]);
  const told = padding.filter(({ count }) => count > 0).map(({ count, noun, where }) => `${count} ${noun}${count > 1 ? "s" : ""} ${where}`);
  return `rows ${rows}, columns ${columns}; ${told.length ? `padding: ${told.join(", ")}` : "no padding"}`;
}
