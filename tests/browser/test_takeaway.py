"""Drawings look the same in Chromium and librsvg, and can be saved as PNG; the article drives."""

from __future__ import annotations

import io
import shutil
import subprocess
from itertools import product
from urllib.request import urlopen

import numpy as np
import pytest
from PIL import Image, ImageFilter
from playwright.sync_api import expect

from tests.browser.harness import Held, frames

SHOWN = "document.querySelector('.mini.output img').getAttribute('src')"
NO_RSVG = "rsvg-convert (Debian: librsvg2-bin) is not installed: drawings not compared"


def picture(body):
    return Image.open(io.BytesIO(body)).convert("RGB")


def softened(image):
    """Levels after a small blur: rims of letters and lines may be smoothed in two ways."""
    return np.array(image.filter(ImageFilter.GaussianBlur(2)), dtype=int)


@pytest.mark.skipif(shutil.which("rsvg-convert") is None, reason=NO_RSVG)
@pytest.mark.parametrize(
    "address",
    [
        "/stage.svg",
        "/diagram.svg",
        "/stage.svg?filters=dlib&k=7",
        "/stage.svg?strides=3",
        "/stage.svg?network=emoji&k=2&i=40&j=35",
    ],
)
def test_chromium_and_librsvg_draw_the_same(address, server, new_page, tmp_path):
    with urlopen(server + address) as answer:
        svg = answer.read()
    file = tmp_path / "drawing.svg"
    file.write_bytes(svg)
    done = subprocess.run(["rsvg-convert", file], capture_output=True, check=True)
    other = picture(done.stdout)
    page = new_page(width=other.width, height=other.height)
    page.goto(server + address)
    ours = picture(
        page.screenshot(clip={"x": 0, "y": 0, "width": other.width, "height": other.height})
    )
    apart = np.abs(softened(ours) - softened(other)).max(axis=2)
    assert ours.size == other.size
    assert apart.mean() < 2
    assert np.mean(apart > 48) < 0.004


def test_a_drawing_is_saved_as_png_at_twice_its_size(new_page):
    page = new_page("/?size=64")
    page.get_by_role("button", name="Export").click()
    for words, width in (("The figure, PNG at 2×", 2880), ("The volumes, PNG at 2×", None)):
        with page.expect_download() as saved:
            page.get_by_role("link", name=words).click()
        path = saved.value.path()
        assert saved.value.suggested_filename.endswith(".png")
        image = Image.open(path)
        assert width in (image.width, None)
        assert len(image.convert("RGB").getcolors(2**24)) > 100


def test_a_film_says_that_it_is_being_made_and_arrives(new_page, tmp_path):
    page = new_page("/?size=24")
    held = Held(page, "**/film/sum.gif*")
    page.get_by_role("button", name="Export", exact=True).click()
    link = page.locator("#export a[href^='/film/sum.gif']")
    words = link.inner_text()
    with page.expect_download() as saved:
        link.click()
        expect(link).to_have_text(f"{words}: making …")
        held.let_go()
    saved.value.save_as(tmp_path / "sum.gif")
    assert saved.value.suggested_filename == "sum.gif"
    with Image.open(tmp_path / "sum.gif") as film:
        assert film.n_frames > 3
    expect(link).to_have_text(words)


def test_without_scripts_there_is_no_offer_that_needs_them(new_page):
    page = new_page("/", javascript=False)
    page.get_by_role("button", name="Export").click()
    assert page.get_by_role("link", name="The figure, SVG").is_visible()
    assert not page.get_by_role("link", name="The figure, PNG at 2×").is_visible()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (768, 1024), (360, 740)])
def test_a_try_link_changes_the_figure_in_view_and_back_returns(width, height, new_page):
    page = new_page("/?size=64", width=width, height=height)
    link = page.get_by_role("link", name="Set it to 0.5")
    link.scroll_into_view_if_needed()
    output = page.locator(".companion .mini.output img")
    before, at = output.get_attribute("src"), page.evaluate("scrollY")
    link.click()
    page.wait_for_url("**bias=0.5**")
    page.wait_for_function(f"before => {SHOWN} !== before", arg=before)
    assert abs(page.evaluate("scrollY") - at) < 80
    box = output.bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= height
    assert page.locator(".companion").inner_text().count("+ 0.5") == 1
    page.go_back()
    page.wait_for_function(f"before => {SHOWN} === before", arg=before)


def test_a_what_if_changes_the_figure_in_place(new_page):
    page = new_page("/?size=64")
    page.locator("#what-if summary").click()
    page.get_by_role("button", name="turned by 180°").wait_for()
    page.get_by_role("button", name="one kernel for all").click()
    page.wait_for_url("**if=shared&range=1")
    texts = [
        page.locator(f"#row-{q} .weight").evaluate_all("f => f.map(e => e.value)") for q in range(3)
    ]
    assert texts[0] == texts[1] == texts[2]
    assert page.locator("#what-if").get_attribute("open") is not None


@pytest.mark.parametrize("address", ["/filters?size=64", "/weights"])
def test_the_gallery_and_the_form_fit_and_are_accessible(address, new_page, axe_report):
    page = new_page(address)
    for paper, width in product(("light", "dark"), (1440, 768, 320)):
        page.emulate_media(color_scheme=paper)
        page.set_viewport_size({"width": width, "height": 900})
        frames(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert axe_report(page) == "", (paper, width)
