// @ts-check
/**
 * Where in a box a pointer is. A click says that in whole CSS pixels alone, where screens have finer
 * ones too: it was where the hand let go, or it would mean another pixel than the one pointed at.
 */

/** Where a hand let go last. @type {MouseEvent | null} */
let released = null;
addEventListener("pointerup", (event) => void (released = event), true);

/** Shares of a box, down and across. @param {DOMRect} box @param {MouseEvent} event */
export function placeIn({ left, top, width, height }, event) {
  const { clientX, clientY } = event.type === "click" ? exact(event) : event;
  return [(clientY - top) / height, (clientX - left) / width];
}

/** What was released where a click is, unless a scroll lies between them. @param {MouseEvent} click */
function exact(click) {
  const [x, y] = [released?.clientX ?? NaN, released?.clientY ?? NaN];
  return Math.abs(x - click.clientX) < 1 && Math.abs(y - click.clientY) < 1 ? { clientX: x, clientY: y } : click;
}
