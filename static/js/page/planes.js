// @ts-check
/**
 * The changed maps, as the server computes them: two requests under way at most, the newest value
 * waiting, answers to older questions than those shown, or of another page, dropped.
 */
import { waiting } from "./quiet.js";
import { state } from "../state.js";
import { unpacked } from "../lib/unpacked.js";

/**
 * @typedef {{ name: string, height: number, width: number, levels: boolean, bytes: Uint8Array }} Plane
 * @typedef {{ query: string, range: number, planes: Plane[] }} Answer
 * @typedef {{ query: string, range: number | null, draw: (answer: Answer) => void,
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
let took = 0;
let brought = 0;
let ended = 0;
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
  const quick = () => took < QUICK && performance.now() - ended < RECENT;
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
  next = null;
  owed.clear();
  underWay += 1;
  try {
    const slow = took > LONG && brought < SLOW * took;
    const answer = await waiting(fetched(names, slow ? `${question.query}&packed=1` : question.query, question.range));
    ended = performance.now();
    took = ended - start;
    brought = answer.planes.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (now !== epoch) return;
    const newer = answer.planes.filter(({ name }) => number > (shows.get(name) ?? 0));
    for (const { name } of newer) shows.set(name, number);
    if (newer.length) question.draw({ ...answer, planes: newer });
  } catch (error) {
    if (now !== epoch) return;
    for (const name of names.filter((name) => number > (shows.get(name) ?? 0))) {
      owed.add(name);
      shows.set(name, number); // an older answer would pass for this one
    }
    if (!next && owed.size) question.fail(words(error));
  } finally {
    underWay -= 1;
  }
}

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
    ? fetch("/api/planes", { method: "POST", body: new URLSearchParams(search) })
    : fetch(`/api/planes?${search}`, { cache }));
  if (!response.ok) throw new Refused(await problem(response));
  return unpacked(await response.arrayBuffer());
}

/** The server understood and said no, in words. */
export class Refused extends Error {}

/** @param {Response} response */
export async function problem(response) {
  if (!response.headers.get("Content-Type")?.includes("json")) return `The server answered ${response.status}.`;
  return String((await response.json()).detail);
}

/** @param {unknown} error */
export function words(error) {
  if (error instanceof Refused) return error.message;
  return "The server did not answer. The picture is the last good one; change something to try again.";
}
