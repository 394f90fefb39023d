// @ts-check
/**
 * The page for another link, fetched and morphed in place: for what changes structure at once, for
 * edited numbers when they rest. Pictures are loaded before they are shown, so nothing flickers.
 */
import { fetched, fieldsOf, messages, refused } from "./answers.js";
import { shortened } from "./bank.js";
import { early, everything, none } from "./coming.js";
import { address, push, settle } from "./link.js";
import { discard, say, unsay, unsayAll } from "./mistakes.js";
import { morph } from "./morph.js";
import { forget, words } from "./planes.js";
import { waiting } from "./quiet.js";
import { decoded } from "../figure/slabs.js";
import { readPage, state, tell } from "../state.js";

const PICTURES = 1500;
/** @type {Promise<boolean> | null} */
let underWay = null;

/** The change of structure that is under way, if one is. */
export const pending = () => underWay;

/**
 * Show another link's page in place of this one; false if it could not be shown.
 * @param {string} link
 * @param {{ push?: boolean, beside?: Element | null, body?: URLSearchParams }} [how] `push`: a step
 *   in the history; `beside`: where words stand if it cannot be used; `body`: to be posted
 */
export function visit(link, { push: step = true, beside = null, body } = {}) {
  state.version += 1;
  forget();
  const answer = waiting(fetched(link, body));
  everything();
  const promise = gone(answer, state.version, step, beside).then((shown) => {
    if (underWay === promise) underWay = null;
    if (!shown && !underWay) none();
    return shown;
  });
  underWay = promise;
  return promise;
}

/**
 * @param {ReturnType<typeof fetched>} answer
 * @param {number} version
 * @param {boolean} step
 * @param {Element | null} beside
 */
async function gone(answer, version, step, beside) {
  try {
    const [page, response] = await answer;
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
 * Bring words and links in line with the query as it is; false if it changed meanwhile. A link that
 * has grown too long gives way to one that names its kernels.
 */
export async function align() {
  const version = state.version;
  const query = await shortened(state.query);
  if (version !== state.version) return false;
  state.query = query;
  const [page, response] = await waiting(fetched(address(state.query)));
  if (version !== state.version || !response.ok) return false;
  return bring(page, version);
}

/**
 * @param {Document} page
 * @param {number} version
 */
async function bring(page, version) {
  const limit = new Promise((done) => setTimeout(done, PICTURES));
  const loading = new Map(addresses(page).map((link) => [link, decoded(link)]));
  const pictures = await waiting(Promise.race([Promise.all(loading.values()), limit]));
  if (version !== state.version) return false;
  forget(); // what is still asked for is on the page, and under its range of colours
  for (const canvas of document.querySelectorAll("mc-map canvas:not([data-step])")) canvas.setAttribute("data-old", "");
  for (const part of ["header.bar", "main", "#facts"]) {
    const [old, fresh] = [document.querySelector(part), page.querySelector(part)];
    if (old && fresh) morph(old, fresh);
  }
  document.title = page.title;
  unsayAll();
  const before = state.kernels;
  readPage();
  state.kernels.forEach((kernel, q) => {
    const place = String(kernel) === String(before[q]) ? null : document.querySelector(`mc-kernel[data-q="${q}"]`);
    if (place) discard(place);
  });
  tell("page", { pictures });
  early(pictures ? new Map() : loading);
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
