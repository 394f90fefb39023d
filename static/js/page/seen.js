// @ts-check
/**
 * What of the page's pictures is shown. To look lays the page out, and a hand asks with every frame: so
 * it is looked at once, and again when the page, the window's size or what is open in it has changed.
 */
import { on } from "../state.js";

/** @type {{ faces: Element[], maps: string[] } | null} */
let seen = null;

function looked() {
  const shown = (/** @type {Element} */ element) => element.getClientRects().length > 0;
  const maps = [...document.querySelectorAll("#stage mc-map[data-map]")].filter((map) => !map.closest("details:not([open])"));
  return {
    faces: [...document.querySelectorAll(":is(.layer-row, .thirds) [data-face]")].filter(shown),
    maps: maps.map((map) => map.getAttribute("data-map") ?? ""),
  };
}

/** The pictures of the row and of an output's three planes that have a place on the page. */
export const facesInSight = () => (seen ??= looked()).faces;

/** The names of the opened layer's maps that stand in nothing closed. */
export const mapsInSight = () => (seen ??= looked()).maps;

const forget = () => void (seen = null);
on("page", forget);
for (const kind of ["resize", "toggle", "pointerdown", "beforeprint", "afterprint"]) addEventListener(kind, forget, true);
