// @ts-check
/** After the last of several changes the page's words, links and range are brought in line, unless a hand is still on what it moves. */
import { state, tell } from "../state.js";
import { settle } from "./link.js";
import { align, idle } from "./visit.js";

/** ms after the last change. */
export const REST = 250;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let holding = false;
let resting = 0; // the burst that came to rest last
let latest = 0; // the version that was last brought in line, or is

/** Keep the page from being brought in line while a hand still moves. @param {boolean} still */
export function hold(still) {
  holding = still;
  if (!still && timer !== undefined) rest(REST);
}

/** Whether a hand holds back what is to be brought in line. */
export const holds = () => holding && timer !== undefined;

/** @param {number} delay ms */
export function rest(delay) {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    if (holding) return;
    timer = undefined;
    // A page on its way is newer than what rests here, unless it cannot be shown.
    const mine = (resting += 1);
    await idle();
    if (timer !== undefined || mine !== resting) return;
    if (state.query === state.facts.query && !document.querySelector("mc-map canvas:not([data-step])")) {
      settle(state.query);
      return tell("settled", { query: state.query });
    }
    const version = (latest = state.version);
    const shown = await align().catch(() => false);
    if (version !== state.version) return void (timer ?? (version === latest && rest(0)));
    settle(state.query); // true even where the page's words are still old
    if (shown) tell("settled", { query: state.query });
  }, delay);
}
