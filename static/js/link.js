// @ts-check
/**
 * The link is the state: a burst of edits is one step back in the history. It is said when the hand
 * pauses, for browsers ask for the page's icon and lay everything out whenever a link changes.
 */
const PAUSE = 150;
const KEPT = "multiconv-steps";

/** The edits since the last rest: where they have led, and whether that is a step already.
 * @type {{ query: string, stepped: boolean } | null} */
let burst = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {string} query */
export const address = (query) => (query ? `/?${query}` : "/");

const shown = () => location.pathname + location.search;

/**
 * Say a query in the link while it still changes.
 * @param {string} query
 */
export function write(query) {
  if (!burst && address(query) === shown()) return;
  burst = { query, stepped: burst?.stepped ?? false };
  clearTimeout(timer);
  timer = setTimeout(flush, PAUSE);
}

/** Say now where the burst has led. */
function flush() {
  if (!burst || address(burst.query) === shown()) return;
  (burst.stepped ? replace : step)(burst.query);
  burst.stepped = true;
}

/** Forget the burst: it is said, or the history has moved on by itself. */
function over() {
  clearTimeout(timer);
  burst = null;
}
addEventListener("popstate", over);

/**
 * Say the last query of a burst: the next change is a step of its own.
 * @param {string} query
 */
export function settle(query) {
  if (burst) burst.query = query;
  else if (address(query) !== shown()) replace(query);
  flush();
  over();
}

/** Whether a burst is under way: the address may yet change. */
export const moving = () => burst !== null;

/** End a burst that is under way, if one is. @param {string} query */
export const end = (query) => burst && settle(query);

/**
 * Go on to another link at once.
 * @param {string} query
 */
export function push(query) {
  flush();
  over();
  if (address(query) !== shown()) step(query);
}

/** @param {string} query */
const replace = (query) => history.replaceState(history.state, "", address(query));

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

/** Whether the history has a step of this page that way, or will have. @param {number} way */
export const hasStep = (way) =>
  burst && !burst.stepped ? way < 0 : depth() + way >= 0 && depth() + way <= furthest;
