"""Words keep to their places: nothing lies over its neighbour, and nothing moves that need not."""

import pytest

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
