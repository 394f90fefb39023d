// @ts-check
/**
 * Selects, entries and links that change the experiment's structure: the same addresses as without
 * scripts, fetched and shown in place. Back restores.
 */
import { left } from "../lib/follow.js";
import { discard } from "./mistakes.js";
import { pending, visit } from "./pages.js";
import { state } from "../state.js";
import { hint, hinted, show } from "./told.js";

/** What waits for its own button. */
const TYPED = /^(name|matrix)\./;
const LINKS = "a[data-live-link], .samples a";

document.addEventListener("change", ({ target }) => {
  if (target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && target.matches(".choice input, .switch input"))) {
    if (target.form?.id === "stage") void applied(target.form, target);
  }
});

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.id !== "stage") return;
  event.preventDefault();
  const button = event.submitter?.closest("details") ? event.submitter : null;
  const field = button ?? document.activeElement;
  if (pending() || !(field instanceof HTMLElement)) return;
  if (button || field.matches(".choice input")) void applied(form, field);
});

/**
 * Ask for one field's change, so that every field is answered for itself; a button's are those
 * that wait for it.
 * @param {HTMLFormElement} form
 * @param {HTMLElement} field what was changed
 */
async function applied(form, field) {
  const name = field.getAttribute("name") ?? "";
  const all = field instanceof HTMLButtonElement;
  const said = new URLSearchParams({ from: state.query, do: "apply" });
  for (const [key, value] of new FormData(form)) {
    if (all ? TYPED.test(key) : key === name || (name === "on" && key === "switch")) said.append(key, String(value));
  }
  const [before, words] = [state.facts, hint(field)];
  const beside = field.closest("label") ?? field;
  if (!(await edit(said, beside))) return;
  for (const replaced of replacedBy(form, name)) discard(replaced);
  const pasted = [...said].some(([key, value]) => key.startsWith("matrix.") && value.trim());
  const resized = name !== "filters" && String(before.geometry.kernel) !== String(state.facts.geometry.kernel);
  const turned = name.startsWith("preset.") && said.get(name) === "turn" && before.query === state.query;
  hinted(field, words); // what moved as well, if anything did, is said instead
  tellOf(resized && (pasted ? "pasted" : "resized"), moved(before), turned && "symmetric");
  if (all) emptied(form);
}

/**
 * Go on to what the form leads to; what is long for an address is posted.
 * @param {URLSearchParams} said
 * @param {Element | null} beside
 */
export function edit(said, beside) {
  if (String(said).length > state.facts.longest.link) return visit("/edit", { beside, body: said });
  return visit(`/edit?${said}`, { beside });
}

/**
 * Where texts that could not be used stand for what a field has changed now.
 * @param {HTMLFormElement} form
 * @param {string} name
 */
function replacedBy(form, name) {
  const twin = form.elements.namedItem(name.endsWith(".other") ? name.slice(0, -6) : `${name}.other`);
  const row = name.startsWith("preset.") ? document.getElementById(`row-${name.slice(7)}`) : null;
  const waited = name === "do" ? form.querySelectorAll(".bench .choice") : [];
  return [row, twin instanceof Element ? twin.closest("label") : null, ...waited].filter((place) => place !== null);
}

/** @param {HTMLFormElement} form what its button has put to use is in the link, and must not count again */
function emptied(form) {
  for (const field of form.querySelectorAll(".bench .choice .number")) {
    /** @type {HTMLInputElement | HTMLTextAreaElement} */ (field).value = "";
  }
}

/** @param {import("../state.js").Facts} before */
function moved(before) {
  const query = new URLSearchParams(before.query);
  const axes = /** @type {const} */ ([0, 1]).filter((axis) => query.has("ij"[axis]));
  const { k, geometry, pixel } = state.facts;
  return before.k !== k || axes.some((axis) => left(axis, before.geometry, before.pixel[axis], geometry, pixel[axis]));
}

/**
 * Show the page's own words for what happened beyond what was asked.
 * @param {string | false} sizes what happened to the kernels' size
 * @param {boolean} shifted
 * @param {string | false} note
 */
function tellOf(sizes, shifted, note) {
  show(["told", sizes, shifted && "moved", note].filter(Boolean).join("-"));
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest(LINKS) : null;
  const href = link?.getAttribute("href");
  if (!href) return;
  event.preventDefault();
  void visit(href).then((shown) => {
    const seen = shown && link?.getAttribute("data-seen");
    if (seen) document.getElementById(seen)?.scrollIntoView();
  });
});

addEventListener("popstate", () => {
  const query = location.search.slice(1);
  if (query !== state.query || pending()) void visit(`/${location.search}`, { push: false }).then((shown) => shown && discard());
});
