// @ts-check
/**
 * `mc-slide`: the window slides over the picture, one output pixel a tick, row by row. It moves by
 * itself only when asked, stops when the page is hidden, and stands where motion is reduced.
 */
import { uncover, veil } from "./cover.js";
import { pin } from "../page/edits.js";
import { show } from "./pixel.js";
import { on, state } from "../state.js";
import { ticking } from "../lib/ticks.js";

const STILL = matchMedia("(prefers-reduced-motion: reduce)");

class Slide extends HTMLElement {
  /** The last output pixel that is there, counted row by row; -1: the window does not slide. */
  at = -1;
  /** Ends what moves by itself. @type {(() => void) | null} */
  playing = null;
  play = /** @type {HTMLButtonElement | null} */ (this.querySelector("[data-go=play]"));
  place = /** @type {HTMLInputElement | null} */ (this.querySelector("input[type=range]"));

  connectedCallback() {
    this.play?.addEventListener("click", () => (this.playing ? this.stop() : this.start()));
    this.querySelector("[data-go=step]")?.addEventListener("click", () => this.step(1));
    this.querySelector("[data-go=back]")?.addEventListener("click", () => this.step(-1));
    this.place?.addEventListener("input", () => this.go(Number(this.place?.value)));
    this.place?.addEventListener("change", () => this.rest());
    this.closest("details")?.addEventListener("toggle", () => this.end());
    document.addEventListener("visibilitychange", () => document.hidden && this.stop());
    STILL.addEventListener("change", () => this.still());
    on("page", () => this.laid());
    on("pixel", ({ i, j, pinned }) => pinned && this.at >= 0 && !this.playing && this.draw(i * this.columns + j));
    this.laid();
  }

  /** Fit the page as it is now: it may have another output. */
  laid() {
    this.still();
    if (this.at >= 0) this.draw(Math.min(this.at, this.last));
  }

  still() {
    this.label();
    if (this.play) this.play.hidden = STILL.matches;
    this.querySelector(".reduced")?.toggleAttribute("hidden", !STILL.matches);
    if (STILL.matches) this.stop();
  }

  start() {
    if (this.at >= this.last) this.at = -1;
    const pace = () => Number(this.querySelector("select")?.value ?? 60);
    this.playing = ticking(pace, (ticks) => {
      this.draw(Math.min(this.at + ticks, this.last));
      if (this.at >= this.last) this.stop();
      return this.playing !== null;
    });
    this.label();
  }

  stop() {
    if (!this.playing) return;
    this.playing();
    this.playing = null;
    this.rest();
  }

  /** @param {number} way */
  step(way) {
    this.go(Math.min(Math.max(this.at + way, 0), this.last));
    this.rest();
  }

  /** @param {number} at */
  go(at) {
    this.stop();
    this.draw(at);
  }

  /** Where the window stays is the pinned pixel: it is in the link. */
  rest() {
    this.label();
    if (this.at >= 0) pin(...this.pixel());
  }

  get last() {
    return Number(this.place?.max ?? 0);
  }

  get columns() {
    return state.facts.geometry.output[1];
  }

  /** @returns {[number, number]} */
  pixel() {
    return [Math.floor(this.at / this.columns), this.at % this.columns];
  }

  /** @param {number} at */
  draw(at) {
    this.at = at;
    const [i, j] = this.pixel();
    if (this.place) this.place.value = String(at);
    this.place?.setAttribute("aria-valuetext", `row ${i}, column ${j}`);
    show(i, j, () => {});
    veil(i, j, state.facts.geometry.output);
  }

  label() {
    if (this.play) this.play.textContent = this.playing ? "Pause" : "Play";
  }

  end() {
    this.stop();
    this.at = -1;
    uncover("veil");
  }
}

customElements.define("mc-slide", Slide);
