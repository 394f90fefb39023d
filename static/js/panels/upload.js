// @ts-check
/**
 * `mc-upload`: the button opens the file picker at once; a picture dropped or pasted anywhere is
 * taken too. The rest of the page stays, and what went wrong stands beside the button.
 */
import { say, unsay } from "../page/mistakes.js";
import { visit } from "../page/pages.js";
import { Refused, problem, words } from "../page/planes.js";
import { waiting } from "../page/quiet.js";
import { state } from "../state.js";

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
    document.addEventListener("dragover", (event) => this.over(event));
    document.addEventListener("dragleave", (event) => event.relatedTarget || dropping(false));
    document.addEventListener("drop", (event) => this.dropped(event));
    document.addEventListener("paste", (event) => this.pasted(event));
  }

  get button() {
    return /** @type {HTMLButtonElement | null} */ (document.querySelector(".bar .own"));
  }

  get input() {
    return this.querySelector("input");
  }

  /** @param {DragEvent} event */
  over(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    dropping(true);
  }

  /** @param {DragEvent} event */
  dropped(event) {
    dropping(false);
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    void this.take(event.dataTransfer.files[0]);
  }

  /** @param {ClipboardEvent} event */
  pasted(event) {
    const file = event.clipboardData?.files[0];
    if (!file) return;
    event.preventDefault();
    void this.take(file);
  }

  /** @param {File | undefined} file */
  async take(file) {
    const { button } = this;
    if (!file || !button) return;
    unsay(button);
    button.setAttribute("aria-busy", "true");
    try {
      const { url, notes } = await waiting(sent(file));
      if (await visit(url)) told(notes ?? []);
    } catch (error) {
      say(button, words(error).replace(/ The picture is.*/, " Try again."));
    } finally {
      button.removeAttribute("aria-busy");
      if (this.input) this.input.value = "";
    }
  }
}

/** @param {File} file */
async function sent(file) {
  const body = new FormData();
  body.set("image", file);
  const response = await fetch(`/images?${state.query}`, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!response.ok) throw new Refused(await problem(response));
  return response.json();
}

/** @param {string[]} notes what was done to the picture; what was told of the one before goes */
function told(notes) {
  document.querySelectorAll("#messages > [data-note]").forEach((line) => line.remove());
  for (const note of notes) {
    const line = document.createElement("p");
    line.className = "told shown";
    line.dataset.live = line.dataset.note = "";
    line.setAttribute("role", "status");
    line.textContent = note;
    document.getElementById("messages")?.append(line);
    setTimeout(() => line.remove(), 20_000);
  }
}

/** @param {boolean} on */
const dropping = (on) => document.documentElement.classList.toggle("dropping", on);

customElements.define("mc-upload", Upload);
