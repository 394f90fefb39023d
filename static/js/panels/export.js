// @ts-check
/**
 * What takes a moment to take away. A drawing as PNG at twice its size: the browser draws the SVG
 * itself, nothing leaves the page. A film: its link says that it is made, then how much has arrived.
 */
import { accepted, reason } from "../page/ask.js";
import { speak } from "../page/words.js";

const SCALE = 2;

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-png], #export a[href*='/film/']") : null;
  if (!(link instanceof HTMLAnchorElement)) return;
  const png = link.dataset.png !== undefined;
  if (link.dataset.making === undefined) void made(link, png ? drawing : film);
  else if (!png) return; // whoever asks again takes it as it comes
  event.preventDefault();
});

/** @param {HTMLAnchorElement} link @param {(link: HTMLAnchorElement, words: string) => Promise<void>} work */
async function made(link, work) {
  const words = link.textContent ?? "";
  link.dataset.making = "";
  try {
    await work(link, words);
    link.textContent = words;
  } catch (error) {
    const drawn = "it could not be drawn here; take the SVG.";
    link.textContent = `${words}: ${work === drawing ? drawn : reason(error, "the server did not answer; try again")}`;
  }
  delete link.dataset.making;
}

/** @param {HTMLAnchorElement} link */
async function drawing(link) {
  link.textContent = "Drawing …";
  const image = new Image();
  image.src = link.href;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = SCALE * image.naturalWidth;
  canvas.height = SCALE * image.naturalHeight;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((/** @type {BlobCallback} */ done) => canvas.toBlob(done));
  if (!blob) throw new Error("no room for so large a picture");
  save(blob, named(link).replace(".svg", ".png"));
}

/** @param {HTMLAnchorElement} link @param {string} words */
async function film(link, words) {
  link.textContent = `${words}: making …`;
  speak(() => link.textContent ?? "");
  const answer = await accepted(await fetch(link.href));
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
  save(new Blob(parts, { type: kind }), named(link));
}

/** The name that a link's address ends with. @param {HTMLAnchorElement} link */
const named = (link) => new URL(link.href).pathname.split("/").at(-1) ?? "";

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
