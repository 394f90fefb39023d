// @ts-check
/**
 * Changes of the page, one after another: each begins when those before it are shown, and is worked
 * from what they led to, so that none is lost. A change of structure is answered by the server with
 * the figure, which is morphed in place; pictures are loaded before, so that nothing flickers.
 */
import { state, tell, under } from "../state.js";
import { forget, reason, waiting } from "./ask.js";
import { shortened } from "./bank.js";
import { bring } from "./bring.js";
import { everything, loading, none } from "./coming.js";
import { opened, paged, soon, unfinished } from "./later.js";
import { address, push, rebased, settle } from "./link.js";
import { fieldsOf, messages, say, unsay } from "./words.js";

/**
 * @typedef {{ link: string, body?: URLSearchParams }} Place an address to be shown, or posted to
 * @typedef {{ push?: boolean, beside?: Element | null }} How `push`: a step in the history; `beside`:
 *   where words stand if it cannot be used
 */

/** What is done when all that is under way, or waits for its turn, is done. @type {Promise<unknown> | null} */
let line = null;
/** It says so to whoever waits for it from without. */
const root = document.documentElement;

/** Whether a change is under way, or waits for its turn. */
export const pending = () => line !== null;

/** Wait until nothing is under way. Whoever took turns to wait would wait for others who do, without end. */
export async function idle() {
  while (line) await line;
}

/**
 * Do something in its turn: at once where nothing is under way, and nothing of the page still follows.
 * @template T
 * @param {() => T} work
 */
export function inTurn(work) {
  const begin = () => (unfinished() ? soon().then(work) : work());
  const done = line ? line.then(begin) : begin();
  if (!(done instanceof Promise)) return done;
  const over = () => {
    if (line !== last) return;
    line = null;
    root.removeAttribute("data-pending");
  };
  const last = (line = done.then(over, over));
  root.setAttribute("data-pending", "");
  return done;
}

/**
 * Show another place of the experiment in its turn; false if it could not be shown.
 * @param {() => Place | null | Promise<Place | null>} wish asked for when its turn has come
 * @param {How} [how]
 * @returns {Promise<boolean>}
 */
export const visit = async (wish, how) => inTurn(() => go(wish, how));

/** Show another query. @param {string} query @param {How} [how] */
export const setQuery = (query, how) => visit(() => ({ link: address(query) }), how);

/**
 * Where a link of the page leads by the time that its turn has come.
 * @param {() => Element | null | undefined} found
 * @param {string} [name] of the attribute
 * @param {string} [query] of the page that it was pressed on: one that has left since changes what it changed there
 * @returns {Promise<Place | null>}
 */
export async function led(found, name = "href", query = state.query) {
  if (state.query !== state.facts.query && (await align())) settle(state.query);
  const [link, place] = [found(), found()?.getAttribute(name)];
  return place ? { link: link?.isConnected ? place : rebased(place, query, state.query) } : null;
}

/**
 * The same as `visit`, for whoever has the turn.
 * @param {() => Place | null | Promise<Place | null>} wish
 * @param {How} [how]
 */
export async function go(wish, { push: step = true, beside = null } = {}) {
  let { version } = state;
  let shown = false;
  try {
    const place = await wish();
    if (!place || version !== state.version) return false;
    version = state.version += 1;
    forget();
    everything();
    const [page, response] = await waiting(foreseen(place) ?? fetched(place));
    if (version !== state.version || refused(page, response, beside)) return false;
    if (beside) unsay(beside, fieldsOf(beside));
    shown = await bring(page, version, step ? push : settle);
    if (!shown) return false;
    tell("settled", { query: state.query });
    return true;
  } catch (error) {
    if (version === state.version) say(beside ?? messages(), reason(error));
    return false;
  } finally {
    if (!shown && version === state.version) none();
  }
}

/**
 * Bring words and links in line with the query as it is; false if it changed meanwhile. A link that
 * has grown too long gives way to one that names its kernels.
 */
export async function align() {
  const { version } = state;
  const query = await shortened(state.query);
  if (version !== state.version) return false;
  state.query = query;
  const [page, response] = await waiting(fetched({ link: address(query) }));
  if (!response.ok) return false;
  await opened(page.body); // somebody's change may wait for it: what can be done before, is
  return version === state.version && bring(page, version, settle);
}

/** The pictures' own parameters: with others, the article's links are others too. @param {string} query */
const source = (query) => ["image", "size"].map((name) => new URLSearchParams(query).get(name)).join();

/** Where a hand seems to be on its way to, and what is there. @type {{ link: string, page: Promise<[Document, Response] | null> } | null} */
let ahead = null;

/** Fetch the figure of a place that a hand is on its way to, and its pictures: they are there once it is opened. @param {string} link */
export function foresee(link) {
  if (pending() || ahead?.link === link) return;
  const page = fetched({ link }).then((found) => {
    const fresh = found[0].getElementById("figure");
    if (fresh && found[1].ok) void loading(fresh);
    return found[1].ok ? found : null;
  }, () => null);
  ahead = { link, page };
}

/** What was fetched ahead of this visit, for once: its page is used up. @param {Place} place */
function foreseen(place) {
  const page = !place.body && ahead?.link === place.link ? ahead.page : null;
  ahead = null;
  return page && page.then((found) => found ?? fetched(place));
}

/**
 * Fetch the figure of a place, or the whole page where the article changes as well.
 * @param {Place} place
 * @returns {Promise<[Document, Response]>}
 */
async function fetched({ link, body }) {
  const figure = document.getElementById("figure");
  const { pathname, search } = new URL(link, location.href);
  const whole = pathname === under("/") && source(search) !== source(state.query);
  const headers = { Accept: "text/html", ...(whole ? {} : { "Multiconv-Part": "figure" }) };
  const response = await fetch(link, { method: body ? "POST" : "GET", body, headers });
  const page = paged(await response.text());
  const fresh = page.getElementById("figure");
  const moved = !whole && fresh && fresh.dataset.source !== figure?.dataset.source;
  if (moved && response.ok) {
    const all = await fetch(response.url, { headers: { Accept: "text/html" } });
    return [paged(await all.text()), all];
  }
  return [page, response];
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
  const place = beside?.matches("button") ? atFault(page, beside) : beside;
  say(place ?? messages(), said.map((p) => p.textContent).join(" "), place ? fieldsOf(place) : []);
  return true;
}

/** Of the fields that wait for a button, the label of the one that was refused. @param {Document} page @param {Element} button */
function atFault(page, button) {
  for (const label of button.closest("details")?.querySelectorAll("label") ?? []) unsay(label, fieldsOf(label));
  const name = page.querySelector(".mistake")?.id.replace("mistake-", "") ?? "";
  return document.getElementsByName(name)[0]?.closest("label") ?? button;
}
