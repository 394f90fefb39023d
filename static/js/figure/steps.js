// @ts-check
/**
 * Step by step. `mc-sums`: the sum one term after another; a step's button shows the server's running
 * sum on the output and on its slab, caption and table say the same, channels that have not entered
 * yet step back, and the last step is the output as it is. `mc-slide`: the window slides over the
 * picture, one output pixel a tick, row by row; it moves by itself only when asked, stops when the page
 * is hidden, and stands where motion is reduced (steps.css).
 */
import { ticking } from "../lib/ticks.js";
import { fetched, heldRange, reason } from "../page/ask.js";
import { pin } from "../page/edit.js";
import { paint } from "../page/paint.js";
import { speak } from "../page/words.js";
import { on, state, tell } from "../state.js";
import { mark, unmark } from "./map.js";
import { show } from "./pixel.js";
import { retire } from "./sum.js";
import { follow, leave } from "./volumes.js";

const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/** The output as it is, however many steps lead to it. */
const WHOLE = Infinity;

class Sums extends HTMLElement {
  at = WHOLE;
  busy = false;
  again = false;
  names = this.said();
  /** What the page says of the output, where a step says something else. @type {string | null} */
  alt = null;

  connectedCallback() {
    this.addEventListener("click", ({ target }) => {
      const at = this.buttons.findIndex((button) => target instanceof Node && button.contains(target));
      if (at >= 0) this.go(at);
    });
    this.addEventListener("keydown", (event) => this.pressed(event));
    this.addEventListener("input", () => this.go(Number(this.slider?.value)));
    const steps = this.closest("details");
    steps?.addEventListener("toggle", () => (steps.open ? this.show(true) : this.go(WHOLE)));
    on("page", () => this.laid());
    for (const kind of /** @type {const} */ (["kernel", "bias"])) on(kind, () => this.at === WHOLE || this.show());
  }

  /** Of many inputs a slider leads through the steps. @returns {HTMLInputElement | null} */
  get slider() {
    return this.querySelector("input");
  }

  /** @returns {HTMLButtonElement[]} */
  get buttons() {
    return [...this.querySelectorAll("button")];
  }

  /** What the steps show. */
  said() {
    return this.buttons.map((button) => button.dataset.shows).join();
  }

  /** Fit the page as it is now: steps of another sum begin with its output as it is. */
  laid() {
    if (this.said() !== this.names) this.at = WHOLE;
    this.names = this.said();
    this.alt = null;
    this.show();
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.target === this.slider) return;
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = way && this.buttons[this.buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target)) + way];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.click();
  }

  /** @param {number} at */
  go(at) {
    this.at = at < this.buttons.length - 1 ? at : WHOLE;
    this.show(true);
  }

  /** The button that says where the sum stands. */
  get button() {
    const last = this.buttons.length - 1;
    return this.buttons[this.at === WHOLE ? last : Math.min(this.at, last - 1)];
  }

  /** Show where the sum stands; the newest wish waits while a picture is on its way. @param {boolean} [aloud] */
  show(aloud = false) {
    const { button, buttons } = this;
    const whole = this.at === WHOLE;
    for (const each of buttons) each.setAttribute("aria-pressed", String(each === button));
    const [entered, stood] = [Number(button?.dataset.entered), state.step];
    state.step = whole ? null : { entered, biased: button?.dataset.shows === "sum" };
    retire(entered);
    if (this.slider) this.slider.value = String(buttons.indexOf(button));
    this.name(whole ? "" : this.slider ? button.textContent ?? "" : buttons.slice(1, buttons.indexOf(button) + 1).map((each) => each.textContent).join(" ") || "0");
    this.tell(this.closest("details")?.open ? button?.dataset.words ?? "" : "", aloud);
    if (stood || state.step) tell("step");
    if (!whole) return void (this.busy ? (this.again = true) : this.draw());
    document.querySelectorAll("canvas[data-step]").forEach((canvas) => canvas.remove());
    if (stood) leave(`output-${state.facts.k}`);
  }

  /** The output's caption names what it shows. @param {string} sum none: the output as it is */
  name(sum) {
    const caption = document.querySelector("#result figcaption");
    const name = caption?.querySelector(".running") ?? document.createElement("span");
    name.className = "running";
    name.setAttribute("data-live", "");
    name.textContent = `${sum} `;
    if (sum) caption?.prepend(name);
    else name.remove();
    /** @type {HTMLInputElement | null} */
    const picture = document.querySelector("#result mc-map input");
    if (!picture) return;
    this.alt ??= picture.alt;
    picture.alt = sum ? `The running sum: ${sum}` : this.alt;
    if (!sum) this.alt = null;
  }

  /** @param {string} words @param {boolean} aloud */
  tell(words, aloud) {
    const said = this.querySelector(".step-words");
    if (said && said.textContent !== words) said.textContent = words;
    if (aloud && words) speak(() => words);
  }

  async draw() {
    this.busy = true;
    do {
      this.again = false;
      await this.drawn().catch((error) => this.tell(reason(error), true));
    } while (this.again);
    this.busy = false;
  }

  async drawn() {
    const name = this.button?.dataset.shows;
    const map = document.querySelector("#result mc-map");
    if (!name || !map) return;
    const [plane] = (await fetched([name], state.query, heldRange())).planes;
    if (this.at === WHOLE) return;
    const canvas = paint(map, plane, "sum");
    canvas.dataset.shows = name;
    follow(map.getAttribute("data-map") ?? "", canvas);
  }
}

export class Slide extends HTMLElement {
  what = "window";
  /** The last pixel that is there, counted row by row; -1: the window does not slide. */
  at = -1;
  /** Ends what moves by itself. @type {(() => void) | null} */
  playing = null;
  heard = false;
  play = /** @type {HTMLButtonElement | null} */ (this.querySelector("[data-go=play]"));
  place = /** @type {HTMLInputElement | null} */ (this.querySelector("input[type=range]"));

  connectedCallback() {
    if (this.heard) return; // a page that comes may put it in again
    this.heard = true;
    this.play?.addEventListener("click", () => (this.playing ? this.stop() : this.start()));
    this.querySelector("[data-go=step]")?.addEventListener("click", () => this.step(1));
    this.querySelector("[data-go=back]")?.addEventListener("click", () => this.step(-1));
    this.place?.addEventListener("input", () => this.go(Number(this.place?.value)));
    this.place?.addEventListener("change", () => this.rest());
    this.closest("details")?.addEventListener("toggle", () => this.end());
    document.addEventListener("visibilitychange", () => document.hidden && this.stop());
    STILL.addEventListener("change", () => STILL.matches && this.stop());
    on("page", () => this.laid());
    on("pixel", ({ i, j, pinned }) => pinned && this.at >= 0 && !this.playing && this.draw(i * this.columns + j));
  }

  /** Fit the page as it is now: it may have another output. */
  laid() {
    this.label();
    if (this.at >= 0) this.draw(Math.min(this.at, this.last));
  }

  start() {
    if (this.at >= this.last) this.at = -1;
    const pace = () => Number(this.querySelector("select")?.value);
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
    const pixel = this.pixel();
    if (this.at >= 0) pin(() => pixel);
  }

  get last() {
    return Number(this.place?.max ?? 0);
  }

  get columns() {
    return state.facts.geometry.output[1];
  }

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
    this.veil(i, j);
  }

  /** Hide of every map what the window has not reached. @param {number} i @param {number} j */
  veil(i, j) {
    const [rows, columns] = state.facts.geometry.output;
    const d = `M${j + 1} ${i}H${columns}V${rows}H0V${i + 1}H${j + 1}Z`;
    for (const map of document.querySelectorAll('mc-map:not([data-map^="input-"])')) mark(map, "veil", { d });
  }

  label() {
    const word = this.playing ? "Pause" : "Play";
    if (this.play) this.play.textContent = word;
    this.play?.setAttribute("aria-label", `${word} the ${this.what}`);
  }

  end() {
    this.stop();
    this.at = -1;
    unmark("veil");
  }
}

customElements.define("mc-sums", Sums);
customElements.define("mc-slide", Slide);
