"""From a click on a layer of the face network to its pictures, and from an edit in it, in Chromium.

``python -m tests.benchmarks.layers [PACE]`` prints a table: layers opened in turn by their boxes
until all pictures of the opened layer are drawn, the same in the moment of another's first frame, a
press and a key in that moment until they are heard, one changed weight of a layer until the two
pictures that changed are, also as the page of the change before comes, and until the row's last box
is, and pointing until the ledger's bars follow and until the pixel's exact numbers are there.  With
a pace, in milliseconds, a row is measured again until the machine has been no slower before and
after it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial

from tests.benchmarks.chromium import Page
from tests.benchmarks.edits import EDIT, PREPARE, head, measured, pace, row

LAYERS = (1, 4, 7, 2, 5, 3, 6)
ROUNDS, EDITS, POINTS, TRIES = 3, 20, 60, 12
FACES = "network=faces"

# Looked for by a timer: who asks for frames all the time has them go before all else.
UNTIL = """
() => {
  window.until = (test) => new Promise((done) => {
    const look = () => (test() ? done() : setTimeout(look));
    look();
  });
  window.box = (n, is = "") => document.querySelector(`.layer-row.wide a[data-layer="${n}"]${is}`);
  window.press = (n) =>
    box(n).dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  // The next frame is made: what comes after it begins.
  window.made = async () => {
    await frame();
    await new Promise((done) => setTimeout(done));
  };
  // A layer's first frame is.
  window.seen = async (n) => {
    await until(() => box(n, "[aria-current]"));
    await made();
  };
}
"""

# All that the figure shows is there once no picture of it is still to come, and a frame is made.
# Whether one is shown is asked of those alone that are still to come, for it lays the page out.
OPEN = """
async (n) => {
  const start = performance.now();
  press(n);
  await until(() => box(n, "[aria-current]") &&
    [...document.querySelectorAll(":is(.working, .output) :is(img, input[type=image])")]
      .every((picture) => picture.naturalWidth !== 0 || !picture.getClientRects().length));
  await made();
  return performance.now() - start;
}
"""

# Another is pressed before the rest of the first is there, as with two quick presses.
MIDST = f"""
async ([n, next]) => {{
  press(n);
  await seen(n);
  return ({OPEN})(next);
}}
"""

# To a layer's first frame, after which a real press or key follows, and until all of that is heard.
SEEN = """
async (n) => {
  press(n);
  await seen(n);
  window.start = performance.now();
}
"""
HEARD = """
async () => {
  await until(() => !document.querySelector(":root:is([data-following], [data-unheard])"));
  await made();
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


def prepared(page: Page, address: str) -> None:
    """Open an experiment, let it come to rest, and have what the scripts need."""
    page.goto(address)
    time.sleep(2)
    page.evaluate(PREPARE)
    page.evaluate(UNTIL)


def edited(
    page: Page, address: str, script: str, pause: float, first: str | None = None
) -> list[float]:
    """Change one weight again and again; return how long each took by a script."""
    prepared(page, address)
    page.evaluate("() => document.querySelector('.bench').setAttribute('open', '')")
    page.evaluate(first or script, ["0.04", 0])
    if first is None:
        time.sleep(1.5)
    times = []
    for at in range(1, EDITS + 1):
        times.append(page.evaluate(script, [str(at / 1000), at % 17]))
        time.sleep(pause)
    return times


def opened(page: Page, address: str, *, hovered: bool, rounds: int = ROUNDS) -> list[float]:
    """Open layers in turn; the first round fills the caches."""
    prepared(page, address)
    times = []
    for n in LAYERS * (rounds + 1):
        if hovered:
            page.evaluate(HOVER, n)
        times.append(page.evaluate(OPEN, n))
        time.sleep(0.6)
    return times[len(LAYERS) :]


def met(page: Page, address: str, act: Callable[[Page, float, float], None] | None) -> list[float]:
    """Act in the moment of a layer's first frame: without an act another layer is opened."""
    opened(page, address, hovered=False, rounds=0)
    page.evaluate("() => { tasks.length = 0; }")
    times = []
    for n in LAYERS * ROUNDS:
        if act is None:
            times.append(page.evaluate(MIDST, [n, n % 7 + 1]))
        else:
            x, y = page.evaluate(MIDDLE)
            page.evaluate(SEEN, n)
            act(page, x, y)
            times.append(page.evaluate(HEARD))
        time.sleep(0.6)
    return times


def pointed(page: Page, address: str, place: str, pause: float) -> list[float]:
    """Point at pixel after pixel until something at a place changes."""
    prepared(page, address)
    page.evaluate(POINT, [3, "#ledger", 0])
    time.sleep(1.5)
    return list(page.evaluate(POINT, [POINTS, place, pause]))


def measure(page: Page, address: str, slowest: float) -> None:
    """Print the whole table, each row once the machine is at no slower a pace, if it soon is."""
    faces = f"{address}/?{FACES}"
    moment = "in the moment of a layer's first frame"
    rows: list[tuple[str, Callable[[], list[float]]]] = [
        ("layers opened", partial(opened, page, faces, hovered=False)),
        ("layers opened, hovered first", partial(opened, page, faces, hovered=True)),
        ("layers opened in the moment of another's first frame", partial(met, page, faces, None)),
        (f"times a press on the output {moment}", partial(met, page, faces, pressed)),
        (f"times the Tab key {moment}", partial(met, page, faces, tabbed)),
    ]
    some = "&rows=0,1,2,3"
    for n in (2, 4, 7):
        act = partial(edited, page, f"{faces}&layer={n}{some}", EDIT, 0.05)
        rows.append((f"changed weights of layer {n}", act))
    for n in (2, 4, 7):
        act = partial(edited, page, f"{faces}&layer={n}{some}", MEETS, 0, EDIT)
        rows.append((f"of layer {n}, each as the page of the one before comes", act))
    for n in (1, 4, 7):
        address = f"{faces}&layer={n}{some if n > 1 else ''}"
        act = partial(edited, page, address, TO_THE_END, 0.7)
        rows.append((f"changed weights of layer {n}, to the row's end", act))
    rows += [
        ("times pointed, to the ledger", partial(pointed, page, faces, "#ledger", 0)),
        (
            "times pointed and rested, to the exact numbers",
            partial(pointed, page, faces, "#pixel .total", 100),
        ),
    ]
    head()
    for what, act in rows:
        for _ in range(TRIES):
            before, times = pace(), act()
            if max(before, pace()) <= slowest:
                break
        row(f"{len(times)} {what}", times, page)


if __name__ == "__main__":
    with measured() as (browser, address):
        measure(browser.page(), address, float([*sys.argv, "inf"][1]))
