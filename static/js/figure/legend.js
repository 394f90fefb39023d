// @ts-check
/** The line under the formula that says what is pointed at; and marks drawn on maps for it. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Say what is pointed at; nothing takes the words back.
 * @param {string} words
 * @param {(string | number)[][] | null} [grid] its first row and column are heads
 */
export function legend(words = "", grid = null) {
  const place = document.getElementById("index-words");
  if (!place) return;
  const parts = grid ? [words, table(grid)] : [words];
  if (place.textContent === words && !grid) return;
  place.replaceChildren(...parts);
}

/** @param {(string | number)[][]} rows */
function table(rows) {
  const made = document.createElement("table");
  rows.forEach((cells, down) => {
    const row = made.insertRow();
    cells.forEach((text, across) => {
      const cell = document.createElement((down === 0) === (across === 0) ? "td" : "th");
      cell.textContent = String(text);
      row.append(cell);
    });
  });
  return made;
}

/**
 * Draw a rectangle over a map's picture, in its pixels.
 * @param {Element} map
 * @param {string} kind the class of the mark
 * @param {{ x: number, y: number, width: number, height: number }} box
 */
export function mark(map, kind, box) {
  const marks = map.querySelector(".marks");
  const rect = marks?.querySelector(`rect.${kind}`) ?? document.createElementNS(SVG, "rect");
  rect.setAttribute("class", kind);
  for (const [key, value] of Object.entries(box)) rect.setAttribute(key, String(value));
  if (!rect.isConnected) marks?.append(rect);
}

/** Take the marks of a kind off all maps. @param {string} kind */
export function unmark(kind) {
  for (const rect of document.querySelectorAll(`mc-map rect.${kind}`)) rect.remove();
}

/** The maps of a kind. @param {string} start how their names begin */
export const maps = (start) => document.querySelectorAll(`#stage mc-map[data-map^="${start}"]`);
