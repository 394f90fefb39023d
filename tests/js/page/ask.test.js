import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

globalThis.document = /** @type {any} */ ({ createElement: () => ({ dataset: {}, remove() {} }), querySelector: () => null });
performance.now = () => 0; // a server that always answers at once may be asked a second question
const { ask, bridge, forget } = await import("../../../static/js/page/ask.js");
const { state } = await import("../../../static/js/state.js");
state.facts = /** @type {any} */ ({ longest: { query: 1000 } });

/** What was asked and is not answered yet, in order. @type {{ link: string, yes: () => void, no: () => void }[]} */
let open = [];
globalThis.fetch = /** @type {any} */ ((/** @type {string} */ link) =>
  new Promise((yes, no) => open.push({ link, yes: () => yes(new Response(body(link))), no: () => no(new Error("no network")) })));

/** How many pixels an answer brings. */
let wide = 1;

/** One map of one row, its first level the number in the query. @param {string} link */
function body(link) {
  const maps = [{ name: "sum", height: 1, width: wide, levels: false }];
  const head = new TextEncoder().encode(`${JSON.stringify({ query: "", range: 1, maps })}\n`);
  const answer = new Uint8Array(head.length + wide);
  answer.set([...head, Number(/value=(\d+)/.exec(link)?.[1])]);
  return answer;
}

/** @type {number[]} */
let drawn = [];
/** @type {number[]} */
let failed = [];

/** @param {number} value */
function change(value) {
  const question = { query: `value=${value}`, range: null, draw: (/** @type {any} */ planes) => void drawn.push(planes[0].bytes[0]), fail: () => void failed.push(value) };
  void ask(["sum"], question);
}
const passed = () => new Promise((done) => setTimeout(done, 2));

/** Two questions under way, after one that was answered at once. */
beforeEach(async () => {
  [open, drawn, failed] = [[], [], []];
  forget();
  change(1);
  open[0].yes();
  await passed();
  [open, drawn] = [[], []];
  change(2);
  change(3);
  change(4);
  assert.equal(open.length, 2, "the fourth waits");
});

test("an older answer never takes the place of a newer one", async () => {
  open[1].yes();
  await passed();
  open[0].yes();
  await passed();
  open[2].yes();
  await passed();
  assert.deepEqual([drawn, failed], [[3, 4], []]);
});

test("an older answer does not pass for the newest, which failed", async () => {
  open[1].no();
  await passed();
  open[2].no();
  await passed();
  assert.deepEqual(failed, [4]);
  open[0].yes();
  await passed();
  assert.deepEqual(drawn, [], "the words say that the picture is the last good one");
});

test("what failed is asked for again with the next change", async () => {
  for (const at of [0, 1, 2]) {
    open[at].no();
    await passed();
  }
  change(5);
  open[3].yes();
  await passed();
  assert.deepEqual([drawn, failed.at(-1)], [[5], 4]);
});

for (const [ms, pixels, packed] of [[100, 131072, true], [100, 2 ** 21, false], [5, 1, false]]) {
  test(`${pixels} pixels in ${ms} ms: ${packed ? "a slow line, bytes are spared" : "no reason to spare bytes"}`, async () => {
    for (const at of [0, 1]) open[at].yes();
    await passed();
    const start = performance.now();
    const still = performance.now;
    wide = Number(pixels);
    performance.now = () => start + Number(ms);
    open[2].yes();
    await passed();
    performance.now = still;
    wide = 1;
    change(5);
    assert.equal(open[3].link.includes("packed=1"), packed);
    open[3].yes();
    await passed();
  });
}

test("what comes is drawn ahead at once for two seconds after a late answer, and no longer", async (context) => {
  for (const at of [0, 1, 2]) {
    open[at].yes();
    await passed();
  }
  const still = performance.now;
  let now = still() + 10_000;
  performance.now = () => now;
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const later = async () => {
    for (let turn = 0; turn < 9; turn += 1) await new Promise((done) => setImmediate(done));
  };
  /** @type {number[]} */
  const previewed = [];
  const plane = (/** @type {string} */ name) => ({ name, height: 1, width: 1, levels: false, bytes: new Uint8Array(1) });
  bridge((names) => names.map(plane));
  [open, drawn] = [[], []];
  const moved = (/** @type {number} */ value) =>
    void ask(["sum"], { query: `value=${value}`, range: 1, draw: (planes) => void drawn.push(planes[0].bytes[0]), preview: () => void previewed.push(value), fail: () => void failed.push(value) });

  moved(1); // answered in time
  open[0].yes();
  await later();
  context.mock.timers.tick(20);
  assert.deepEqual([previewed, drawn], [[], [1]]);

  moved(2); // not there when it is due, and late
  now += 20;
  context.mock.timers.tick(20);
  assert.deepEqual([previewed, drawn], [[2], [1]]);
  now += 20;
  open[1].yes();
  await later();
  assert.deepEqual([previewed, drawn], [[2], [1, 2]]);

  const late = now;

  now += 1000; // drawn at once now; and what follows is asked for where the hand rests
  moved(3);
  assert.deepEqual([previewed, open.length], [[2, 3], 3]);
  open[2].yes();
  await later();
  now += 10;
  moved(4);
  assert.deepEqual([previewed, open.length], [[2, 3, 4], 3]);
  now += 100;
  context.mock.timers.tick(100);
  open[3].yes();
  await later();
  assert.deepEqual(drawn, [1, 2, 3, 4]);

  now = late + 1999;
  moved(5);
  assert.deepEqual(previewed, [2, 3, 4, 5]);
  open[4].yes();
  await later();
  now = late + 2000; // no longer: asked for at once, drawn when it is there
  moved(6);
  assert.deepEqual([previewed, open.length], [[2, 3, 4, 5], 6]);
  open[5].yes();
  await later();
  context.mock.timers.tick(20);
  assert.deepEqual([previewed, drawn, failed], [[2, 3, 4, 5], [1, 2, 3, 4, 5, 6], []]);
  performance.now = still;
  bridge(() => []);
});

test("of what was drawn ahead an answer draws what is otherwise", async () => {
  for (const at of [0, 1, 2]) {
    open[at].yes();
    await passed();
  }
  [open, drawn] = [[], []];
  const still = performance.now;
  let now = 50_000;
  performance.now = () => now;
  for (const [value, ahead] of [[7, 7], [8, 7]]) {
    bridge((names) => names.map((name) => ({ name, height: 1, width: 1, levels: false, bytes: Uint8Array.of(ahead) })));
    /** @type {number[][]} */
    const brought = [];
    const question = { query: `value=${value}`, range: 1, ahead: true, preview: () => {}, draw: (/** @type {any[]} */ planes) => void brought.push(planes.map(({ bytes }) => bytes[0])), fail: () => {} };
    void ask(["sum"], question);
    now += 200; // it is asked for where the hand rests
    while (!open.length) await passed();
    open[0].yes();
    await passed();
    assert.deepEqual(brought, [value === ahead ? [] : [value]]);
    open = [];
  }
  performance.now = still;
  bridge(() => []);
});

test("what comes along is asked for with what is all drawn ahead, and before that is drawn", async () => {
  for (const at of [0, 1, 2]) {
    open[at].yes();
    await passed();
  }
  const still = performance.now;
  for (const [known, along] of /** @type {[string[], boolean][]} */ ([[["sum", "bias"], true], [["sum"], false], [[], false]])) {
    performance.now = () => 60_000 + 1000 * known.length;
    bridge((names) => names.filter((name) => known.includes(name)).map((name) => ({ name, height: 1, width: 1, levels: false, bytes: Uint8Array.of(7) })));
    open = [];
    /** @type {number[]} */
    const asked = [];
    void ask(["sum", "bias"], { query: "value=7", range: 1, ahead: true, along: () => ["row"], preview: () => void asked.push(open.length), draw: () => {}, fail: () => {} });
    assert.deepEqual([open.length, asked], [1, known.length ? [1] : []]);
    assert.equal(new URLSearchParams(open[0].link.split("?")[1]).get("maps"), along ? "sum,bias,row" : "sum,bias");
    open[0].yes();
    await passed();
  }
  performance.now = still;
  bridge(() => []);
});
