// @ts-check
/** The line under the formula that says what is pointed at; and marks drawn on maps for it. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Say what is pointed at; nothing takes the words back.
 * @param {string} words
 * @param {{ head: (string | number)[], rows: { head: string | number, cells: string[] }[] } | null} [grid]
 */
export function legend(words = "", grid = null) {
  const place = document.getElementById("index-words");
  if (!place) return;
  const parts = grid ? [words, table(grid)] : [words];
  if (place.textContent === words && !grid) return;
  place.replaceChildren(...parts);
}

/** @param {{ head: (string | number)[], rows: { head: string | number, cells: string[] }[] }} grid */
function table({ head, rows }) {
  const made = document.createElement("table");
  const cell = (/** @type {HTMLTableRowElement} */ row, /** @type {string} */ tag, /** @type {string | number} */ text) => {
    const one = document.createElement(tag);
    one.textContent = String(text);
    row.append(one);
  };
  const first = made.insertRow();
  cell(first, "td", "");
  for (const text of head) cell(first, "th", text);
  for (const line of rows) {
    const row = made.insertRow();
    cell(row, "th", line.head);
    for (const text of line.cells) cell(row, "td", text);
  }
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

/**
 * Take the marks of a kind off all maps.
 * @param {string} kind
 */
export function unmark(kind) {
  for (const rect of document.querySelectorAll(`mc-map rect.${kind}`)) rect.remove();
}

/** The maps of a kind. @param {string} start how their names begin */
export const maps = (start) => document.querySelectorAll(`#stage mc-map[data-map^="${start}"]`);
