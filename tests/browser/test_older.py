"""Browsers without popovers, `light-dark()` or layers: the page is served with those taken out."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.harness import ROOT, frames
from tests.browser.test_widths import box, foot

GONE = """
for (const name of ["popover", "showPopover", "hidePopover", "togglePopover"]) {
  delete HTMLElement.prototype[name];
}
"""
NEW = re.compile(r": light-dark\(|@layer|@scope|@starting-style")


@pytest.fixture
def older(new_page, server):
    """Open a page as an older browser reads it: what it does not know it leaves out."""

    def open_page(path, **more):
        page = new_page(**more)
        page.add_init_script(GONE)

        def served(route):
            answer = route.fetch()
            text = answer.text()
            text = re.sub(r'(<(?:div|form) class="panel[^>]*?) popover(?=[ >])', r"\1", text)
            route.fulfill(response=answer, body=text.replace(":popover-open", ":popover-unknown"))

        page.route(re.compile(r"\.(css|js)$"), served)
        page.route(lambda url: url.split("?")[0] == f"{server}/", served)
        page.goto(path)
        return page

    return open_page


def test_no_sheet_needs_what_older_browsers_leave_out():
    for sheet in (ROOT / "static" / "css").glob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not NEW.search(text), sheet.name
        assert not re.search(r"@media[^{]*[<>]", text), f"{sheet.name}: before iOS 16.4 unknown"
        assert not re.search(r"\.stage:has\(|\.bench-rows:has\(", text), sheet.name


def test_panels_open_and_close_without_popovers(older):
    page = older("/?size=48")
    page.wait_for_selector("html.js")
    for name, panel in (("Share", "share"), ("Help", "help"), ("Values", "values")):
        opened_and_closed(page, name, panel)


def opened_and_closed(page, name, panel):
    opened, button = page.locator(f"#{panel}"), page.get_by_role("button", name=name, exact=True)
    expect(opened).to_be_hidden()
    button.click()
    expect(opened).to_be_visible()
    at = box(page, f"#{panel}")
    assert at["y"] >= 0
    assert foot(at) <= 900
    opened.get_by_role("button", name="Close").click()
    expect(opened).to_be_hidden()
    button.click()
    page.keyboard.press("Escape")
    expect(opened).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    page.locator("h2", has_text="One output pixel").click()
    expect(opened).to_be_hidden()


def test_however_the_panel_closes_the_camera_is_off_without_popovers(older):
    page = older("/?size=48")
    page.wait_for_selector("html.js")
    page.evaluate(
        """() => {
          const scene = document.createElement("canvas");
          const paint = scene.getContext("2d");
          setInterval(() => paint.fillRect(0, 0, 9, 9), 50);
          navigator.mediaDevices.getUserMedia = async () => (window.sent = scene.captureStream());
        }"""
    )
    button = page.locator("[data-camera]")
    for closing in (
        lambda: page.mouse.click(5, 895),
        lambda: page.keyboard.press("Escape"),
        lambda: page.get_by_role("button", name="Share", exact=True).click(),
    ):
        page.get_by_role("button", name=re.compile("Use your own")).click()
        button.click()
        expect(button).to_have_text("Take the picture")
        assert page.evaluate("() => window.sent.getTracks()[0].readyState") == "live"
        closing()
        expect(page.locator("#own")).to_be_hidden()
        page.wait_for_function("() => window.sent.getTracks()[0].readyState === 'ended'")
        expect(button).to_have_text("Use the camera")


def test_escape_lets_the_pixel_go_without_popovers(older):
    page = older("/?size=48&i=3&j=4")
    page.wait_for_selector("html.js")
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "i=3" not in url)


def test_keys_and_the_choice_of_paper_work_without_popovers(older):
    page = older("/?size=48")
    page.wait_for_selector("html.js")
    page.keyboard.press("?")
    page.get_by_label("dark", exact=True).check()
    assert page.evaluate("() => getComputedStyle(document.body.parentElement).backgroundColor") == (
        "rgb(23, 25, 28)"
    )
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_label("dark", exact=True)).to_be_checked()


def test_a_picture_is_sent_without_popovers(older, photograph):
    page = older("/?size=48")
    page.wait_for_selector("html.js")
    page.get_by_role("button", name="Use your own image").click()
    expect(page.locator("#stays")).to_be_visible()
    page.set_input_files("#image", photograph)
    page.wait_for_url("**image=*")
    expect(page.locator("#own")).to_be_hidden()


@pytest.mark.parametrize("width", [390, 1440])
def test_without_scripts_what_would_open_stands_open(older, width):
    page = older("/?size=48", javascript=False, width=width)
    for panel in ("own", "share", "export", "help", "values"):
        assert page.locator(f"#{panel}").is_visible()
    assert page.locator("[popovertarget]:visible").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert box(page, "#working")["y"] >= foot(box(page, ".bar"))
    for one, other in (("mc-upload", "#share"), ("#share", "#export")):
        first, second = (box(page, at) for at in (one, other))
        beside = first["x"] + first["width"] <= second["x"] + 1
        assert beside or foot(first) <= second["y"] + 1


@pytest.mark.parametrize("kernel", ["4x4", "5x5", "9x9"])
def test_columns_have_the_kernels_width_without_has(older, kernel):
    page = older(f"/?size=48&kernel={kernel}")
    page.wait_for_selector("html.js")
    frames(page)
    kernel_place, partial = box(page, "#row-0 .kernel-place"), box(page, "#row-0 .partial")
    assert kernel_place["x"] + kernel_place["width"] <= partial["x"]
