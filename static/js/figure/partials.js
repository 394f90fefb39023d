// @ts-check
/**
 * Where answers are late, what an edit changes is drawn here, from the levels that the page has, until
 * the server's maps come: a channel's partial and the output. Whoever runs the server can switch it off.
 */
import { coloured, correlated, previewable, summed } from "../lib/preview.js";
import { bridge } from "../page/ask.js";
import { state } from "../state.js";
import { targetValues } from "./learning.js";
import { levels } from "./pixel.js";

/** What each channel added last, by its numbers. @type {Map<number, { key: string, values: Float32Array }>} */
const added = new Map();

/** @param {number} q @param {import("../lib/packed.js").Plane} plane */
function partial(q, plane) {
  const { geometry } = state.facts;
  const key = `${state.query.match(/\b(?:image|size)=[^&]*/g)} ${plane.width} ${JSON.stringify(geometry)} ${state.kernels[q]}`;
  const known = added.get(q);
  if (known?.key === key) return known.values;
  const values = correlated(plane.bytes, state.kernels[q], geometry);
  added.set(q, { key, values });
  return values;
}

if (document.documentElement.dataset.preview !== "off") {
  bridge((names, range) => {
    const { geometry, active, activation, groups, k, whatIf, gain, pooling, sight } = state.facts;
    const using = active.flatMap((on, q) => (on ? [q] : []));
    const plain = !whatIf && groups === 1 && gain === undefined && !pooling && (sight?.layer ?? 1) === 1;
    if (!plain || !using.length || !previewable(geometry, using.length)) return [];
    const planes = levels();
    if (!planes) return [];
    const [height, width] = geometry.output;
    /** @type {Float32Array | null} */
    let made = null;
    const output = () => (made ??= summed(using.map((each) => partial(each, planes[each])), state.bias, activation));
    return names.flatMap((name) => {
      const q = Number(/^partial-(\d+)$/.exec(name)?.[1] ?? -1);
      const whole = name === `output-${k}`;
      const target = name === "error" ? targetValues(planes) : null;
      if (!whole && !target && !using.includes(q)) return [];
      const values = target ? output().map((value, at) => value - target[at]) : whole ? output() : partial(q, planes[q]);
      return [{ name, height, width, levels: false, bytes: coloured(values, range) }];
    });
  });
}
