// @ts-check
/**
 * What a hand does in the midst of a page that comes is heard when the page is whole, in its order: who
 * follows it reads all of the page. It is whole soon then, and no long task stands between.
 */
import { finish, soon, task, unfinished } from "./later.js";

/** What waits, before anybody hears of it. */
const HEARD = ["focusin", "focusout", "input", "change", "click"];
/** What needs nothing that may be missing, unless something waits that goes before it. */
const FIRST = ["pointerdown", "keydown", "popstate"];
/** What leaves no time. */
const LAST = ["submit", "beforeprint", "visibilitychange", "pagehide"];

/** What changes, or takes the focus, by a click of itself: of that the other acts tell. */
const OWN = "label, label *, select, textarea, input:not([type=image], [type=submit], [type=button])";

/** It says to whoever waits from without that something is still to be heard. */
const root = document.documentElement;

/** What is still to be heard. @type {Event[]} */
const acts = [];
/** What fields hold of which nobody has heard yet. @type {Map<EventTarget, string>} */
const news = new Map();
/** What is heard late, and whether a hand did it. @type {WeakMap<Event, boolean>} */
const late = new WeakMap();

/** Whether a field holds what nobody has heard of yet: no answer says what it holds. @param {Element} field */
export const isNews = (field) => news.has(field);

/** Whether a hand did it, and no script. @param {Event} act */
export const byHand = (act) => late.get(act) ?? act.isTrusted;

/** What tells of an act that whoever follows it needs nothing of the page before his turn. @type {((act: Event) => boolean)[]} */
const patient = [];
/** @param {(act: Event) => boolean} test */
export const patiently = (test) => void patient.push(test);

/** Whether it is a field whose value a page that comes may write over. @param {EventTarget | null} target @returns {target is HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} */
const isField = (target) => target instanceof Element && target.matches("input:not([type=file]), select, textarea");

for (const act of HEARD) {
  addEventListener(act, (event) => {
    if (late.has(event) || !(unfinished() || acts.length)) return;
    void soon();
    if (act === "click" && event.target instanceof Element && event.target.matches(OWN)) return;
    if (!acts.length && patient.some((test) => test(event))) return;
    if (elsewhere(event)) return finish((part) => event.target instanceof Node && part?.contains(event.target) === true);
    event.stopImmediatePropagation();
    event.preventDefault();
    if (isField(event.target) && (act === "input" || act === "change")) news.set(event.target, event.target.value);
    if (acts.push(event) === 1) void hear();
  }, true);
}
for (const act of FIRST) {
  addEventListener(act, (event) => {
    if (acts.length && !writes(event) && act !== "pointerdown") all();
    else if (unfinished()) void soon();
  }, true);
}
for (const act of LAST) addEventListener(act, all, true);

/** A click that leads to another window: what the browser does of itself is not done again by a script. @param {Event} event */
const elsewhere = (event) => event instanceof MouseEvent && (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0);

/** A key that writes, or leads on: what comes of it is heard in its order. @param {Event} event */
const writes = (event) => event instanceof KeyboardEvent && !event.ctrlKey && !event.metaKey && (event.key.length === 1 || /^(Backspace|Delete|Shift|Tab)$/.test(event.key));

/** Let what waits be heard, one after another, once the page is whole. */
async function hear() {
  root.setAttribute("data-unheard", "");
  while (acts.length) {
    await soon().catch(() => {});
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
  const act = acts.shift();
  const target = act && heir(act.target);
  if (!target) return;
  // Whoever follows the page has written over it what the page says.
  const text = news.get(target) ?? "";
  if (isField(target) && news.has(target) && target.value !== text) target.value = text;
  if (!acts.some((other) => other.target === act.target)) news.delete(act.target ?? target);
  const Kind = /** @type {new (type: string, init: Event) => Event} */ (act.constructor);
  const again = new Kind(act.type, act);
  late.set(again, byHand(act));
  target.dispatchEvent(again);
}

/** Who is told: of a list that has left the page, the one that has taken its place. @param {EventTarget | null} target @returns {EventTarget | null} */
function heir(target) {
  if (!(target instanceof Element) || target.isConnected) return target;
  if (!(target instanceof HTMLSelectElement)) return null;
  const other = document.getElementsByName(target.name)[0];
  if (!(other instanceof HTMLSelectElement) || ![...other.options].some(({ value }) => value === target.value)) return null;
  other.value = target.value;
  return other;
}
