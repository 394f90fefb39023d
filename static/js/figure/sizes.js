// @ts-check
/** Looks for faces at every working size, one request after another, and proposes the best. */
import { floats } from "../lib/npy.js";
import { rounded } from "../lib/numbers.js";
import { accepted, reason } from "../page/ask.js";
import { on } from "../state.js";

/** The highest score at each address; it depends on nothing else, so it holds when the page changes. @type {Map<string, number>} */
const found = new Map();
let trying = false;

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-try-sizes]") : null;
  if (button && !trying) void tryAll();
});

/** The links of the sizes, as they are on the page now. @returns {HTMLAnchorElement[]} */
const links = () => [...document.querySelectorAll(/** @type {"a"} */ ("#sizes a[data-scores]"))];

/** @param {HTMLAnchorElement} link */
const address = (link) => link.dataset.scores ?? "";

async function tryAll() {
  trying = true;
  try {
    for (let link = next(); link; link = next()) {
      show("");
      const at = address(link);
      const answer = await accepted(await fetch(at));
      found.set(at, highest(floats(await answer.arrayBuffer())));
    }
    trying = false;
    show(proposal());
  } catch (error) {
    trying = false;
    show(reason(error, "The server did not answer. Press again to go on."));
  }
}

/** The first size that was not tried. */
const next = () => links().find((link) => !found.has(address(link)));

/** @param {Float32Array} numbers */
const highest = (numbers) => numbers.reduce((most, value) => Math.max(most, value), -Infinity);

/** The link whose score is the highest. */
function best() {
  const scores = links().map((link) => found.get(address(link)) ?? -Infinity);
  const at = scores.indexOf(Math.max(...scores));
  return scores[at] > -Infinity ? { link: links()[at], score: scores[at] } : null;
}

function proposal() {
  const most = best();
  if (!most) return "";
  const score = rounded(most.score, 2, true);
  const present = most.link.hasAttribute("aria-current");
  if (most.score > 0) return `The best is ${most.link.textContent}, with ${score}: ${present ? "it is the present one" : "choose it below"}.`;
  return `No face at any of them; the highest score is ${score}, at ${most.link.textContent}.`;
}

/** Write beside every size what was found, and in a sentence where it stands. @param {string} words */
function show(words) {
  const place = document.getElementById("sizes");
  const all = links();
  const done = all.filter((link) => found.has(address(link)));
  const most = trying || done.length < all.length ? null : best();
  for (const link of all) {
    const output = link.parentElement?.querySelector(".score");
    const score = found.get(address(link));
    if (output) output.textContent = score === undefined ? "" : rounded(score, 2, true);
    link.parentElement?.classList.toggle("proposed", link === most?.link && most.score > 0);
  }
  const progress = place?.querySelector("progress");
  if (progress) {
    progress.hidden = !trying;
    progress.value = done.length;
  }
  const said = place?.querySelector(".best");
  if (said) said.textContent = words;
}

on("page", () => {
  if (links().length) show(trying ? "" : next() ? "" : proposal());
});
