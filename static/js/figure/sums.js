// @ts-check
/**
 * `mc-sums`: the sum one term after another. A step's button shows the server's running sum on the
 * output; rows that have not entered yet step back. The last step is the output as it is.
 */
import { look, table } from "../lib/colours.js";
import { cover, uncover } from "./cover.js";
import { fetched, words } from "../page/planes.js";
import { on, state } from "../state.js";

class Sums extends HTMLElement {
  at = 0;
  /** Whether the output stands as it is, however many steps lead to it. */
  whole = true;
  busy = false;
  again = false;

  connectedCallback() {
    this.addEventListener("click", ({ target }) => {
      const button = target instanceof Element ? target.closest("button") : null;
      if (button) this.go(this.buttons.indexOf(button));
    });
    this.addEventListener("keydown", (event) => this.pressed(event));
    this.names = this.buttons.map((button) => button.dataset.shows).join();
    this.closest("details")?.addEventListener("toggle", () => this.go(this.last));
    on("page", () => this.laid());
    for (const kind of /** @type {const} */ (["kernel", "bias"])) on(kind, () => this.whole || this.show());
  }

  names = "";

  /** Fit the page as it is now: steps of another sum begin with its output as it is. */
  laid() {
    const names = this.buttons.map((button) => button.dataset.shows).join();
    if (names === this.names) return this.show();
    this.names = names;
    this.go(this.last);
  }

  /** @returns {HTMLButtonElement[]} */
  get buttons() {
    return [...this.querySelectorAll("button")];
  }

  get last() {
    return this.buttons.length - 1;
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = way && this.buttons[this.buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target)) + way];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.click();
  }

  /** @param {number} at */
  go(at) {
    this.at = at;
    this.whole = at === this.last;
    this.show();
  }

  /** Show where the sum stands; the newest wish waits while a picture is on its way. */
  show() {
    const { whole } = this;
    const at = (this.at = whole ? this.last : Math.min(this.at, this.last - 1));
    this.buttons.forEach((button, place) => button.setAttribute("aria-pressed", String(place === at)));
    document.getElementById("result")?.classList.toggle("stepping", !whole);
    const entered = Number(this.buttons[at]?.dataset.entered);
    for (const row of document.querySelectorAll(".row")) row.classList.toggle("waiting", Number(row.id.slice(4)) >= entered);
    document.querySelectorAll(".curve").forEach((curve, q) => curve.classList.toggle("waiting", q >= entered));
    const said = this.querySelector("[role=status]");
    const text = this.closest("details")?.open ? this.buttons[at]?.dataset.words ?? "" : "";
    if (said && said.textContent !== text) said.textContent = text;
    if (whole) return uncover("sum");
    if (this.busy) this.again = true;
    else void this.draw();
  }

  async draw() {
    this.busy = true;
    try {
      do {
        this.again = false;
        await this.drawn();
      } while (this.again);
    } finally {
      this.busy = false;
    }
  }

  async drawn() {
    const name = this.buttons[this.at]?.dataset.shows;
    const map = document.querySelector("#result mc-map");
    if (!name || !map) return;
    const range = state.facts.ranges === "each" ? null : state.facts.range;
    try {
      const [plane] = (await fetched([name], state.query, range)).planes;
      if (this.whole) return;
      const canvas = cover(map, "sum", plane.width, plane.height);
      const image = new ImageData(plane.width, plane.height);
      look(plane.bytes, table(state.facts.palette), new Uint32Array(image.data.buffer));
      canvas.getContext("2d")?.putImageData(image, 0, 0);
      canvas.dataset.shows = name;
    } catch (error) {
      const said = this.querySelector("[role=status]");
      if (said) said.textContent = words(error);
    }
  }
}

customElements.define("mc-sums", Sums);
