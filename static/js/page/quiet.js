// @ts-check
/** A quiet sign that an answer takes longer than 150 ms: class `waiting` on <html>. */

const PATIENCE = 150;
let open = 0;

/**
 * The same promise, with the sign shown while it takes long.
 * @template T
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export function waiting(promise) {
  let counted = false;
  const timer = setTimeout(() => {
    counted = true;
    show((open += 1));
  }, PATIENCE);
  return promise.finally(() => {
    clearTimeout(timer);
    if (counted) show((open -= 1));
  });
}

/** @param {number} count */
function show(count) {
  document.documentElement.classList.toggle("waiting", count > 0);
}
