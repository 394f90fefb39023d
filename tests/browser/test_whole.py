"""Nowhere is a text cut: fields, choices, captions and cells have room, or scroll within.

A number that lost its end is another number: “0.03…” is read as 0.03.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.harness import frames
from tests.browser.test_live_main import at_rest

WIDTHS = (1440, 1024, 768, 390, 320)

CUT = """() => {
  const pen = document.createElement("canvas").getContext("2d");
  const found = new Set();
  const said = (e, text) => found.add(`${e.tagName} ${e.name || e.className}: ${text}`);
  const seen = (e) => e.checkVisibility() && !e.closest(".unseen, .panel");
  const across = (style) => parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
  for (const field of document.querySelectorAll("input:not([type]), textarea, select")) {
    if (!seen(field)) continue;
    const style = getComputedStyle(field);
    if (field.tagName !== "SELECT") {
      if (field.scrollWidth > field.clientWidth) said(field, field.value);
      continue;
    }
    pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const words = field.selectedOptions[0]?.textContent ?? "";
    if (pen.measureText(words).width > field.clientWidth - across(style) + 1) said(field, words);
  }
  const known = new Map();  // what holds many texts is asked once
  const holding = (box) => {
    const { overflowX } = getComputedStyle(box);
    const fixed = box === document.documentElement;
    const held = fixed || box.tagName === "TD" || /hidden|clip/.test(overflowX);
    const scrolls = /auto|scroll/.test(overflowX);
    const found = { scrolls, fixed, edge: !scrolls && held && box.getBoundingClientRect() };
    known.set(box, found);
    return found;
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let text = walk.nextNode(); text; text = walk.nextNode()) {
    const own = text.parentElement;
    if (own.closest("script, select, textarea, svg, math") || !seen(own)) continue;
    range.selectNodeContents(text);
    const { left, right } = range.getBoundingClientRect();
    if (right - left < 1) continue;
    if (/[0-9.]…/.test(text.data)) said(own, text.data.trim());
    for (let box = own; box; box = box.parentElement) {
      const { scrolls, fixed, edge } = known.get(box) ?? holding(box);
      if (scrolls) break;
      if (edge && (right > edge.right + 1 || left < edge.left - 1)) said(own, text.data.trim());
      if (fixed) break;
    }
  }
  return [...found];
}"""

LONG = "w.0.0=-1000000,0.12345678,-0.0000123,1234.5678,-999999.5,1,1,1,1"
QUERIES = (
    "",
    "kernel=5x5",
    "filters=dlib&kernel=5x5",
    "filters=dlib&kernel=4x4&k=11",
    "filters=dlib&padding=0,2,3,1&padding_mode=circular&strides=16x12",
    "kernel=5x5&w.0.0=gaussian-5&w.1.0=unsharp&w.2.0=gabor(45,6)",
    "w.0.0=laplacian&w.1.0=gaussian&w.2.0=prewitt-x",
    "filters=opponent&kernel=15x15&size=96&w.0.0=random(7)",
    f"filters=redness&{LONG}&bias=-999999.5,0,0,0,0&activation=leaky",
    "kernel=1x1&w.0.0=-0.123456&bias=-0.12345678,0,0,0,0",
)


@pytest.mark.parametrize("query", QUERIES)
def test_no_text_is_wider_than_its_place(new_page, query):
    page = new_page(f"/?size=64&{query}" if "size=" not in query else f"/?{query}", width=1440)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelectorAll('details').forEach(all => { all.open = true })")
    for javascript in (True, False):
        if not javascript:  # what is styled so without scripts; a page without them opens nothing
            page.evaluate("document.documentElement.classList.remove('js')")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            frames(page)
            assert page.evaluate(CUT) == [], (javascript, width)


def test_a_kernel_of_long_numbers_is_a_picture_and_its_fields_stand_below(page):
    page.goto("/?size=64&filters=dlib&kernel=5x5")
    assert page.locator("#working .kernel-picture").count() == 3
    assert page.locator("#working .weight").count() == 0
    assert page.locator("#bench .weight").count() == 75
    page.goto("/?size=64&kernel=5x5")
    assert page.locator("#working .weight").count() == 75
    assert page.locator(".kernel-picture").count() == 0


def test_the_hand_goes_with_a_weight_whose_kernel_becomes_a_picture(page):
    page.goto("/?size=64&kernel=5x5")
    page.wait_for_selector("html.js")
    at = 'mc-kernel[data-q="1"] .weight >> nth=12'
    page.locator(at).fill("0.000123")
    at_rest(page)
    expect(page.locator("#working .kernel-picture")).to_have_count(3)
    expect(page.locator(at)).to_be_focused()
    assert page.locator(at).input_value() == "0.000123"
    page.keyboard.press("Backspace")
    page.keyboard.type("4")
    at_rest(page)
    assert "0.000124" in page.url
    page.locator(at).fill("0.5")
    at_rest(page)
    expect(page.locator("#working .weight")).to_have_count(75)
    expect(page.locator(at)).to_be_focused()
    page.keyboard.type("5")
    at_rest(page)
    assert "0.55" in page.url


def test_beside_tables_that_scroll_the_sum_stays_in_sight(new_page):
    for width in (1440, 768, 390):
        page = new_page("/?size=96&filters=dlib&kernel=15x15", width=width, height=800)
        page.wait_for_load_state("networkidle")
        channels = page.locator(".channels")
        for at in (0, 0.5, 1):
            channels.evaluate("(e, at) => { e.scrollLeft = at * e.scrollWidth }", at)
            for subtotal in page.locator(".subtotal").all():
                place = subtotal.bounding_box()
                assert place["x"] >= 0
                assert place["x"] + place["width"] <= width
        total = page.locator(".total").bounding_box()
        assert total["x"] + total["width"] <= width
