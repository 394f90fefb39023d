// @ts-check
/** A finger that slides over a picture pins the pixel where it leaves; one that scrolls pins nothing. */
import { pin } from "../page/edits.js";
import { PictureMap } from "./pointing.js";

const SLACK = 6;
/** @type {{ x: number, y: number, id: number } | null} */
let start = null;

document.addEventListener("pointerdown", ({ pointerType, isPrimary, clientX: x, clientY: y, pointerId: id }) => {
  start = pointerType === "touch" && isPrimary ? { x, y, id } : null;
});

document.addEventListener("pointerup", (event) => {
  const map = event.target instanceof Element ? event.target.closest("mc-map") : null;
  if (!(map instanceof PictureMap) || !start || start.id !== event.pointerId) return;
  if (Math.hypot(event.clientX - start.x, event.clientY - start.y) <= SLACK) return; // a tap is a click
  const [i, j] = map.pixel(event);
  pin(i, j);
});

document.addEventListener("pointercancel", () => (start = null));
