// @ts-check
/**
 * The figure of an answer takes the place of the one that is shown, once its pictures are there: what is
 * seen first, then the rest, and with its last part all that the page knows is of the new one.
 */
import { state, readPage, tell } from "../state.js";
import { forget, waiting } from "./ask.js";
import { early, loading } from "./coming.js";
import { bitByBit, following, soon, soonest, unfinished, unfolded } from "./later.js";
import { address, steady } from "./link.js";
import { morph } from "./morph.js";
import { stays } from "./still.js";
import { discard, unsayAll } from "./words.js";

/** @typedef {import("./later.js").Piece} Piece */

const PICTURES = 1500; // ms

/**
 * Bring the page in line with an answer; false if something newer is on its way.
 * @param {Document} page
 * @param {number} version
 * @param {(query: string) => void} link says in the link what is shown, as soon as it is: Back, or another edit,
 *   may come before the rest
 */
export async function bring(page, version, link) {
  const [old, fresh] = [document, page].map((tree) => tree.getElementById("figure"));
  if (!old || !fresh) return false;
  const limit = new Promise((done) => setTimeout(done, PICTURES));
  const late = loading(fresh);
  const pictures = await waiting(Promise.race([Promise.all(late.values()), limit]));
  await steady();
  await soonest(); // in a task after the one that read the answer
  while (unfinished()) await soon(); // of two, the older would come last
  if (version !== state.version) return false;
  forget(); // what is still asked for is on the page, and under its range of colours
  const aside = following();
  for (const canvas of document.querySelectorAll("mc-map canvas:not([data-step])")) canvas.setAttribute("data-old", "");
  const still = stays();
  /** @type {Piece[][]} */
  const rest = [[], []];
  morph(old, fresh, (part, its) => {
    // What is new and unseen is no part of the page yet; while all of that is, nothing waits for a frame.
    const rank = part.isConnected || document.hidden ? aside.get(part) : 1;
    if (rank === undefined) return false;
    // Large and unseen, it is not laid out anew before its turn, which takes the mark away.
    if (rank === 1 && part.matches(".pixel")) part.setAttribute("data-later", "");
    let whole = its;
    return rest[rank].push({ part, work: () => void (whole = unfolded(its)) }, { part, work: () => parted(part, whole) }) > 0;
  });
  still();
  link(JSON.parse(page.getElementById("facts")?.textContent ?? "{}").query ?? "");
  tell("seen");
  early(pictures ? new Map() : late);
  // This finds all styles: the frame goes before any task, and would do so besides places and paint.
  document.documentElement.getAnimations();
  await bitByBit([rest[0], [...rest[1], { part: null, work: () => said(fresh) }]]);
  return true;
}

/** Bring a part in line; one pixel's numbers are many, and come channel by channel. @param {Element} part @param {Element} its */
function parted(part, its) {
  /** @type {Piece[]} */
  const channels = [];
  const unseen = part.hasAttribute("data-later");
  morph(part, its, (channel, numbers) => {
    if (!channel.matches("#pixel .channel")) return false;
    channel.toggleAttribute("data-later", unseen);
    return channels.push({ part: channel, work: () => morph(channel, numbers), large: true }) > 0;
  });
  return channels;
}

/** Whose numbers the fields hold. */
const whose = () => `${new URLSearchParams(state.query).get("network")} ${state.facts.prefix}`;

/** Take over all that the page says, now that it is whole. @param {HTMLElement} fresh */
function said(fresh) {
  document.title = fresh.dataset.title ?? document.title;
  unsayAll();
  const [before, there] = [state.kernels, whose()];
  readPage();
  if (whose() !== there) discard(document.getElementById("stage") ?? document); // texts that were of another layer
  // Of the article, which stays, some words are of the experiment, and two links take it along.
  for (const place of document.querySelectorAll("[data-own]")) place.textContent = fresh.getAttribute(`data-${place.getAttribute("data-own")}`);
  for (const link of document.querySelectorAll("a[data-path]")) {
    link.setAttribute("href", `${link.getAttribute("data-path")}${new URL(address(state.query), location.href).search}`);
  }
  state.kernels.forEach((kernel, q) => {
    const its = String(kernel) === String(before[q]) ? null : document.querySelector(`mc-kernel[data-q="${q}"]`);
    if (its) discard(its);
  });
  tell("page");
}
