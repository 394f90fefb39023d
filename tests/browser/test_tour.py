"""The tour is walked by keyboard, with scripts and without, and left to where it was begun."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from multiconv.figure.tour import STOPS, stop_link
from tests.browser.conftest import Pages

FOCUSED = "document.activeElement.closest('#tour nav a')?.textContent"
OUTLINED = """stage => [...stage.querySelectorAll("*")].some(
    (e) => getComputedStyle(e).outlineWidth === "3px" && e.getClientRects().length)"""
AT = "(link) => location.pathname + location.search === link"
MINE = "/?bias=0.25,0,0,0,0&k=2"


def focus(page: Page, name: str, key: str = "Tab") -> None:
    """Go to a link of the tour with the Tab key."""
    for _ in range(60):
        if page.evaluate(FOCUSED) == name:
            return
        page.keyboard.press(key)
    pytest.fail(f"{name} is not reached by the keyboard")


@pytest.mark.parametrize("javascript", [True, False])
def test_all_steps_are_walked_by_keyboard_and_left(
    new_page: Pages, axe_report: Callable[..., str], javascript: bool
) -> None:
    page = new_page(MINE, javascript=javascript)
    page.get_by_role("button", name="Learn").press("Enter")
    page.get_by_role("link", name="Tour", exact=True).press("Enter")
    for number, stop in enumerate(STOPS, 1):
        expect(page.locator("#tour-title")).to_contain_text(f"{number} of 8 {stop.title}")
        page.wait_for_function(AT, arg=stop_link(number))  # once all of the step is there
        lit = page.locator(f".lit-{stop.part}")
        expect(lit).to_have_count(1)
        assert lit.evaluate(OUTLINED), f"nothing is outlined at step {number}"
        if javascript:
            expect(page.locator("#tour-next")).to_be_focused()
        elif number < 8:
            focus(page, "Next")
        if number == 1:  # it begins where the stage does
            begins = [page.locator(at).bounding_box() for at in ("#tour-title", ".volumes")]
            assert begins[0]
            assert begins[1]
            assert abs(begins[0]["x"] - begins[1]["x"]) < 6
        if number < 8:
            page.keyboard.press("Enter")
    if javascript:
        assert axe_report(page, article=False) == ""
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(stop_link(6))
        page.locator(".bias input").fill("-0.5")
        expect(page.get_by_role("link", name="As it was")).to_be_visible()
        expect(page.locator("#tour-title")).to_contain_text("6 of 8")
    focus(page, "Leave", "Shift+Tab" if javascript else "Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#tour")).to_have_count(0)
    page.wait_for_function(AT, arg=MINE if javascript else "/")
