// @ts-check
/**
 * The link is the state: a burst of edits is one step back in the history. Its first change pushes
 * an entry, the following ones replace it, seldom enough for the browser's patience.
 */
const PACE = 300;

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
    history.pushState(null, "", address(query));
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

/**
 * Go on to another link at once.
 * @param {string} query
 */
export function push(query) {
  clearTimeout(timer);
  burst = false;
  if (address(query) !== location.pathname + location.search) history.pushState(null, "", address(query));
}

/** @param {string} query */
function replace(query) {
  last = performance.now();
  history.replaceState(null, "", address(query));
}
