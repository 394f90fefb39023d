// @ts-check
/**
 * Selects, entries, buttons and links that change the experiment's structure: the same addresses as
 * without scripts, fetched and shown in place.
 */
import { state, under } from "../state.js";
import { patiently } from "./acts.js";
import { waits } from "./morph.js";
import { foresee, led, pending, visit } from "./visit.js";
import { discard, speak } from "./words.js";

/** What waits for its own button. */
const TYPED = /^(name|matrix)\./;
/** Texts that are being put to use, by their fields' names: what stands there until then counts once. @type {Map<string, string>} */
const underWay = new Map();
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
  if (!(field instanceof HTMLElement) || (!button && pending())) return; // what was changed is asked for already
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
  const wanted = [...new FormData(form)].filter(([key]) => (all ? TYPED.test(key) : key === name && name !== "on"));
  if (field instanceof HTMLInputElement && name === "on") {
    wanted.push(["switch", field.value]);
    if (field.checked) wanted.push(["on", field.value]);
  }
  const fresh = wanted.map(([key, value]) => [key, String(value)]).filter(([key, text]) => underWay.get(key) !== text);
  const said = new URLSearchParams(fresh);
  const words = hint(field);
  for (const [key, text] of fresh) if (TYPED.test(key)) underWay.set(key, text);
  const shown = await edit(said, field.closest("label") ?? field, waits(field));
  for (const [key, text] of fresh) if (underWay.get(key) === text) underWay.delete(key);
  if (!shown) return;
  for (const replaced of replacedBy(form, name)) discard(replaced);
  if (hint(field) !== words) speak(() => hint(field)); // what moved as well, if anything did, is said instead
  speakOfChange();
  if (all) emptied(form, said);
}

/** A field's hint, as it is now. @param {Element} field */
const hint = (field) => field.closest("label")?.querySelector("small")?.textContent ?? "";

/** Say what the page tells of the change that led to it, above the figure, if it tells anything. */
function speakOfChange() {
  const told = () => [...document.querySelectorAll("#messages .told:not([data-note])")].map((line) => line.textContent).join(" ");
  if (told()) speak(told);
}

/**
 * Ask for what a form says of the newest experiment; what is long for an address is posted.
 * @param {URLSearchParams} said
 * @param {Element | null} beside
 * @param {() => void} [begin] called when its turn has come
 */
export function edit(said, beside, begin = () => {}) {
  const wish = () => {
    begin();
    const body = new URLSearchParams([["from", state.query], ["do", "apply"], ...said]);
    return String(body).length > state.facts.longest.link ? { link: under("/edit"), body } : { link: under(`/edit?${body}`) };
  };
  return visit(wish, { beside });
}

/** Go where a link of the page leads when its turn has come. @param {() => Element | null | undefined} link */
export function follow(link) {
  const { query } = state;
  return visit(() => led(link, "href", query));
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

/**
 * What a button has put to use is in the link, and must not count again.
 * @param {HTMLFormElement} form
 * @param {URLSearchParams} said
 */
function emptied(form, said) {
  /** @type {NodeListOf<HTMLInputElement | HTMLTextAreaElement>} */
  const fields = form.querySelectorAll(".bench .choice .number");
  for (const field of fields) if (field.value === said.get(field.name)) field.value = "";
}

/** A hand that rests on a layer so long, or presses it, is about to open it; one that passes over it is not. */
const RESTS = 60;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let resting;
for (const sign of ["pointerover", "focusin", "pointerdown"]) {
  document.addEventListener(sign, ({ target }) => {
    clearTimeout(resting);
    const link = target instanceof Element ? target.closest(".layers a[data-live-link]:not([aria-current])") : null;
    if (link) resting = setTimeout(() => foresee(link.getAttribute("href") ?? ""), sign === "pointerdown" ? 0 : RESTS);
  });
}

// Pressed twice, or one after another, boxes of the row and of the outputs are asked where they lead when their turn has come.
patiently(({ target }) => target instanceof Element && target.closest(".layers a[data-live-link], .drawing a[data-live-link]") !== null);
document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const target = event.target instanceof Element ? event.target : null;
  const link = target?.closest(LINKS);
  const button = target?.closest("button[data-link]"); // a what-if
  if (link || button) event.preventDefault();
  if (link) {
    void follow(() => link).then((shown) => {
      const seen = shown && link.getAttribute("data-seen");
      if (seen) document.getElementById(seen)?.scrollIntoView();
    });
  }
  if (button) {
    const { query } = state;
    void visit(() => led(() => button, "data-link", query), { beside: button }).then((shown) => shown && speakOfChange());
  }
});
