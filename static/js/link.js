// @ts-check
/**
 * The link is the state: a burst of edits is one step back in the history. Its first change pushes
 * an entry, the following ones replace it, seldom enough for the browser's patience.
 */
const PACE = 300;
const KEPT = "multiconv-steps";

let burst = false;
let last = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {string} query */
export const address = (query) => (query ? `/?${query}` : "/");

/**
 * Say a query in the link while it still changes.
 * @param {string} query
 */
export function write(query) {
  clearTimeout(timer);
  if (!burst) {
    if (address(query) === location.pathname + location.search) return;
    burst = true;
    step(query);
    last = performance.now();
    return;
  }
  const rest = PACE - (performance.now() - last);
  timer = setTimeout(() => replace(query), Math.max(rest, 0));
}

/**
 * Say the last query of a burst: the next change is a step of its own.
 * @param {string} query
 */
export function settle(query) {
  clearTimeout(timer);
  burst = false;
  if (address(query) !== location.pathname + location.search) replace(query);
}

/** Whether a burst is under way: the address may yet change. */
export const moving = () => burst;

/** End a burst that is under way, if one is. @param {string} query */
export const end = (query) => burst && settle(query);

/**
 * Go on to another link at once.
 * @param {string} query
 */
export function push(query) {
  clearTimeout(timer);
  burst = false;
  if (address(query) !== location.pathname + location.search) step(query);
}

/** @param {string} query */
function replace(query) {
  last = performance.now();
  history.replaceState(history.state, "", address(query));
}

/** How many steps this page has made since it was opened. */
const depth = () => Number(history.state?.step ?? 0);

/** The step that can be gone on to; a reload forgets no more than the browser does. */
let furthest = Math.max(depth(), history.state ? Number(sessionStorage.getItem(KEPT)) : 0);

/** @param {string} query */
function step(query) {
  furthest = depth() + 1;
  sessionStorage.setItem(KEPT, String(furthest));
  history.pushState({ step: furthest }, "", address(query));
}

/** Whether the history has a step of this page that way. @param {number} way */
export const hasStep = (way) => depth() + way >= 0 && depth() + way <= furthest;
