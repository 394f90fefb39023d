// @ts-check
/** The link that says the last change, copied, or selected where the browser keeps the clipboard to itself. */
import { tooLong } from "../page/bank.js";
import { moving, settle } from "../page/link.js";
import { align } from "../page/visit.js";
import { on, state } from "../state.js";

const PATIENCE = 1500;

/** The next rest of what is being edited, or the end of patience. */
function settled() {
  return new Promise((done) => {
    const end = on("settled", () => done(end()));
    setTimeout(() => done(end()), PATIENCE);
  });
}

/** The link as short as it can be; what is there if that takes long. */
async function link() {
  if (moving()) await settled();
  if (tooLong(state.query) && (await align().catch(() => false))) settle(state.query);
  const origin = document.getElementById("link")?.dataset.origin || location.origin; // where others find it
  return origin + location.pathname + location.search;
}

/** The frame's markup with the link of the figure alone. @param {string} markup @param {string} whole */
function framed(markup, whole) {
  const alone = `${whole}${whole.includes("?") ? "&" : "?"}embed=1`.replaceAll("&", "&amp;");
  return markup.replace(/src="[^"]*"/, () => `src="${alone}"`);
}

document.addEventListener("click", async ({ target }) => {
  const button = target instanceof Element ? target.closest("button[data-copies]") : null;
  if (!(button instanceof HTMLElement)) return;
  const field = document.getElementById(button.dataset.copies ?? "");
  if (!(field instanceof HTMLInputElement)) return;
  const words = document.getElementById("copied");
  const tell = (/** @type {string} */ said) => words && (words.textContent = said);
  tell("");
  const whole = await link();
  field.value = button.dataset.copies === "frame" ? framed(field.value, whole) : whole;
  try {
    await navigator.clipboard.writeText(field.value);
    tell("Copied.");
  } catch {
    field.focus();
    field.select();
    tell("This browser keeps the clipboard to itself here. The link is selected: copy it with Ctrl+C, or by a long touch.");
  }
});
