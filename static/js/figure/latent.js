// @ts-check
/**
 * A generator's numbers under the hand: the slider mixes two pictures; on the bar the place up and down
 * chooses one of the numbers, and a drag sideways changes it; the fields beside say and take the same.
 * The pictures follow from planes while the hand moves (layers.js), the page's own come when it rests.
 */
import { parsed, plain, typedNumber, weightText, stepped } from "../lib/numbers.js";
import { setNumbers } from "../page/edit.js";
import { edit } from "../page/form.js";
import { hold } from "../page/rest.js";
import { fieldsOf, say, speak, unsay } from "../page/words.js";
import { on, state } from "../state.js";

const SLACK = 4; // CSS pixels that a hand may stray before it drags
const A_PIXEL = 0.02; // what a CSS pixel sideways is worth
const SELDOM = 100; // ms from number to number in the field while it is dragged
/** The number that a hand works on; null: the one that the page offers. @type {number | null} */
let chosen = null;

/** A field of the form. @param {string} name */
function field(name) {
  const form = document.getElementById("latent");
  const found = form instanceof HTMLFormElement && form.elements.namedItem(`mix.${name}`);
  return found instanceof HTMLInputElement ? found : null;
}
const index = () => chosen ?? state.facts.z?.index ?? 0;

/** One of the numbers, as the link says it now. @param {number} at */
const numberAt = (at) => parsed(new URLSearchParams(state.query).get(`z.${at}`) ?? "") ?? state.facts.z?.values[at] ?? 0;

/** Where it is told that one of the numbers cannot be. */
const oneNumber = () => document.querySelector("#latent .one-number");
/** The number that the field chooses; null: none, which is told beside it. */
function wanted() {
  const [which, place, last] = [field("index"), oneNumber(), count() - 1];
  const at = which && typedNumber(which.value);
  if (which && place && !(at !== null && Number.isInteger(at) && at >= 0 && at <= last)) {
    say(place, `Which number of z is a whole number from 0 to ${last}.`, [which]);
    return null;
  }
  return at ?? index();
}

/** Work on one of the numbers. @param {number} at */
function choose(at) {
  chosen = at;
  const place = oneNumber();
  if (place) unsay(place, fieldsOf(place));
  point(at);
}

/** Show which number is worked on, and what it is. @param {number} at */
function point(at) {
  const which = field("index");
  if (which && which.dataset.typed === undefined && Number(which.value) !== at) which.value = String(at);
  const value = rounded(numberAt(at));
  write(value);
  for (const mark of document.querySelectorAll(".layer-row .one")) {
    if (Number(mark.getAttribute("y")) !== at / count()) mark.setAttribute("y", String(at / count()));
  }
  for (const bar of bars()) {
    bar.setAttribute("aria-valuenow", String(value));
    bar.setAttribute("aria-valuetext", `z[${at}] ${weightText(value)}`);
  }
}

/** The number that its field is to say. @type {{ value: number, timer: ReturnType<typeof setTimeout> | null }} */
const saying = { value: 0, timer: null };

/** Say the number in its field: while it is dragged now and then, since a field is laid out anew with each. @param {number} value */
function write(value) {
  saying.value = value;
  if (!hand?.drags) said();
  else saying.timer ??= setTimeout(said, SELDOM);
}

function said() {
  clearTimeout(saying.timer ?? undefined);
  saying.timer = null;
  const number = field("number");
  if (number && number.dataset.typed === undefined && typedNumber(number.value) !== saying.value) number.value = weightText(saying.value);
}

const count = () => state.facts.z?.values.length ?? 1;
const bars = () => document.querySelectorAll(".layer-row .box.line");
/** @param {number} value */
const rounded = (value) => Math.round(value * 100) / 100;

/** Change one of the numbers; it stays within what a link may say. @param {number} at @param {(number: number) => number} next */
function change(at, next) {
  setNumbers(() => {
    const most = state.facts.z?.most ?? 0;
    const value = Math.min(Math.max(rounded(next(numberAt(at))), -most), most);
    return value === rounded(numberAt(at)) ? {} : { [`z.${at}`]: plain(value) };
  }, oneNumber());
  choose(at);
}

/** @param {number} share of the second picture */
function mix(share) {
  const words = `${plain(rounded(1 - share))} A + ${plain(rounded(share))} B`;
  field("share")?.setAttribute("aria-valuetext", words);
  const said = document.querySelector("#latent [data-mix]");
  if (said) said.textContent = words;
  const [first, second] = state.facts.z?.pair ?? [];
  setNumbers(() => ({ z: `mix(${first},${second},${plain(rounded(share))})` }), document.querySelector("#latent .pair"));
}

document.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLInputElement) || target.form?.id !== "latent") return;
  if (target === field("share")) mix(Number(target.value));
  if (target === field("index")) {
    const at = wanted();
    if (at !== null) choose(at);
  }
  if (target === field("number")) typed(target);
});

/** @param {HTMLInputElement} number */
function typed(number) {
  const [value, most] = [typedNumber(number.value), state.facts.z?.most ?? 0];
  const [place, at] = [oneNumber() ?? number, wanted()];
  if (at === null) return;
  if (value === null || Math.abs(value) > most) {
    return say(place, `A number of z is a decimal number from −${most} to ${most}, such as −0.25.`, [number]);
  }
  change(at, () => value);
}

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  const away = event.ctrlKey || event.metaKey || key === "Tab";
  const bar = target instanceof Element && target.closest(".layer-row .box.line");
  if (away || !(bar || target === field("number"))) return;
  const [up, across] = [{ ArrowUp: 1, ArrowDown: -1 }[key] ?? 0, { ArrowRight: 1, ArrowLeft: -1 }[key] ?? 0];
  const way = bar ? across : up;
  if (!up && !(bar && across)) return;
  event.preventDefault();
  const at = bar ? index() : wanted();
  if (at === null) return;
  if (bar && up) choose(Math.min(Math.max(at - up * (event.shiftKey ? 10 : 1), 0), count() - 1));
  else change(at, (now) => stepped(now, event.shiftKey ? 10 * way : way, event.altKey ? 2 : 1));
  if (bar) speak(() => bar.getAttribute("aria-valuetext") ?? "");
});

document.addEventListener("submit", (event) => {
  if (/** @type {HTMLFormElement} */ (event.target).id !== "latent") return;
  event.preventDefault();
  seeded();
});
document.addEventListener("change", ({ target }) => target instanceof HTMLInputElement && target === field("seed") && seeded());

/** Ask for numbers by the seed that was typed, if it is another. */
function seeded() {
  const seed = field("seed");
  if (!seed || seed.value === seed.defaultValue || !seed.value) return;
  void edit(new URLSearchParams([["mix.seed", seed.value]]), seed.closest("p"));
}

/** The hand on the bar: where it came down, and the number from where it drags, once it does. @type {{ x: number, y: number, at: number, start?: number, drags: boolean } | null} */
let hand = null;

/** Which of the numbers lies under a place of the bar. @param {Element} bar @param {number} y */
function under(bar, y) {
  const box = (bar.querySelector(".edge") ?? bar).getBoundingClientRect();
  return Math.min(Math.max(Math.floor(((y - box.top) / box.height) * count()), 0), count() - 1);
}

document.addEventListener("pointerdown", (event) => {
  const bar = event.target instanceof Element && event.target.closest(".layer-row .box.line");
  if (!bar || event.button || !event.isPrimary) return;
  const at = under(bar, event.clientY);
  hand = { x: event.clientX, y: event.clientY, at, drags: false };
  bar.setPointerCapture(event.pointerId);
  hold(true);
  choose(at);
});

document.addEventListener("pointermove", (event) => {
  const bar = event.target instanceof Element && event.target.closest(".layer-row .box.line");
  if (!hand || !bar) return;
  const across = event.clientX - hand.x;
  if (!hand.drags && Math.abs(across) < SLACK) {
    hand.at = under(bar, event.clientY);
    return choose(hand.at);
  }
  hand.drags = true;
  const mine = hand;
  change(mine.at, (now) => (mine.start ??= now) + across * A_PIXEL);
});

for (const kind of ["pointerup", "pointercancel"]) {
  document.addEventListener(kind, () => {
    if (hand?.drags) said();
    if (hand || holding) hold(false);
    hand = null;
    holding = false;
  });
}

let holding = false; // the slider
document.addEventListener("pointerdown", ({ target }) => {
  if (target !== field("share") || !target) return;
  holding = true;
  hold(true);
});

/** What scripts add to the page as it came: the bar is a handle, and shows the number that is worked on. */
function begin() {
  if (!state.facts.z) return void (chosen = null);
  for (const bar of bars()) {
    if (bar.hasAttribute("tabindex") || bar.closest("[aria-hidden]")) continue;
    const { most } = state.facts.z;
    const said = { tabindex: "0", role: "slider", "aria-label": "A number of z", "aria-valuemin": String(-most), "aria-valuemax": String(most) };
    for (const [name, value] of Object.entries(said)) bar.setAttribute(name, value);
  }
  if (chosen !== null || bars().length) point(index());
}
on("seen", begin);
on("page", begin);
addEventListener("DOMContentLoaded", begin); // when the facts have been read
