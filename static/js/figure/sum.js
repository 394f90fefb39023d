// @ts-check
/**
 * The curves into Σ begin at the middle of their pictures, and the arrow down ends at the last row's
 * foot, also where words under a kernel move the rows below it. Step by step, what has not entered
 * the sum yet steps back.
 */
import { on } from "../state.js";

const rows = new ResizeObserver(draw);

function draw() {
  const junction = document.querySelector(".junction");
  const top = junction?.getBoundingClientRect().top ?? 0;
  if (!junction?.getClientRects().length) return; // narrow screens have no curves
  const zoom = /** @type {Element & { currentCSSZoom?: number }} */ (junction).currentCSSZoom ?? 1; // on a projector
  const arrow = junction.querySelector(".arrow-down");
  const foot = document.getElementById("working")?.getBoundingClientRect().bottom ?? 0;
  arrow?.setAttribute("d", (arrow.getAttribute("d") ?? "").replace(/V[\d.]+/, `V${Math.round((foot - top) / zoom)}`));
  junction.querySelectorAll(".curve").forEach((curve, q) => {
    const picture = document.querySelector(`#row-${q} .partial .map`)?.getBoundingClientRect();
    if (picture) curve.setAttribute("d", from(curve.getAttribute("d") ?? "", (picture.top + picture.height / 2 - top) / zoom));
  });
}

/** A curve's path from another height. @param {string} path @param {number} height */
export function from(path, height) {
  const down = Math.round(height * 10) / 10;
  return path.replace(/^M0 [\d.]+C([\d.]+) [\d.]+/, `M0 ${down}C$1 ${down}`);
}

/** Channels that have not entered the sum yet step back. @param {number} entered how many have */
export function retire(entered) {
  /** @param {Element | undefined} element @param {number} q */
  const step = (element, q) => element?.classList.toggle("waiting", q >= entered);
  for (const row of document.querySelectorAll(".row:not(.rest)")) step(row, Number(row.id.slice(4)));
  for (const channel of document.querySelectorAll(".channel")) step(channel, Number(channel.getAttribute("data-q")));
  const rows = document.querySelectorAll(".row");
  document.querySelectorAll(".curve").forEach((curve, at) => step(curve, Number(rows[at]?.id.slice(4))));
  for (const place of document.querySelectorAll(".bars .place")) step(place, Number(place.getAttribute("data-q")));
  for (const drawing of document.querySelectorAll("svg.drawing")) {
    const wedges = drawing.querySelectorAll(".wedge");
    drawing.querySelectorAll('a[href^="#row-"]').forEach((slab, at) => {
      for (const element of [slab, wedges[at]]) step(element, Number(slab.getAttribute("href")?.slice(5)));
    });
  }
}

function watch() {
  for (const row of document.querySelectorAll("#working .row")) rows.observe(row);
}
on("seen", watch);
on("seen", () => requestAnimationFrame(draw)); // laid out with the page's next frame, not before it
watch();
