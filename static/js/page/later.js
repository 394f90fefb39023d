// @ts-check
/**
 * A page that comes is brought in line where it is seen first; what lies below or is closed follows in
 * tasks of its own, so that nobody waits for it, and sooner for whoever acts meanwhile (acts.js).
 */

/** What is seen, and follows the row, the maps and their numbers. */
const NEXT = ".drawing:not(.layer-row), .ledger-drawing, .ledger-table, .sighted, .controls, .thumbs, #pixel";
/** What is of use once it is seen. */
const LATER = ".panel, .article, #values, svg.drawing, details > :not(summary)";
/** What nobody sees, or few at once, of what is new. */
const HIDDEN = ".ledger-table, .bench-rows, details:not([open]) > :not(summary)";
const TASK = 10; // ms

/** It says to whoever waits from without that a part still follows. */
const root = document.documentElement;

/**
 * A piece of what is still to be done. `part`: what of the page it is about, null: all; `work` returns what is to
 * come next; `large`: it is laid out in a task of its own.
 * @typedef {{ part: Element | null, work: () => Piece[] | void, large?: boolean }} Piece
 */
/** Do at once all pieces, or those that are about some part. @type {((wanted?: (part: Element | null) => boolean) => void) | null} */
let hurry = null;
/** No frame is waited for any more. */
let hasten = () => {};
/** Fulfilled when the page is whole. @type {Promise<void>} */
let wholly = Promise.resolve();

/** Whether a part of the page still follows. */
export const unfinished = () => hurry !== null;

/** Bring what still follows in line in this task, or a part of it: for whoever cannot wait. @param {Parameters<NonNullable<typeof hurry>>[0]} [wanted] */
export const finish = (wanted) => hurry?.(wanted);

/** The same in short tasks, for whoever can wait for it. */
export function soon() {
  hasten();
  return inTime();
}

/** Wait until the page is whole, and hurry nobody. */
export const inTime = () => wholly.catch(() => {}); // who brings the page is told

// Who scrolls to what is blank finds it done; all else is next. The browser scrolls by itself, too, in the midst of a frame.
addEventListener("scroll", () => {
  if (!hurry) return;
  const blank = [...document.querySelectorAll("[data-later]")].filter((part) => !isUnseen(part));
  if (blank.length) finish((part) => blank.some((each) => each.contains(part)));
  void soon();
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

/**
 * The same with all that is folded in it: what is new to the page has no turn of its own, but for what nobody sees of it.
 * @param {Element} element
 * @param {(shell: Element, its: Element) => boolean} [put] puts some aside: an empty one stands there until its turn
 */
export function whole(element, put) {
  const made = unfolded(element);
  for (const part of made.querySelectorAll(`script[data-tag], ${HIDDEN}`)) {
    if (!made.contains(part)) continue; // it went with what it is in
    const shell = part.matches(HIDDEN) ? emptied(part) : null;
    const own = shell?.localName.includes("-"); // it reads what is in it as soon as it stands
    part.replaceWith(shell && !own && put?.(shell, part) ? shell : unfolded(part));
  }
  return made;
}

/** An empty one that stands for what may be folded. @param {Element} part */
function emptied(part) {
  const tag = folds.has(part) && part.getAttribute("data-tag");
  if (!tag) return /** @type {Element} */ (part.cloneNode(false));
  const shell = document.createElement(tag);
  for (const name of ["class", "id"]) if (part.hasAttribute(name)) shell.setAttribute(name, part.getAttribute(name) ?? "");
  return shell;
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
 * @param {Piece[][]} groups with the last of them the page is whole
 * @returns {Promise<void>} fulfilled when all are done, or somebody has hurried them
 */
export const bitByBit = (groups) => (wholly = brought(groups));

/** @param {Piece[][]} groups */
async function brought(groups) {
  let left = groups.flat().length;
  const done = (/** @type {Piece[]} */ pieces, /** @type {Piece} */ piece) => {
    if (!(left -= 1)) over();
    const more = piece.work() ?? [];
    left += more.length;
    pieces.splice(pieces.indexOf(piece), 1, ...more);
    return piece;
  };
  /** @type {Promise<void>} */
  const hastened = new Promise((done) => void (hasten = done));
  let next = task;
  void hastened.then(() => (next = soonest));
  const mine = (wanted = (/** @type {Element | null} */ _) => true) => {
    for (const pieces of groups) {
      for (let piece; (piece = pieces.find(({ part }) => wanted(part))); ) done(pieces, piece);
    }
    hasten();
  };
  const over = () => void (hurry === mine && (hurry = null));
  hurry = mine;
  root.setAttribute("data-following", "");
  try {
    for (const pieces of groups) {
      if (pieces.length && left > 1) await Promise.race([laid().then(frame), hastened.then(soonest)]);
      for (let start = performance.now(); pieces.length; ) {
        if (!done(pieces, pieces[0]).large && performance.now() - start < TASK) continue;
        await laid().then(() => next());
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
export const task = () => new Promise((begun) => setTimeout(begun));

/** The same, before others: somebody waits. */
export const soonest = () => window.scheduler?.postTask(() => {}, { priority: "user-blocking" }) ?? task();

/** Find the styles and the places of what has changed in a task of its own, before the frame that shows it if none is due. */
const laid = async () => window.scheduler?.postTask(() => void root.getBoundingClientRect(), { priority: "user-blocking" });

/** Wait for the task after that. */
export const afresh = () => laid().then(task);

/** Wait until the frame is on the screen that shows the page as it is: the next one then begins. */
export const frame = () => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(shown))));
