"""Words keep to their places: nothing lies over its neighbour, and nothing moves that need not."""

import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.harness import frames

TEXTS = """selector => [...document.querySelectorAll(selector)].map((each) => {
  const text = document.createRange();
  text.selectNodeContents(each);
  return text.getBoundingClientRect().toJSON();
})"""


def texts(page, selector):
    """Where the words of each that the selector finds stand, which its box may not hold."""
    return page.evaluate(TEXTS, selector)


def apart(a, b):
    """Whether two boxes share no pixel."""
    beside = a["right"] <= b["left"] or b["right"] <= a["left"]
    return beside or a["bottom"] <= b["top"] or b["bottom"] <= a["top"]


def test_what_a_number_sees_is_said_beside_the_rows(new_page):
    page = new_page("/?network=faces&layer=6&i=10&j=19")
    for width, height in ((1440, 900), (1431, 800), (1366, 625), (1280, 720), (1016, 700)):
        page.set_viewport_size({"width": width, "height": height})
        frames(page)
        words = texts(page, ".sight figcaption span")
        labels = texts(page, ".row .label") + texts(page, ".partials .label")
        for said in words:
            assert all(apart(said, label) for label in labels), (width, said)


@pytest.mark.parametrize("width", [1016, 1100, 1259, 1366])
def test_a_pixels_total_stands_beside_what_it_adds_up(new_page, width):
    page = new_page("/?network=emoji", width=width, height=700)
    page.wait_for_load_state("networkidle")
    page.locator("#pixel").scroll_into_view_if_needed()
    frames(page)
    total = min(line["left"] for line in texts(page, ".total p"))
    assert all(each["right"] < total for each in texts(page, ".channels .subtotal"))
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("javascript", [True, False])
def test_what_is_wrong_behind_more_stands_under_its_own_field(new_page, watch, javascript):
    watch.forgive("400")
    page = new_page("/?size=48", javascript=javascript)
    page.wait_for_load_state("networkidle")
    page.get_by_text("More", exact=True).click()
    others = ("kernel", "padding", "size", "range")
    fields = {name: page.locator(f'.more-fields input[name*="{name}"]') for name in others}
    before = {name: field.bounding_box() for name, field in fields.items()}
    fields["size"].fill("1e3")
    fields["size"].press("Enter")
    wrong = page.locator(".more-fields :is(.fault, .mistake)").filter(has_text="size is")
    expect(wrong).to_be_visible()
    frames(page)
    at, said = fields["size"].bounding_box(), wrong.bounding_box()
    assert said["x"] == at["x"]
    assert said["y"] > at["y"] + at["height"]
    assert fields["size"].get_attribute("aria-invalid") == "true"
    if javascript:  # all others keep their columns
        now = {name: field.bounding_box() for name, field in fields.items()}
        assert {name: each["x"] for name, each in now.items()} == {
            name: each["x"] for name, each in before.items()
        }


def test_the_bar_keeps_its_lines_beside_pictures_of_ones_own(new_page, tmp_path):
    page = new_page("/?size=16")
    page.wait_for_selector("html.js")
    for shade in (40, 120, 200):
        Image.new("RGB", (8, 8), (shade, 90, 20)).save(tmp_path / f"{shade}.png")
        before = page.url
        page.set_input_files("#image", tmp_path / f"{shade}.png")
        page.wait_for_url(lambda address, before=before: address != before)
        expect(page.locator(".samples a[title='Your picture']")).to_have_count(1)
    expect(page.locator(".samples a")).to_have_count(9)
    for width, lines in (
        (1920, 1),
        (1700, 1),
        (1440, 1),
        (1366, 1),
        (1280, 1),
        (1100, 2),
        (768, 2),
    ):
        page.set_viewport_size({"width": width, "height": 700})
        frames(page)
        height = page.locator(".bar").bounding_box()["height"]
        assert height < (70 if lines == 1 else 110), width


def test_the_largest_tables_are_seen_whole_or_tell_that_they_go_on(new_page):
    page = new_page("/?size=48&kernel=7x7&w.1.0=gaussian(1)")
    page.wait_for_load_state("networkidle")
    page.locator("#pixel").scroll_into_view_if_needed()
    channels, subtotal = page.locator(".channels"), page.locator(".subtotal").first
    for width, whole in ((1440, True), (1280, True), (768, False)):
        page.set_viewport_size({"width": width, "height": 800})
        frames(page)
        assert channels.evaluate("at => at.scrollWidth <= at.clientWidth") == whole, width
        expect(subtotal).to_have_css("box-shadow", "none" if whole else re.compile("px"))


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1000, 700)])
def test_a_tours_frame_cuts_through_no_line(new_page, width, height):
    page = new_page("/?network=faces&tour=8", width=width, height=height)
    frame = page.locator(".lit-ledger .ledger-drawing").bounding_box()
    seen = ".ledger-head > :not(.unseen, details), .ledger-order summary"
    assert all(line["bottom"] < frame["y"] - 4 for line in texts(page, seen))


@pytest.mark.parametrize("query", ["", "&w.0.0=0,0,0,0,1,0,0,0,0", "&w.0.0=gabor(45,6)"])
def test_choices_end_where_the_output_does(new_page, query):
    page = new_page(f"/?size=48{query}")
    for width in (1440, 1280, 1016):
        page.set_viewport_size({"width": width, "height": 800})
        frames(page)
        output = page.locator(".output .map").bounding_box()
        for choice in page.locator(".controls > .choice").all():
            at = choice.bounding_box()
            assert at["x"] + at["width"] <= output["x"] + output["width"] + 2, (width, query)


def test_an_index_stands_on_its_line_beside_a_name_of_any_length(new_page):
    page = new_page("/?size=48&w.0.0=gabor(45,6)&w.1.0=identity")
    for width in (1440, 1016, 390):
        page.set_viewport_size({"width": width, "height": 800})
        frames(page)
        for at in page.locator(".row .caption").all():
            index, name = at.locator(".index").bounding_box(), at.locator("select").bounding_box()
            assert abs(index["y"] + index["height"] / 2 - name["y"] - name["height"] / 2) < 4
            assert index["x"] + index["width"] <= name["x"], width


@pytest.mark.parametrize("width", [1440, 1366, 1100, 768])
def test_sizes_are_tried_where_their_words_stand(new_page, width):
    page = new_page("/?network=faces", width=width, height=900)
    page.wait_for_load_state("networkidle")
    words, found = page.locator("#sizes summary"), page.locator(".found")
    place = "(at) => [at.offsetLeft, at.offsetTop]"
    before = words.evaluate(place)
    words.click()
    expect(page.locator("#sizes ol")).to_be_visible()
    assert words.evaluate(place) == before
    assert found.evaluate("at => at.scrollWidth <= at.clientWidth")


@pytest.mark.parametrize("network", ["faces", "emoji"])
def test_for_and_against_stands_beside_the_arrow(new_page, network):
    page = new_page(f"/?network={network}", height=900)
    for width in (768, 900, 1000):
        page.set_viewport_size({"width": width, "height": 900})
        frames(page)
        (words,), arrow = texts(page, ".sum-shares summary"), page.locator(".arrow-down")
        assert words["left"] > arrow.evaluate("at => at.getBoundingClientRect().right"), width


def test_what_a_larger_map_is_is_drawn_no_smaller_and_is_clicked_where_it_is(new_page):
    page = new_page("/?network=emoji", javascript=False)
    plane, partial = page.locator("#row-2 .plane .map"), page.locator("#row-2 .partial .map")
    assert partial.bounding_box()["width"] >= plane.bounding_box()["width"]
    partial.click(position={"x": 31, "y": 62})  # one and a half times as large
    page.wait_for_url("**i=41**")
    assert "j=20" in page.url
