// @ts-check
/**
 * The changed maps, as the server computes them: one request under way per page, the newest value
 * waiting, answers to questions of another page dropped.
 */
import { added } from "./differences.js";
import { waiting } from "./quiet.js";
import { state } from "./state.js";

/**
 * @typedef {{ name: string, height: number, width: number, levels: boolean, bytes: Uint8Array }} Plane
 * @typedef {{ query: string, range: number, planes: Plane[] }} Answer
 * @typedef {{ query: string, range: number | null, draw: (answer: Answer) => void,
 *   fail: (words: string) => void }} Question
 */

/** Maps that are out of date until an answer has brought them. @type {Set<string>} */
const owed = new Set();
/** @type {Question | null} */
let next = null;
/** @type {Promise<void> | null} */
let underWay = null;
let epoch = 0;
/** Whether the last answer took long: then a third of the bytes is worth the work at both ends. */
let slow = false;
const LONG = 60;

/**
 * Ask for maps; a question that waits gives way to this one, and its maps come too.
 * @param {Iterable<string>} maps
 * @param {Question} question
 */
export function ask(maps, question) {
  for (const name of maps) owed.add(name);
  next = question;
  underWay ??= work().finally(() => (underWay = null));
  return underWay;
}

/** Drop what was asked: the page has changed under it. */
export function forget() {
  epoch += 1;
  next = null;
  owed.clear();
}

async function work() {
  while (next) {
    const question = next;
    const asked = epoch;
    const names = [...owed];
    next = null;
    owed.clear();
    try {
      const start = performance.now();
      const answer = await waiting(fetched(names, slow ? `${question.query}&packed=1` : question.query, question.range));
      slow = performance.now() - start > LONG;
      if (asked !== epoch) continue;
      question.draw(answer);
    } catch (error) {
      if (asked !== epoch) continue;
      for (const name of names) owed.add(name);
      if (!next) question.fail(words(error));
    }
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

/**
 * Take an answer apart: a line of JSON, then every map's bytes, row by row.
 * @param {ArrayBuffer} body
 * @returns {Answer}
 */
export function unpacked(body) {
  const bytes = new Uint8Array(body);
  let at = bytes.indexOf(10);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, at)));
  at += 1;
  const planes = head.maps.map((/** @type {Plane} */ map) => {
    const size = map.height * map.width;
    at += size;
    const own = bytes.subarray(at - size, at);
    return { ...map, bytes: head.packed ? added(own, map.width) : own };
  });
  return { query: head.query, range: head.range, planes };
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
