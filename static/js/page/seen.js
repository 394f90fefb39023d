// @ts-check
/**
 * What of the page's pictures is in sight, or nearly: the others are neither asked for nor drawn while a
 * hand moves. To look lays the page out, and a hand asks with every frame: so it is looked at once, and
 * again when the page has changed, or been scrolled, or what is open in it is another.
 */
import { on } from "../state.js";

/** @typedef {{ faces: Element[], maps: string[] }} Seen */

const NEAR = 40; // CSS pixels that something may lie beyond the window's edge
/** @type {Seen | null} */
let seen = null;

/** A box's pictures are in sight together. @param {Element} element */
function near(element) {
  const { top, bottom, width } = (element.closest(".layer-row .box") ?? element).getBoundingClientRect();
  return width > 0 && bottom > -NEAR && top < innerHeight + NEAR;
}

/** @returns {Seen} */
function looked() {
  const [faces, maps] = [":is(.layer-row, .thirds) [data-face]", "#stage mc-map[data-map]"].map((all) =>
    [...document.querySelectorAll(all)].filter(near),
  );
  return { faces, maps: maps.map((map) => map.getAttribute("data-map") ?? "") };
}

/** The pictures of the row, and of an output's three planes. */
export const facesInSight = () => (seen ??= looked()).faces;

/** The names of the opened layer's maps. */
export const mapsInSight = () => (seen ??= looked()).maps;

const forget = () => void (seen = null);
on("page", forget);
for (const kind of ["resize", "scroll", "toggle", "pointerdown", "beforeprint"]) addEventListener(kind, forget, { capture: true, passive: true });
