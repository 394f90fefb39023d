// @ts-check
/** What-ifs: buttons of the form without scripts, with them the same step shown in place. */
import { visit } from "./pages.js";
import { show } from "./told.js";

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button[data-link]") : null;
  const link = button?.getAttribute("data-link");
  if (!link) return;
  event.preventDefault();
  void visit(link, { beside: button }).then((done) => done && show(link.split("#")[1] ?? ""));
});
