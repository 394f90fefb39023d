// @ts-check
/** Panels open and close by the platform's popovers; where it has none, by the rules at the foot of panels.css. */

const NATIVE = "popover" in HTMLElement.prototype;
export const WHILE_OPEN = NATIVE ? ":popover-open" : ".panel.open";

/** Whether something is open that Escape closes. */
export const isOpen = () => !!document.querySelector(`${WHILE_OPEN}, dialog[open]`);

/** @param {string} id */
export function toggle(id) {
  const panel = document.getElementById(id);
  if (NATIVE) panel?.togglePopover();
  else if (panel) change(panel, !panel.classList.contains("open"));
}

/** @param {string} id */
export function close(id) {
  const panel = document.getElementById(id);
  if (panel?.matches(WHILE_OPEN)) toggle(id);
}

/** @param {Element} panel @param {boolean} open */
function change(panel, open) {
  for (const other of document.querySelectorAll(".panel.open")) if (other !== panel) turn(other, false);
  turn(panel, open);
  const inside = open ? panel.querySelector("[autofocus], input, button") : document.querySelector(`[popovertarget="${panel.id}"]`);
  /** @type {HTMLElement | null} */ (inside)?.focus();
}

/** Whoever listens hears of it, as of a popover's. @param {Element} panel @param {boolean} open */
function turn(panel, open) {
  panel.classList.toggle("open", open);
  panel.dispatchEvent(new Event("toggle"));
}

if (!NATIVE) {
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[popovertarget]") : null;
    if (button) return toggle(button.getAttribute("popovertarget") ?? "");
    const open = document.querySelector(WHILE_OPEN);
    if (open && target instanceof Node && !open.contains(target)) turn(open, false);
  });
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && document.querySelector(WHILE_OPEN);
    if (!open) return;
    event.preventDefault();
    change(open, false);
  }, true);
}
