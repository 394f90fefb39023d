// @ts-check
/**
 * What a hand is on stays where it is while the line of changed layers comes or goes above it: another
 * press at the same place means the same box.
 */
const LINE = ".layer-changes";

/** Where the hand is before the page changes; returns what scrolls it back there, if the line has come or gone. */
export function stays() {
  const [hand, line] = [document.activeElement, document.querySelector(LINE)];
  if (!hand?.closest("#stage")) return () => {};
  const { top } = hand.getBoundingClientRect();
  return () => {
    if (!hand.isConnected || !line === !document.querySelector(LINE)) return;
    scrollBy(0, hand.getBoundingClientRect().top - top);
  };
}
