// @ts-check
/**
 * The changed maps, as the server computes them: two requests under way at most, the newest value
 * waiting, answers to older questions than those shown, or of another page, dropped.
 */
import { unpacked } from "../lib/packed.js";
import { state, under } from "../state.js";

/**
 * @typedef {import("../lib/packed.js").Plane} Plane
 * @typedef {import("../lib/packed.js").Answer} Answer
 * @typedef {{ query: string, range: number | null, draw: (planes: Plane[]) => void,
 *   fail: (words: string) => void }} Question
 */

/** Maps that are out of date until an answer has brought them. @type {Set<string>} */
const owed = new Set();
/** Which question's answer each map shows, so that no older one takes its place. @type {Map<string, number>} */
const shows = new Map();
/** @type {Question | null} */
let next = null;
let underWay = 0;
let asked = 0;
let epoch = 0;
/** How long the last answer took, how many pixels it brought, and when it was there. */
const last = { took: 0, brought: 0, ended: 0 };
const LONG = 60;
const SLOW = 4000; // pixels a ms: on a line that brings fewer, half the bytes are worth the work at both ends
const QUICK = 25; // a server that answers so soon takes a second question while it works on the first
const RECENT = 500;

/**
 * Ask for maps; a question that waits gives way to this one, and its maps come too.
 * @param {Iterable<string>} maps
 * @param {Question} question
 */
export async function ask(maps, question) {
  for (const name of maps) owed.add(name);
  next = question;
  // Else one late answer would make all that follow late; a busy server, or a slow line, is not pressed.
  const quick = () => last.took < QUICK && performance.now() - last.ended < RECENT;
  while (next && underWay < (quick() ? 2 : 1)) await answered(next);
}

/** Drop what was asked: the page has changed under it. */
export function forget() {
  epoch += 1;
  next = null;
  owed.clear();
}

/** @param {Question} question */
async function answered(question) {
  const [number, now, names, start] = [(asked += 1), epoch, [...owed], performance.now()];
  const newer = (/** @type {string} */ name) => number > (shows.get(name) ?? 0);
  next = null;
  owed.clear();
  underWay += 1;
  try {
    const slow = last.took > LONG && last.brought < SLOW * last.took;
    const { planes } = await waiting(fetched(names, slow ? `${question.query}&packed=1` : question.query, question.range));
    last.ended = performance.now();
    last.took = last.ended - start;
    last.brought = planes.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const fresh = now === epoch ? planes.filter(({ name }) => newer(name)) : [];
    for (const { name } of fresh) shows.set(name, number);
    if (fresh.length) question.draw(fresh);
  } catch (error) {
    if (now !== epoch) return;
    for (const name of names.filter(newer)) {
      owed.add(name);
      shows.set(name, number); // an older answer would pass for this one
    }
    if (!next && owed.size) question.fail(reason(error));
  } finally {
    underWay -= 1;
  }
}

/** Where the colours' range is held while numbers change; null where every map has its own. */
export const heldRange = () => (state.facts.ranges === "each" ? null : state.facts.range);

/**
 * Fetch planes of colour indices (of inputs: levels).
 * @param {string[]} names
 * @param {string} query
 * @param {number | null} range hold the colours' range here; null: as the query says
 * @param {RequestCache} [cache]
 * @returns {Promise<Answer>}
 */
export async function fetched(names, query, range, cache = "no-store") {
  const asked = new URLSearchParams(query);
  if (range !== null) asked.set("range", String(range));
  const search = `maps=${names.join(",")}&${asked}`;
  const response = await (search.length > state.facts.longest.query
    ? fetch(under("/api/planes"), { method: "POST", body: new URLSearchParams(search) })
    : fetch(under(`/api/planes?${search}`), { cache }));
  return unpacked(await (await accepted(response)).arrayBuffer());
}

/**
 * The same promise; while it lasts, a sign in the bar, which shows itself after 150 ms (bar.css).
 * @template T
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export function waiting(promise) {
  const sign = document.createElement("i");
  sign.className = "wait";
  sign.dataset.live = "";
  document.querySelector(".bar")?.append(sign);
  return promise.finally(() => sign.remove());
}

/** The server understood and said no, in words. */
class Refused extends Error {}

/** The same response, if the server did not say no. @param {Response} response */
export async function accepted(response) {
  if (response.ok) return response;
  const json = response.headers.get("Content-Type")?.includes("json");
  throw new Refused(json ? String((await response.json()).detail) : `The server answered ${response.status}.`);
}

const SILENT = "The server did not answer. The picture is the last good one; change something to try again.";

/** What is to be said of a failure. @param {unknown} error @param {string} [silent] where no answer came */
export const reason = (error, silent = SILENT) => (error instanceof Refused ? error.message : silent);
