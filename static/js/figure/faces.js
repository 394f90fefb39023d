// @ts-check
/** Working sizes are tried one after another, each a request of its own; the best one is proposed. */
import { captioned } from "../lib/numbers.js";
import { speak } from "../page/words.js";

document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("button[data-tries]") : null;
  if (button && button.getAttribute("aria-disabled") !== "true") void tried(button);
});

/** @param {Element} button */
async function tried(button) {
  const found = document.getElementById("sizes-found");
  const links = [...document.querySelectorAll("#sizes a[data-scores]")];
  const best = { size: "", score: -Infinity };
  button.setAttribute("aria-disabled", "true");
  for (const [at, link] of links.entries()) {
    if (found) found.textContent = `${at + 1} of ${links.length} …`;
    const score = await highest(link.getAttribute("data-scores") ?? "");
    if (!link.isConnected) return; // another page is shown
    const place = link.nextElementSibling;
    if (place) place.textContent = score === null ? "–" : captioned(score);
    if (score === null || score <= best.score) continue;
    Object.assign(best, { size: link.textContent, score });
    for (const other of links) other.parentElement?.classList.toggle("best", other === link);
  }
  button.removeAttribute("aria-disabled");
  const above = best.score > 0;
  const words = above ? `Highest at ${best.size}: ${captioned(best.score)}.` : `No size finds a face; the highest score is ${captioned(best.score)}.`;
  if (found) found.textContent = words;
  speak(() => words);
}

/** The highest of a map's numbers; null where it is not to be had. @param {string} address */
async function highest(address) {
  const response = await fetch(address).catch(() => null);
  if (!response?.ok) return null;
  const body = await response.arrayBuffer();
  const numbers = new Float32Array(body.slice(10 + new DataView(body).getUint16(8, true)));
  return numbers.reduce((most, value) => Math.max(most, value), -Infinity);
}
