// @ts-check
/** A challenge's answer is checked in place: the same address as without scripts, shown without leaving. */
import { edit } from "../page/form.js";
import { idle } from "../page/visit.js";
import { speak } from "../page/words.js";

document.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.id !== "strip-ask") return;
  event.preventDefault();
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("answer"));
  if (await edit(new URLSearchParams([["answer", field.value]]), form)) field.focus();
});

// What is made is measured whenever the hand rests: the button says where it stands.
document.addEventListener("click", async ({ target }) => {
  if (!(target instanceof Element) || !target.closest(".above button[form]")) return;
  await idle();
  speak(() => document.getElementById("strip-said")?.textContent ?? "");
});
