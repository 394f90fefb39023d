// @ts-check
/** The figure comes alive: every behaviour is a module of its own; without them the page is complete. */
import { overtaken, settle } from "./page/link.js";
import { setQuery } from "./page/visit.js";
import { ready } from "./page/words.js";
import { readPage, state } from "./state.js";
import "./page/form.js";
import "./page/undo.js";
import "./page/unfold.js";
import "./figure/kernel.js";
import "./figure/latent.js";
import "./figure/layers.js";
import "./figure/learning.js";
import "./figure/rows.js";
import "./figure/map.js";
import "./figure/partials.js";
import "./figure/sight.js";
import "./figure/reach.js";
import "./figure/sizes.js";
import "./figure/formula.js";
import "./figure/sum.js";
import "./figure/output.js";
import "./figure/steps.js";
import "./figure/strip.js";
import "./figure/stamps.js";
import "./figure/tour.js";
import "./panels/upload.js";
import "./panels/camera.js";
import "./panels/pictures.js";
import "./panels/share.js";
import "./panels/export.js";
import "./panels/help.js";

document.documentElement.classList.add("js");
ready();
readPage();
// What the way here tells is told once: neither a reload nor a copied link repeats it.
if (new URLSearchParams(location.search).has("told")) settle(state.query);
const lost = overtaken();
if (lost) void setQuery(lost, { push: false });
else takeUp();

/** What a quick hand typed and chose before anything listened. */
function takeUp() {
  for (const field of document.querySelectorAll("#stage :is(input, select)")) {
    if (field instanceof HTMLSelectElement) {
      const first = Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
      if (field.selectedIndex !== first) field.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (field instanceof HTMLInputElement && (field.value !== field.defaultValue || field.checked !== field.defaultChecked)) {
      field.dispatchEvent(new Event(field.matches("[type=checkbox]") ? "change" : "input", { bubbles: true }));
    }
  }
}
