import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** Just enough of a page for the panel with the link. */
const panel = { words: "", after: (/** @type {any} */ said) => { panel.words = said.textContent; said.isConnected = true; panel.said = said; }, said: /** @type {any} */ (null) };
globalThis.document = /** @type {any} */ ({
  getElementById: (/** @type {string} */ id) => (id === "copied" ? { parentElement: panel } : id === "long-link" ? panel.said : null),
  createElement: () => ({ dataset: {}, textContent: "", isConnected: false, setAttribute() {}, remove() { panel.said = null; } }),
});
const { shortened, tooLong } = await import("../../../static/js/page/bank.js");
const { state } = await import("../../../static/js/state.js");

/** @type {any[]} */
let asked = [];
/** @param {() => any} answer */
const server = (answer) => {
  asked = [];
  globalThis.fetch = /** @type {any} */ (async (/** @type {any} */ ...told) => {
    asked.push(told);
    return answer();
  });
};
const json = (/** @type {number} */ status, /** @type {any} */ body) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const long = `k=1&w.0.0=${"0.125,".repeat(20)}1`;

beforeEach(() => {
  state.facts = /** @type {any} */ ({ longest: { link: 100, query: 1000 } });
  panel.said = null;
});

test("a link that is short, or has no kernels of its own, stays as it is", async () => {
  server(() => assert.fail("nothing is to be stored"));
  assert.equal(tooLong("w.0.0=soft"), false);
  const bias = `bias=${"1,".repeat(80)}1`;
  assert.equal(await shortened(bias), bias);
});

test("a long link gives way to the one that the server answers", async () => {
  server(() => json(201, { id: "ab", url: "/?filters=ab&k=1" }));
  assert.equal(await shortened(long), "filters=ab&k=1");
  const [[address, { method, body }]] = asked;
  assert.deepEqual([address, method, JSON.parse(body)], ["/filters", "POST", { query: long }]);
  assert.equal(panel.said, null);
});

test("a refusal keeps the link, and its words stand until it is mended", async () => {
  server(() => json(507, { detail: "The store is full." }));
  assert.equal(await shortened(long), long);
  assert.match(panel.said.textContent, /could not be stored: The store is full\.$/);
  server(() => json(201, { url: "/?filters=ab" }));
  await shortened(long);
  assert.equal(panel.said, null);
});

test("a server that does not answer keeps the link", async () => {
  server(() => { throw new TypeError("offline"); });
  assert.equal(await shortened(long), long);
  assert.match(panel.said.textContent, /did not answer/);
});
