// @ts-check
/** A challenge's answer is checked in place: the same address as without scripts, shown without leaving. */
import { edit } from "../page/form.js";
import { idle } from "../page/visit.js";
import { speak } from "../page/words.js";
import { on } from "../state.js";

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
  /** @type {HTMLElement | null} */
  const wrong = document.querySelector("#stage [aria-invalid=true]");
  if (wrong) return wrong.focus(); // what it holds is not in the figure, and was told beside it
  speak(() => document.getElementById("strip-said")?.textContent ?? "");
});

/** What was typed last, and under which challenge: it is there again when its field is. */
let typed = { task: "", text: "" };
let away = false;
const task = () => document.querySelector(".strip-task")?.textContent ?? "";

document.addEventListener("input", ({ target }) => {
  if (target instanceof HTMLInputElement && target.id === "answer") typed = { task: task(), text: target.value };
});

on("page", () => {
  const field = /** @type {HTMLInputElement | null} */ (document.getElementById("answer"));
  if (field && away && typed.text && typed.task === task()) field.value = typed.text;
  away = !field;
});
