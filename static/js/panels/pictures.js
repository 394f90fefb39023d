// @ts-check
/**
 * Pictures of one's own that this browser has opened before stand among the samples, so that one finds
 * back. The server's page has the one that is shown; the others are remembered here, by their names alone.
 */
import { keep, kept } from "../page/link.js";
import { on, state } from "../state.js";

const KEY = "multiconv-pictures";
const MOST = 3;

const remembered = () => (kept(KEY, "localStorage") ?? "").split(" ").filter(Boolean);

/** @param {string} name */
const forget = (name) => keep(KEY, remembered().filter((other) => other !== name).join(" "), "localStorage");

/** The picture of one's own that is shown, if one is. */
function shown() {
  const name = new URLSearchParams(state.query).get("image") ?? "sample:";
  return name.startsWith("sample:") ? null : name;
}

function show() {
  const now = shown();
  const names = [...(now ? [now] : []), ...remembered().filter((name) => name !== now)].slice(0, MOST);
  keep(KEY, names.join(" "), "localStorage");
  const samples = document.querySelector(".samples");
  samples?.querySelectorAll("[data-live]").forEach((link) => link.remove());
  if (state.facts.z) return; // a generator reads no picture
  for (const name of names) if (name !== now) samples?.append(...link(samples, name));
}

/** A sample's link, to this picture instead. @param {Element} samples @param {string} name */
function link(samples, name) {
  const made = samples.querySelector("a")?.cloneNode(true);
  const picture = made instanceof HTMLAnchorElement && made.querySelector("img");
  if (!picture) return [];
  made.dataset.live = "";
  made.removeAttribute("aria-current");
  made.title = picture.alt = "A picture of yours";
  made.href = instead(made.href, name);
  picture.src = instead(picture.src, name);
  picture.addEventListener("error", () => {
    forget(name);
    made.remove();
  });
  return [made];
}

/** An address with another picture. @param {string} address @param {string} name */
function instead(address, name) {
  const { pathname, searchParams } = new URL(address);
  const others = [...searchParams].filter(([key]) => key !== "image");
  return `${pathname}?${new URLSearchParams([["image", name], ...others])}`;
}

document.addEventListener("submit", ({ target }) => {
  const name = shown();
  if (name && target instanceof HTMLFormElement && target.id === "delete") forget(name);
});
on("page", show);
if (document.getElementById("facts")) queueMicrotask(show);
