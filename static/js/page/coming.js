// @ts-check
/**
 * Maps that are on their way say so themselves where that takes long (notices.css): until they are
 * there, the old picture stands beside numbers that are newer.
 */
import { on } from "../state.js";
import { textsIn } from "./later.js";

const LATE = 400; // ms: what is sooner there says nothing, and changes nothing on the page
/** Pictures that are shown and not there yet, by their addresses. @type {Map<string, Promise<unknown>>} */
const absent = new Map();
/** Maps that are on their way: who asked for them last, and since when they have been waited for. @type {Map<string, { number: number, since: number }>} */
const due = new Map();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let asked = 0;

/** The maps of a name, or all. @param {string} [name] */
const maps = (name) => document.querySelectorAll(name ? `mc-map[data-map="${name}"]` : "mc-map");

/**
 * Maps are asked for; returns whom to tell of those that have come.
 * @param {Iterable<string>} names
 */
export function awaited(names) {
  const number = (asked += 1);
  for (const name of names) wait(name, number, due.get(name)?.since);
  return (/** @type {Iterable<string>} */ come) => {
    for (const name of come) {
      const last = due.get(name);
      silence(name);
      if (last && last.number > number) wait(name, last.number);
    }
  };
}

/** @param {string} name @param {number} number @param {number} [since] */
function wait(name, number, since = performance.now()) {
  due.set(name, { number, since });
  timer ??= setTimeout(look, LATE);
}

/** What is late by now says so. */
function look() {
  timer = undefined;
  let first = Infinity;
  for (const [name, { since }] of due) {
    const left = since + LATE - performance.now();
    if (left < 1) sign(name);
    else first = Math.min(first, left);
  }
  if (first < Infinity) timer = setTimeout(look, first);
}

/** @param {string} name */
function sign(name) {
  for (const map of maps(name)) {
    if (map.querySelector(".coming")) continue;
    const made = document.createElement("span");
    made.className = "coming";
    made.dataset.live = "";
    made.textContent = "being computed …";
    map.append(made);
    map.setAttribute("aria-busy", "true");
  }
}

/** @param {string} name */
function silence(name) {
  due.delete(name);
  for (const made of [...signs]) {
    if (made.parentElement?.getAttribute("data-map") === name) hush(made);
  }
}

/** The signs that stand on the page: none, as a rule. */
const signs = document.getElementsByClassName("coming");

/** @param {Element} made */
function hush(made) {
  made.parentElement?.removeAttribute("aria-busy");
  made.remove();
}

/** All that is computed is asked for anew. */
export const everything = () =>
  void awaited([...document.querySelectorAll('mc-map:not([data-map^="input-"])')].map((map) => map.getAttribute("data-map") ?? ""));

/** Nothing is waited for any more. */
export function none() {
  due.clear();
  for (const made of [...signs]) hush(made);
}
on("seen", none);

/**
 * The page shows pictures before they are there: what lies over them stays, and they say so.
 * @param {Map<string, Promise<unknown>>} late by their addresses
 */
export function early(late) {
  late.forEach((picture, link) => absent.set(link, picture.finally(() => absent.delete(link))));
  for (const map of maps()) {
    const address = () => map.querySelector("input")?.getAttribute("src") ?? "";
    const [name, wanted, picture] = [map.getAttribute("data-map") ?? "", address(), absent.get(address())];
    const arrived = picture && awaited([name]);
    if (picture) sign(name);
    void Promise.resolve(picture).then(() => {
      if (address() === wanted) uncover(map);
      arrived?.([name]);
    });
  }
}

/** Take the canvases of the page before away, once the picture beneath is drawn. @param {Element} map */
function uncover(map) {
  const old = map.querySelectorAll("canvas[data-old]");
  requestAnimationFrame(() => requestAnimationFrame(() => old.forEach((canvas) => canvas.remove())));
}

const IMAGE = /<image [^>]*?href="([^"]*)"/g;

/** The pictures that the new figure shows and this page does not, by their addresses. @param {Element} fresh */
export function loading(fresh) {
  const [there, here] = [fresh, document].map((tree) => {
    const found = tree.querySelectorAll("mc-map input, svg.drawing image");
    return new Set([...found].map((at) => at.getAttribute("src") ?? at.getAttribute("href") ?? ""));
  });
  const folded = textsIn(fresh).flatMap((text) => [...text.matchAll(IMAGE)]);
  for (const link of new Set(folded.map(([, link]) => link))) there.add(link.replaceAll("&amp;", "&"));
  return new Map([...there].filter((link) => link && !here.has(link)).map((link) => [link, loaded(link)]));
}

/** Small pictures that were loaded last: held, they are there at once when their layer is opened again. @type {Map<string, HTMLImageElement>} */
const held = new Map();
const HELD = 128;
const SMALL = 512 ** 2; // pixels

/** Load a picture: small as it is, it is decoded with the frame that shows it, sooner than by itself. @param {string} link */
export async function loaded(link) {
  const image = held.get(link) ?? new Image();
  held.delete(link);
  if (!image.src) {
    await new Promise((come) => {
      image.onload = image.onerror = come;
      image.src = link;
    });
  }
  if (image.naturalWidth && image.naturalWidth * image.naturalHeight <= SMALL) held.set(link, image);
  for (const [oldest] of held) if (held.size > HELD) held.delete(oldest);
  return image;
}
