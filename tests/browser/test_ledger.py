"""The ledger under the pointer: at once near, then exact, then as served; a bar brings its row."""

from __future__ import annotations

import json
import re
from urllib.request import urlopen

from playwright.sync_api import expect

WAIT = 60_000


def number(text: str) -> float:
    return float(re.findall(r"[+−]?[\d.]+", text)[-1].replace("−", "-"))


def test_the_bars_follow_the_pointer_and_bring_rows(page, server):
    page.goto(f"{server}/?network=faces")
    headline, output = page.locator(".ledger-sum"), page.locator("mc-map.output")
    before = headline.inner_text()
    heights = (
        "[...document.querySelectorAll('.bars .bar')].map((bar) => bar.getAttribute('height'))"
    )
    stood = page.evaluate(heights)
    box = output.bounding_box()
    side = box["width"] / 47
    page.mouse.move(box["x"] + 10.5 * side, box["y"] + 33.5 * side)
    with urlopen(f"{server}/api/probe?network=faces&i=33&j=10") as answer:
        found = json.load(answer)
    final = page.locator('[data-value="total"] .final')
    expect(final).to_have_text(re.compile(f"{abs(found['total']):.3f}"), timeout=WAIT)
    expect(page.locator("#pixel")).not_to_have_class(re.compile("waiting"), timeout=WAIT)
    assert abs(number(headline.inner_text()) - found["total"]) < 0.006
    subtotal = next(each["subtotal"] for each in found["channels"] if each["q"] == 0)
    said = page.locator('#row-0 [data-value="partial-0"]').inner_text()
    assert abs(number(said) - subtotal) < 0.001
    assert page.evaluate(heights) != stood
    page.mouse.move(5, 5)
    expect(headline).to_have_text(before, timeout=WAIT)
    assert page.evaluate(heights) == stood

    page.locator('.ledger-table a[href*="rows="]').first.focus()  # its table is seen then
    expect(page.locator(".ledger-table")).to_be_visible()
    page.keyboard.press("Enter")  # channel 2 takes the place of the smallest
    expect(page.locator("#row-2")).to_be_visible(timeout=WAIT)
    assert [row.get_attribute("id") for row in page.locator(".row").all()] == [
        *("row-0", "row-2", "row-5", "row-36"),
        "rest",
    ]
    expect(page).to_have_url(re.compile("rows=0,2,5,36&range="), timeout=WAIT)


def test_inputs_enter_the_sum_one_after_another(page, server):
    page.goto(f"{server}/?network=faces")
    page.locator("#steps summary").click()
    slider = page.locator("mc-sums input")
    levels = [
        number(cell.inner_text()) for cell in page.locator('td[data-value^="running-"]').all()
    ]
    slider.evaluate(
        "(at) => { at.value = '6'; at.dispatchEvent(new Event('input', {bubbles: true})) }"
    )
    expect(page.locator(".step-words")).to_have_text(
        "6 of 45 inputs, the last is 5; the bias is still missing."
    )
    output = page.locator('.result [data-value="output"]')
    assert abs(number(output.inner_text()) - levels[5]) < 0.003
    expect(page.locator("#row-36")).to_have_class(re.compile("waiting"))
    expect(page.locator("#row-5")).not_to_have_class(re.compile("waiting"))
    expect(page.locator("canvas[data-step]").first).to_be_attached(timeout=WAIT)
    slider.press("End")
    expect(output).to_have_text("+1.072")
    expect(page.locator("#row-36")).not_to_have_class(re.compile("waiting"))
