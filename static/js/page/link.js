// @ts-check
/**
 * The link is the state: a burst of edits is one step back in the history. Its first edit is said at
 * once, so that Back takes it back; where it leads, when the hand pauses, for browsers ask for the
 * page's icon and lay everything out whenever a link changes. Who leaves before that loses nothing.
 */
import { under } from "../state.js";

const PAUSE = 150;
const PATIENCE = 2000;
const KEPT = "multiconv-steps";
const UNSAID = "multiconv-unsaid";

/** Where the edits since the last rest have led. @type {string | null} */
let burst = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @typedef {"sessionStorage" | "localStorage"} Place this tab's texts, and the browser's */

/** A short text that outlives the page; where storage is refused it is forgotten. @param {string} name @param {Place} [place] */
export function kept(name, place = "sessionStorage") {
  try {
    return window[place].getItem(name);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string} text empty: forget it @param {Place} [place] */
export function keep(name, text, place = "sessionStorage") {
  try {
    if (text) window[place].setItem(name, text);
    else window[place].removeItem(name);
  } catch {
    // A way forward, an edit of the last moment or a wish about keys is forgotten.
  }
}

/** @param {string} query */
export const address = (query) => under(query ? `/?${query}` : "/");

const shown = () => location.pathname + location.search;

/** What a link changes of one query, changed of another. @param {string} link @param {string} from @param {string} onto */
export function rebased(link, from, onto) {
  const { pathname, searchParams: wish } = new URL(link, location.href);
  const [before, now] = [new URLSearchParams(from), new URLSearchParams(onto)];
  for (const name of new Set([...before.keys(), ...wish.keys()])) {
    const [old, value] = [before.get(name), wish.get(name)];
    if (value === old) continue;
    if (value === null) now.delete(name);
    else now.set(name, value);
  }
  return `${pathname}?${now}`;
}

/** Say a query in the link while it still changes. @param {string} query */
export function write(query) {
  if (burst === null) {
    if (address(query) === shown()) return;
    step(query);
  }
  burst = query;
  clearTimeout(timer);
  timer = setTimeout(() => settle(query, false), PAUSE);
}

/**
 * Say the last query of a burst: the next change is a step of its own, unless it is not the last yet.
 * @param {string} query
 * @param {boolean} [last]
 */
export function settle(query, last = true) {
  if (address(query) !== shown()) replace(query);
  if (last) over();
}

/** Forget the burst: it is said, or the history has moved on by itself. */
function over() {
  clearTimeout(timer);
  burst = null;
}

/** Whether a burst is under way: the address may yet change. */
export const moving = () => burst !== null;

/** End a burst that is under way, if one is. @param {string} query */
export const end = (query) => burst !== null && settle(query);

/** Go on to another link at once; the same experiment in another order is no step. @param {string} query */
export function push(query) {
  if (burst !== null) settle(burst);
  if (address(query) === shown()) return;
  if (ordered(query) === ordered(location.search)) replace(query);
  else step(query);
}

/** @param {string} query */
function ordered(query) {
  const all = new URLSearchParams(query);
  all.sort();
  return String(all);
}

/** How many steps this page has made since it was opened. */
const depth = () => Number(history.state?.step ?? 0);

/** The step that can be gone on to; a reload forgets no more than the browser does. */
let furthest = Math.max(depth(), history.state ? Number(kept(KEPT)) : 0);
/** Where the history stands, and what was said there last: what it has left when it moves. */
let stands = { step: depth(), said: location.search.slice(1) };

/** @param {string} query */
function replace(query) {
  history.replaceState(history.state, "", address(query));
  stands.said = query;
}

/** @param {string} query */
function step(query) {
  furthest = depth() + 1;
  keep(KEPT, String(furthest));
  history.pushState({ step: furthest }, "", address(query));
  stands = { step: furthest, said: query };
}

/** Tells who moves the history that it has moved. @type {((value?: unknown) => void) | null} */
let arrive = null;
/** @type {Promise<unknown>} */
let underWay = Promise.resolve();

/** Move the history, and wait until it has; a step that leads nowhere holds nothing up. @param {number} way */
export function jump(way) {
  underWay = new Promise((done) => {
    arrive = done;
    setTimeout(done, PATIENCE);
  }).finally(() => (arrive = null));
  history.go(way);
  return underWay;
}

/** Wait until the history stands still. */
export const steady = () => underWay;

/** The history has moved: whether somebody waited for that, and is told. */
export function arrived() {
  arrive?.();
  return arrive !== null;
}

/** How far the history has moved to another link by itself, and is to be led back. */
export function strayed() {
  clearTimeout(timer);
  return location.search.slice(1) === stands.said ? 0 : depth() - stands.step;
}

/** Whether the history has a step of this page that way. @param {number} way */
export const hasStep = (way) => depth() + way >= 0 && depth() + way <= furthest;

/**
 * The history has moved by itself; whether to another link. Back before the burst was said: it is said
 * late, for Forward to find.
 */
export function moved() {
  const [left, unsaid] = [stands, burst];
  if (unsaid !== null && depth() === left.step) settle(unsaid); // led back: what was not said yet is said here
  over();
  stands = { step: depth(), said: location.search.slice(1) };
  const other = stands.said !== left.said;
  if (unsaid !== null && unsaid !== left.said && depth() === left.step - 1) {
    step(unsaid);
    history.back();
  }
  return other;
}

// A reload asks for the link as it was when it began, whatever is said while the page goes.
addEventListener("pagehide", () => {
  keep(UNSAID, new URL(address(burst ?? stands.said), location.href).search.slice(1));
  if (burst !== null) settle(burst);
});

/** The query that a reload has overtaken, if it has. */
export function overtaken() {
  const unsaid = kept(UNSAID);
  keep(UNSAID, "");
  const [how] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  return how?.type === "reload" && unsaid !== location.search.slice(1) ? unsaid : null;
}
addEventListener("pageshow", ({ persisted }) => persisted && keep(UNSAID, ""));

// A step of the history changes the figure and leaves the page where it is; who comes again finds his place.
addEventListener("pageshow", () => void (history.scrollRestoration = "manual"));
addEventListener("pagehide", () => void (history.scrollRestoration = "auto"));

// Within the page a link makes no step: Undo and Redo count them.
addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
  const place = document.getElementById(link?.getAttribute("href")?.slice(1) ?? "");
  if (!link || !place || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  history.replaceState(history.state, "", link.getAttribute("href"));
  place.closest("details:not([open])")?.setAttribute("open", "");
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
  place.scrollIntoView();
});
