// @ts-check
/** The box of what a number sees follows the pixel that is pointed at or pinned. */
import { fieldAlong, placeWords } from "../lib/sight.js";
import { on, state } from "../state.js";

/** @param {{ i: number, j: number }} pixel */
function move({ i, j }) {
  const { sight } = state.facts;
  const place = document.getElementById("sight");
  if (!sight || !place) return;
  const [[y, height], [x, width]] = [fieldAlong(sight, 0, i), fieldAlong(sight, 1, j)];
  const [row, column] = [y + (height - 1) / 2, x + (width - 1) / 2].map(Math.trunc);
  lay(place, ".field", { x, y, width, height });
  lay(place, ".cell", { x: column - sight.side, y: row - sight.side });
  const [rows, columns] = sight.photo;
  place.querySelector(".unseen-part")?.setAttribute("d", `M0 0H${columns}V${rows}H0ZM${x} ${y}h${width}v${height}h${-width}z`);
  const words = place.querySelector('[data-value="sight"]');
  if (words) words.textContent = placeWords(sight, [i, j]);
  // How much of it is reached was counted for the pinned pixel; at an edge it is less.
  place.querySelector(".holes")?.toggleAttribute("hidden", String([i, j]) !== String(state.facts.pixel));
}

/** @param {Element} place @param {string} selector @param {Record<string, number>} numbers */
function lay(place, selector, numbers) {
  for (const rect of place.querySelectorAll(`rect${selector}`)) {
    for (const [name, value] of Object.entries(numbers)) rect.setAttribute(name, String(value));
  }
}

on("pixel", move);
