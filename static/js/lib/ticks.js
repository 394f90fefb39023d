// @ts-check
/** Time in whole ticks: many a frame if they are fast, none left out, none made up after a pause. */

const LONGEST = 250;

/**
 * Call `advance` with the ticks of every frame until it says that it is enough.
 * @param {() => number} pace ticks a second, asked anew each frame
 * @param {(ticks: number) => boolean} advance whether to go on
 * @returns {() => void} ends it
 */
export function ticking(pace, advance) {
  let last = performance.now();
  let owed = 0;
  let frame = requestAnimationFrame(next);
  /** @param {number} now */
  function next(now) {
    owed += (Math.min(now - last, LONGEST) / 1000) * pace();
    last = now;
    const ticks = Math.floor(owed);
    owed -= ticks;
    if (!ticks || advance(ticks)) frame = requestAnimationFrame(next);
  }
  return () => cancelAnimationFrame(frame);
}
