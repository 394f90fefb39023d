"""A finger: it drags a weight sideways, slides over pictures, and still scrolls the page."""

import pytest
from playwright.sync_api import expect

from tests.browser.harness import due, frames
from tests.browser.test_live_main import at_rest
from tests.browser.test_session_edits import opened

OUTPUT = "#result mc-map"


@pytest.fixture(params=[360, 768])
def page(new_page, request):
    page = new_page(width=request.param, height=740, touch=True)
    opened(page)
    return page


class Finger:
    """One finger on the screen, as the browser's own touch events."""

    def __init__(self, page):
        self.send = page.context.new_cdp_session(page).send
        self.page = page

    def touch(self, kind, *points):
        told = [{"x": x, "y": y} for x, y in points]
        self.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": told})

    def down(self, x, y):
        self.at = (x, y)
        self.touch("touchStart", self.at)

    def slide(self, x, y, steps=12):
        (from_x, from_y), self.at = self.at, (x, y)
        for step in range(1, steps + 1):
            part = step / steps
            self.touch("touchMove", (from_x + part * (x - from_x), from_y + part * (y - from_y)))
            frames(self.page)

    def up(self):
        self.touch("touchEnd")


def place(page, locator, across=0.5, down=0.5):
    page.locator(locator).first.evaluate("place => place.scrollIntoView({ block: 'center' })")
    box = page.locator(locator).first.bounding_box()
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def pixel(page):
    return [int(page.locator(f".result [data-value={axis}]").inner_text()) for axis in "ij"]


def test_a_weight_is_dragged_sideways(page):
    middle = "#row-0 .kernel .weight >> nth=4"
    x, y = place(page, middle)
    finger = Finger(page)
    scrolled = page.evaluate("scrollY")
    finger.down(x, y)
    finger.slide(x + 32, y)
    expect(page.locator(middle)).to_have_attribute("data-exact", "1")
    expect(page.locator("mc-map[data-map=partial-0] canvas")).to_be_attached()
    finger.slide(x - 8, y + 30)  # it may wander up and down meanwhile
    expect(page.locator(middle)).to_have_attribute("data-exact", "0")
    finger.up()
    page.wait_for_url("**w.0.0=0.1,0.1,0.1,0.1,0,0.1*")
    at_rest(page)
    assert page.evaluate("scrollY") == scrolled
    assert page.locator(f"{middle}").evaluate("field => field !== document.activeElement")


def test_a_finger_slides_over_the_output_and_pins_where_it_leaves(page):
    x, y = place(page, OUTPUT, 0.25, 0.5)
    start, scrolled = pixel(page), page.evaluate("scrollY")
    finger = Finger(page)
    finger.down(x, y)
    seen = []
    for across in range(1, 6):
        finger.slide(x + 24 * across, y, steps=4)
        frames(page)
        seen.append(pixel(page))
    assert len({j for _, j in seen}) == 5
    assert [j for _, j in seen] == sorted(j for _, j in seen)
    finger.slide(x + 120, y + 40)  # once it slides, it may go anywhere
    frames(page)
    i, j = pixel(page)
    assert i > seen[-1][0]
    assert "i=" not in page.url
    finger.up()
    page.wait_for_url(f"**i={i}&j={j}*")
    at_rest(page)
    assert pixel(page) == [i, j] != start
    assert page.evaluate("scrollY") == scrolled


def test_a_finger_that_goes_up_over_a_picture_scrolls_and_pins_nothing(page):
    x, y = place(page, OUTPUT, 0.5, 0.8)
    scrolled, url = page.evaluate("scrollY"), page.url
    finger = Finger(page)
    finger.down(x, y)
    finger.slide(x, y - 150)
    finger.up()
    page.wait_for_function("from => scrollY > from + 80", arg=scrolled)
    due(page, 500)
    assert page.url == url
