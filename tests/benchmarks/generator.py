"""From a hand that mixes or drags a generator's numbers to its whole row redrawn, in Chromium.

``python -m tests.benchmarks.generator`` prints a table: the slider moved now and then, and once a
frame, until the row, the opened layer's rows and its output are drawn; the same of one number on
the bar; and layers opened by their boxes.
"""

from __future__ import annotations

import time

from tests.benchmarks.chromium import Page
from tests.benchmarks.edits import head, measured, row
from tests.benchmarks.layers import OPEN, prepared

ROUNDS, CHANGES, DRAGS, FRAMES = 3, 30, 5, 60
EMOJI = "network=emoji&z=mix(1F628,1F600,0.3)&1.k=42&2.k=58&3.k=26&4.k=13"

MIX = """
async ([value, pause]) => {
  await new Promise((done) => setTimeout(done, pause));
  const field = document.querySelector('[name="mix.share"]');
  const names = ["z", "generated", ...[1, 2, 3, 4].map((n) => `edges-${n}`)];
  const all = presented([...names, document.querySelector(".output mc-map").dataset.map]);
  const start = performance.now();
  field.value = value;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  return (await all) - start;
}
"""

# One change a frame; each is timed until a frame shows it or a later one, whose answer says which.
DRAG = """
async ([count, first]) => {
  const bar = document.querySelector(".layer-row.wide .box.line");
  const box = bar.querySelector(".edge").getBoundingClientRect();
  const output = document.querySelector(".output mc-map").dataset.map;
  const point = (kind, x) => bar.dispatchEvent(new PointerEvent(kind, {
    clientX: x, clientY: box.top + box.height * 0.615, bubbles: true, isPrimary: true, button: 0,
  }));
  bar.setPointerCapture = () => {};
  const fetched = window.fetch;
  let drawing = null;
  window.fetch = async (link, how) => {
    const answer = await fetched(link, how);
    const value = new URLSearchParams(String(link).split("?")[1]).get("z.61");
    if (value === null || !String(link).includes("planes")) return answer;
    const bytes = answer.arrayBuffer.bind(answer);
    answer.arrayBuffer = async () => {
      const body = await bytes();
      drawing = Number(value);
      return body;
    };
    return answer;
  };
  const [starts, shown] = [[], []];
  window.afterDraw = () => {
    if (!drawn.has("generated") || !drawn.has(output)) return;
    drawn.clear();
    const value = drawing;
    requestAnimationFrame(() => shown.push([value, performance.now()]));
  };
  drawn.clear();
  point("pointerdown", first);
  for (let at = 0; at < count; at += 1) {
    await frame();
    point("pointermove", first + 5 + at);
    starts.push([Number(bar.getAttribute("aria-valuenow")), performance.now()]);
  }
  const last = starts.at(-1)[0];
  while (shown.at(-1)?.[0] !== last) await frame();
  point("pointerup", first + count);
  window.fetch = fetched;
  window.afterDraw = null;
  return starts.map(([value, start]) =>
    shown.find(([other, end]) => other >= value && end >= start)[1] - start);
}
"""


def measure(page: Page, address: str) -> None:
    """Print the whole table."""
    head()
    for layer in (5, 3):
        prepared(page, f"{address}/?{EMOJI}&layer={layer}")
        page.evaluate(MIX, ["0.5", 0])
        time.sleep(1.5)
        times = [page.evaluate(MIX, [str(at / 100), 400]) for at in range(1, CHANGES + 1)]
        row(f"{CHANGES} mixes, layer {layer} opened", times, page)
        times = []
        for _ in range(DRAGS):
            times += page.evaluate(DRAG, [FRAMES, 310])
            time.sleep(1.5)
        row(f"{DRAGS} drags of {FRAMES} changes, layer {layer} opened", times, page)
    prepared(page, f"{address}/?{EMOJI}")
    opened = []
    for turn in range(ROUNDS + 1):
        for n in (1, 4, 2, 5, 3):
            took = page.evaluate(OPEN, n)
            time.sleep(0.6)
            if turn:  # the first round fills the caches
                opened.append(took)
    row(f"{len(opened)} layers opened", opened, page)


if __name__ == "__main__":
    with measured() as (browser, address):
        measure(browser.page(), address)
