// @ts-check
/** The tour's steps bring their part into view, and Enter leads on; leaving it leads back to where it was begun. */
import { address, keep, kept } from "../page/link.js";
import { on, state } from "../state.js";

const BELOW = 0.67; // of the window: what begins further down is hardly in sight
const BEFORE = "multiconv-before-tour";
const touring = () => new URLSearchParams(state.query).has("tour");

/** The step that is shown, so that it is led to once and not with every edit. */
let shown = "";

function follow() {
  const tour = document.getElementById("tour");
  const leave = document.getElementById("tour-leave");
  const before = kept(BEFORE);
  if (leave && before !== null) leave.setAttribute("href", address(before.slice(1)));
  const step = tour?.querySelector(".tour-called")?.textContent ?? "";
  if (tour && step !== shown) {
    document.getElementById("tour-next")?.focus({ preventScroll: true });
    const there = document.getElementById(tour.querySelector(".tour-try a")?.getAttribute("href")?.split("#")[1] ?? "");
    // What begins in sight is seen: the page stays as it opened.
    const begins = there?.getBoundingClientRect().top ?? 0;
    const seen = begins >= tour.getBoundingClientRect().bottom && begins < BELOW * innerHeight;
    if (getComputedStyle(tour).position === "sticky") seen || there?.scrollIntoView({ block: "nearest" });
    else tour.scrollIntoView({ block: "nearest" });
  }
  shown = step;
}

// Whoever begins the tour, or opens a step of it by its link, has come from what is shown now.
document.addEventListener("click", ({ target }) => {
  const link = target instanceof Element ? target.closest("a[href]") : null;
  const asked = link ? new URL(link.getAttribute("href") ?? "", location.href) : null;
  if (asked?.searchParams.has("tour") && !touring()) keep(BEFORE, `?${state.query}`);
  if (link?.id === "tour-leave") keep(BEFORE, "");
}, true);

on("page", follow);
follow();
