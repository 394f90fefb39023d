"""The app in a real Chromium: every page is watched for errors, CSP violations and other hosts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.harness import PATIENCE_MS, Contexts, Watch, launched, serving

Pages = Callable[..., Page]
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the running app (``http://127.0.0.1:54321``), with a store of its own."""
    with serving(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium; where none is installed the test is skipped, or fails in CI."""
    with sync_playwright() as playwright:
        found = launched(playwright)
        if found is None:
            reason = "no Chromium is installed: the tests in the browser did not run"
            pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
        yield found
        found.close()


@pytest.fixture(scope="session")
def contexts(browser: Browser, server: str) -> Contexts:
    """Contexts of all kinds that tests share, each with what is said once per address kept."""
    return Contexts(browser, server)


@pytest.fixture
def watch(server: str) -> Iterator[Watch]:
    """Faults of this test's pages; any left unforgiven fails the test."""
    watch = Watch(server.removeprefix("http://"))
    yield watch
    assert watch.unforgiven() == []


@pytest.fixture
def new_page(contexts: Contexts, watch: Watch) -> Iterator[Pages]:
    """Open a watched page in a context that no other page of this test has.

    ``new_page("/?k=1", width=360, height=740, dark=True, javascript=False, touch=True)``
    """
    taken = []

    def new(
        path: str | None = None,
        *,
        width: int = 1440,
        height: int = 900,
        dark: bool = False,
        javascript: bool = True,
        touch: bool = False,
        still: bool = True,
    ) -> Page:
        context, page = contexts.take(dark, javascript, touch, still)
        taken.append(context)
        watch.follow(context)
        page.set_viewport_size({"width": width, "height": height})
        # Whoever listens only once a key is pressed may be too late to catch the chooser.
        page.on("filechooser", lambda _: None)
        if path is not None:
            page.goto(path)
        return page

    yield new
    for context in taken:
        contexts.give_back(context)
    watch.leave()


@pytest.fixture
def page(new_page: Pages) -> Page:
    """A blank page at 1440 × 900: ``page.goto("/")``."""
    return new_page()


@pytest.fixture
def plain_page(new_page: Pages) -> Page:
    """The same without JavaScript."""
    return new_page(javascript=False)


@pytest.fixture
def dark_page(new_page: Pages) -> Page:
    """The same with a dark colour scheme."""
    return new_page(dark=True)


@pytest.fixture
def axe_report() -> Callable[..., str]:
    """What axe finds on a page; the empty string where it finds nothing.

    ``axe_report(page, article=False, rules=["color-contrast"])``
    """

    def report(page: Page, *, article: bool = True, rules: Sequence[str] = ()) -> str:
        context = None if article else {"exclude": [["#article"]]}
        options: dict[str, object] = {"resultTypes": ["violations"]}
        if rules:
            options["runOnly"] = list(rules)
        # A page has it once: what was compiled for the state before serves the next.
        axe = Axe("" if page.evaluate("'axe' in window") else AXE_SCRIPT)
        results = axe.run(page, context=context, options=options)
        return results.generate_report() if results.violations_count else ""

    return report


@pytest.fixture
def shoot() -> Callable[[Page, str], None]:
    """Write a picture of the page into the folder that MULTICONV_SHOTS names, if it names one."""

    def write(page: Page, name: str) -> None:
        folder = os.environ.get("MULTICONV_SHOTS")
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return write


@pytest.fixture(scope="session")
def photograph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A JPEG of 400 × 300 with texture in all channels, as a camera would write it."""
    rows, columns = np.mgrid[:300, :400]
    waves = [127 + 90 * np.sin(rows / a + columns / b) for a, b in ((19, 31), (27, 13), (11, 41))]
    noise = np.random.default_rng(5).normal(0, 12, (300, 400, 3))
    path = tmp_path_factory.mktemp("photographs") / "beach.jpg"
    pixels = np.clip(np.stack(waves, axis=-1) + noise, 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(path, quality=88)
    return path
