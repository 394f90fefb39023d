// @ts-check
/**
 * `mc-slide`: the window slides over the picture, one output pixel a tick, row by row, and the maps
 * show no more than what it has reached. It moves by itself only when asked, and stops when the
 * page is hidden; where motion is reduced it is moved by hand.
 */
import { uncover, veil } from "./cover.js";
import { pin } from "./edits.js";
import { show } from "./pixel.js";
import { on, state } from "./state.js";

const STILL = matchMedia("(prefers-reduced-motion: reduce)");

class Slide extends HTMLElement {
  connectedCallback() {
    this.at = -1;
    this.frame = 0;
    this.play?.addEventListener("click", () => (this.frame ? this.stop() : this.start()));
    this.querySelector("[data-go=step]")?.addEventListener("click", () => this.step(1));
    this.querySelector("[data-go=back]")?.addEventListener("click", () => this.step(-1));
    this.place?.addEventListener("input", () => this.dragged());
    this.place?.addEventListener("change", () => this.rest());
    this.closest("details")?.addEventListener("toggle", () => this.end());
    document.addEventListener("visibilitychange", () => document.hidden && this.stop());
    STILL.addEventListener("change", () => this.still());
    on("page", () => this.laid());
    this.laid();
  }

  get play() {
    return /** @type {HTMLButtonElement | null} */ (this.querySelector("[data-go=play]"));
  }

  get place() {
    return /** @type {HTMLInputElement | null} */ (this.querySelector("input[type=range]"));
  }

  get count() {
    return Number(this.place?.max ?? 0) + 1;
  }

  /** Fit the page as it is now: it may have another output. */
  laid() {
    this.still();
    this.label();
    if ((this.at ?? -1) >= 0) this.draw(Math.min(this.at ?? 0, this.count - 1));
  }

  still() {
    if (this.play) this.play.hidden = STILL.matches;
    this.querySelector(".reduced")?.toggleAttribute("hidden", !STILL.matches);
    if (STILL.matches) this.stop();
  }

  start() {
    let last = performance.now();
    let owed = 0;
    if ((this.at ?? -1) >= this.count - 1) this.at = -1;
    const tick = (/** @type {number} */ now) => {
      owed += (Math.min(now - last, 250) / 1000) * Number(this.querySelector("select")?.value ?? 60);
      last = now;
      const ticks = Math.floor(owed);
      owed -= ticks;
      if (ticks) this.draw(Math.min((this.at ?? -1) + ticks, this.count - 1));
      if ((this.at ?? 0) >= this.count - 1) this.stop();
      else this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
    this.label();
  }

  stop() {
    if (!this.frame) return;
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.rest();
  }

  /** @param {number} way */
  step(way) {
    this.stop();
    this.draw(Math.min(Math.max((this.at ?? -1) + way, 0), this.count - 1));
    this.rest();
  }

  dragged() {
    this.stop();
    this.draw(Number(this.place?.value));
  }

  /** Where the window stays is the pinned pixel: it is in the link. */
  rest() {
    this.label();
    if ((this.at ?? -1) >= 0) pin(...this.pixel());
  }

  /** @returns {[number, number]} */
  pixel() {
    const columns = state.facts.geometry.output[1];
    return [Math.floor((this.at ?? 0) / columns), (this.at ?? 0) % columns];
  }

  /** @param {number} at the last output pixel that is there, counted row by row */
  draw(at) {
    this.at = at;
    const [i, j] = this.pixel();
    if (this.place) {
      this.place.value = String(at);
      this.place.setAttribute("aria-valuetext", `row ${i}, column ${j}`);
    }
    show(i, j, () => {});
    veil(i, j, state.facts.geometry.output);
  }

  label() {
    if (this.play) this.play.textContent = this.frame ? "Pause" : "Play";
  }

  end() {
    this.stop();
    this.at = -1;
    uncover("veil");
  }
}

customElements.define("mc-slide", Slide);
