// @ts-check
/** A film takes a second or two to make: its link says so, then how much of it has arrived. */
import { save } from "./picture.js";
import { Refused, problem, words as reason } from "../page/planes.js";
import { speak } from "../page/speech.js";

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("#export a[href^='/film/']") : null;
  if (!(link instanceof HTMLAnchorElement) || link.dataset.making !== undefined) return;
  event.preventDefault();
  void taken(link);
});

/** @param {HTMLAnchorElement} link */
async function taken(link) {
  const words = link.textContent ?? "";
  link.dataset.making = "";
  link.textContent = `${words}: making …`;
  speak(() => link.textContent ?? "");
  try {
    const answer = await fetch(link.href);
    if (!answer.ok) throw new Refused(await problem(answer));
    const whole = Number(answer.headers.get("Content-Length"));
    const parts = [];
    let here = 0;
    const reader = answer.body?.getReader();
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      parts.push(part.value);
      here += part.value.length;
      if (whole) link.textContent = `${words}: ${Math.round((100 * here) / whole)} %`;
    }
    const kind = answer.headers.get("Content-Type") ?? "";
    save(URL.createObjectURL(new Blob(parts, { type: kind })), new URL(link.href).pathname.slice("/film/".length));
    link.textContent = words;
  } catch (error) {
    link.textContent = `${words}: ${error instanceof Refused ? reason(error) : "the server did not answer; try again"}`;
  }
  delete link.dataset.making;
}
