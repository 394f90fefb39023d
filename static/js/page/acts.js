// @ts-check
/**
 * What a hand does in the midst of a page that comes is heard when the page is whole, in its order: who
 * follows it reads all of the page. It is whole soon then, and no long task stands between.
 */
import { finish, soon, task, unfinished } from "./later.js";
import { steady } from "./link.js";

/** What waits, before anybody hears of it. */
const HEARD = ["focusin", "focusout", "input", "change", "click"];
/** What leaves no time. */
const LAST = ["submit", "beforeprint", "visibilitychange", "pagehide"];
/** What changes, or takes the focus, by a click of itself: of that the other acts tell. */
const OWN = "label, label *, select, textarea, input:not([type=image], [type=submit], [type=button])";
const TEXT = "input:not([type=image], [type=checkbox], [type=radio], [type=range]), textarea, select";

/** It says to whoever waits from without that something is still to be heard. */
const root = document.documentElement;

/** @typedef {{ act: Event, path: EventTarget[], left: number, top: number }} Held `path`: whom it has happened to, and all around; where he stood then */
/** What is still to be heard. @type {Held[]} */
const acts = [];
/** What fields hold of which nobody has heard yet. @type {Map<EventTarget, string>} */
const news = new Map();
/** What is heard late, and whether a hand did it. @type {WeakMap<Event, boolean>} */
const late = new WeakMap();
/** Fulfilled when all is heard. @type {Promise<void>} */
let hearing = Promise.resolve();
/** Somebody hears of it now. */
let told = false;

/** Whether a field holds what nobody has heard of yet: no answer says what it holds. @param {Element} field */
export const isNews = (field) => news.has(field);

/** Whether a hand did it, and no script. @param {Event} act */
export const byHand = (act) => late.get(act) ?? act.isTrusted;

/** Fulfilled when all that waits is heard; null: nothing does. */
export const unheard = () => (acts.length ? hearing : null);

/** Whether keys write there. @param {EventTarget | null} target */
export const typing = (target) => target instanceof Element && target.matches(TEXT);

/** What tells of an act that whoever follows it needs nothing of the page before his turn. @type {((act: Event) => boolean)[]} */
const patient = [];
/** @param {(act: Event) => boolean} test */
export const patiently = (test) => void patient.push(test);

/** Whether it is a field whose value a page that comes may write over. @param {EventTarget | null} target @returns {target is HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} */
const isField = (target) => target instanceof Element && target.matches("input:not([type=file]), select, textarea");

for (const kind of HEARD) {
  addEventListener(kind, (act) => {
    const { target } = act;
    if (late.has(act) || !(unfinished() || acts.length) || !(target instanceof Element)) return;
    void soon();
    if (kind === "click" && target.matches(OWN)) return;
    if (!acts.length && patient.some((test) => test(act))) return;
    if (elsewhere(act, target)) return finish((part) => part?.contains(target) === true);
    act.stopImmediatePropagation();
    act.preventDefault();
    if (isField(target) && (kind === "input" || kind === "change")) news.set(target, target.value);
    const { left, top } = act instanceof MouseEvent ? target.getBoundingClientRect() : { left: 0, top: 0 };
    if (acts.push({ act, path: act.composedPath(), left, top }) === 1) hearing = hear();
  }, true);
}
for (const kind of ["pointerdown", "popstate"]) addEventListener(kind, () => void (unfinished() && soon()), true);
addEventListener("keydown", (key) => {
  if (acts.length && !writes(key)) all();
  else if (unfinished()) void soon();
}, true);
for (const kind of LAST) addEventListener(kind, () => told || all(), true);

/** A click that leads to another window: what the browser does of itself is not done again by a script. @param {Event} act @param {Element} target */
const elsewhere = (act, target) => act instanceof MouseEvent && (act.ctrlKey || act.metaKey || act.shiftKey) && target.closest("a[href]") !== null;

/** A key that writes, presses or leads on: what comes of it is heard in its order. @param {KeyboardEvent} key */
const writes = ({ key, target, ctrlKey, metaKey }) => !ctrlKey && !metaKey && (/^( |Backspace|Delete|Shift|Tab)$/.test(key) || (key.length === 1 && typing(target)));

/** Let what waits be heard, one after another, once the page is whole and the history stands. */
async function hear() {
  root.setAttribute("data-unheard", "");
  while (acts.length) {
    while (unfinished()) await soon();
    await steady();
    next();
    await task();
  }
  root.removeAttribute("data-unheard");
}

/** All at once. */
function all() {
  finish();
  while (acts.length) next();
}

function next() {
  const held = acts.shift();
  if (!held) return;
  const { act, path } = held;
  const [text, target] = [news.get(path[0]), heir(held)];
  if (!acts.some((other) => other.path[0] === path[0])) news.delete(path[0]);
  if (!target) return;
  // Whoever follows the page has written over it what the page says.
  if (text !== undefined && isField(target) && target.value !== text) target.value = text;
  const Kind = /** @type {new (type: string, init: Event) => Event} */ (act.constructor);
  const again = new Kind(act.type, act);
  if (again instanceof MouseEvent && target instanceof Element) follow(again, target.getBoundingClientRect(), held);
  late.set(again, byHand(act));
  told = true;
  target.dispatchEvent(again);
  told = false;
}

/** Who has moved meanwhile, by a scroll, was pressed at the same place of his. @param {MouseEvent} press @param {{ left: number, top: number }} now @param {Held} then */
function follow(press, { left, top }, then) {
  const [clientX, clientY] = [press.clientX + left - then.left, press.clientY + top - then.top];
  Object.defineProperties(press, { clientX: { value: clientX }, clientY: { value: clientY } });
}

/** Who is told: of a list that has left the page, the one that has taken its place; of a picture in a link, the link. @param {Held} held @returns {EventTarget | undefined} */
function heir({ act, path: [target, ...around] }) {
  if (!(target instanceof Element) || target.isConnected) return target;
  if (act instanceof MouseEvent) return around.find((each) => each instanceof Element && each.isConnected);
  if (!(target instanceof HTMLSelectElement)) return undefined;
  const other = document.getElementsByName(target.name)[0];
  return other instanceof HTMLSelectElement && [...other.options].some(({ value }) => value === target.value) ? other : undefined;
}
