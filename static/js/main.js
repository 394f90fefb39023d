// @ts-check
/** The figure comes alive: every behaviour is a module of its own; without them the page is complete. */
import { setQuery } from "./page/edits.js";
import { overtaken } from "./page/link.js";
import { readPage } from "./state.js";
import "./page/form.js";
import "./figure/weights.js";
import "./figure/bias.js";
import "./figure/drag.js";
import "./figure/pointing.js";
import "./figure/finger.js";
import "./panels/upload.js";
import "./page/whatif.js";
import "./panels/picture.js";
import "./panels/film.js";
import "./figure/lights.js";
import "./figure/taps.js";
import "./figure/feeding.js";
import "./figure/matrices.js";
import "./page/undo.js";
import "./panels/share.js";
import "./panels/help.js";
import "./figure/curves.js";
import "./figure/aloft.js";
import "./figure/sums.js";
import "./figure/sliding.js";

document.documentElement.classList.add("js");
readPage();
const lost = overtaken();
if (lost) void setQuery(lost, { push: false });
