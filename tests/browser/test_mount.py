"""The page below a path: what scripts ask for, say in the link and send stays there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import Watch, serving, settle

ROOT = "/tools/multiconv"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the app below its path."""
    with serving(tmp_path_factory.mktemp("mounted"), MULTICONV_PREFIX=ROOT) as address:
        yield address


@pytest.fixture
def page(browser: Browser, watch: Watch) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    watch.follow(context)
    page = context.new_page()
    page.on("filechooser", lambda _: None)
    yield page
    context.close()
    watch.leave()


def test_edit_drag_undo_upload_share(page: Page, server: str, photograph: Path) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server}{ROOT}/?size=64")
    number = page.locator("mc-kernel input").first
    number.fill("0.5")
    expect(page).to_have_url(re.compile(rf"{ROOT}/\?.*w\.0\.0=0\.5"))
    box = number.bounding_box()
    assert box
    page.mouse.move(box["x"] + 8, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 8, steps=4)
    page.mouse.up()
    expect(number).not_to_have_value("0.5")
    page.wait_for_function("() => !location.search.includes('w.0.0=0.5,')")
    page.go_back()
    expect(page).to_have_url(re.compile(rf"{ROOT}/\?"))
    page.goto(f"{server}{ROOT}/?size=64&k=1")
    page.get_by_role("button", name=re.compile("Use your own")).click()
    page.locator("#own input[type=file]").set_input_files(photograph)
    expect(page).to_have_url(re.compile(rf"{ROOT}/\?.*image=[0-9a-f]{{64}}"))
    page.get_by_role("button", name="Share").click()
    expect(page.locator("#share input").first).to_have_value(page.url)
    page.locator("a[href*='/filters']").first.click()
    expect(page).to_have_url(re.compile(rf"{ROOT}/filters"))
    page.goto(f"{server}{ROOT}/?network=faces&layer=3")
    page.locator("mc-map").first.hover()
    for link in (".ledger-below a", ".thumbs a"):
        page.locator(link).first.click()
        expect(page).to_have_url(re.compile(rf"{ROOT}/\?"))
    assert [
        url for url in asked if not url.startswith((f"{server}{ROOT}/", "blob:", "data:"))
    ] == []


def test_a_first_visit_is_few_requests(browser: Browser, server: str) -> None:
    """Forty requests and 400 kB at most, counted on the wire in a browser that has nothing yet."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    asked, moved = [], []
    wire.on("Network.requestWillBeSent", lambda told: asked.append(told["request"]["url"]))
    wire.on("Network.loadingFinished", lambda told: moved.append(told["encodedDataLength"]))
    page.goto(f"{server}{ROOT}/")
    page.wait_for_selector("html.js")
    settle(page)
    asked = [url for url in asked if not url.startswith(("data:", "blob:"))]
    assert 10 < len(asked) <= 40
    assert 100_000 < sum(moved) <= 400_000
    context.close()
