"""From a hand that drags the slider of learning to its pictures, in Chromium.

``python -m tests.benchmarks.learning`` prints a table: one change a frame, each timed from the
``input`` event until a frame shows the error of that step or of a later one, at 160 × 160.
"""

from __future__ import annotations

import statistics
import time

from tests.benchmarks.chromium import Page
from tests.benchmarks.edits import measured

DRAGS, FRAMES = 5, 60
QUERY = "outputs=1&filters=zero&target=luminance-edges:0&steps=20&kernel={0}x{0}"

DRAG = """
async ([count, first]) => {
  const slider = document.querySelector("[data-steps]");
  const [starts, shown] = [[], []];
  let drawing = null;
  const fetched = window.fetch;
  window.fetch = async (link, how) => {
    const answer = await fetched(link, how);
    if (!String(link).includes("planes")) return answer;
    const step = Number(new URLSearchParams(String(link).split("?")[1]).get("steps"));
    const bytes = answer.arrayBuffer.bind(answer);
    answer.arrayBuffer = async () => {
      const body = await bytes();
      drawing = step;
      setTimeout(() => { drawing = null; }); // what is drawn later is of the slider's step
      return body;
    };
    return answer;
  };
  const original = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...given) {
    original.apply(this, given);
    if (this.canvas.closest('[data-scene="error"]')) {
      const step = drawing ?? Number(slider.value);
      requestAnimationFrame(() => shown.push([step, performance.now()]));
    }
  };
  const frame = () => new Promise(requestAnimationFrame);
  slider.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
  for (let at = 1; at <= count; at += 1) {
    await frame();
    slider.value = String(first + at);
    starts.push([first + at, performance.now()]);
    slider.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  while (shown.at(-1)?.[0] !== first + count) await frame();
  slider.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
  [window.fetch, CanvasRenderingContext2D.prototype.putImageData] = [fetched, original];
  return starts.map(([step, start]) =>
    shown.find(([other, end]) => other >= step && end >= start)[1] - start);
}
"""


def measure(page: Page, address: str) -> None:
    """Print the whole table."""
    print("| kernel | median ms | p95 ms | largest ms |")
    print("|---|---:|---:|---:|")
    for side in (3, 5, 7):
        page.goto(f"{address}/?{QUERY.format(side)}")
        time.sleep(2)
        found: list[float] = []
        for drag in range(DRAGS):
            found += page.evaluate(DRAG, [FRAMES, 20 + drag * FRAMES])
            time.sleep(1.5)
        ordered = sorted(found)
        median, p95 = statistics.median(found), ordered[int(0.95 * len(ordered))]
        print(f"| {side} × {side} | {median:.1f} | {p95:.1f} | {ordered[-1]:.1f} |")


if __name__ == "__main__":
    with measured() as (browser, address):
        measure(browser.page(), address)
