// @ts-check
/**
 * What the page shows, in one place: the link's query, the facts that the server sent with the
 * page, and the kernels and bias as they stand in the fields. Whoever needs to follow listens:
 *
 *   on("kernel", ({ q }) => …)   a kernel's numbers changed (page/edit.js); `moving`: a hand is on a slider, and
 *                                what is read may follow later
 *   on("bias", () => …)          the bias changed
 *   on("planes", ({ planes }) => …) maps of an edit have arrived (page/ask.js)
 *   on("pixel", ({ i, j }) => …) another pixel is pointed at or pinned
 *   on("seen", () => …)          what of the page is in sight was brought in line; the rest follows (page/later.js)
 *   on("page", () => …)          the page was brought in line with a new answer (page/bring.js)
 *   on("step", () => …)          another step of the sum is shown, or the whole again
 *   on("levels", () => …)        the input's levels have arrived (figure/pixel.js)
 *   on("settled", ({ query }) => …) a burst of edits came to rest; the link says it
 */

/**
 * @typedef {{ values: number[], pair: string[], index: number, most: number, range: number }} Numbers what a
 *   generator is given; the two pictures that are mixed, the number that is offered
 * @typedef {import("./lib/geometry.js").Geometry} Geometry
 * @typedef {{ build: string, root?: string, query: string, k: number, pixel: number[], range: number,
 *   ranges: string, longest: { link: number, query: number }, weightScale: number, bias: number,
 *   activation: string, activationWords: string, geometry: Geometry, palette: string,
 *   groups: number, outputs: number, active: boolean[], whatIf: string, ones: boolean, divisor: number,
 *   lender: number | null, gain?: number, rows?: number[] | null, sight?: import("./lib/sight.js").Sight,
 *   values?: boolean,
 *   reach?: { names: string[], before: Geometry[], extents: Record<string, number> },
 *   prefix?: string, biases?: number[], pooling?: string, z?: Numbers,
 *   learning?: { step: number, weights: number[][], gradient: number[][], bias: number, heights: number[], losses: number[], scale: number, last: number } }} Facts `values`: inputs are no levels; `lender`: the channel whose kernel a what-if gives all; of several layers
 *   `prefix` is what the opened one's parameters begin with, `biases` are its own; `pooling` says what one takes of each window
 * @typedef {"kernel" | "bias" | "planes" | "pixel" | "seen" | "page" | "step" | "levels" | "settled"} Kind
 */

/**
 * @typedef {{ entered: number, biased: boolean }} Step a running sum: of how many channels, and whether
 *   the bias is in it
 * @type {{ query: string, facts: Facts, kernels: number[][], bias: number, step: Step | null, version: number }}
 */
export const state = {
  query: "",
  facts: /** @type {Facts} */ ({}),
  kernels: [],
  bias: 0,
  /** The step of the sum that is shown in place of the output, if one is. */
  step: null,
  /** Goes up with every change, so that an answer to an older question is known. */
  version: 0,
};

/** An address of this server, below the path that it has among others. @param {string} address */
export const under = (address) => `${state.facts.root ?? ""}${address}`;

/** @type {Map<Kind, Set<(detail: any) => void>>} */
const listeners = new Map();

/**
 * Call `listener` whenever something of that kind happens.
 * @param {Kind} kind
 * @param {(detail: any) => void} listener
 * @returns {() => void} ends it
 */
export function on(kind, listener) {
  const known = listeners.get(kind) ?? new Set();
  listeners.set(kind, known.add(listener));
  return () => known.delete(listener);
}

/** @param {Kind} kind @param {object} [detail] */
export function tell(kind, detail = {}) {
  for (const listener of listeners.get(kind) ?? []) listener(detail);
}

/** Read what the page says: at the start, and whenever it was brought in line. */
export function readPage() {
  const facts = document.getElementById("facts");
  if (!facts) return;
  state.facts = JSON.parse(facts.textContent ?? "{}");
  state.query = state.facts.query;
  state.bias = state.facts.bias;
  state.kernels = [];
  for (const kernel of document.querySelectorAll("mc-kernel[data-q]")) {
    state.kernels[Number(kernel.getAttribute("data-q"))] = [...kernel.querySelectorAll(".weight")].map(
      (field) => Number(field.getAttribute("data-exact")),
    );
  }
}
