// @ts-check
/**
 * A page that comes is brought in line where it is seen first; what lies below or is closed follows in
 * tasks of its own, so that nobody waits for it. Whoever acts meanwhile finds all of it done, at once or,
 * if what he wishes waits for its turn anyway, as soon as short tasks can.
 */

/** What is seen, and follows the row, the maps and their numbers. */
const NEXT = ".drawing:not(.layer-row), .ledger-drawing, .ledger-table, .sighted, .controls, .thumbs";
/** What is of use once it is seen. */
const LATER = ".panel, .article, #pixel, #values, svg.drawing, details > :not(summary)";
/** What a hand does, before anybody hears of it; and the page's own leaving. */
const ACTS = ["pointerdown", "focusin", "focusout", "keydown", "beforeinput", "input", "click", "change", "submit", "beforeprint", "visibilitychange", "popstate", "pagehide"];
const TASK = 10; // ms

/** It says to whoever waits from without that a part still follows. */
const root = document.documentElement;

/** What is still to be done, all at once. @type {(() => void) | null} */
let hurry = null;
/** No frame is waited for any more. */
let hasten = () => {};
/** Fulfilled when the page is whole. @type {Promise<void>} */
let wholly = Promise.resolve();

/** What tells of an act that it needs nothing of the page before its turn. @type {((act: Event) => boolean)[]} */
const patient = [];
/** @param {(act: Event) => boolean} test */
export const patiently = (test) => void patient.push(test);

/** Whether a part of the page still follows. */
export const unfinished = () => hurry !== null;

/** Bring what still follows in line, for a change that no hand's act goes before: a move of it, or a timer's. */
export const finish = () => hurry?.();

/** The same in short tasks, for whoever can wait for it. */
export function soon() {
  hasten();
  return wholly;
}

/** The field that a hand has just changed, of which nobody has heard yet. @type {EventTarget | null} */
let changed = null;

/** Whether a field holds what nobody has heard of yet: no answer says what it holds. @param {Element} field */
export const isNews = (field) => field === changed;

for (const act of ACTS) {
  addEventListener(act, (event) => {
    const { target } = event;
    if (hurry && patient.some((test) => test(event))) return hasten();
    changed = target;
    const put = (act === "input" || act === "change") && target instanceof HTMLInputElement ? target.value : null;
    hurry?.();
    // Whoever follows the page has written over it what the page says.
    if (put !== null && target instanceof HTMLInputElement && target.value !== put) target.value = put;
    if (target instanceof HTMLSelectElement && !target.isConnected) choose(target);
    changed = null;
  }, true);
}
/** A choice holds though another list has taken its list's place meanwhile. @param {HTMLSelectElement} list */
function choose({ name, value }) {
  const heir = document.getElementsByName(name)[0];
  if (!(heir instanceof HTMLSelectElement) || ![...heir.options].some((option) => option.value === value)) return;
  heir.value = value;
  heir.dispatchEvent(new Event("change", { bubbles: true }));
}
// Who scrolls to what is blank finds it done; all else is next. The browser scrolls by itself, too, in the midst of a frame.
addEventListener("scroll", () => {
  const blank = document.querySelector("[data-later]");
  if (blank && !isUnseen(blank)) hurry?.();
  else hasten();
}, { capture: true, passive: true });

/** The parts that can follow: 0 next, 1 later, as nobody sees them now. @returns {Map<Element, 0 | 1>} */
export function following() {
  if (document.hidden) return new Map();
  const parts = [...document.querySelectorAll(`${NEXT}, ${LATER}`)].filter((part) => !part.contains(document.activeElement));
  const ranked = parts.map((part) => /** @type {[Element, 0 | 1 | null]} */ ([part, isUnseen(part) ? 1 : part.matches(NEXT) ? 0 : null]));
  return new Map(ranked.filter(/** @returns {each is [Element, 0 | 1]} */ (each) => each[1] !== null));
}

/** What comes folded: a text that stands where its element does (web/pages.py). */
const FOLD = /(<script type="text\/html" [^>]*>)([^]*?)<\/script>/g;
/** The texts, which no parser walks through before their turn. @type {WeakMap<Element, string>} */
const folds = new WeakMap();

/** The page that an answer is, with what is folded in it. @param {string} answer */
export function paged(answer) {
  /** @type {string[]} */
  const texts = [];
  const bare = answer.replace(FOLD, (_, opening, text) => (texts.push(text), `${opening}</script>`));
  const page = new DOMParser().parseFromString(bare, "text/html");
  page.querySelectorAll("script[data-tag]").forEach((fold, at) => folds.set(fold, texts[at] ?? ""));
  return page;
}

/** The texts that are folded in a tree. @param {Element} tree */
export const textsIn = (tree) => [...tree.querySelectorAll("script[data-tag]")].map((fold) => folds.get(fold) ?? "");

/** What a fold says, as an element; any other is as it is. @param {Element} element */
export function unfolded(element) {
  const text = folds.get(element);
  if (text === undefined) return element;
  const made = document.createElement("template");
  made.innerHTML = text;
  return made.content.firstElementChild ?? element;
}

/** The same with all that is folded in it: what is new to the page has no turn of its own. @param {Element} element */
export function whole(element) {
  const made = unfolded(element);
  for (const fold of made.querySelectorAll("script[data-tag]")) fold.replaceWith(unfolded(fold));
  return made;
}

/** Unfold all of a page that is not shown yet, in short tasks. @param {Element} page */
export async function opened(page) {
  let start = performance.now();
  for (const fold of page.querySelectorAll("script[data-tag]")) {
    fold.replaceWith(unfolded(fold));
    if (performance.now() - start < TASK) continue;
    await task();
    start = performance.now();
  }
}

/** @param {Element} part */
function isUnseen(part) {
  if (part.checkVisibility?.() === false) return true; // closed, or another screen's
  const { top, bottom } = part.getBoundingClientRect();
  return bottom < 0 || top > innerHeight;
}

/**
 * Do one piece of work after another, each task a short one, and each group of them after a frame of the page's.
 * @param {(() => void)[][]} groups with the last of them the page is whole
 * @returns {Promise<void>} fulfilled when all are done, or somebody has hurried them
 */
export const bitByBit = (groups) => (wholly = brought(groups));

/** @param {(() => void)[][]} groups */
async function brought(groups) {
  let left = groups.flat().length;
  const next = (/** @type {(() => void)[]} */ pieces) => {
    if (!(left -= 1)) over();
    pieces.shift()?.();
  };
  /** @type {Promise<void>} */
  const hastened = new Promise((done) => void (hasten = done));
  const mine = () => {
    for (const pieces of groups) while (pieces.length) next(pieces);
    hasten();
  };
  const over = () => void (hurry === mine && (hurry = null));
  hurry = mine;
  root.setAttribute("data-following", "");
  try {
    for (const pieces of groups) {
      if (pieces.length && left > 1) await Promise.race([laid().then(frame), hastened.then(task)]);
      for (let start = performance.now(); pieces.length; next(pieces)) {
        if (performance.now() - start < TASK) continue;
        await laid().then(task);
        start = performance.now();
      }
    }
  } finally {
    over();
    if (!hurry) root.removeAttribute("data-following");
  }
  await laid();
}

/** Wait for the next task. */
const task = () => new Promise((begun) => setTimeout(begun));

/** Find the styles and the places of what has changed in a task of its own, which goes before the frame that shows it. */
const laid = async () => window.scheduler?.postTask(() => void root.getBoundingClientRect(), { priority: "user-blocking" });

/** Wait until the frame is on the screen that shows the page as it is: the next one then begins. */
const frame = () => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(shown))));
