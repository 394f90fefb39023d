// @ts-check
/**
 * Bring a part of the page in line with the server's new answer, in place: attributes and texts are
 * updated, elements replaced only where the structure differs. What scripts laid over the page
 * (`data-live`), what is being typed, focus, open popovers and details stay; what the answer leaves to
 * the page (`data-kept`) stays as it is.
 */
import { parsed, typedNumber } from "../lib/numbers.js";
import { isNews } from "./acts.js";
import { unfolded, whole } from "./later.js";

/** What is shown alone: an equal one stays, another takes its place at once, without a walk through its elements. */
const SHOWN = "svg, table, math";
/** What a hand may have changed since. */
const HOLDS = "input:not([type=image], [type=hidden]), select, textarea, details";
const TEXT = "input:not([type=image], [type=file], [type=hidden], [type=checkbox], [type=radio])";

/** How many changes of a field wait for their turn: no answer to an earlier one says what it holds. @type {Map<Element, number>} */
const waiting = new Map();
/** Texts that are not asked for yet. @type {WeakSet<EventTarget>} */
const begun = new WeakSet();

/** A field's change waits for its turn; returns what ends that. @param {Element} field */
export function waits(field) {
  waiting.set(field, (waiting.get(field) ?? 0) + 1);
  begun.delete(field);
  return () => void waiting.set(field, (waiting.get(field) ?? 1) - 1);
}

for (const kind of ["input", "focusout"]) {
  document.addEventListener(kind, ({ target }) => {
    if (target instanceof HTMLInputElement && target.matches(".choice input")) begun[kind === "input" ? "add" : "delete"](target);
  });
}

/**
 * @param {Element} old stays in the page
 * @param {Element} fresh says what it becomes
 * @param {(old: Element, fresh: Element) => boolean} [put] puts some aside, to be brought in line by themselves
 */
export function morph(old, fresh, put) {
  if (fresh.hasAttribute("data-kept") || put?.(old, fresh)) return;
  fresh = unfolded(fresh);
  if (same(old, fresh) || (old.matches(SHOWN) && replaced(old, fresh))) return;
  const renamed = old.getAttribute("name") !== fresh.getAttribute("name");
  if (renamed) delete (/** @type {HTMLElement} */ (old).dataset.typed);
  const held = !renamed && (waiting.get(old) || isNews(old));
  const choice = held && old instanceof HTMLSelectElement ? old.value : null;
  attributes(old, fresh);
  if (!old.matches("select") || old.innerHTML !== fresh.innerHTML) children(old, fresh, put);
  if (old instanceof HTMLSelectElement && choice !== null) old.value = choice; // other options may have been marked
  if (held) return;
  if (old instanceof HTMLSelectElement && old.form?.id !== "no-form") old.value = chosen(old); // the fresh one's may have come over
  if (old instanceof HTMLInputElement && old.matches(".switch input")) old.checked = fresh.hasAttribute("checked");
  if (old instanceof HTMLInputElement && old.matches(TEXT) && (renamed || !beingTyped(old, fresh))) {
    const value = fresh.getAttribute("value") ?? "";
    if (old.value !== value) old.value = value;
  }
}

/** Whether they are equal, and nothing in them holds more than its attributes say. @param {Element} old @param {Element} fresh */
const same = (old, fresh) => old.isEqualNode(fresh) && !old.matches(HOLDS) && !old.querySelector(HOLDS);

/** Put another in the place of one that is shown alone: whoever led on from it is asked where once his turn has come. @param {Element} old @param {Element} fresh */
function replaced(old, fresh) {
  if (old.contains(document.activeElement) || old.querySelector("[data-live], a, button, input")) return false;
  old.replaceWith(fresh);
  return true;
}

/** @param {Element} select */
const chosen = (select) => (select.querySelector("option[selected]") ?? select.querySelector("option"))?.getAttribute("value") ?? "";

/**
 * Whether a field holds a text that is still worked on: no number yet, or the right one in other words.
 * @param {HTMLInputElement} field
 * @param {Element} fresh
 */
function beingTyped(field, fresh) {
  if ("typed" in field.dataset || begun.has(field)) return true;
  const number = parsed(fresh.getAttribute("data-exact") ?? fresh.getAttribute("value") ?? "");
  return field === document.activeElement && number !== null && typedNumber(field.value) === number;
}

/** @param {Element} old @param {Element} fresh */
function attributes(old, fresh) {
  const kept = ["style"]; // by scripts alone: the server says none
  if ("typed" in /** @type {HTMLElement} */ (old).dataset) kept.push("data-typed", "data-described", "aria-invalid", "aria-describedby");
  if (old instanceof HTMLDetailsElement) kept.push("open");
  // By their names: a list of nodes would make one of every attribute.
  for (const name of old.getAttributeNames()) {
    if (!fresh.hasAttribute(name) && !kept.includes(name)) old.removeAttribute(name);
  }
  for (const name of fresh.getAttributeNames()) {
    const value = fresh.getAttribute(name) ?? "";
    if (old.getAttribute(name) !== value && !(kept.includes(name) && name !== "open")) old.setAttribute(name, value);
  }
}

/** @param {Element} old @param {Element} fresh @param {Parameters<typeof morph>[2]} put */
function children(old, fresh, put) {
  /** Those that are named and stay, looked for where one that is named is not next. @type {Set<string> | null} */
  let ids = null;
  let at = settled(old.firstChild);
  for (let wanted = fresh.firstChild, after; wanted; wanted = after) {
    after = wanted.nextSibling; // before, for it may leave
    const [now, then] = [wanted, after];
    const goes = (/** @type {Element} */ node) =>
      node.id ? !(ids ??= idsOf(fresh)).has(node.id) : !alike(node, now) && !comes(then, node);
    let fits = at && alike(at, wanted);
    if (!fits) {
      const later = at && ahead(at, wanted, goes);
      while (later && at && at !== later) at = without(at);
      while (!later && at instanceof Element && goes(at)) at = without(at);
      fits = at && alike(at, wanted);
    }
    const found = at && fits ? at : moved(old, at, wanted);
    if (!found) {
      old.insertBefore(wanted instanceof Element ? whole(wanted, put) : wanted, at);
    } else {
      if (found === at) at = settled(at.nextSibling); // before, for another may take its place
      if (found instanceof Element) morph(found, /** @type {Element} */ (wanted), put);
      else if (found.nodeValue !== wanted.nodeValue) found.nodeValue = wanted.nodeValue;
    }
  }
  while (at) at = without(at);
}

/** @param {Element} fresh */
const idsOf = (fresh) => new Set([...fresh.children].map(({ id }) => id));

/** The next node that the server made. @param {ChildNode | null} node */
function settled(node) {
  while (node instanceof Element && node.hasAttribute("data-live")) node = node.nextSibling;
  return node;
}

/** Remove a node; return the one to go on from. @param {ChildNode} node */
function without(node) {
  const next = settled(node.nextSibling);
  node.remove();
  return next;
}

/** Of a fresh one that is folded, its tag, class and id are said. @param {Node} old @param {Node} fresh */
function alike(old, fresh) {
  const name = (fresh instanceof HTMLScriptElement && fresh.dataset.tag) || fresh.nodeName;
  if (old.nodeType !== fresh.nodeType || old.nodeName.toLowerCase() !== name.toLowerCase()) return false;
  return !(old instanceof Element) || old.id === /** @type {Element} */ (fresh).id;
}

/** Whether one of them is alike. @param {ChildNode | null} fresh the first of them @param {Node} old */
function comes(fresh, old) {
  while (fresh && !alike(old, fresh)) fresh = fresh.nextSibling;
  return fresh !== null;
}

/**
 * The same element further on, where what stands before it is gone: it stays, and with it focus, what is
 * open in it, and the button that was just pressed. None that is named and stays stands before it, and
 * before one that is named itself none that stays.
 * @param {ChildNode} at
 * @param {Node} wanted
 * @param {(node: Element) => boolean} goes
 */
function ahead(at, wanted, goes) {
  if (!(wanted instanceof Element)) return null;
  const named = wanted.id !== "";
  const is = (/** @type {ChildNode} */ node) =>
    alike(node, wanted) && node instanceof Element && (named || node.getAttribute("class") === wanted.getAttribute("class"));
  /** @type {ChildNode | null} */
  let later = at;
  while (later && !is(later)) {
    if (later instanceof Element && (named || later.id) && !goes(later)) return null;
    later = settled(later.nextSibling);
  }
  return later;
}

/** A later sibling of the same id, brought here, with the focus if the browser can. @param {Element} old @param {ChildNode | null} at @param {Node} wanted */
function moved(old, at, wanted) {
  if (!(wanted instanceof Element) || !wanted.id) return null;
  const found = [...old.children].find((child) => child.id === wanted.id);
  if (found) (old.moveBefore ?? old.insertBefore).call(old, found, at);
  return found ?? null;
}
