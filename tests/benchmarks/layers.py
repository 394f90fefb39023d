"""From a click on a layer of the face network to its pictures, and from an edit in it, in Chromium.

``python -m tests.benchmarks.layers`` prints a table: layers opened in turn by their boxes until all
pictures of the opened layer are drawn, the same in the moment of another's first frame, a press and
a key in that moment until they are heard, one changed weight of a layer until the two pictures that
changed are, also as the page of the change before comes, and until the row's last box is, and
pointing until the ledger's bars follow and until the pixel's exact numbers are there.
"""

from __future__ import annotations

import time

from tests.benchmarks.chromium import Page
from tests.benchmarks.edits import EDIT, PREPARE, head, measured, row

ROUNDS, EDITS, POINTS = 3, 20, 60
FACES = "network=faces"

# All that the figure shows is there once no picture of it is still to come, and a frame later.
# Whether one is shown is asked of those alone that are still to come, for it lays the page out.
OPEN = """
async (n) => {
  const box = document.querySelector(`.layer-row.wide a[data-layer="${n}"]`);
  const start = performance.now();
  box.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  const there = () =>
    document.querySelector(`.layer-row.wide a[data-layer="${n}"][aria-current]`) &&
    [...document.querySelectorAll(":is(.working, .output) :is(img, input[type=image])")]
      .every((picture) => picture.naturalWidth !== 0 || !picture.getClientRects().length);
  while (!there()) await frame();
  await frame();
  return performance.now() - start;
}
"""

# Another is pressed before the rest of the first is there, as with two quick presses.
MIDST = f"""
async ([n, next]) => {{
  const box = (is = "") =>
    document.querySelector(`.layer-row.wide a[data-layer="${{n}}"]${{is}}`);
  box().dispatchEvent(new MouseEvent("click", {{ bubbles: true, cancelable: true }}));
  while (!box("[aria-current]")) await frame();
  return ({OPEN})(next);
}}
"""

# To a layer's first frame, after which a real press or key follows, and until all of that is heard.
SEEN = """
async (n) => {
  const box = (is = "") => document.querySelector(`.layer-row.wide a[data-layer="${n}"]${is}`);
  box().dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  while (!box("[aria-current]")) await frame();
  window.start = performance.now();
}
"""
HEARD = """
async () => {
  while (document.querySelector(":root:is([data-following], [data-unheard])")) await frame();
  await frame();
  return performance.now() - start;
}
"""
MIDDLE = """
() => {
  const box = document.querySelector(".output mc-map input").getBoundingClientRect();
  return [box.left + box.width / 2, box.top + box.height / 2];
}
"""

# An edit meets the page that comes when the one before it rests.
MEETS = f"""
async (given) => {{
  while (!document.querySelector(":root[data-following]")) await frame();
  return ({EDIT})(given);
}}
"""

# A hand comes to the box and rests there for a while before it presses.
HOVER = """
async (n) => {
  document.querySelector(`.layer-row.wide a[data-layer="${n}"]`)
    .dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
  await new Promise((done) => setTimeout(done, 400));
}
"""

# To the row's end, which is asked for where it is in sight.
TO_THE_END = EDIT.replace(
    'presented(["partial-1", document.querySelector(".output mc-map").dataset.map])',
    'presented(["layer-7-0"])',
).replace("focus()", "focus({ preventScroll: true })")

POINT = """
async ([count, place, pause]) => {
  const map = document.querySelector(".output mc-map");
  const box = map.querySelector("input").getBoundingClientRect();
  const times = [];
  for (let at = 0; at < count; at += 1) {
    await frame();
    const seen = new Promise((done) => new MutationObserver((_, observer) => {
      observer.disconnect();
      done(performance.now());
    }).observe(document.querySelector(place),
      { attributes: true, childList: true, subtree: true, characterData: true }));
    const never = new Promise((done) => setTimeout(done, 500, Infinity));
    const start = performance.now();
    map.dispatchEvent(new PointerEvent("pointermove", {
      // Another output pixel each time: at the same one nothing changes before its exact numbers.
      clientX: box.left + (20 + 7.3 * at) % box.width, clientY: box.top + 30 + 3.1 * at,
      bubbles: true,
    }));
    times.push((await Promise.race([seen, never])) - start);
    await new Promise((done) => setTimeout(done, pause));
  }
  return times.filter(Number.isFinite);
}
"""


def pressed(page: Page, x: float, y: float) -> None:
    """Press the mouse somewhere, as long as a hand does."""
    page.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    for kind, wait in (("mousePressed", 0.06), ("mouseReleased", 0)):
        page.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        time.sleep(wait)


def tabbed(page: Page, *_: float) -> None:
    """Move the focus on."""
    for kind in ("keyDown", "keyUp"):
        page.send("Input.dispatchKeyEvent", type=kind, key="Tab", windowsVirtualKeyCode=9)


def edited(
    page: Page, address: str, script: str, pause: float, first: str | None = None
) -> list[float]:
    """Change one weight again and again; return how long each took by a script."""
    page.goto(address)
    time.sleep(2)
    page.evaluate(PREPARE)
    page.evaluate("() => document.querySelector('.bench').setAttribute('open', '')")
    page.evaluate(first or script, ["0.04", 0])
    if first is None:
        time.sleep(1.5)
    times = []
    for at in range(1, EDITS + 1):
        times.append(page.evaluate(script, [str(at / 1000), at % 17]))
        time.sleep(pause)
    return times


def measure(page: Page, address: str) -> None:
    """Print the whole table."""
    head()
    page.goto(f"{address}/?{FACES}")
    time.sleep(2)
    page.evaluate(PREPARE)
    for how in ("", ", hovered first"):
        opened = []
        page.evaluate("() => { tasks.length = 0; }")
        for turn in range(ROUNDS + 1):
            for n in (1, 4, 7, 2, 5, 3, 6):
                if how:
                    page.evaluate(HOVER, n)
                took = page.evaluate(OPEN, n)
                time.sleep(0.6)
                if turn:  # the first round fills the caches
                    opened.append(took)
        row(f"{len(opened)} layers opened{how}", opened, page)
    page.evaluate("() => { tasks.length = 0; }")
    opened = []
    for n in (1, 4, 7, 2, 5, 3, 6) * ROUNDS:
        opened.append(page.evaluate(MIDST, [n, n % 7 + 1]))
        time.sleep(0.6)
    row(f"{len(opened)} layers opened in the moment of another's first frame", opened, page)
    for what, act in (("a press on the output", pressed), ("the Tab key", tabbed)):
        page.evaluate("() => { tasks.length = 0; }")
        heard = []
        for n in (1, 4, 7, 2, 5, 3, 6) * ROUNDS:
            x, y = page.evaluate(MIDDLE)
            page.evaluate(SEEN, n)
            act(page, x, y)
            heard.append(page.evaluate(HEARD))
            time.sleep(0.6)
        row(f"{len(heard)} times {what} in the moment of a layer's first frame", heard, page)
    for n in (2, 4, 7):
        times = edited(page, f"{address}/?{FACES}&layer={n}&rows=0,1,2,3", EDIT, 0.05)
        row(f"{EDITS} changed weights of layer {n}", times, page)
    for n in (2, 4, 7):
        times = edited(page, f"{address}/?{FACES}&layer={n}&rows=0,1,2,3", MEETS, 0, EDIT)
        row(f"{EDITS} of layer {n}, each as the page of the one before comes", times, page)
    for n, rows in ((1, ""), (4, "&rows=0,1,2,3"), (7, "&rows=0,1,2,3")):
        times = edited(page, f"{address}/?{FACES}&layer={n}{rows}", TO_THE_END, 0.7)
        row(f"{EDITS} changed weights of layer {n}, to the row's end", times, page)
    page.goto(f"{address}/?{FACES}")
    time.sleep(2)
    page.evaluate(PREPARE)
    page.evaluate(POINT, [3, "#ledger", 0])
    time.sleep(1.5)
    times = page.evaluate(POINT, [POINTS, "#ledger", 0])
    row(f"{POINTS} times pointed, to the ledger", times, page)
    times = page.evaluate(POINT, [POINTS, "#pixel .total", 100])
    row(f"{len(times)} times pointed and rested, to the exact numbers", times, page)


if __name__ == "__main__":
    with measured() as (browser, address):
        measure(browser.page(), address)
