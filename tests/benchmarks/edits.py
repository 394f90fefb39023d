"""From an edit to its pictures, in a real Chromium with the app on loopback.

``python -m tests.benchmarks.edits [SIZE …]`` prints a table: from the ``input`` event to the first
frame after both changed pictures were drawn, for single edits and for drags of 60 changes, the
longest task of the page meanwhile, from ``pointermove`` to the pixel's arithmetic, and what a first
visit takes.  Each drag is one weight's; those of a size are told together, and each one's p95.  The
pace is what a fixed piece of work takes after each line: a shared machine
is not always the same.
"""

from __future__ import annotations

import base64
import contextlib
import io
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from multiconv.imaging.samples import SAMPLES
from tests.benchmarks.chromium import Browser, Page, chromium
from tests.browser.harness import chromium_on_path, serving

EDITS, CHANGES, DRAGS, VISITS = 30, 60, 5, 5

# The observer counts tasks over 50 ms; shorter ones are not told by any browser.
PREPARE = """
() => {
  window.tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map((task) => task.duration)))
    .observe({ type: "longtask" });
  const original = CanvasRenderingContext2D.prototype.putImageData;
  window.drawn = new Set();
  CanvasRenderingContext2D.prototype.putImageData = function (...given) {
    original.apply(this, given);
    const map = this.canvas.closest("mc-map");
    drawn.add(map ? map.dataset.map : this.canvas.dataset.face);
    window.afterDraw?.();
  };
  window.frame = () => new Promise(requestAnimationFrame);
  // Presented: the frame that holds the pixels has been handed over when the next one begins.
  window.presented = (maps) => new Promise((done) => {
    drawn.clear();
    window.afterDraw = () => {
      if (!maps.every((name) => drawn.has(name))) return;
      window.afterDraw = null;
      requestAnimationFrame(() => done(performance.now()));
    };
  });
}
"""

EDIT = """
async ([value, pause]) => {
  const field = document.querySelectorAll("mc-kernel[data-q='1'] .weight")[4];
  await new Promise((done) => setTimeout(done, pause));
  field.focus();
  field.value = value;
  const all = presented(["partial-1", document.querySelector(".output mc-map").dataset.map]);
  const start = performance.now();
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  return (await all) - start;
}
"""

# One change a frame, as a hand makes them; each is timed until a frame shows it or a later one.
DRAG = """
async (count) => {
  const field = document.querySelectorAll("mc-kernel[data-q='1'] .weight")[4];
  const starts = [];
  const output = document.querySelector(".output mc-map").dataset.map;
  const fetched = window.fetch;
  // Two questions may be under way, and an answer that comes too late is not drawn: whose it is
  // goes with its bytes, which are drawn as soon as they are there. What the page draws ahead of an
  // answer is the field's own.
  let drawing = null;
  window.fetch = async (link, how) => {
    const answer = await fetched(link, how);
    const value = new URLSearchParams(String(link).split("?")[1]).get("w.1.0");
    if (!value || !String(link).includes("planes")) return answer;
    const bytes = answer.arrayBuffer.bind(answer);
    answer.arrayBuffer = async () => {
      const body = await bytes();
      drawing = Number(value.split(",")[4]);
      return body;
    };
    return answer;
  };
  const shown = [];
  window.afterDraw = () => {
    if (!drawn.has("partial-1") || !drawn.has(output)) return;
    drawn.clear();
    const value = drawing ?? Number(field.value);
    drawing = null;
    requestAnimationFrame(() => shown.push([value, performance.now()]));
  };
  drawn.clear();
  for (let at = 0; at < count; at += 1) {
    await frame();
    const value = Math.round(100 * (-0.5 + at / 50)) / 100;
    starts.push([value, performance.now()]);
    field.value = String(value);
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  const last = starts.at(-1)[0];
  while (shown.at(-1)?.[0] !== last) await frame();
  window.fetch = fetched;
  window.afterDraw = null;
  const late = ([value, start]) => shown.find(([seen]) => seen >= value)[1] - start;
  return [starts.map(late), shown.length];
}
"""

POINT = """
async (count) => {
  const map = document.querySelector(".output mc-map");
  const box = map.querySelector("input").getBoundingClientRect();
  const times = [];
  for (let at = 0; at < count; at += 1) {
    await frame();
    await new Promise((done) => setTimeout(done, at % 16));
    const place = document.querySelector("#pixel .total");
    const seen = new Promise((done) => new MutationObserver((_, observer) => {
      observer.disconnect();
      done(performance.now());
    }).observe(place, { childList: true, subtree: true, characterData: true }));
    const never = new Promise((done) => setTimeout(done, 500, Infinity));
    const start = performance.now();
    map.dispatchEvent(new PointerEvent("pointermove", {
      clientX: box.left + 20 + 4.3 * at, clientY: box.top + 30 + 3.1 * at, bubbles: true,
    }));
    times.push((await Promise.race([seen, never])) - start);
  }
  return times.filter(Number.isFinite);
}
"""


# What the page and all it needed moved and when the last of it was there, and the frame after that.
VISIT = """
async () => {
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  const drawn = performance.now();
  const [page] = performance.getEntriesByType("navigation");
  const all = [page, ...performance.getEntriesByType("resource")];
  return [drawn, all.reduce((sum, { transferSize }) => sum + transferSize, 0), all.length];
}
"""

UPLOAD = """
async (picture) => {
  const body = new FormData();
  const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
  body.append("image", new Blob([bytes], { type: "image/png" }), "large.png");
  const headers = { Accept: "application/json" };
  const answer = await fetch("/images", { method: "POST", body, headers });
  return (await answer.json()).id;
}
"""


def opened(page: Page, address: str, query: str) -> None:
    """Open an experiment and let it come to rest."""
    page.goto(f"{address}/?{query}")
    time.sleep(0.8)
    page.evaluate(PREPARE)
    page.evaluate(EDIT, ["0.4", 0])
    time.sleep(0.9)
    page.evaluate("() => { tasks.length = 0; }")


def enlarged(page: Page, side: int) -> str:
    """Upload a sample at a size that no sample has; return the name it is kept under."""
    file = io.BytesIO()
    Image.fromarray(SAMPLES["portrait"].pixels()).resize((side, side)).save(file, "PNG")
    return str(page.evaluate(UPLOAD, base64.b64encode(file.getvalue()).decode()))


def percentile(times: Sequence[float], share: float) -> float:
    """Return the smallest time that at least ``share`` of them do not exceed."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, -(-len(ordered) * int(share * 100) // 100) - 1)]


def head() -> None:
    """Print the table's heads."""
    print("| what | median ms | p95 ms | largest ms | longest task ms | pace ms |")
    print("|---|---:|---:|---:|---:|---:|")


def pace() -> float:
    """Return the milliseconds that a fixed piece of work takes now."""

    def worked() -> float:
        start = time.perf_counter()
        sum(each * each for each in range(1_000_000))
        return 1000 * (time.perf_counter() - start)

    return min(worked() for _ in range(3))


def row(what: str, times: Sequence[float], page: Page) -> None:
    """Print one line of the table."""
    longest = page.evaluate("() => Math.max(0, ...tasks)")
    task = f"{longest:.0f}" if longest else "< 50"
    figures = (statistics.median(times), percentile(times, 0.95), max(times))
    said = " | ".join(f"{figure:.1f}" for figure in figures)
    print(f"| {what} | {said} | {task} | {pace():.0f} |", flush=True)


def drags(page: Page, what: str) -> None:
    """Drag one weight several times, and print them as one line."""
    each: list[list[float]] = []
    pictures = 0
    for _ in range(DRAGS):
        times, shown = page.evaluate(DRAG, CHANGES)
        each.append(times)
        pictures += shown
        time.sleep(0.9)
    ends = " ".join(f"{percentile(times, 0.95):.0f}" for times in each)
    said = f"{DRAGS} drags of {CHANGES} changes {what}, {pictures / DRAGS:.0f} pictures, p95 {ends}"
    row(said, [one for times in each for one in times], page)


def slowed(page: Page, *, latency: float = 50, rate: float = 10e6 / 8) -> None:
    """Let the page's network be as slow as a classroom's."""
    page.send("Network.enable")
    page.send(
        "Network.emulateNetworkConditions",
        offline=False,
        latency=latency,
        downloadThroughput=rate,
        uploadThroughput=rate,
    )


def measure(browser: Browser, address: str, sizes: Sequence[str]) -> None:
    """Print the whole table."""
    head()
    page = browser.page()
    for size in ("160", "256"):
        opened(page, address, f"size={size}")
        times = [page.evaluate(EDIT, [str(at / 100), at % 17]) for at in range(1, EDITS + 1)]
        row(f"{EDITS} edits at {size}²", times, page)
    for size in sizes:
        image = "image=" + enlarged(page, int(size)) + "&" if int(size) > 512 else ""
        opened(page, address, f"{image}size={size}")
        drags(page, f"at {size}²")
    for kernel in ("3x3", "7x7"):
        opened(page, address, f"kernel={kernel}&size=256")
        row(f"pointing, {kernel.replace('x', ' × ')} × 3", page.evaluate(POINT, 60), page)
    opened(page, address, "size=256")
    slowed(page)
    drags(page, "at 256² with 50 ms latency and 10 Mbit/s")
    page.close()
    for how, slow in (("", False), (" with 50 ms latency and 10 Mbit/s", True)):
        visits = [visited(browser, address, slow=slow) for _ in range(VISITS)]
        drawn = ", ".join(f"{at:.0f}" for at, _, _ in sorted(visits))
        _, moved, files = visits[0]
        print(f"\nA first visit{how}: {moved / 1000:.0f} kB, {files} files, drawn in {drawn} ms.")


def visited(browser: Browser, address: str, *, slow: bool) -> tuple[float, int, int]:
    """Return when a first visit's page was all drawn, and the bytes and files that it moved."""
    page = browser.page()
    if slow:
        slowed(page)
    page.goto(f"{address}/")
    found = page.evaluate(VISIT)
    page.close()
    return found[0], found[1], found[2]


def machine(version: str) -> str:
    """Return what the figures were measured on."""
    names: dict[str, Any] = {}
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        names.setdefault(name.strip(), value.strip())
    busy = os.getloadavg()[0]
    return (
        f"{names.get('model name', platform.machine())}, {os.cpu_count()} cores "
        f"(load {busy:.1f} before), {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, {version} headless, without a GPU"
    )


@contextlib.contextmanager
def measured() -> Iterator[tuple[Browser, str]]:
    """Start the app and Chromium, and say on which machine the figures are read."""
    executable = chromium_on_path()
    if executable is None:
        sys.exit("no Chromium is on the path: nothing was measured")
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as address,
        chromium(executable) as browser,
    ):
        version = browser.send("Browser.getVersion")["product"].replace("/", " ")
        print(machine(version), end="\n\n")
        yield browser, address


if __name__ == "__main__":
    with measured() as (browser, address):
        measure(browser, address, sys.argv[1:] or ["256", "512", "1024"])
