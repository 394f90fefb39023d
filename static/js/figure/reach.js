// @ts-check
/** Which input pixels reach the output pixel that is pointed at or pinned, by which weights, and how many its neighbours. */
import { shownWindow } from "../lib/geometry.js";
import { corner, countAt, dotsAround, kindAt, neighbour, pathWords } from "../lib/reach.js";
import { on, state } from "../state.js";

/** The square around a weight of a kernel's picture: figure/kernel.py has the same. */
const [INSET, SQUARE] = [0.08, 0.84];

/** The classes of each inset's dots as the page has them of the pinned pixel, which tell values, until those change. @type {{ place: string, kinds: string[][] } | null} */
let served = null;

function begin() {
  const insets = [...document.querySelectorAll("#reach .inset")];
  const kinds = insets.map((each) => [...each.querySelectorAll("circle")].map((dot) => dot.getAttribute("class") ?? ""));
  served = { place: String(state.facts.pixel), kinds };
}

/** @param {{ i: number, j: number }} pixel */
function move({ i, j }) {
  const { reach, geometry } = state.facts;
  const place = document.getElementById("reach");
  if (!reach || !place) return;
  const beside = neighbour(geometry, i, j);
  const kinds = served?.place === String([i, j]) ? served.kinds : [];
  place.querySelector(".filled")?.classList.toggle("old", !kinds.length);
  const [own, other] = place.querySelectorAll(".inset");
  inset(own, i, j, `reached by ${countAt(geometry, i, j)}`, kinds[0]);
  if (other && beside) inset(other, beside.i, beside.j, `its ${beside.where} neighbour by ${countAt(geometry, beside.i, beside.j)}`, kinds[1]);
  const [top, left] = corner(geometry, i, j);
  place.querySelectorAll(".counts tr").forEach((row, down) =>
    row.querySelectorAll("td").forEach((cell, across) => {
      const at = /** @type {const} */ ([top + down, left + across]);
      put(cell, String(countAt(geometry, ...at)));
      cell.className = kindAt(geometry, ...at) + (String(at) === String([i, j]) ? " pinned" : "");
    }),
  );
  const path = place.querySelector('[data-value="path"]');
  if (path) put(path, pathWords([...reach.before, geometry], reach.names, i, j));
  outline(shownWindow(geometry, i, j));
}

/** Outline the weights that an input stamps on the pixel. @param {ReturnType<typeof shownWindow>} window */
function outline({ rowTaps, colTaps }) {
  const d = rowTaps.flatMap((di) => colTaps.map((dj) => `M${dj + INSET} ${di + INSET}h${SQUARE}v${SQUARE}h-${SQUARE}z`)).join("");
  for (const path of document.querySelectorAll(".kernel-picture .outlines")) path.setAttribute("d", d);
  const width = state.facts.geometry.kernel[1];
  for (const kernel of document.querySelectorAll("mc-kernel[data-q]")) {
    kernel.querySelectorAll(".weight").forEach((weight, at) => {
      weight.classList.toggle("reaches", rowTaps.includes(Math.floor(at / width)) && colTaps.includes(at % width));
    });
  }
}

/** @param {Element} figure @param {number} i @param {number} j @param {string} words @param {string[]} [kinds] where values are known */
function inset(figure, i, j, words, kinds = []) {
  const dots = dotsAround(state.facts.geometry, i, j);
  figure.querySelectorAll("circle").forEach((circle, at) => {
    const { x, y, kind } = dots[at] ?? { x: 0, y: 0, kind: "none" };
    for (const [name, value] of Object.entries({ class: kinds[at] ?? kind, cx: x, cy: y })) circle.setAttribute(name, String(value));
  });
  const caption = figure.querySelector("figcaption");
  if (caption) put(caption, words);
}

/** Write a text that differs: what is written is laid out anew. @param {Element} element @param {string} text */
function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

on("pixel", move);
on("page", begin);
on("planes", ({ planes }) => {
  if (!served || !planes.some((/** @type {{ name: string }} */ { name }) => name.startsWith("input-"))) return;
  served = null;
  const [i, j] = state.facts.pixel;
  move({ i, j });
});
addEventListener("DOMContentLoaded", begin); // when the facts have been read
