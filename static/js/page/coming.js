// @ts-check
/**
 * Maps that are on their way say so themselves where that takes long (notices.css): until they are
 * there, the old picture stands beside numbers that are newer.
 */
import { on } from "../state.js";

/** Pictures that are shown and not there yet, by their addresses. @type {Map<string, Promise<unknown>>} */
const absent = new Map();
let asked = 0;

/** The maps of a name, or all. @param {string} [name] */
const maps = (name) => document.querySelectorAll(name ? `mc-map[data-map="${name}"]` : "mc-map");

/**
 * Maps are asked for; returns whom to tell of those that have come.
 * @param {Iterable<string>} names
 * @param {string} [kind] of sign: "coming", or "coming now" for one that does not wait
 */
export function awaited(names, kind = "coming") {
  const number = String((asked += 1));
  for (const name of names) {
    for (const map of maps(name)) (map.querySelector(":scope > .coming") ?? sign(map, kind)).setAttribute("data-for", number);
  }
  return (/** @type {Iterable<string>} */ come) => {
    for (const name of come) {
      for (const map of maps(name)) {
        const last = map.querySelector(".coming")?.getAttribute("data-for") ?? "0";
        silence(map);
        if (Number(last) > Number(number)) sign(map, "coming").setAttribute("data-for", last);
      }
    }
  };
}

/** @param {Element} map @param {string} kind */
function sign(map, kind) {
  const made = document.createElement("span");
  made.className = kind;
  made.dataset.live = "";
  made.textContent = "being computed …";
  map.append(made);
  map.setAttribute("aria-busy", "true");
  return made;
}

/** @param {Element} map */
function silence(map) {
  map.querySelector(".coming")?.remove();
  map.removeAttribute("aria-busy");
}

/** All that is computed is asked for anew. */
export const everything = () =>
  void awaited([...document.querySelectorAll('mc-map:not([data-map^="input-"])')].map((map) => map.getAttribute("data-map") ?? ""));

/** Nothing is waited for any more. */
export const none = () => maps().forEach(silence);
on("page", none);

/**
 * The page shows pictures before they are there: what lies over them stays, and they say so.
 * @param {Map<string, Promise<unknown>>} late by their addresses
 */
export function early(late) {
  late.forEach((picture, link) => absent.set(link, picture.finally(() => absent.delete(link))));
  for (const map of maps()) {
    const address = () => map.querySelector("input")?.getAttribute("src") ?? "";
    const [name, wanted, picture] = [map.getAttribute("data-map") ?? "", address(), absent.get(address())];
    const arrived = picture && awaited([name], "coming now");
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
