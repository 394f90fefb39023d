// @ts-check
/** The figure comes alive: every behaviour is a module of its own; without them the page is complete. */
import "./form.js";
import "./weights.js";
import { readPage } from "./state.js";

document.documentElement.classList.add("js");
readPage();
