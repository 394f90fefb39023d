"""The displayed formula and table, evaluated, equal the pixel, for experiments drawn by lot."""

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.drawn import (
    COUNT,
    at_a_pixel,
    drawn,
    formula_value,
    levels,
    sent_value,
    shown,
)
from tests.browser.harness import Held, frames


@pytest.mark.parametrize("group", range(5))
def test_the_formula_and_the_table_say_the_pixels_value(new_page, server, group):
    """Of every fifth with scripts, of the others as a browser without them has the page."""
    page = new_page()
    for seed in range(group, COUNT, 5):
        one = drawn(seed)
        picture = levels(server, one.query)
        one, i, j = at_a_pixel(one, seed, picture.shape[:2])
        if group == 0:
            # Its words and numbers are looked at, not its pictures, which need not all come.
            text = page.goto(one.address, wait_until="domcontentloaded").text()
            said = shown(page)
        else:
            text = page.request.get(one.address).text()
            said = shown(page, text)
        assert said.formula.startswith(f"output[0,{i},{j},{one.query['k']}]=∑di,dj,qinput[0,"), (
            one.address
        )
        assert (f"+bias[{one.query['k']}]" in said.formula) is (one.bias != 0)
        value = formula_value(said.formula, picture / 255, one)
        assert said.value == sent_value(text), one.address
        assert said.value == pytest.approx(value, abs=5.1e-4), one.address
        total = 0.0
        for q, table in enumerate(said.numbers):
            window, taps, products = map(np.array, table.values())
            assert taps.tolist() == one.kernels[..., q].ravel().tolist()
            assert products == pytest.approx(window * taps, abs=5e-3)
            total += float((window * taps).sum())
        assert total / 255 + one.bias == pytest.approx(value, abs=1e-9), one.address


def point_at(page):
    """Point at the output's row 6, column 15 of 48."""
    box = page.locator("#result mc-map").bounding_box()
    page.mouse.move(box["x"] + 100.5 * box["width"] / 320, box["y"] + 40.5 * box["height"] / 320)


def test_pointing_fills_the_formula(page, server):
    page.goto("/?size=48")
    before = shown(page).final
    point_at(page)
    expect(page.locator(".total .final").first).not_to_have_text(before)  # the levels are here
    one = drawn(0)
    said = shown(page)
    assert said.formula.startswith("output[0,6,15,0]=∑di,dj,qinput[0,6+di−1,15+dj−1,q]")
    picture = levels(server, {"image": "sample:portrait", "size": "48"}) / 255
    soft = np.array([[0.1] * 3, [0.1, 0.2, 0.1], [0.1] * 3])
    plus = np.array([[0, -0.1, 0], [-0.1, -0.1, -0.1], [0, -0.1, 0]])
    kernels = np.stack([soft, -soft / 2, plus], axis=-1)
    one = type(one)({"k": "0"}, kernels, (1, 1), (1, 1), "same", "zeros", 0.0)
    assert said.value == pytest.approx(formula_value(said.formula, picture, one), abs=5.1e-4)


def test_the_formula_names_no_pixel_before_its_numbers_are_there(page):
    page.goto("/?size=48")
    held, before = Held(page, "**/api/planes?maps=input*"), shown(page)
    with page.expect_request("**/api/planes?maps=input*"):
        point_at(page)
    frames(page)
    assert shown(page) == before
    held.let_go()
    expect(page.locator(".total .final").first).not_to_have_text(before.final)
    assert shown(page).formula.startswith("output[0,6,15,0]=")
