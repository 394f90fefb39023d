// @ts-check
/**
 * `mc-upload`: the button opens the file picker at once; a picture dropped or pasted anywhere is
 * taken too. The rest of the page stays, and what went wrong stands beside the button.
 */
import { accepted, reason, waiting } from "../page/ask.js";
import { visit } from "../page/visit.js";
import { say, unsay } from "../page/words.js";
import { state } from "../state.js";

const STAYS = 20_000;

class Upload extends HTMLElement {
  ready = false;

  connectedCallback() {
    if (this.ready) return;
    this.ready = true;
    this.button?.addEventListener("click", (event) => {
      event.preventDefault();
      this.input?.click();
    });
    this.input?.addEventListener("change", () => this.take(this.input?.files?.[0]));
    this.querySelector("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.take(this.input?.files?.[0]);
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
      if (event.dataTransfer?.types.includes("Files")) this.given(event, event.dataTransfer);
    });
    document.addEventListener("paste", (event) => {
      if (event.clipboardData?.files.length) this.given(event, event.clipboardData);
    });
  }

  get button() {
    return /** @type {HTMLButtonElement | null} */ (document.querySelector(".bar .own"));
  }

  get input() {
    return this.querySelector("input");
  }

  /** @param {Event} event @param {DataTransfer} transfer */
  given(event, transfer) {
    event.preventDefault();
    void this.take(transfer.files[0]);
  }

  /** @param {File | undefined} file */
  async take(file) {
    const { button } = this;
    if (!file || !button) return;
    unsay(button);
    button.setAttribute("aria-busy", "true");
    try {
      const from = state.query;
      const { url, notes } = await waiting(sent(file, from));
      if (await visit(() => ({ link: from === state.query ? url : instead(url) }))) told(notes ?? []);
    } catch (error) {
      say(button, reason(error, "The server did not answer. Try again."));
    } finally {
      button.removeAttribute("aria-busy");
      if (this.input) this.input.value = "";
    }
  }
}

/** @param {File} file @param {string} query */
async function sent(file, query) {
  const body = new FormData();
  body.set("image", file);
  const response = await fetch(`/images?${query}`, { method: "POST", body, headers: { Accept: "application/json" } });
  return (await accepted(response)).json();
}

/** The newest experiment with a link's picture, where it was changed while that was sent. @param {string} url */
function instead(url) {
  const query = new URLSearchParams(state.query);
  query.set("image", new URL(url, location.href).searchParams.get("image") ?? "");
  return `/?${query}`;
}

/** @param {string[]} notes what was done to the picture; what was told of the one before goes */
function told(notes) {
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

/** @param {boolean} on */
const dropping = (on) => document.documentElement.classList.toggle("dropping", on);

customElements.define("mc-upload", Upload);
