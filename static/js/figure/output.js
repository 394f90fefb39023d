// @ts-check
/**
 * Another output is said aloud. On a narrow screen, and wherever kernels are edited below the figure, the
 * output stands at the top while a weight or the bias is edited and its own place is out of sight; that
 * place is kept, so that nothing else moves.
 * It covers none of the bar's buttons: as long as the bar is in sight it stands below.
 */
import { on, state } from "../state.js";
import { sayPixel } from "./map.js";

const NARROW = matchMedia("(max-width: 1259.98px)");
const PHONE = matchMedia("(max-width: 767.98px)");
const root = document.documentElement;
let near = true;

const editing = () =>
  !!document.activeElement?.matches(".weight, .bias input") || !!document.querySelector(".dragging");

function lift() {
  const stand = /** @type {HTMLElement | null} */ (document.querySelector(".stand"));
  const below = !!document.activeElement?.closest(".bench");
  const up = (NARROW.matches || below) && !near && editing();
  if (!stand || up === root.classList.contains("aloft")) return;
  if (up) {
    const [rows, columns] = state.facts.geometry.output;
    const [wide, high] = PHONE.matches ? [160, 112] : [240, 160];
    lay(stand, "--stood", stand.getBoundingClientRect().height);
    lay(stand, "--aloft", Math.min(wide, (high * columns) / rows));
  }
  root.classList.toggle("aloft", up);
  lower();
  // What is typed in is not to lie beneath.
  if (up) document.activeElement?.scrollIntoView({ block: "nearest" });
}

/** Keep it under the part of the bar that is in sight, and what is scrolled to under it. */
function lower() {
  const stand = /** @type {HTMLElement | null} */ (document.querySelector(".stand"));
  const up = root.classList.contains("aloft");
  if (stand && up) lay(stand, "--under", Math.max(0, document.querySelector(".bar")?.getBoundingClientRect().bottom ?? 0));
  const foot = up ? document.querySelector("figure.output")?.getBoundingClientRect().bottom ?? 0 : 0;
  root.style.scrollPaddingTop = foot ? `${foot + 8}px` : "";
}

/** Say a length to the output alone: said to the whole page, all of its styles would be found anew. @param {HTMLElement} stand @param {string} name @param {number} length px */
function lay(stand, name, length) {
  stand.style.setProperty(name, `${length}px`);
}
document.addEventListener("scroll", () => root.classList.contains("aloft") && lower(), { passive: true });

// In sight as a whole: an edge of it shows nothing yet.
const place = new IntersectionObserver(
  (entries) => {
    near = entries.some(({ intersectionRatio }) => intersectionRatio > 0.9);
    lift();
  },
  { threshold: 0.9 },
);
const stand = document.querySelector(".stand");
if (stand) place.observe(stand);

let channel = document.getElementById("result")?.getAttribute("aria-label");
on("page", () => {
  const now = document.getElementById("result")?.getAttribute("aria-label");
  if (now !== channel) sayPixel(() => `${now}. `);
  channel = now;
});

for (const kind of ["focusin", "focusout"]) document.addEventListener(kind, () => queueMicrotask(lift));
on("kernel", lift);
// With the page's next frame, which lays it out anyway.
on("settled", () => requestAnimationFrame(() => {
  lift();
  if (root.classList.contains("aloft")) lower();
}));
NARROW.addEventListener("change", lift);
