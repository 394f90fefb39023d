// @ts-check
/**
 * A picture of one's own: one that is chosen is taken at once, and one dropped or pasted anywhere too.
 * The rest of the page stays, and what went wrong stands beside the button.
 */
import { accepted, reason, waiting } from "../page/ask.js";
import { close } from "../page/popover.js";
import { visit } from "../page/visit.js";
import { say, unsay } from "../page/words.js";
import { state, under } from "../state.js";

const STAYS = 20_000;

/** @returns {HTMLInputElement | null} */
const input = () => document.querySelector("#own input");

document.addEventListener("change", ({ target }) => {
  const field = input();
  if (!field || target !== field) return;
  const file = field.files?.[0];
  field.value = ""; // the same may be chosen again
  void take(file);
});

document.addEventListener("dragover", (event) => {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
  dropping(true);
});
document.addEventListener("dragleave", (event) => event.relatedTarget || dropping(false));
document.addEventListener("drop", (event) => {
  dropping(false);
  if (event.dataTransfer?.types.includes("Files")) given(event, event.dataTransfer);
});
document.addEventListener("paste", (event) => {
  if (event.clipboardData?.files.length) given(event, event.clipboardData);
});

/** @param {boolean} on */
const dropping = (on) => document.documentElement.classList.toggle("dropping", on);

/** @param {Event} event @param {DataTransfer} transfer */
function given(event, transfer) {
  event.preventDefault();
  void take(transfer.files[0]);
}

/** @param {File | undefined} file */
export async function take(file) {
  const button = document.querySelector(".bar .own");
  if (!file || !button) return;
  unsay(button);
  close("own");
  button.setAttribute("aria-busy", "true");
  try {
    const from = state.query;
    const { url, notes } = await waiting(sent(file, from));
    if (await visit(() => ({ link: from === state.query ? url : instead(url) }))) tell(notes ?? []);
  } catch (error) {
    say(button, reason(error, "The server did not answer. Try again."));
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/** @param {File} file @param {string} query */
async function sent(file, query) {
  const body = new FormData();
  body.set("image", file);
  const response = await fetch(under(`/images?${query}`), { method: "POST", body, headers: { Accept: "application/json" } });
  return (await accepted(response)).json();
}

/** The newest experiment with a link's picture, where it was changed while that was sent. @param {string} url */
function instead(url) {
  const query = new URLSearchParams(state.query);
  query.set("image", new URL(url, location.href).searchParams.get("image") ?? "");
  return under(`/?${query}`);
}

/** @param {string[]} notes what was done to the picture; what was told of the one before goes */
function tell(notes) {
  document.querySelectorAll("#messages > [data-note]").forEach((line) => line.remove());
  for (const note of notes) {
    const line = document.createElement("p");
    line.className = "told";
    line.dataset.live = line.dataset.note = "";
    line.setAttribute("role", "status");
    line.textContent = note;
    document.getElementById("messages")?.append(line);
    setTimeout(() => line.remove(), STAYS);
  }
}
