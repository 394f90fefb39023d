// @ts-check
/**
 * The changed maps, as the server computes them: two requests under way at most, the newest value
 * waiting, answers to older questions than those shown, or of another page, dropped. Where answers
 * are late, what the page can draw itself bridges the wait, and the server is asked less often.
 */
import { unpacked } from "../lib/packed.js";
import { state, under } from "../state.js";

/**
 * @typedef {import("../lib/packed.js").Plane} Plane
 * @typedef {import("../lib/packed.js").Answer} Answer
 * @typedef {{ query: string, range: number | null, draw: (planes: Plane[], come: string[], learning?: import("../lib/packed.js").Learned) => void,
 *   preview: (planes: Plane[]) => void, fail: (words: string) => void, ahead?: boolean, along?: () => string[] }} Question
 *   `draw`: what has come, and of that the planes which are not drawn so already; `ahead`: drawn here first, however soon
 *   answers come; `along`: what is asked for with it once all of it is, for then nobody waits for its answer
 * @typedef {Question & { call: number, bridged: boolean, more: string[] }} Waiting
 * @typedef {(names: string[], range: number) => Plane[]} Painter what it cannot draw is left out
 */

/** Maps that are out of date until an answer has brought them. @type {Set<string>} */
const owed = new Set();
/** Which question's answer each map shows, so that no older one takes its place. @type {Map<string, number>} */
const shows = new Map();
/** Which call's state each map shows that was drawn ahead of its answer, and how. @type {Map<string, { call: number, bytes: Uint8Array }>} */
const ahead = new Map();
/** @type {Waiting | null} */
let next = null;
/** @type {Painter | null} */
let painter = null;
let calls = 0;
let shownCall = 0; // the newest that an answer was drawn for
/** When something was asked for last, when it was sent, and when an answer was late. */
const times = { asked: 0, sent: 0, late: -Infinity };
/** @type {ReturnType<typeof setTimeout> | undefined} */
let resting;
let underWay = 0;
let asked = 0;
let epoch = 0;
/** How long the last answer took, how many pixels it brought, and when it was there. */
const last = { took: 0, brought: 0, ended: 0 };
const SIGNED = 150; // ms: what is sooner there is not said to be waited for
const LONG = 60;
const SLOW = 4000; // pixels a ms: on a line that brings fewer, half the bytes are worth the work at both ends
const WORK = 400; // ms: what comes along makes an answer later by less
const QUICK = 25; // a server that answers so soon takes a second question while it works on the first
const RECENT = 500;
const LATE = 33; // two frames: where answers take longer, what the page can draw is drawn at once;
const DUE = 20; // one that is not there by now would miss the second frame, for which there is still time to draw
const LATELY = 2000; // a server that is asked less often is soon quick again, and would be late again if pressed
const PAUSE = 100; // and the server is asked where the hand rests so long,
const APART = 250; // or so long after it was asked last

/** Draw maps with this until their answers come, where those are late. @param {Painter} paint */
export const bridge = (paint) => void (painter = paint);

/**
 * Ask for maps; a question that waits gives way to this one, and its maps come too.
 * @param {Iterable<string>} maps
 * @param {Question} question
 */
export async function ask(maps, question) {
  const names = [...maps];
  for (const name of names) owed.add(name);
  /** @type {Waiting} */
  const mine = { ...question, call: (calls += 1), bridged: false, more: [] };
  next = mine;
  times.asked = performance.now();
  const planes = question.ahead || times.asked - times.late < LATELY ? bridged(names, mine) : [];
  mine.bridged = planes.length === names.length;
  if (mine.bridged && question.along) mine.more = question.along();
  for (const name of mine.more) owed.add(name);
  if (painter && !mine.bridged) setTimeout(overdue, DUE, names, mine);
  const sent = send();
  if (planes.length) question.preview(planes); // the server is at work meanwhile
  await sent;
}

async function send() {
  clearTimeout(resting);
  // Else one late answer would make all that follow late; a busy server, or a slow line, is not pressed.
  const quick = () => last.took < QUICK && performance.now() - last.ended < RECENT;
  while (next && underWay < (quick() ? 2 : 1)) {
    const wait = Math.min(times.asked + PAUSE, times.sent + APART) - performance.now();
    if (next.bridged && wait > 0) return void (resting = setTimeout(send, wait));
    await answered(next);
  }
}

/** Those maps that can be drawn ahead of their answers. @param {string[]} names @param {Waiting} question */
function bridged(names, { range, call }) {
  const planes = (range !== null && painter?.(names, range)) || [];
  for (const { name, bytes } of planes) ahead.set(name, { call, bytes });
  return planes;
}

/** What has no answer in time is drawn ahead of it. @param {string[]} names @param {Waiting} question */
function overdue(names, question) {
  if (question.call !== calls || question.call <= shownCall || !(underWay || next)) return;
  const planes = bridged(names, question);
  if (planes.length) question.preview(planes);
}

/** Drop what was asked: the page has changed under it. */
export function forget() {
  epoch += 1;
  calls += 1; // nothing is overdue any more
  next = null;
  owed.clear();
  ahead.clear();
  clearTimeout(resting);
}

/** @param {Waiting} question */
async function answered(question) {
  const [number, now, names, start] = [(asked += 1), epoch, [...owed], performance.now()];
  const newer = (/** @type {string} */ name) => number > (shows.get(name) ?? 0);
  let free = () => {
    underWay -= 1;
    free = () => {};
  };
  next = null;
  owed.clear();
  underWay += 1;
  times.sent = start;
  // A map that was drawn ahead for a newer state waits for that one's answer.
  const due = (/** @type {string} */ name) => newer(name) && (ahead.get(name)?.call ?? 0) <= question.call;
  try {
    const slow = last.took > LONG && last.brought < SLOW * last.took;
    const { planes, learning } = await waiting(fetched(names, slow ? `${question.query}&packed=1` : question.query, question.range));
    timed(start, planes, question.more.length > 0);
    free();
    void send(); // what waits is worked on there while this is drawn here
    const fresh = now === epoch ? planes.filter(({ name }) => due(name)) : [];
    const other = fresh.filter(({ name, bytes }) => !alike(bytes, ahead.get(name)?.bytes)); // what was drawn so stands
    for (const { name } of fresh) {
      shows.set(name, number);
      ahead.delete(name);
    }
    if (fresh.length) shownCall = Math.max(shownCall, question.call);
    if (fresh.length) question.draw(other, fresh.map(({ name }) => name), learning);
  } catch (error) {
    if (now !== epoch) return;
    for (const name of names.filter(newer)) {
      owed.add(name);
      shows.set(name, number); // an older answer would pass for this one
    }
    if (!next && owed.size) question.fail(reason(error, ahead.size ? NEARLY : SILENT));
  } finally {
    free();
  }
}

/** Keep in mind how long an answer took, unless that was the work on what came along. @param {number} start @param {Plane[]} planes @param {boolean} along */
function timed(start, planes, along) {
  if (along && performance.now() - start < WORK) return;
  last.ended = performance.now();
  last.took = last.ended - start;
  if (last.took > LATE) times.late = last.ended;
  last.brought = planes.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

/** @param {Uint8Array} bytes @param {Uint8Array | undefined} others */
function alike(bytes, others) {
  if (bytes.length !== others?.length) return false;
  for (let at = 0; at < bytes.length; at += 1) if (bytes[at] !== others[at]) return false;
  return true;
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
 * The same promise; once it takes long, a sign in the bar. What is soon there changes nothing on the page.
 * @template T
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export function waiting(promise) {
  const sign = document.createElement("i");
  sign.className = "wait";
  sign.dataset.live = "";
  const timer = setTimeout(() => document.querySelector(".bar")?.append(sign), SIGNED);
  return promise.finally(() => {
    clearTimeout(timer);
    sign.remove();
  });
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

const NEARLY = "The server did not answer. The picture is computed in this page, nearly exact; change something to try again.";

/** What is to be said of a failure. @param {unknown} error @param {string} [silent] where no answer came */
export const reason = (error, silent = SILENT) => (error instanceof Refused ? error.message : silent);
