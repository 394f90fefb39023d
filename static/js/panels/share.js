// @ts-check
/** Texts to take away: copied where the browser allows it, else shown, selected, and so said. */
import { tooLong } from "../page/bank.js";
import { moving, settle } from "../page/link.js";
import { align } from "../page/pages.js";
import { on, state } from "../state.js";

const STAYS = 6000;
const PATIENCE = 1500;

/**
 * Copy a text; where that is refused, as on plain http, show it selected beside what asked for it.
 * @param {string} text
 * @param {HTMLElement} beside
 */
export async function offered(text, beside) {
  try {
    await navigator.clipboard.writeText(text);
    told(beside, "Copied.");
  } catch {
    const field = document.createElement("textarea");
    field.readOnly = true;
    field.rows = 4;
    field.setAttribute("aria-label", "To copy");
    field.value = text;
    told(beside, "This browser keeps the clipboard to itself here. Copy the selected text: ", field);
    field.select();
  }
}

/**
 * @param {HTMLElement} beside
 * @param {string} words
 * @param {HTMLElement | null} [field] what stays until it is left
 */
function told(beside, words, field = null) {
  const place = beside.closest(".panel, .row") ?? beside.parentElement ?? document.body;
  place.querySelector(".offered")?.remove();
  const said = document.createElement("p");
  said.className = "offered";
  said.dataset.live = "";
  said.setAttribute("role", "status");
  said.append(words, ...(field ? [field] : []));
  place.append(said);
  if (field) field.addEventListener("blur", () => said.remove());
  else setTimeout(() => said.remove(), STAYS);
}

/** The next rest of what is being edited, or the end of patience. */
function settled() {
  return new Promise((done) => {
    const end = on("settled", () => done(end()));
    setTimeout(() => done(end()), PATIENCE);
  });
}

/** The link that says the last change, as short as it can be; what is there if that takes long. */
async function link() {
  if (moving()) await settled();
  if (tooLong(state.query) && (await align().catch(() => false))) settle(state.query);
  return location.href.split("#")[0];
}

document.addEventListener("click", async ({ target }) => {
  const button = target instanceof Element ? target.closest("button[data-copies]") : null;
  if (!(button instanceof HTMLElement)) return;
  const field = document.getElementById(button.dataset.copies ?? "");
  if (!(field instanceof HTMLInputElement)) return;
  const words = document.getElementById("copied");
  field.value = await link();
  try {
    await navigator.clipboard.writeText(field.value);
    if (words) words.textContent = "Copied.";
  } catch {
    field.focus();
    field.select();
    if (words) words.textContent = "This browser keeps the clipboard to itself here. The link is selected: copy it with Ctrl+C, or by a long touch.";
  }
});
