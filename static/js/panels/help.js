// @ts-check
/** Keys of the whole page, which can be switched off, and the choice of light and dark. */
import { typing } from "../page/acts.js";
import { follow } from "../page/form.js";
import { keep, kept } from "../page/link.js";
import { toggle } from "../page/popover.js";
import { state } from "../state.js";

const KEYS = "multiconv-keys";
const THEME = "multiconv-theme";

/** @type {Record<string, () => void>} */
const ACTIONS = {
  "?": () => toggle("help"),
  u: () => /** @type {HTMLElement | null} */ (document.querySelector(".bar .own"))?.click(),
  l: () => toggle("share"),
  "[": () => output(-1),
  "]": () => output(1),
  ",": () => layer(-1),
  ".": () => layer(1),
  s: () => stepped("mc-sums [aria-pressed=true]", "mc-sums button"),
  w: () => stepped("mc-slide [data-go=step]"),
};

/** @param {string} id */
const panel = (id) => document.getElementById(id);

/** Choose the output before or after the one that is chosen by then. @param {number} way */
const output = (way) =>
  void follow(() => {
    const links = document.querySelectorAll(".drawing.column a[data-live-link]");
    return links[(state.facts.k + way + links.length) % links.length];
  });

/** Open the layer before or after the one that is opened by then. @param {number} way */
const layer = (way) =>
  void follow(() => {
    const boxes = [...document.querySelectorAll(".layer-row.wide a[data-layer]")];
    return boxes[boxes.findIndex((box) => box.hasAttribute("aria-current")) + way];
  });

/**
 * Open the steps and go to the button that says where they stand; from there, go on by one.
 * @param {string} selector that button
 * @param {string} [all] the buttons that are gone through in turn, and from the last to the first
 */
function stepped(selector, all = selector) {
  const steps = /** @type {HTMLDetailsElement | null} */ (panel("steps"));
  const buttons = /** @type {HTMLElement[]} */ ([...(steps?.querySelectorAll(all) ?? [])]);
  const now = buttons.findIndex((button) => button.matches(selector));
  const there = buttons.some((button) => button === document.activeElement);
  const button = buttons[(now + Number(there)) % buttons.length];
  if (steps) steps.open = true;
  button?.focus();
  if (there) button?.click();
}

document.addEventListener("keydown", (event) => {
  const action = ACTIONS[event.key];
  if (!action || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (kept(KEYS, "localStorage") === "off" && event.key !== "?") return;
  event.preventDefault();
  action();
});

document.addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLInputElement)) return;
  if (target.name === "keys") keep(KEYS, target.checked ? "on" : "off", "localStorage");
  if (target.name !== "theme") return;
  keep(THEME, target.value === "auto" ? "" : target.value, "localStorage");
  document.documentElement.dataset.theme = target.value;
});

/** Show what was chosen before, whenever the panel opens. */
document.addEventListener("toggle", ({ target }) => {
  if (!(target instanceof HTMLElement) || target.id !== "help") return;
  const theme = kept(THEME, "localStorage") ?? "auto";
  for (const box of target.querySelectorAll("input")) {
    box.checked = box.name === "theme" ? box.value === theme : kept(KEYS, "localStorage") !== "off";
  }
}, true);
