"""From an edit to its pictures, in a real Chromium with the app on loopback.

``python -m tests.benchmarks.edits`` prints a table: from the ``input`` event to the first frame
after both changed pictures were drawn, for single edits and for a drag of 60 changes, the longest
task of the page meanwhile, and from ``pointermove`` to the pixel's arithmetic.
"""

from __future__ import annotations

import io
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from multiconv.imaging.samples import SAMPLES
from tests.browser.harness import launched, serving

EDITS, DRAGS = 30, 60

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
    drawn.add(this.canvas.closest("mc-map").dataset.map);
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
  // goes with its bytes, which are drawn as soon as they are there.
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
    const value = drawing;
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


def opened(page: Page, query: str) -> None:
    """Open an experiment and let it come to rest."""
    page.goto(f"/?{query}")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)
    page.evaluate(PREPARE)
    page.evaluate(EDIT, ["0.4", 0])
    page.wait_for_timeout(800)
    page.evaluate("tasks.length = 0")


def enlarged(page: Page, side: int) -> str:
    """Upload a sample at a size that no sample has; return the name it is kept under."""
    file = io.BytesIO()
    Image.fromarray(SAMPLES["portrait"].pixels()).resize((side, side)).save(file, "PNG")
    picture = {"name": "large.png", "mimeType": "image/png", "buffer": file.getvalue()}
    answer = page.request.post(
        "/images", multipart={"image": picture}, headers={"Accept": "application/json"}
    )
    return str(answer.json()["id"])


def percentile(times: Sequence[float], share: float) -> float:
    """Return the smallest time that at least ``share`` of them do not exceed."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, -(-len(ordered) * int(share * 100) // 100) - 1)]


def row(what: str, times: Sequence[float], page: Page) -> None:
    """Print one line of the table."""
    longest = page.evaluate("Math.max(0, ...tasks)")
    task = f"{longest:.0f}" if longest else "< 50"
    middle = statistics.median(times)
    print(
        f"| {what} | {middle:.1f} | {percentile(times, 0.95):.1f} | {max(times):.1f} | {task} |",
        flush=True,
    )


def slowed(page: Page, *, latency: float = 50, rate: float = 10e6 / 8) -> None:
    """Let the page's network be as slow as a classroom's."""
    page.context.new_cdp_session(page).send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": latency,
            "downloadThroughput": rate,
            "uploadThroughput": rate,
        },
    )


def measure(page: Page, sizes: Sequence[str]) -> None:
    """Print the whole table."""
    print("| what | median ms | p95 ms | largest ms | longest task ms |")
    print("|---|---:|---:|---:|---:|")
    for size in ("160", "256"):
        opened(page, f"size={size}")
        times = [page.evaluate(EDIT, [str(at / 100), at % 17]) for at in range(1, EDITS + 1)]
        row(f"{EDITS} edits at {size}²", times, page)
    for size in sizes:
        image = "image=" + enlarged(page, int(size)) + "&" if int(size) > 512 else ""
        opened(page, f"{image}size={size}")
        times, pictures = page.evaluate(DRAG, DRAGS)
        row(f"a drag of {DRAGS} changes at {size}², {pictures} pictures", times, page)
        page.wait_for_timeout(900)
    opened(page, "size=256")
    slowed(page)
    times, pictures = page.evaluate(DRAG, DRAGS)
    row(f"the drag at 256² with 50 ms latency and 10 Mbit/s, {pictures} pictures", times, page)
    slowed(page, latency=0, rate=-1)
    for kernel in ("3x3", "7x7"):
        opened(page, f"kernel={kernel}&size=256")
        row(f"pointing, {kernel.replace('x', ' × ')} × 3", page.evaluate(POINT, 60), page)


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
        f"Python {platform.python_version()}, Chromium {version} headless, without a GPU"
    )


def main() -> None:
    """Start the app and Chromium, and print the figures."""
    sizes = sys.argv[1:] or ["256", "512", "1024"]
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as address,
        sync_playwright() as playwright,
    ):
        browser = launched(playwright)
        if browser is None:
            sys.exit("no Chromium is installed: nothing was measured")
        print(machine(browser.version), end="\n\n")
        page = browser.new_page(base_url=address, viewport={"width": 1440, "height": 900})
        measure(page, sizes)
        browser.close()


if __name__ == "__main__":
    main()
