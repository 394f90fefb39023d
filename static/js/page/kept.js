// @ts-check
/**
 * Short texts that outlive a page: in `sessionStorage` this tab's, in `localStorage` the browser's.
 * Where storage is refused they are forgotten, and nothing else changes.
 */

/** @typedef {"sessionStorage" | "localStorage"} Place */

/** @param {string} name @param {Place} [place] */
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
