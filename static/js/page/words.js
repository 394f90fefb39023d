// @ts-check
/** What scripts say: mistakes, beside what caused them and whose fields are marked invalid; and aloud. */

const REST = 500;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let count = 0;

/**
 * Say what is wrong beside a field or a group of fields.
 * @param {Element} place what the words stand after
 * @param {string} words
 * @param {Iterable<HTMLElement>} [fields] those at fault
 */
export function say(place, words, fields = []) {
  const said = message(place) ?? document.createElement("p");
  if (said.textContent !== words) said.textContent = words;
  if (!said.isConnected) {
    said.className = "mistake beside";
    said.dataset.live = "";
    said.setAttribute("role", "alert");
    said.id = `beside-${(count += 1)}`;
    place.after(said);
    said.scrollIntoView({ block: "nearest" });
  }
  for (const field of fields) {
    field.setAttribute("aria-invalid", "true");
    field.dataset.described ??= field.getAttribute("aria-describedby") ?? "";
    field.setAttribute("aria-describedby", said.id);
    field.dataset.typed = "";
  }
}

/** Take the words back. @param {Element} place @param {Iterable<HTMLElement>} [fields] */
export function unsay(place, fields = []) {
  message(place)?.remove();
  for (const field of fields) {
    delete field.dataset.typed;
    field.removeAttribute("aria-invalid");
    if (field.dataset.described) field.setAttribute("aria-describedby", field.dataset.described);
    else if (field.dataset.described === "") field.removeAttribute("aria-describedby");
    delete field.dataset.described;
  }
}

/** Tell beside a field how it was read, until that is told anew. @param {Element} place @param {string} words none: take them back */
export function note(place, words) {
  const after = [place.nextElementSibling, place.nextElementSibling?.nextElementSibling];
  const said = after.find((each) => each?.matches("p.note[data-live]")) ?? document.createElement("p");
  said.className = "note beside";
  said.setAttribute("data-live", "");
  if (said.textContent !== words) said.textContent = words;
  if (!words) return said.remove();
  if (!said.isConnected) place.after(said);
}

/** Let go of typed texts that could not be used, and of how others were read: their fields say what the page says. @param {Document | Element} [within] */
export function discard(within = document) {
  const around = within instanceof Element ? within.closest("fieldset")?.parentElement ?? within : within;
  for (const read of around.querySelectorAll("p.note[data-live]")) read.remove();
  for (const field of within.querySelectorAll("[data-typed]")) {
    unsay(field, [/** @type {HTMLElement} */ (field)]);
    if (field instanceof HTMLInputElement) field.value = field.defaultValue;
  }
  unsayAll();
}

/** Take all words back: the page says something new, and lists say what it does. */
export function unsayAll() {
  for (const list of document.querySelectorAll(/** @type {"select"} */ ("select[data-typed]"))) {
    if ([...list.options].every((each) => each.selected === each.defaultSelected)) unsay(list, [list]);
  }
  for (const said of document.querySelectorAll("p.mistake[data-live]")) {
    if (!document.querySelector(`[data-typed][aria-describedby="${said.id}"]`)) said.remove();
  }
}

/** @param {Element} place */
function message(place) {
  const after = place.nextElementSibling;
  return after instanceof HTMLElement && after.matches("p.mistake[data-live]") ? after : null;
}

/** Where words stand that belong to no field. */
export const messages = () => document.getElementById("messages") ?? document.body;

/** @param {Element} place what a field stands in, or the field itself @returns {HTMLElement[]} */
export const fieldsOf = (place) =>
  /** @type {HTMLElement[]} */ (place.matches("label, p") ? [...place.querySelectorAll("select, input, textarea")] : [place]);

/**
 * Say something aloud soon, once, unless something else is to be said by then.
 * @param {() => string | Promise<string>} words asked for when it is time
 */
export function speak(words) {
  clearTimeout(timer);
  const mine = (timer = setTimeout(async () => {
    const said = await words();
    if (mine === timer) region().textContent = said;
  }, REST));
}

function region() {
  const known = document.getElementById("said");
  if (known) return known;
  const made = document.createElement("p");
  made.id = "said";
  made.className = "unseen";
  made.setAttribute("role", "status");
  return document.body.appendChild(made);
}

/** The region is there before it speaks: words that come with theirs are often not read out. */
export const ready = region;
