// @ts-check
/** The figure comes alive: every behaviour is a module of its own; without them the page is complete. */
import { setQuery } from "./edits.js";
import { overtaken } from "./link.js";
import { readPage } from "./state.js";
import "./form.js";
import "./weights.js";
import "./bias.js";
import "./drag.js";
import "./pointing.js";
import "./finger.js";
import "./upload.js";
import "./whatif.js";
import "./picture.js";
import "./film.js";
import "./lights.js";
import "./taps.js";
import "./feeding.js";
import "./matrices.js";
import "./undo.js";
import "./share.js";
import "./help.js";
import "./curves.js";
import "./aloft.js";
import "./sums.js";
import "./sliding.js";

document.documentElement.classList.add("js");
readPage();
const lost = overtaken();
if (lost) void setQuery(lost, { push: false });
