// @ts-check
/** Texts to take away: copied where the browser allows it, else shown, selected, and so said. */

const STAYS = 6000;

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

/** @param {HTMLElement} beside @param {string} words @param {HTMLElement | null} [field] what stays until it is left */
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
