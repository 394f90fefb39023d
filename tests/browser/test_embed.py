"""The figure alone, in a frame of another site's page: shown, edited, and the way out of it."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import PAGES, PATIENCE_MS, Held, Watch, serving


class Course(BaseHTTPRequestHandler):
    """A page of somebody else's, with the markup that its query says."""

    def do_GET(self) -> None:
        markup = parse_qs(self.path.partition("?")[2]).get("markup", [""])[0]
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(f"<!doctype html><title>Course</title>{markup}".encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def course() -> Iterator[str]:
    """Address of another site."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Course) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}"
        site.shutdown()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, course: str) -> Iterator[str]:
    """Address of an app that the other site may embed."""
    with serving(tmp_path_factory.mktemp("embedded"), MULTICONV_EMBED=course) as address:
        yield address


def opened(browser: Browser, watch: Watch, *, scripts: bool = True) -> Page:
    context = browser.new_context(
        viewport={"width": 1200, "height": 1000}, java_script_enabled=scripts
    )
    watch.follow(context)
    context.set_default_timeout(PATIENCE_MS)
    watch.forgive("request to another host")  # the course's own
    return context.new_page()


def test_what_share_offers_shows_the_figure_in_a_frame(
    browser: Browser, watch: Watch, server: str, course: str, axe_report: Callable[..., str]
) -> None:
    page = opened(browser, watch)
    page.goto(f"{server}/?size=48&k=1")
    page.get_by_role("button", name="Share").click()
    page.locator("#share button[data-copies=frame]").click()
    markup = page.locator("#frame").input_value()
    assert (
        html.unescape(re.findall(r'src="([^"]+)"', markup)[0]) == f"{server}/?size=48&k=1&embed=1"
    )

    page.goto(f"{course}/?markup={markup.replace('&', '%26').replace('#', '%23')}")
    frame = page.frame_locator("iframe")
    expect(frame.locator("#stage")).to_be_visible()
    expect(frame.locator("header, #article, #help")).to_have_count(0)
    pages = Held(page, PAGES)
    frame.locator("mc-kernel input").first.fill("0.5")
    expect(frame.locator(".output mc-map canvas").first).to_be_attached()
    pages.let_go()
    inner = page.frames[1]
    inner.wait_for_url("**w.0.1=0.5**")
    assert "embed=1" in inner.url
    frame.locator("select[name=strides]").select_option("2x2")
    inner.wait_for_url("**strides=2**")
    expect(frame.locator("header, #article")).to_have_count(0)
    with page.context.expect_page() as out:
        frame.get_by_role("link", name="Open in multiconv").press("Enter")
    expect(out.value).to_have_url(re.compile(r"strides=2"))
    assert "embed" not in out.value.url
    expect(out.value.locator("header.bar")).to_be_visible()
    assert page.url.startswith(course)

    page.goto(f"{server}/?size=48&embed=1")
    assert axe_report(page) == ""
    watch.leave()
    page.context.close()


def test_a_frame_without_scripts_changes_and_stays(
    browser: Browser, watch: Watch, server: str, course: str
) -> None:
    page = opened(browser, watch, scripts=False)
    page.goto(f"{course}/?markup=<iframe width=1100 height=900 src='{server}/?size=48%26embed=1'>")
    frame = page.frame_locator("iframe")
    frame.locator("mc-kernel input").first.fill("0.5")
    frame.get_by_role("button", name="Apply", exact=True).first.click()
    page.frames[1].wait_for_url("**w.0.0=0.5**")
    assert "embed=1" in page.frames[1].url
    expect(frame.locator("header, #article")).to_have_count(0)
    watch.leave()
    page.context.close()
