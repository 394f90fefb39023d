// @ts-check
/** A picture by the camera, where a page may ask for one: when its button is pressed, and not before. */
import { WHILE_OPEN } from "../page/popover.js";
import { say, unsay } from "../page/words.js";
import { on } from "../state.js";
import { take } from "./upload.js";

const WIDE = 1600;
/** @type {Record<string, string>} */
const REFUSED = {
  NotAllowedError: "The camera is not allowed here. The browser’s settings for this page can allow it.",
  NotFoundError: "There is no camera.",
};

/** What the camera sends while it is on. @type {MediaStream | null} */
let stream = null;
/** Whether it is being switched on: whoever presses twice asks once, or one would stay on. */
let begins = false;

/** @returns {HTMLVideoElement | null} */
const screen = () => document.querySelector("#own video");

/** Switch the camera on, and show what it sees. @param {HTMLElement} button */
async function begin(button) {
  const video = screen();
  if (!video || begins) return;
  begins = true;
  unsay(button);
  try {
    const there = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: WIDE } } });
    if (!button.closest(WHILE_OPEN)) return there.getTracks().forEach((track) => track.stop());
    stream = there;
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    button.textContent = "Take the picture";
  } catch (error) {
    end();
    if (!button.closest(WHILE_OPEN)) return; // closed before it began
    say(button, REFUSED[error instanceof Error ? error.name : ""] ?? "The camera does not answer; another program may be using it.");
  } finally {
    begins = false;
  }
}

/** Take what is seen just now, as a file. @param {HTMLVideoElement} video @returns {Promise<File | undefined>} */
function shot(video) {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return new Promise((done) =>
    canvas.toBlob((blob) => done(blob ? new File([blob], "camera.jpg", { type: blob.type }) : undefined), "image/jpeg", 0.92),
  );
}

/** Switch it off. */
function end() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  const [video, button] = [screen(), document.querySelector("[data-camera]")];
  if (video) [video.srcObject, video.hidden] = [null, true];
  if (button) button.textContent = "Use the camera";
}

document.addEventListener("click", async ({ target }) => {
  const button = target instanceof Element ? target.closest("[data-camera]") : null;
  const video = screen();
  if (!(button instanceof HTMLElement) || !video) return;
  if (!stream || begins) return begin(button);
  const file = await shot(video);
  end();
  await take(file);
});
// Whoever closes the panel is seen no longer; neither is who leaves.
document.addEventListener("toggle", ({ target }) => {
  if (target instanceof Element && target.id === "own" && !target.matches(WHILE_OPEN)) end();
}, true);
addEventListener("pagehide", end);
on("page", () => stream && !document.querySelector(`#own${WHILE_OPEN}`) && end()); // a page without the panel

// A page that is not secure has none.
if ("mediaDevices" in navigator) document.documentElement.classList.add("camera");
