// @ts-check
/**
 * Selects, entries and links that change the experiment's structure: the same addresses as without
 * scripts, fetched and shown in place. Back restores.
 */
import { pending, visit } from "./pages.js";
import { state } from "./state.js";

/** What the link says already. */
const KNOWN = /^(from|do|w\.|bias\.|preset\.|at)/;
/** What waits for its own button. */
const TYPED = /^(name|matrix)\./;
const LONG = 8000;
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
 * Ask for what the form says; weights and bias are in the link already.
 * @param {HTMLFormElement} form
 * @param {HTMLElement} field what was changed
 */
async function applied(form, field) {
  const name = field.getAttribute("name") ?? "";
  const all = field instanceof HTMLButtonElement;
  const said = new URLSearchParams({ from: state.query, do: "apply" });
  for (const [key, value] of new FormData(form)) {
    if (key !== name && (KNOWN.test(key) || (!all && TYPED.test(key)))) continue;
    said.append(key, String(value));
  }
  const before = state.facts;
  const beside = field.closest("label") ?? field;
  const long = String(said).length > LONG;
  if (!(await (long ? visit("/edit", { beside, body: said }) : visit(`/edit?${said}`, { beside })))) return;
  const pasted = [...said].some(([key, value]) => key.startsWith("matrix.") && value.trim());
  const resized = name !== "filters" && String(before.geometry.kernel) !== String(state.facts.geometry.kernel);
  tellOf(resized && (pasted ? "pasted" : "resized"), moved(before));
  if (all) emptied(form);
}

/**
 * What a button has put to use is in the link, and must not count again.
 * @param {HTMLFormElement} form
 */
function emptied(form) {
  for (const field of form.querySelectorAll(".bench .choice .number")) {
    /** @type {HTMLInputElement | HTMLTextAreaElement} */ (field).value = "";
  }
}

/** @param {import("./state.js").Facts} before */
function moved(before) {
  const query = new URLSearchParams(before.query);
  const pinned = query.has("i") || query.has("j");
  return before.k !== state.facts.k || (pinned && String(before.pixel) !== String(state.facts.pixel));
}

/**
 * Show the page's own words for what happened beyond what was asked.
 * @param {string | false} sizes what happened to the kernels' size
 * @param {boolean} shifted
 */
function tellOf(sizes, shifted) {
  const happened = [sizes, shifted && "moved"].filter(Boolean);
  if (happened.length) document.getElementById(`told-${happened.join("-")}`)?.classList.add("shown");
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest(LINKS) : null;
  const href = link?.getAttribute("href");
  if (!href) return;
  event.preventDefault();
  void visit(href);
});

addEventListener("popstate", () => {
  const query = location.search.slice(1);
  if (query !== state.query || pending()) void visit(`/${location.search}`, { push: false });
});
