"""Take pictures of the page: ``python -m tests.browser.shots FOLDER [QUERY …]``.

Every query (``''`` is the opening page) is taken at each width, in light and dark, with
JavaScript and without; ``--quick`` takes the widths with JavaScript in light, and one dark.
``--readme`` writes the README's pictures instead of a folder.
"""

from __future__ import annotations

import argparse
import itertools
import re
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.browser.harness import ROOT, Watch, launched, serving, settle

README_PICTURES = {"": "stage", "?network=faces": "deep"}
SIZES = {1440: 900, 768: 1024, 360: 740, 320: 640}


class Shot(NamedTuple):
    """One way of looking at a page."""

    width: int
    dark: bool = False
    javascript: bool = True
    whole: bool = True

    @property
    def name(self) -> str:
        """File name's part: ``1440-dark-plain``."""
        return f"{self.width}{'-dark' if self.dark else ''}{'' if self.javascript else '-plain'}"


QUICK = (Shot(1440), Shot(1440, dark=True), Shot(1440, javascript=False), Shot(768), Shot(360))
EVERY = tuple(Shot(*parts) for parts in itertools.product(SIZES, (False, True), (True, False)))


def write_shot(browser: Browser, url: str, shot: Shot, path: Path) -> list[str]:
    """Write one picture; return what went wrong on the page."""
    with browser.new_context(
        viewport={"width": shot.width, "height": SIZES[shot.width]},
        color_scheme="dark" if shot.dark else "light",
        java_script_enabled=shot.javascript,
        reduced_motion="reduce",
    ) as context:
        watch = Watch(url.split("/")[2])
        watch.follow(context)
        page = context.new_page()
        answer = page.goto(url)
        settle(page)
        page.screenshot(path=path, full_page=shot.whole, animations="disabled")
        overflow = page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if overflow > 0:
            watch.faults.append(f"scrolls sideways by {overflow} px")
        if answer is not None and not answer.ok:
            watch.faults.append(f"status {answer.status}")
        return watch.faults


def make_small(path: Path) -> None:
    """Rewrite a picture with 256 colours, eight of them for what would be farthest off: marks."""
    with Image.open(path) as picture:
        whole = picture.convert("RGB")
    few = whole.quantize(248, Image.Quantize.MEDIANCUT, kmeans=3)
    colours = (few.getpalette() or [])[: 3 * 248]
    pixels, shown = np.asarray(whole, np.int16), np.asarray(few.convert("RGB"), np.int16)
    off = np.abs(pixels - shown).sum(axis=2)
    for _ in range(8):
        farthest = pixels[np.unravel_index(off.argmax(), off.shape)]
        colours += farthest.tolist()
        off = np.minimum(off, np.abs(pixels - farthest).sum(axis=2))
    palette = Image.new("P", (1, 1))
    palette.putpalette(colours)
    whole.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    """Start the app, take the pictures, tell what went wrong on each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("queries", nargs="*", default=[""])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--fold", action="store_true", help="only what the window shows")
    parser.add_argument("--at", help="address of a server that is running already")
    parser.add_argument("--readme", action="store_true")
    given = parser.parse_args()
    if (given.folder is None) == (not given.readme):
        parser.error("give a folder, or --readme")
    with tempfile.TemporaryDirectory() as store, sync_playwright() as playwright:
        browser = launched(playwright)
        if browser is None:
            parser.error("no Chromium is installed")
        with serving(Path(store)) as started:
            shots = QUICK[:1] if given.readme else QUICK if given.quick else EVERY
            address = (given.at or started).rstrip("/")
            for query in README_PICTURES if given.readme else given.queries:
                for shot in shots:
                    chosen = shot._replace(whole=not (given.fold or given.readme))
                    if given.readme:
                        path = ROOT / ".github" / f"{README_PICTURES[query]}.png"
                    else:
                        given.folder.mkdir(parents=True, exist_ok=True)
                        words = re.sub(r"[^A-Za-z0-9]+", "-", query).strip("-")[:40] or "opening"
                        path = given.folder / f"{words}-{shot.name}.png"
                    faults = write_shot(browser, f"{address}/{query.lstrip('/')}", chosen, path)
                    if given.readme:
                        make_small(path)
                    print(path, *faults, sep="\n    ", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
