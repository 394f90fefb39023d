// @ts-check
/**
 * Changes of numbers: a kernel, the bias, the pinned pixel, what a generator is given. They redraw at once from planes, the
 * colours' range holding still, and 250 ms after the last of them the page's words, links and range
 * are brought in line. Each says what becomes of the number as it is when its turn has come.
 */
import { plain } from "../lib/numbers.js";
import { state, tell } from "../state.js";
import { ask, heldRange } from "./ask.js";
import { awaited, none } from "./coming.js";
import { write } from "./link.js";
import { holds, REST, rest } from "./rest.js";
import { facesInSight, mapsInSight } from "./seen.js";
import { inTurn } from "./visit.js";
import { say, unsay } from "./words.js";

const RHYTHM = 1000; // ms: changes that follow each other sooner are a hand's that goes on,
const PAUSE = 20; // ms that a hand rests before the row follows it
const BEAT = 1.5; // which rests when the next is so many times as late as the last was
let moved = -Infinity; // when all numbers were changed last

/**
 * Change one weight of input channel q's kernel for the chosen output.
 * @param {number} q
 * @param {number} at counted row by row
 * @param {(weight: number) => number} next
 */
export const setWeight = (q, at, next) =>
  void inTurn(() => {
    const numbers = [...(state.kernels[q] ?? [])];
    const { active, lender } = state.facts;
    if (lender !== null && q !== lender && active[q]) return; // it shows another's kernel
    const value = at in numbers ? next(numbers[at]) : 0;
    if (!(at in numbers) || value === numbers[at]) return;
    numbers[at] = value;
    const using = q === lender ? active.flatMap((on, at) => (on ? [at] : [])) : [q];
    for (const each of using) state.kernels[each] = numbers;
    const place = document.querySelector(`mc-kernel[data-q="${q}"]`)?.closest("fieldset") ?? null;
    const maps = active[q] ? [...using.map((each) => `partial-${each}`), ...output()] : [];
    lead({ ...kernel(q, at, numbers), ...held() }, maps, place);
    for (const each of using) tell("kernel", { q: each });
  });

/**
 * What the link says of a changed kernel: with several layers the number that changed, else all.
 * @param {number} q
 * @param {number} at
 * @param {number[]} numbers
 * @returns {Record<string, string>}
 */
function kernel(q, at, numbers) {
  const { prefix, k, geometry } = state.facts;
  const columns = geometry.kernel[1];
  const name = `w.${q}.${k}`;
  if (prefix === undefined) return { [name]: numbers.map(plain).join(",") };
  return { [`${prefix}${name}.${Math.floor(at / columns)}.${at % columns}`]: plain(numbers[at]) };
}

/** The chosen output's map, if a what-if leaves it one, and the picture that it is a colour of. */
const output = () => {
  if (state.facts.whatIf === "apart") return [];
  return [`output-${state.facts.k}`, ...(document.querySelector(".thirds") ? ["generated"] : [])];
};

/** @type {ReturnType<typeof setTimeout> | undefined} */
let following;
let led = -Infinity; // when a hand changed a layer's number last

/**
 * Change a layer's numbers. Of several layers the row's pictures follow, from the opened one's on: they cost
 * more than what the hand moves, so that they are asked for as it begins, if that needs no answer, and where it pauses.
 * @param {Record<string, string>} parameters
 * @param {string[]} maps those of the layer that change
 * @param {Element | null} place where failures are told
 */
function lead(parameters, maps, place) {
  const [begins, { prefix, whatIf }] = [performance.now() - led > REST, state.facts];
  led = performance.now();
  clearTimeout(following);
  let due = prefix !== undefined && whatIf !== "apart";
  const along = () => {
    due = false;
    return behind();
  };
  change(parameters, maps, place, prefix !== undefined, due && begins ? along : undefined);
  if (!due) return;
  const { version } = state;
  following = setTimeout(() => {
    if (version !== state.version) return; // another page is on its way
    const names = behind();
    if (names.length) redraw(names, place, false);
  }, PAUSE);
}

/** The names of the row's pictures in sight that the opened layer's numbers change. */
function behind() {
  const opened = parseInt(state.facts.prefix || "1", 10);
  return faces().filter((name) => name === "generated" || Number(name.split("-")[1] ?? 0) >= opened);
}

/** The names of the row's pictures that are in sight. */
const faces = () => [...new Set(facesInSight().map((face) => face.getAttribute("data-face") ?? ""))];

/** The first change of values holds in the link the colours' range, and of many inputs the gain and the rows. @returns {Record<string, string>} */
function held() {
  const [range, query, { gain, rows }] = [heldRange(), new URLSearchParams(state.query), state.facts];
  return {
    ...(range === null || query.has("range") ? {} : { range: plain(range), ...(gain ? { gain: String(gain) } : {}) }),
    ...(rows && !query.has("rows") ? { rows: rows.join(",") } : {}),
  };
}

/** Change the chosen output's bias. @param {(bias: number) => number} next */
export const setBias = (next) =>
  void inTurn(() => {
    const { k, outputs, prefix = "", biases, pooling } = state.facts;
    if (pooling) return; // the layer that was opened meanwhile has none
    const usual = biases?.map(plain) ?? Array(outputs).fill("0");
    const all = new URLSearchParams(state.query).get(`${prefix}bias`)?.split(",") ?? usual;
    const value = next(state.bias);
    if (value === state.bias) return;
    state.bias = value;
    all[k] = plain(value);
    const place = document.querySelector("label.bias");
    lead({ [`${prefix}bias`]: all.join(","), ...held() }, output(), place);
    tell("bias");
  });

/** Pin an output pixel: it is in the link. @param {(pixel: number[]) => number[]} next */
export const pin = (next) =>
  void inTurn(() => {
    const { output } = state.facts.geometry;
    const [i, j] = next(state.facts.pixel).map((at, axis) => Math.min(Math.max(at, 0), output[axis] - 1));
    state.facts.pixel = [i, j];
    change({ i: String(i), j: String(j) }, [], null);
    tell("pixel", { i, j, pinned: true });
  });

/**
 * Change a generator's numbers: all that the page shows is made anew.
 * @param {() => Record<string, string>} next parameters of the link
 * @param {Element | null} place where failures are told
 */
export const setNumbers = (next, place) =>
  void inTurn(() => {
    const parameters = next();
    if (!Object.keys(parameters).length) return;
    const all = () => [...new Set([...faces(), ...worked()])];
    change({ ...parameters, ...held() }, all(), place);
    rest(beat());
    come = () => redraw(all(), place, false);
  });

/** How long a hand is to rest that changes all there is: a page that comes between two changes holds up the next. */
function beat() {
  const gap = performance.now() - moved;
  moved = performance.now();
  return gap < RHYTHM ? Math.max(REST, BEAT * gap) : REST;
}

/** What a held hand scrolls into sight is asked for too. @type {() => void} */
let come = () => {};
/** @type {ReturnType<typeof setTimeout> | undefined} */
let scrolled;
addEventListener("scroll", () => {
  clearTimeout(scrolled);
  if (holds()) scrolled = setTimeout(() => holds() && come(), REST);
}, { passive: true });

/**
 * Go to another step of learning: all but the inputs and the target follow.
 * @param {() => { step: number, ahead: boolean }} next `ahead`: what follows can be drawn here
 * @param {Element | null} place where failures are told
 */
export const setStep = (next, place) =>
  void inTurn(() => {
    const { step, ahead } = next();
    const all = () => [...new Set([...worked().filter((name) => !name.startsWith("input-")), ...output(), "error"])];
    change({ steps: String(step) }, all(), place, ahead);
    come = () => redraw(all(), place, ahead);
  });

/** The maps of the opened layer that are in sight, or nearly, and of many inputs what each adds: all depend on what the first layer is given. */
function worked() {
  return state.facts.gain !== undefined && state.facts.whatIf !== "apart" ? [...mapsInSight(), "subtotals"] : mapsInSight();
}

/**
 * @param {Record<string, string>} parameters
 * @param {string[]} maps those that change
 * @param {Element | null} place where failures are told
 * @param {boolean} [ahead] of their answers they may be drawn here at once
 * @param {() => string[]} [along] what is asked for with them then
 */
function change(parameters, maps, place, ahead = false, along = undefined) {
  const query = new URLSearchParams(state.query);
  for (const [name, value] of Object.entries(parameters)) query.set(name, value);
  state.query = String(query).replace(/%2C|%3A|%28|%29/g, decodeURIComponent);
  state.version += 1;
  if (maps.length) redraw(maps, place, ahead, along);
  write(state.query);
  rest(REST);
}

/** @param {string[]} maps @param {Element | null} place @param {boolean} ahead @param {() => string[]} [along] */
function redraw(maps, place, ahead, along) {
  const [arrived, { version }] = [awaited(maps), state];
  void ask(maps, {
    ahead,
    along,
    query: state.query,
    range: heldRange(),
    preview(planes) {
      tell("planes", { planes, version });
      arrived(planes.map(({ name }) => name));
    },
    draw(planes, come, learning) {
      if (place && !place.querySelector("[aria-invalid]")) unsay(place);
      tell("planes", { planes, learning, version });
      arrived(come);
    },
    fail(words) {
      none();
      if (place) say(place, words);
    },
  });
}
