// @ts-check
/**
 * The page for another link, fetched and morphed in place: for what changes structure at once, for
 * edited numbers when they rest. Pictures are loaded before they are shown, so nothing flickers.
 */
import { address, push, settle } from "./link.js";
import { say, unsay, unsayAll } from "./mistakes.js";
import { morph } from "./morph.js";
import { forget, words } from "./planes.js";
import { waiting } from "./quiet.js";
import { decoded } from "./slabs.js";
import { readPage, state, tell } from "./state.js";

const PICTURES = 1500;
/** @type {Promise<boolean> | null} */
let underWay = null;

/** The change of structure that is under way, if one is. */
export const pending = () => underWay;

/**
 * Show another link's page in place of this one; false if it could not be shown.
 * @param {string} link
 * @param {{ push?: boolean, beside?: Element | null }} [how] `push`: a step in the history;
 *   `beside`: where words stand if it cannot be used
 */
export function visit(link, { push: step = true, beside = null } = {}) {
  state.version += 1;
  forget();
  const promise = gone(link, state.version, step, beside).finally(() => {
    if (underWay === promise) underWay = null;
  });
  underWay = promise;
  return promise;
}

/**
 * @param {string} link
 * @param {number} version
 * @param {boolean} step
 * @param {Element | null} beside
 */
async function gone(link, version, step, beside) {
  try {
    const [page, response] = await waiting(fetched(link));
    if (version !== state.version) return false;
    if (refused(page, response, beside)) return false;
    if (beside) unsay(beside, fieldsOf(beside));
    if (!(await bring(page, version))) return false;
    if (step) push(state.query);
    else settle(state.query);
    tell("settled", { query: state.query });
    return true;
  } catch (error) {
    if (version === state.version) say(beside ?? messages(), words(error));
    return false;
  }
}

/**
 * Bring words and links in line with the query as it is; false if it changed meanwhile.
 */
export async function align() {
  const version = state.version;
  const [page, response] = await fetched(address(state.query));
  if (version !== state.version || !response.ok) return false;
  return bring(page, version);
}

/** @param {string} link */
async function fetched(link) {
  const response = await fetch(link, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return /** @type {const} */ ([page, response]);
}

/**
 * Say what the server refused, and leave the last good picture up.
 * @param {Document} page
 * @param {Response} response
 * @param {Element | null} beside
 */
function refused(page, response, beside) {
  if (response.ok || (page.getElementById("stage") && !beside)) return false;
  const said = [...page.querySelectorAll(".mistake, main.words p")].slice(0, 2);
  say(beside ?? messages(), said.map((p) => p.textContent).join(" "), beside ? fieldsOf(beside) : []);
  return true;
}

/**
 * @param {Element} place a field's label, or the field itself
 * @returns {HTMLElement[]}
 */
const fieldsOf = (place) =>
  /** @type {HTMLElement[]} */ (place.matches("label") ? [...place.querySelectorAll("select, input")] : [place]);

const messages = () => document.getElementById("messages") ?? document.body;

/**
 * @param {Document} page
 * @param {number} version
 */
async function bring(page, version) {
  const limit = new Promise((done) => setTimeout(done, PICTURES));
  const pictures = await Promise.race([Promise.all(addresses(page).map(decoded)), limit]);
  if (version !== state.version) return false;
  for (const canvas of document.querySelectorAll("mc-map canvas")) canvas.setAttribute("data-old", "");
  for (const part of ["header.bar", "main", "#facts"]) {
    const [old, fresh] = [document.querySelector(part), page.querySelector(part)];
    if (old && fresh) morph(old, fresh);
  }
  document.title = page.title;
  unsayAll();
  readPage();
  tell("page", { pictures });
  requestAnimationFrame(() => requestAnimationFrame(() => document.querySelectorAll("canvas[data-old]").forEach((old) => old.remove())));
  return true;
}

/**
 * The pictures that the new page shows and this one does not.
 * @param {Document} page
 */
function addresses(page) {
  const [fresh, here] = [page, document].map((tree) => {
    const found = tree.querySelectorAll("mc-map input, svg.drawing image");
    return new Set([...found].map((at) => at.getAttribute("src") ?? at.getAttribute("href") ?? ""));
  });
  return [...fresh].filter((link) => link && !here.has(link));
}
