// @ts-check
/**
 * The row's pictures follow a hand: those of a box are drawn on one canvas, under its marks, since every
 * canvas is a layer that the browser puts together anew with each frame, and slanted ones cost it most.
 */
import { loaded } from "../page/coming.js";
import { fill } from "../page/paint.js";
import { facesInSight } from "../page/seen.js";
import { on } from "../state.js";

/** @typedef {import("../lib/packed.js").Plane} Plane */
/** @typedef {{ face: SVGImageElement, matrix: DOMMatrix, top: number, height: number }} Place of a picture on its canvas: the rows of it that show */
/** @typedef {{ canvas: HTMLCanvasElement, places: Place[] }} Sheet */

const LEAD = 48; // CSS pixels of the layer before that stay in sight
const PHONE = matchMedia("(max-width: 767.98px)");
const SVG = "http://www.w3.org/2000/svg";
/** @type {Map<Element, Sheet>} */
const sheets = new Map();
/** The pictures as they came last, a number a pixel. @type {Map<string, HTMLCanvasElement>} */
const drawn = new Map();

/** What a picture shares a canvas with. @param {Element} face */
const boxOf = (face) => face.closest(".layer-row .box") ?? face;

on("planes", ({ planes }) => {
  const names = new Set();
  const faces = /** @type {SVGImageElement[]} */ (facesInSight());
  for (const plane of /** @type {Plane[]} */ (planes)) {
    if (!faces.some((face) => face.dataset.face === plane.name)) continue;
    const canvas = drawn.get(plane.name) ?? document.createElement("canvas");
    canvas.dataset.face = plane.name;
    fill(canvas, plane);
    drawn.set(plane.name, canvas);
    names.add(plane.name);
  }
  if (!names.size) return;
  const boxes = prepared(faces.filter((face) => names.has(face.dataset.face)));
  for (const [box, { canvas, places }] of sheets) {
    if (boxes.has(box) && places.some(({ face }) => names.has(face.dataset.face))) paint(canvas, places);
  }
});

/** Lay canvases over boxes that have none; returns the boxes. @param {SVGImageElement[]} faces @returns {Set<Element>} */
function prepared(faces) {
  /** @type {Map<Element, SVGImageElement[]>} */
  const boxes = new Map();
  for (const face of faces) boxes.set(boxOf(face), [...(boxes.get(boxOf(face)) ?? []), face]);
  // All are measured before one is laid over the page, which would be laid out once more for each.
  const fresh = [...boxes].filter(([box]) => !sheets.has(box));
  for (const lay of fresh.map(([box, faces]) => measured(box, faces))) lay();
  return new Set(boxes.keys());
}

// While the first answer is awaited there is time for what would hold up its frame.
for (const act of ["pointerdown", "input"]) {
  document.addEventListener(act, ({ target }) => {
    if (sheets.size || !(target instanceof Element) || !target.closest(".layer-row .box.line, #latent input")) return;
    setTimeout(() => prepared(/** @type {SVGImageElement[]} */ (facesInSight())));
  });
}

/** @param {HTMLCanvasElement} canvas @param {Place[]} places */
function paint(canvas, places) {
  const context = canvas.getContext("2d");
  if (!context || !places.every(({ face }) => drawn.has(face.dataset.face ?? ""))) return;
  context.resetTransform();
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = false;
  for (const { face, matrix, top, height } of places) {
    const picture = drawn.get(face.dataset.face ?? "");
    if (!picture) continue;
    if (!face.hasAttribute("visibility")) face.setAttribute("visibility", "hidden"); // zero is transparent
    context.setTransform(matrix);
    context.drawImage(picture, 0, top * picture.height, picture.width, height * picture.height, 0, 0, 1, 1);
  }
}

/** Find where a box's pictures lie; returns what lays a canvas over them. @param {Element} box @param {SVGImageElement[]} faces */
function measured(box, faces) {
  const parent = /** @type {SVGGraphicsElement} */ (box === faces[0] ? faces[0].parentNode : box);
  const [screen, last] = [DOMMatrix.fromMatrix(parent.getScreenCTM() ?? undefined), faces[faces.length - 1]];
  const places = faces.map((face) => ({ face, ...shownPart(face, screen.inverse()) }));
  const corners = places.flatMap(({ matrix }) => [[0, 0], [0, 1], [1, 0], [1, 1]].map(([x, y]) => matrix.transformPoint({ x, y })));
  const [left, top] = [Math.min(...corners.map(({ x }) => x)), Math.min(...corners.map(({ y }) => y))];
  const [width, height] = [Math.max(...corners.map(({ x }) => x)) - left, Math.max(...corners.map(({ y }) => y)) - top];
  const [across, down] = [screen.a, screen.d].map((scale) => Math.abs(scale) * devicePixelRatio);
  return () => {
    const live = document.createElementNS(SVG, "foreignObject");
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.max(1, Math.round(width * across)), Math.max(1, Math.round(height * down))];
    live.append(canvas);
    const said = { class: `live ${last.getAttribute("class")}`, "data-live": "", x: left, y: top, width, height };
    for (const [name, value] of Object.entries(said)) live.setAttribute(name, String(value));
    const onto = new DOMMatrix().scale(canvas.width / width, canvas.height / height).translate(-left, -top);
    sheets.set(box, { canvas, places: places.map((place) => ({ ...place, matrix: onto.multiply(place.matrix) })) });
    const side = [...parent.children].find((child) => child !== faces[0] && child.contains(last));
    const edge = side && faces[0].nextElementSibling?.cloneNode(); // which lies under the canvas now
    (side ?? last).after(live, ...(edge instanceof Element ? [edge] : []));
    if (edge instanceof Element) {
      edge.classList.add("live");
      edge.setAttribute("data-live", "");
    }
  };
}

/** Where the shown part of a picture lies, as the unit square is laid there, and which of its rows that is. @param {SVGImageElement} face @param {DOMMatrix} into */
function shownPart(face, into) {
  const inner = face.ownerSVGElement?.parentElement?.closest("svg") ? face.ownerSVGElement.viewBox.baseVal : null;
  const [whole, width] = [Number(face.getAttribute("height")), Number(face.getAttribute("width"))];
  const [top, height] = inner ? [inner.y, inner.height] : [0, whole];
  const own = DOMMatrix.fromMatrix(face.getScreenCTM() ?? undefined);
  return { matrix: into.multiply(own).translate(0, top).scale(width, height), top: top / whole, height: height / whole };
}

/** What goes once the page's pictures are there. @type {WeakSet<Element>} */
const leaving = new WeakSet();

/** All as the page has it, once its pictures are there. */
async function begin() {
  const covered = () => [...sheets.values()].flatMap(({ places }) => places.map(({ face }) => face));
  const faces = covered();
  const old = [...document.querySelectorAll(":is(.layer-row, .thirds) .live")].filter((live) => !leaving.has(live));
  for (const live of old) leaving.add(live);
  sheets.clear();
  drawn.clear();
  await Promise.all(faces.map((face) => loaded(face.getAttribute("href") ?? "")));
  for (const live of old) live.remove();
  const again = covered();
  for (const face of faces) if (!again.includes(face)) face.removeAttribute("visibility");
}
for (const kind of /** @type {const} */ (["seen", "page", "settled"])) on(kind, begin);

/** On a phone the line of words is led to the opened layer. */
on("page", () => {
  if (!PHONE.matches) return; // to measure lays the page out
  const line = document.querySelector(".layer-line");
  const now = line?.querySelector("[aria-current]");
  if (line && now && line.scrollWidth > line.clientWidth) line.scrollLeft += now.getBoundingClientRect().left - line.getBoundingClientRect().left - LEAD;
});
addEventListener("resize", begin);
