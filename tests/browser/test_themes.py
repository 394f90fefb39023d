"""Colours on light and on dark paper: with scripts, without, and as the page's own switch says."""

import io
import math

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.harness import PAGES, Held, settle
from tests.imaging.test_colour import cielab

SHARES = (-1, -0.5, -0.2, 0.2, 0.5, 1)
LEVEL = "/?size=48&off=0,1,2&range=1&bias={},0,0,0,0"
"""A page whose output is one value everywhere."""


def shown(locator):
    """The colours of an element as the screen has them."""
    return np.asarray(Image.open(io.BytesIO(locator.screenshot())).convert("RGB"))


def ramp(page):
    """The colour bar's colours at zero and at each share of the range."""
    settle(page)
    bar = shown(page.locator(".ramp"))
    row = bar[len(bar) // 2]
    places = [int((127 + 127 * share + 0.5) / 255 * len(row)) for share in (0, *SHARES)]
    return [tuple(row[at].tolist()) for at in places]


def contrasts(colours):
    zero, *values = map(cielab, colours)
    return [math.dist(value, zero) for value in values]


def corner(page):
    """The output's colour away from its mark."""
    return tuple(shown(page.locator(".output .map"))[20, 20].tolist())


@pytest.mark.parametrize("javascript", [True, False])
def test_values_stand_out_alike_on_light_and_dark_paper(new_page, javascript):
    light, dark = (new_page("/?size=48", dark=on, javascript=javascript) for on in (False, True))
    ratios = np.divide(contrasts(ramp(dark)), contrasts(ramp(light)))
    assert (abs(ratios - 1) < 0.1).all(), ratios
    assert ramp(dark)[0] == (0x17, 0x19, 0x1C)


@pytest.mark.parametrize("system", [True, False])
def test_the_pages_own_switch_chooses_the_colours_too(new_page, system):
    page = new_page("/?size=48", dark=system)
    found = []
    for theme in ("light", "dark"):
        page.keyboard.press("?")
        page.get_by_label(theme, exact=True).check()
        bars = page.locator("#help").evaluate(
            "at => (({ colorScheme, scrollbarColor }) => [colorScheme, scrollbarColor])"
            "(getComputedStyle(at))"
        )
        paper = {"light": "rgb(252, 252, 250)", "dark": "rgb(23, 25, 28)"}[theme]
        assert bars[0] == theme
        assert bars[1].endswith(paper)
        page.keyboard.press("Escape")
        found.append(ramp(page))
    light, dark = found
    assert ramp(new_page("/?size=48", javascript=False)) == light
    assert ramp(new_page("/?size=48", javascript=False, dark=True)) == dark


@pytest.mark.parametrize("share", [-0.2, 0.5])
def test_maps_have_the_bars_colours_also_where_they_are_edited(new_page, share):
    page = new_page(LEVEL.format(share), dark=True)
    bar = dict(zip((0, *SHARES), ramp(page), strict=True))
    assert math.dist(corner(page), bar[share]) < 4
    face = shown(page.locator(".drawing.column .output.chosen image"))
    assert math.dist(face[face.shape[0] // 2, face.shape[1] // 2], bar[share]) < 4
    pages = Held(page, PAGES)
    page.locator(".bias input").fill("0.2")
    expect(page.locator(".output canvas")).to_be_visible()
    page.wait_for_function(
        "() => document.querySelector('.output .value').textContent === '+0.200'"
    )
    assert math.dist(corner(page), bar[0.2]) < 4
    pages.let_go()


def test_downloads_stay_on_light_paper(new_page):
    page = new_page(LEVEL.format(0.5), dark=True)
    for more in ("", "&paper=1"):
        answer = page.request.get(f"/maps/output-0.png{LEVEL.format(0.5)[1:]}{more}")
        red, green, blue, alpha = (
            Image.open(io.BytesIO(answer.body())).convert("RGBA").getpixel((3, 3))
        )
        assert (alpha == 255) == bool(more)
        assert (red, green, blue) == (0xBC, 0x5E, 0x00) if not more else min(red, green, blue) > 100


def test_a_deep_layer_on_paper_and_in_forced_colours(new_page):
    """Row, ledger and rows are printed, light and without controls; squares keep their colours."""
    page = new_page("/?network=faces", dark=True)
    settle(page)
    page.emulate_media(media="print")
    for part in (".layer-row.wide", ".bars", "#row-36", ".rest", ".output", ".pixel", ".sight"):
        assert page.locator(part).first.is_visible(), part
    controls = "button, select, textarea, summary, [type=checkbox]"
    used = page.locator(f":is(main, .bar) :is({controls})")
    assert [one.evaluate("e => e.outerHTML") for one in used.all() if one.is_visible()] == []
    paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert paper == "rgb(252, 252, 250)"
    page.emulate_media(media="screen", forced_colors="active")
    squares = page.locator('.squares [data-part="taps"] td[class^="p"]').first
    assert squares.evaluate("e => getComputedStyle(e).backgroundColor") != paper
    for sign, part in (("+", "b.for"), ("−", "b.against")):
        texts = page.locator(f"{part}:not(.ledger-order *)").all_inner_texts()  # there: yes and no
        assert texts
        assert all(text.startswith(sign) for text in texts)
    said = page.locator("#working output.value").all_inner_texts()
    assert all(text[0] in "+−" for text in said)
