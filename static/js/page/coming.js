// @ts-check
/**
 * Maps that are on their way say so themselves where that takes long: until they are there, the old
 * picture stands beside numbers that are newer.
 */
import { on } from "../state.js";

const PATIENCE = 400;

/** Of each map on its way, the last question that it waits for, and what will say so.
 * @type {Map<string, { number: number, timer: ReturnType<typeof setTimeout> }>} */
const due = new Map();
/** Pictures that are shown and not there yet, by their addresses. @type {Map<string, Promise<unknown>>} */
const absent = new Map();
let asked = 0;

/** @param {string} name */
const maps = (name) => document.querySelectorAll(`mc-map[data-map="${name}"]`);

/**
 * Maps are asked for; returns whom to tell of those that have come.
 * @param {Iterable<string>} names
 * @param {number} [patience] ms
 */
export function awaited(names, patience = PATIENCE) {
  const number = (asked += 1);
  for (const name of names) due.set(name, { number, timer: due.get(name)?.timer ?? setTimeout(show, patience, name) });
  return (/** @type {Iterable<string>} */ come) => {
    for (const name of come) {
      const last = due.get(name)?.number ?? 0;
      hide(name);
      if (last > number) due.set(name, { number: last, timer: setTimeout(show, PATIENCE, name) });
    }
  };
}

/** All that is computed is asked for anew. */
export function everything() {
  const names = [...document.querySelectorAll('mc-map:not([data-map^="input-"])')].map((map) => map.getAttribute("data-map") ?? "");
  awaited(names);
}

/** Nothing is waited for any more, whatever the maps were called when it was said. */
export function none() {
  for (const name of [...due.keys()]) hide(name);
  document.querySelectorAll("mc-map").forEach(silence);
}
on("page", none);

/**
 * The page shows pictures before they are there: what lies over them stays, and they say so.
 * @param {Map<string, Promise<unknown>>} late by their addresses
 */
export function early(late) {
  late.forEach((picture, link) => absent.set(link, picture.finally(() => absent.delete(link))));
  for (const map of document.querySelectorAll("mc-map")) {
    const address = () => map.querySelector("input")?.getAttribute("src") ?? "";
    const [name, wanted, picture] = [map.getAttribute("data-map") ?? "", address(), absent.get(address())];
    const arrived = picture && awaited([name], 0);
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

/** @param {string} name */
function show(name) {
  for (const map of maps(name)) {
    const said = map.querySelector(".coming") ?? document.createElement("span");
    said.className = "coming";
    said.setAttribute("data-live", "");
    said.textContent = "being computed …";
    map.append(said);
    map.setAttribute("aria-busy", "true");
  }
}

/** @param {string} name */
function hide(name) {
  if (!due.has(name)) return;
  clearTimeout(due.get(name)?.timer);
  due.delete(name);
  maps(name).forEach(silence);
}

/** @param {Element} map */
function silence(map) {
  map.querySelector(".coming")?.remove();
  map.removeAttribute("aria-busy");
}
