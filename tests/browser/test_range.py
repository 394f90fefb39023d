"""The scale holds still: after an edit no unrelated picture changes a pixel, as it is shown."""

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.test_live_main import at_rest

KERNELS = ["#row-1 .kernel-place", "#row-2 .kernel-place"]
INPUTS = [f'mc-map[data-map="input-{q}"]' for q in range(3)]
PARTIALS = [f'mc-map[data-map="partial-{q}"]' for q in range(3)]
SCALE = [".ramp", ".ends"]
SIDES = ("height", "width")
# What the chosen output's slab shows is hidden: it lies among the others.
HIDE = """() => document.querySelectorAll(
    '.drawing [data-map="output-0"], .drawing [aria-current] image'
).forEach((image) => { image.style.visibility = "hidden"; })"""


def shots(page, places):
    """Pictures of places on the page, all pixels as they are shown; nothing is scrolled."""
    page.evaluate(HIDE)
    page.mouse.move(0, 0)
    page.evaluate("() => document.activeElement?.blur()")
    page.evaluate("() => scrollTo(0, 0)")
    whole = np.array(Image.open(io.BytesIO(page.screenshot())))
    found = {}
    for place in places:
        box = page.locator(place).first.bounding_box()
        (top, left), (high, wide) = ((round(box[a]), round(box[b])) for a, b in ("yx", SIDES))
        found[place] = whole[top : top + high, left : left + wide]
        assert found[place].shape[:2] == (high, wide), f"{place} is out of sight"
    return found


def unchanged(page, places, edit, said):
    """Do an edit; every place is to look the same when all is settled."""
    page.wait_for_selector("html.js")
    at_rest(page)
    before = shots(page, places)
    edit()
    page.wait_for_url(said)
    at_rest(page)
    after = shots(page, places)
    for place in places:
        apart = np.abs(before[place].astype(int) - after[place])
        # Texts and sheared faces are smoothed by the browser, which repeats itself to a few levels,
        # along a drawing's slanting lines to some more; a face that fades does so by dozens.
        beyond = (apart.max(axis=-1) > (0 if "mc-map" in place else 6)).mean()
        assert beyond <= (0.01 if "drawing" in place else 0), place


def others(at):
    return [f"#row-0 .weight:nth-of-type({each + 1})" for each in range(9) if each != at]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("more", ["", "&outputs=12"])
def test_after_one_weight_no_unrelated_pixel_changes(new_page, more, dark):
    page = new_page(f"/?size=80{more}", dark=dark, height=1200)
    slabs = [".drawing.column", *([".thumbs a:nth-of-type(5)"] if more else [])]
    places = [*INPUTS, *PARTIALS[1:], *KERNELS, *others(4), *SCALE, *slabs]
    field = page.locator("#row-0 .weight").nth(4)
    unchanged(page, places, lambda: field.fill("1"), "**w.0.0=**range=1**")
    held = page.locator(".held")
    expect(held).to_contain_text("scale held at ±1")
    expect(held).to_contain_text("beyond it")
    # It holds from edit to edit, and is let go by one click.
    unchanged(page, places, lambda: field.fill("5"), "**w.0.0=0.1,0.1,0.1,0.1,5,**range=1**")
    held.get_by_role("button", name="rescale").click()
    page.wait_for_function("() => !location.search.includes('range')")
    expect(held).to_have_count(0)
    expect(page.locator("[data-value=high]")).to_have_text("+7")


def test_bias_silence_and_choices_hold_it_too(new_page):
    page = new_page("/?size=80", height=1200)
    places = [*INPUTS, *PARTIALS, *KERNELS, *SCALE]
    bias = page.locator(".bias input")
    unchanged(page, places, lambda: bias.fill("3"), "**bias=3**range=1**")
    choice = page.locator("select[name=activation]")
    unchanged(page, places, lambda: choice.select_option("relu"), "**activation=relu**range=1**")
    page.goto("/?size=80")
    rest = [INPUTS[0], INPUTS[2], PARTIALS[0], PARTIALS[2], *SCALE]
    box = page.locator('[name=on][value="1"]')
    unchanged(page, rest, box.uncheck, "**off=1&range=1")
    page.goto("/?size=80")
    mean = page.locator("#what-if button[value=mean]")
    page.wait_for_selector("html.js")
    page.locator("#what-if summary").click()
    unchanged(page, [*INPUTS, *PARTIALS, *KERNELS, *SCALE], mean.click, "**if=mean&range=1")


def test_back_takes_the_held_range_along(new_page):
    page = new_page("/?size=80", height=1200)
    page.wait_for_selector("html.js")
    page.locator("#row-0 .weight").nth(4).fill("1")
    page.wait_for_url("**range=1**")
    at_rest(page)
    page.go_back()
    page.wait_for_url("**/?size=80")
    expect(page.locator(".held")).to_have_count(0)
