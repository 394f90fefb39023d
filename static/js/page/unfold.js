// @ts-check
/**
 * What a hand unfolds finds its place in the task that unfolds it, and is painted in the next: both at
 * once would be a long one. What a page that comes unfolds is placed with it (later.js).
 */
import { unfinished } from "./later.js";

const root = document.documentElement;

new MutationObserver((changes) => {
  if (unfinished() || !changes.some(({ target }) => target instanceof HTMLDetailsElement && target.open)) return;
  root.getBoundingClientRect();
}).observe(root, { attributes: true, attributeFilter: ["open"], subtree: true });
