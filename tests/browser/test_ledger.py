"""The ledger under the pointer: at once near, then exact, then as served; a bar brings its row."""

from __future__ import annotations

import io
import json
import re
from operator import itemgetter
from urllib.request import urlopen

import numpy as np
from playwright.sync_api import expect

from tests.browser.harness import Held, frames
from tests.browser.test_live_main import RESTS

WAIT = 60_000


def number(text: str) -> float:
    return float(re.findall(r"[+−]?[\d.]+", text)[-1].replace("−", "-"))


SUBTOTAL = itemgetter("subtotal")
TYPED = """
([text, at]) => {
  const field = document.querySelectorAll("mc-kernel[data-q='0'] .weight")[at];
  field.value = text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
"""
NEARLY = """
(expected) => {
  const [near, value] = document.querySelector("#row-0 output").textContent.split(" ");
  return near === "≈" && Math.abs(Number(value.replace("−", "-")) - expected) < 0.006;
}
"""
KINDS = "cells => cells.map((each) => each.className)"
# The pointer leaves as soon as the exact numbers are there.
LEAVE = """() => {
    const total = document.querySelector("#pixel .total");
    new MutationObserver((_, observer) => {
        observer.disconnect();
        document.querySelector("mc-map.output").dispatchEvent(new PointerEvent("pointerleave"));
        requestAnimationFrame(() => (window.left = true));
    }).observe(total, { childList: true, subtree: true, characterData: true });
}"""


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
    expect(page.locator("#pixel")).not_to_have_class(re.compile("inexact"), timeout=WAIT)
    assert abs(number(headline.inner_text()) - found["total"]) < 0.006
    subtotal = next(each["subtotal"] for each in found["channels"] if each["q"] == 0)
    said = page.locator('#row-0 [data-value="partial-0"]').inner_text()
    assert abs(number(said) - subtotal) < 0.001
    assert page.evaluate(heights) != stood
    with urlopen(f"{server}/?network=faces&i=33&j=10") as answer:  # in words too, as the page says
        told = re.search(r'data-value="voices">([^<]+)<', answer.read().decode())
    assert page.locator('[data-value="voices"]').inner_text() == told[1]
    page.mouse.move(5, 5)
    expect(headline).to_have_text(before, timeout=WAIT)
    assert page.evaluate(heights) == stood

    page.locator('.ledger-table a[href*="rows="]').first.focus()  # its table is seen then
    expect(page.locator(".ledger-table")).to_be_visible()
    chart, table = (page.locator(at).bounding_box() for at in (".bars", ".ledger-table"))
    assert chart
    assert table
    assert table["y"] >= chart["y"] + chart["height"], "it covers the bars"
    page.keyboard.press("Enter")  # channel 2 takes the place of the smallest
    expect(page.locator("#row-2")).to_be_visible(timeout=WAIT)
    assert [row.get_attribute("id") for row in page.locator(".row").all()] == [
        *("row-0", "row-2", "row-5", "row-36"),
        "rest",
    ]
    expect(page).to_have_url(re.compile("rows=0,2,5,36&range="), timeout=WAIT)


def test_who_says_no_stands_in_order_and_brings_its_row(page, server):
    """The page that follows an edit has the order anew; until then it steps back."""
    page.goto(f"{server}/?network=faces")
    order = page.locator(".ledger-order")
    no = order.locator("p:has(b.against) a")
    expect(no.first).to_be_hidden()
    order.locator("summary").click()
    with urlopen(f"{server}/api/probe?network=faces&tables=0") as answer:
        channels = json.load(answer)["channels"]
    against = sorted((each for each in channels if each["subtotal"] < 0), key=SUBTOTAL)
    names = [text.split()[0] for text in no.all_inner_texts()]
    assert names == [str(each["q"]) for each in against]
    no.first.click()
    expect(page.locator(f"#row-{names[0]}")).to_be_visible(timeout=WAIT)
    expect(order).to_have_attribute("open", "")
    expect(no.first).to_have_class("chosen", timeout=WAIT)
    expect(order).not_to_have_class(re.compile("inexact"))
    pages = Held(page, "**/?*")
    page.locator(".output mc-map input").press("ArrowLeft")  # it is another pixel's
    expect(order).to_have_class(re.compile("inexact"), timeout=WAIT)
    page.locator(".output mc-map input").press("ArrowRight")
    expect(order).not_to_have_class(re.compile("inexact"), timeout=WAIT)
    page.locator(".bench").evaluate("(bench) => { bench.open = true; }")
    page.evaluate(TYPED, ["-1", 4])
    expect(order).to_have_class(re.compile("inexact"), timeout=WAIT)
    pages.let_go()
    expect(order).not_to_have_class(re.compile("inexact"), timeout=WAIT)
    with urlopen(f"{server}/api/probe?network=faces&7.w.0.0.0.4=-1&tables=0") as answer:
        channels = json.load(answer)["channels"]
    against = sorted((each for each in channels if each["subtotal"] < 0), key=SUBTOTAL)
    assert [text.split()[0] for text in no.all_inner_texts()] == [
        str(each["q"]) for each in against
    ]


def test_a_picture_of_a_kernel_follows_its_weights(page, server):
    """It is drawn as the page that comes draws it."""
    picture = '.kernel-picture[data-q="0"]'
    drawn = f"""() => [...document.querySelectorAll('{picture} path')]
      .map((path) => [path.getAttribute("class"), path.getAttribute("d")]).sort()"""
    page.goto(f"{server}/?network=faces")
    stood = page.evaluate(drawn)
    pages = Held(page, "**/?*")
    page.evaluate(TYPED, ["-1", 4])
    expect(page.locator(f"{picture} path.n8")).to_have_count(1, timeout=WAIT)
    live = page.evaluate(drawn)
    assert live != stood
    assert ["n8", "M4 0h1v1h-1z"] in live
    pages.let_go()
    page.goto(f"{server}/?network=faces&7.w.0.0.0.4=-1")
    assert page.evaluate(drawn) == live


def test_squares_have_the_numbers_of_the_pixel_that_is_pointed_at_and_again_their_own(page, server):
    """Their colours come first; who leaves before their numbers come finds no others there."""
    page.goto(f"{server}/?network=faces")
    window = page.locator('#pixel .channel[data-q="36"] [data-part="window"] td')
    stood, kinds = window.all_text_contents(), window.evaluate_all(KINDS)
    box = page.locator("mc-map.output").bounding_box()
    side = box["width"] / 47
    page.mouse.move(box["x"] + 10.5 * side, box["y"] + 33.5 * side)
    with urlopen(f"{server}/api/probe?network=faces&i=33&j=10") as answer:
        found = json.load(answer)
    values = next(each["values"] for each in found["channels"] if each["q"] == 36)
    expect(window.first).not_to_have_text(stood[0], timeout=WAIT)
    expect(page.locator("#pixel[aria-busy]")).to_have_count(0, timeout=WAIT)
    said = [number(text) for text in window.all_text_contents()]
    assert np.abs(np.array(said) - np.ravel(values)).max() < 0.006
    assert window.evaluate_all(KINDS) != kinds
    page.mouse.move(5, 5)
    expect(window.first).to_have_text(stood[0], timeout=WAIT)
    expect(page.locator("#pixel[aria-busy]")).to_have_count(0, timeout=WAIT)
    assert window.all_text_contents() == stood

    page.evaluate(LEAVE)
    page.mouse.move(box["x"] + 20.5 * side, box["y"] + 23.5 * side)
    page.wait_for_function("() => window.left && !document.querySelector('#pixel[aria-busy]')")
    assert window.all_text_contents() == stood
    assert window.evaluate_all(KINDS) == kinds


def test_what_is_near_says_so_and_what_is_beyond_the_scale_is_not_said(page, server):
    """For and against follow too; a pixel that its plane does not reach waits for the exact one."""
    query = "network=faces&rows=0,1,5,36"
    with urlopen(f"{server}/maps/partial-36.npy?{query}") as answer:
        added = np.load(io.BytesIO(answer.read()))
    page.goto(f"{server}/?{query}")
    facts = json.loads(page.locator("#facts").text_content())
    end = facts["range"] / facts["gain"]
    i, j = np.unravel_index(np.where(np.arange(47) != 10, added, 0).argmax(), added.shape)
    assert added[i, j] > end
    asked = Held(page, "**/api/probe*")
    page.locator(".sum-shares summary").click()
    shares = page.locator(".sum-shares output")
    stood = shares.all_inner_texts()
    box = page.locator("mc-map.output").bounding_box()
    side = box["width"] / 47
    row, headline = page.locator("#row-36 output"), page.locator(".ledger-sum")
    page.mouse.move(box["x"] + 40.5 * side, box["y"] + 40.5 * side)
    expect(row).to_have_text(re.compile("^≈ "), timeout=WAIT)
    expect(page.locator('.result [data-value="output"]')).to_have_text(re.compile("^≈ "))
    assert all(text.startswith("≈ ") for text in shares.all_inner_texts())
    page.mouse.move(box["x"] + (j + 0.5) * side, box["y"] + (i + 0.5) * side)
    expect(row).to_have_text(f"≥ +{end:.3f}")
    expect(headline).to_have_text(re.compile("≥ .* for .* against .* ≈ …"))
    asked.let_go()
    expect(row).to_have_text(f"+{added[i, j]:.3f}", timeout=WAIT)
    with urlopen(f"{server}/api/probe?{query}&i={i}&j={j}") as answer:
        found = json.load(answer)
    told = [number(text) for text in shares.all_inner_texts()]
    np.testing.assert_allclose(told, [found["for"], found["against"]], atol=6e-4)
    assert abs(number(headline.inner_text()) - found["total"]) < 0.006
    page.mouse.move(5, 5)
    expect(shares.first).to_have_text(stood[0])


def test_what_a_weight_changes_follows_its_plane(page, server):
    """Until that is here the numbers of the weight before stand, exact as they are.

    It is one that meets the face at the pinned pixel: one on 0 would change no number.
    """

    def told(weight):
        with urlopen(f"{server}/api/probe?network=faces&7.w.0.0.4.5={weight}&tables=0") as answer:
            found = json.load(answer)
        value = f"{found['channels'][0]['subtotal']:+.3f}".replace("-", "−")
        return value, f"≈ {found['total']:+.2f}".replace("-", "−")

    Held(page, "**/maps/*.npy*")  # nothing is drawn ahead
    page.goto(f"{server}/?network=faces&rows=0,1,5,36")
    row, headline = page.locator("#row-0 output"), page.locator(".ledger-sum")
    box = page.locator("mc-map.output").bounding_box()
    stood = row.inner_text()
    probes = Held(page, "**/api/probe*")
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    expect(row).to_have_text(re.compile("^[≈≥≤] "), timeout=WAIT)  # what each adds is here
    page.mouse.move(5, 5)
    expect(row).to_have_text(stood, timeout=WAIT)
    probes.let_go()
    Held(page, "**/?*")  # no page comes
    page.evaluate(TYPED, ["0.25", 41])
    value, total = told(0.25)
    assert value != stood
    expect(row).to_have_text(value, timeout=WAIT)
    expect(headline).to_contain_text(total, timeout=WAIT)
    planes = Held(page, "**/api/planes*")
    page.evaluate(TYPED, ["0.5", 41])
    expect(page).to_have_url(re.compile(r"7\.w\.0\.0\.4\.5=0\.5"), timeout=WAIT)
    frames(page)
    assert row.inner_text() == value
    assert total in headline.inner_text()
    planes.let_go()
    assert told(0.5) != (value, total)
    value, total = told(0.5)
    expect(row).to_have_text(value, timeout=WAIT)
    expect(headline).to_contain_text(total, timeout=WAIT)


def test_what_each_channel_adds_is_kept_when_the_page_of_an_edit_comes(page, server):
    """The planes that followed the edit are those of its page, not those of the page before it."""
    query = "network=faces&rows=0,1,5,36"

    def added(more=""):
        with urlopen(f"{server}/maps/partial-0.npy?{query}{more}") as answer:
            return np.load(io.BytesIO(answer.read()))

    usual, edited = added(), added("&7.w.0.0.4.5=0.25")
    far = np.abs(edited - usual)
    far[np.maximum(np.abs(edited), np.abs(usual)) > 0.29] = 0  # beyond the scale
    far[10, 19] = 0  # the pinned pixel's numbers stand as they are
    i, j = np.unravel_index(far.argmax(), far.shape)
    links = []
    page.on("request", lambda request: links.append(request.url))
    page.goto(f"{server}/?{query}")
    Held(page, "**/api/probe*")  # no exact numbers come

    def is_near(expected):
        box = page.locator("mc-map.output").bounding_box()
        side = box["width"] / 47
        page.mouse.move(box["x"] + (j + 0.5) * side, box["y"] + (i + 0.5) * side)
        page.wait_for_function(NEARLY, arg=float(expected))
        page.mouse.move(5, 5)

    def fetched():
        return sum("maps=partial-0,partial-1," in link for link in links)

    def led(keys, there):
        page.keyboard.press(keys)
        page.wait_for_function(
            "(there) => location.search.includes('7.w.0.0.4.5') === there", arg=there
        )
        page.wait_for_function(RESTS)

    is_near(usual[i, j])
    assert (fetched(), far[i, j] > 0.02) == (1, True)
    pages = Held(page, "**/?*")
    with page.expect_response("**/api/planes?*7.w.0.0.4.5=0.25*") as planes:
        page.evaluate(TYPED, ["0.25", 41])
    planes.value.finished()
    frames(page)
    pages.let_go()
    page.wait_for_function(RESTS)
    is_near(edited[i, j])
    assert fetched() == 1
    led("Control+z", False)
    is_near(usual[i, j])
    led("Control+Shift+z", True)
    is_near(edited[i, j])
    assert fetched() == 3
    # What is undone before its page comes leaves none of its planes behind.
    pages = Held(page, "**/?*")
    with page.expect_response("**/api/planes?*7.w.0.0.4.5=0.3*") as planes:
        page.evaluate(TYPED, ["0.3", 41])
    planes.value.finished()
    frames(page)
    page.keyboard.press("Control+z")
    pages.let_go()
    page.wait_for_function("() => location.search.includes('7.w.0.0.4.5=0.25')")
    page.wait_for_function(RESTS)
    is_near(edited[i, j])


def test_the_numbers_of_a_pooling_and_its_winner_follow_the_pointer(page, server):
    query = "layers=2&layer=2&outputs=2&2.kind=max_pool&size=40"
    page.goto(f"{server}/?{query}")
    value, winner = page.locator('.result [data-value="output"]'), page.locator(".winner")
    stood = value.inner_text()
    box = page.locator("mc-map.output").bounding_box()
    side = box["width"] / 20
    page.mouse.move(box["x"] + 3.5 * side, box["y"] + 6.5 * side)
    with urlopen(f"{server}/api/probe?{query}&i=6&j=3") as answer:
        found = json.load(answer)
    window = np.array(found["channels"][0]["values"])
    assert found["total"] == window.max()
    expect(value).to_have_text(re.compile(f"{abs(found['total']):.3f}$"), timeout=WAIT)
    expect(page.locator('[data-value="sum"]')).to_have_text(
        re.compile(f"^the largest of each 2 × 2 ≈ .*{abs(found['total']):.3f}$")
    )
    expect(page.locator(".pixel .subtotal output")).to_have_text(value.inner_text())
    di, dj = np.unravel_index(window.argmax(), window.shape)
    assert [winner.get_attribute(name) for name in "yx"] == [str(12 + di), str(6 + dj)]
    assert page.locator('[data-part="taps"] td').all_text_contents() == [
        f"{float(at == window.argmax()):.2f}" for at in range(4)
    ]
    page.mouse.move(5, 5)
    expect(value).to_have_text(stood)


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
        "6 of 45 inputs, the last is 5; the other 39 and the bias are still missing."
    )
    output = page.locator('.result [data-value="output"]')
    assert abs(number(output.inner_text()) - levels[5]) < 0.003
    expect(page.locator("#row-36")).to_have_class(re.compile("waiting"))
    expect(page.locator("#row-5")).not_to_have_class(re.compile("waiting"))
    expect(page.locator("canvas[data-step]").first).to_be_attached(timeout=WAIT)
    slider.press("End")
    expect(output).to_have_text("+1.072")
    expect(page.locator("#row-36")).not_to_have_class(re.compile("waiting"))
