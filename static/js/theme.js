// @ts-check
/** The theme that was chosen, before anything is drawn; a script of its own, without modules. */
(() => {
  try {
    const theme = localStorage.getItem("multiconv-theme");
    if (theme) document.documentElement.dataset.theme = theme;
  } catch {
    // Where storage is refused the system's theme holds.
  }
})();
