"""A transposed layer under hand and pointer: what reaches a pixel, and stamp by stamp."""

from __future__ import annotations

import json
import math
import re
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from tests.browser.harness import PAGES, Held

WAIT = 60_000
EMOJI = "network=emoji&k=2&i=40&j=35"


def test_a_generators_last_layer_is_pointed_at_stepped_and_edited(page, server, axe_report):
    page.goto(f"{server}/?{EMOJI}")
    expect(page.locator(".inset figcaption").first).to_have_text("reached by 6")
    assert axe_report(page, article=False) == ""
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.locator(".channels").evaluate("at => at.scrollWidth - at.clientWidth") == 0
    page.set_viewport_size({"width": 1440, "height": 900})
    output = page.locator("#result mc-map input")
    output.scroll_into_view_if_needed()
    box = output.bounding_box()
    side = box["width"] / 64
    page.mouse.move(box["x"] + 30.5 * side, box["y"] + 20.5 * side)
    expect(page.locator(".inset figcaption").first).to_have_text("reached by 9", timeout=WAIT)
    expect(page.locator(".counts .pinned")).to_have_text("9")
    outlines = page.locator(".kernel-picture .outlines").first.get_attribute("d")
    assert outlines.count("M") == 9
    with urlopen(f"{server}/api/probe?network=emoji&k=2&i=20&j=30") as answer:
        found = json.load(answer)
    final = page.locator('[data-value="total"] .final').first
    expect(final).to_have_text(re.compile(f"{abs(found['total']):.3f}"), timeout=WAIT)
    for row in page.locator(".channel").all():
        (channel,) = (
            each for each in found["channels"] if str(each["q"]) == row.get_attribute("data-q")
        )
        cells = row.locator(".taps td").all_inner_texts()
        shown = [float(text.replace("−", "-")) for text in cells]
        wanted = [weight for line in channel["kernel"] for weight in line]
        assert all(abs(a - b) < 6e-3 for a, b in zip(shown, wanted, strict=True))

    page.mouse.move(5, 5)
    output.focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("j=36"), timeout=WAIT)
    expect(page.locator(".inset figcaption").first).to_have_text("reached by 9", timeout=WAIT)
    caption = page.locator('#result figcaption [data-value="output"]')
    expect(page.locator("#result .place")).to_contain_text("column 36")
    with urlopen(f"{server}/api/probe?network=emoji&k=2&i=40&j=36") as answer:
        whole = f"−{abs(math.tanh(json.load(answer)['total'])):.3f}"
    expect(caption).to_have_text(whole, timeout=WAIT)

    page.locator("#steps > summary").click()
    page.locator('mc-stamps [data-go="step"]').click()
    words = page.locator("mc-stamps .step-words")
    expect(words).to_contain_text("Input row 0, column 0 stamps rows 0 to 2", timeout=WAIT)
    expect(caption).not_to_have_text(whole, timeout=WAIT)
    slider = page.locator("mc-stamps input[type=range]")
    slider.focus()
    page.keyboard.press("End")
    expect(words).to_contain_text("So far 1024 of 1024")
    last = page.locator(".drawing.column .beam .pixel").first.get_attribute("points")
    expect(caption).to_have_text(whole)
    page.locator("#steps > summary").click()
    pinned = page.locator(".drawing.column .beam .pixel").first
    expect(pinned).not_to_have_attribute("points", last)

    page.locator("#working a.kernel").first.click()
    pages = Held(page, PAGES)
    page.locator("mc-kernel[data-q] .weight").nth(12).fill("1.5")
    expect(page.locator("#result mc-map canvas")).to_have_count(1, timeout=WAIT)
    pages.let_go()
    expect(page).to_have_url(re.compile(r"w\.\d+\.2"), timeout=WAIT)


def test_a_stamped_picture_follows_the_pointer_and_stands_without_scripts(new_page, server):
    query = "kind=transposed&kernel=5x5&strides=2&i=20&j=21&size=40"
    page = new_page(javascript=False)
    page.goto(f"{server}/?{query}")
    expect(page.locator("#reach")).to_contain_text("Stride 2 puts an input pixel on every second")
    page = new_page()
    for kernel in ("3x3", "5x5"):  # the word stands between the plane and the kernel
        page.goto(f"{server}/?{query.replace('5x5', kernel)}")
        left, right = page.locator(".row").first.evaluate(
            """row => {
              const words = document.createRange();
              words.selectNodeContents(row.querySelector(".sign.stamps"));
              const [word, plane, kernel] = [words, row.querySelector("mc-map"),
                row.querySelector(".kernel")].map((each) => each.getBoundingClientRect());
              return [word.left - plane.right, kernel.left - word.right];
            }"""
        )
        assert min(left, right) > -1.5
    # Dots have their values' colours where the page says them, at the pinned pixel.
    coloured, words = page.locator("#reach circle[class*=' p']"), page.locator("#reach .filled")
    stood = coloured.count()
    assert stood > 9
    beam = page.locator(".drawing.column .beam :is(.pixel, .patch)")
    began = [quad.get_attribute("points") for quad in beam.all()]
    page.locator("#result mc-map input").hover(position={"x": 100, "y": 104})  # 8 times as large
    expect(page.locator('[data-value="i"]').first).to_have_text("26", timeout=WAIT)
    with urlopen(
        f"{server}/api/probe?kind=transposed&kernel=5x5&strides=2&size=40&i=26&j=25"
    ) as answer:
        found = json.load(answer)
    final = page.locator('[data-value="total"] .final')
    expect(final).to_have_text(re.compile(f"{abs(found['total']):.3f}"), timeout=WAIT)
    expect(words).to_be_hidden()
    expect(coloured).to_have_count(0)
    there = page.context.new_page()
    there.goto(f"{server}/?{query.replace('i=20&j=21', 'i=26&j=25')}")
    for quad, before, pinned in zip(
        beam.all(), began, there.locator(".drawing.column .beam polygon").all(), strict=True
    ):
        numbers = [
            [float(each) for each in re.findall(r"[\d.]+", points or "")]
            for points in (quad.get_attribute("points"), pinned.get_attribute("points"))
        ]
        assert numbers[0] == pytest.approx(numbers[1], abs=0.011)
        assert quad.get_attribute("points") != before
    there.close()
    assert page.locator("#working .row").first.locator(".weight.reaches").count() == (
        len(found["rows"]) * len(found["cols"])
    )
