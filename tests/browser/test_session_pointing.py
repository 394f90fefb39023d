"""What is lit by the formula, by weights, by input pixels; values wherever one points."""

import re

from playwright.sync_api import expect

from tests.browser.harness import due
from tests.browser.test_live_main import numbers

LEGEND = "#index-words"


def opened(page, address="/?size=80"):
    page.goto(address)
    page.wait_for_selector("html.js")
    page.wait_for_load_state("networkidle")


def box(page, map_name, kind):
    mark = page.locator(f"mc-map[data-map={map_name}] rect.{kind}")
    return [float(mark.get_attribute(name)) for name in ("x", "y", "width", "height")]


def test_pointing_at_an_index_lights_what_it_counts(page):
    opened(page, "/?size=80&i=20&j=30&strides=2x2")
    page.hover(".mathematics [data-index=i]")
    expect(page.locator(LEGEND)).to_contain_text("i = 20: the output’s row")
    assert box(page, "output-0", "band") == [0, 20, 40, 1]
    assert box(page, "input-1", "band") == [0, 40, 80, 3]
    page.hover(".mathematics [data-index=q] >> nth=0")
    expect(page.locator("#stage")).to_have_attribute("data-lit", "q")
    assert page.locator("rect.band").count() == 0
    page.mouse.move(3, 600)
    expect(page.locator("#stage[data-lit]")).to_have_count(0)
    expect(page.locator(LEGEND)).to_have_text("")


def test_the_keyboard_reaches_every_index(page):
    opened(page)
    page.locator("#pixel-title").evaluate("title => { title.tabIndex = -1; title.focus() }")
    reached = []
    for _ in range(7):
        page.keyboard.press("Tab")
        reached.append(page.locator("#stage").get_attribute("data-lit"))
    assert reached == ["b", "i", "j", "k", "di", "dj", "q"]


def test_a_weight_shows_its_tap_and_what_it_multiplies(page):
    opened(page, "/?size=80&i=20&j=30")
    page.locator("#row-1 .weight").nth(5).hover()
    expect(page.locator(LEGEND)).to_contain_text("di = 1, dj = 2, q = 1")
    expect(page.locator(LEGEND)).to_contain_text("input[i, j + 1]")
    assert box(page, "input-1", "tap") == [31, 20, 1, 1]
    assert box(page, "input-1", "reached") == [1, 0, 79, 80]
    assert page.locator("rect.tap").count() == 1
    hit = page.locator('.channel[data-q="1"] [data-hit]')
    assert hit.count() == 3
    window, weight, product = (float(t.replace("−", "-")) for t in hit.all_text_contents())
    assert abs(window * weight - product) < 5e-3
    page.locator("#row-2 .weight").first.focus()
    expect(page.locator(LEGEND)).to_contain_text("q = 2")


def test_an_input_pixel_says_its_level_and_which_outputs_it_feeds(page):
    opened(page, "/?size=80")
    page.locator("mc-map[data-map=input-0]").hover(position={"x": 61, "y": 41})
    reading = page.locator("[data-reading=input-0]")
    expect(reading).to_have_text(re.compile(r"\[20,30\] = \d+"))
    level = int(reading.inner_text().split("= ")[1])
    shown = page.evaluate(
        """async () => {
            const image = new Image();
            image.src = document.querySelector("mc-map[data-map=input-0] input").src;
            await image.decode();
            const canvas = Object.assign(document.createElement("canvas"), {width: 80, height: 80});
            const brush = canvas.getContext("2d");
            brush.drawImage(image, 0, 0);
            return brush.getImageData(30, 20, 1, 1).data[0];
        }"""
    )
    assert level == shown
    expect(page.locator(LEGEND)).to_contain_text("feeds 9 output pixels")
    assert box(page, "output-0", "fed") == [29, 19, 3, 3]
    # The weights stand turned: the output before the pixel meets it with its last tap.
    rows = page.locator(f"{LEGEND} tr").all_inner_texts()
    assert [row.split() for row in rows[:2]] == [["29", "30", "31"], ["19", "0.1", "0.1", "0.1"]]
    page.mouse.move(3, 600)
    expect(reading).to_have_text("input[·,·,0]")
    assert page.locator("rect.fed").count() == 0


def test_an_input_pixel_between_windows_feeds_nothing(page):
    opened(page, "/?size=80&kernel=1&strides=2x2")
    page.locator("mc-map[data-map=input-2]").hover(position={"x": 63, "y": 41})
    expect(page.locator(LEGEND)).to_contain_text("no window covers it")


def test_arrow_keys_on_an_input_say_what_its_pixel_feeds(page):
    opened(page, "/?size=80&i=20&j=30")
    page.locator("mc-map[data-map=input-1] input").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(LEGEND)).to_contain_text("Input [21, 30, 1] = ")


def test_the_values_of_each_map_stand_on_demand(page, server):
    opened(page, "/?size=80")
    assert (
        page.locator("#values img").first.evaluate("image => image.complete && image.naturalWidth")
        == 0
    )
    page.get_by_role("button", name="Values").click()
    expect(page.locator("#values li")).to_have_count(7)
    page.wait_for_function(
        "() => [...document.querySelectorAll('#values img')].slice(0, 3).every(i => i.width)"
    )
    red = numbers(server, page.url, "partial-0")
    words = f"What red adds 0.00 … {red.max():.2f}, mean {red.mean():.2f}"
    expect(page.locator("#values li").nth(3)).to_contain_text(words)
    page.keyboard.press("Escape")
    expect(page.locator("#values")).to_be_hidden()


def test_an_index_is_spoken_once_when_the_keyboard_reaches_it_and_not_to_a_pointer(page):
    opened(page)
    page.evaluate(
        """() => {
          window.heard = [];
          new MutationObserver(() => window.heard.push(document.getElementById("said").textContent))
            .observe(document.getElementById("said"), { childList: true });
        }"""
    )
    for index in ("i", "di", "q"):
        page.hover(f".mathematics [data-index={index}] >> nth=0")
        due(page, 600)
    page.click(".mathematics [data-index=k] >> nth=0")
    due(page, 600)
    assert page.evaluate("window.heard") == []
    page.mouse.move(2, 2)
    page.locator(".mathematics [data-index=i][tabindex]").focus()
    page.keyboard.press("Tab")  # passed in a hurry
    page.keyboard.press("Tab")
    expect(page.locator("#said")).to_have_attribute("role", "status")
    page.wait_for_function("() => window.heard.length > 0")
    due(page, 1200)
    (heard,) = page.evaluate("window.heard")
    assert heard == page.locator(LEGEND).inner_text()
    assert page.locator(".mathematics .lit").first.get_attribute("data-index") in heard
    page.keyboard.press("Tab")
    page.wait_for_function("() => window.heard.length > 1")
    due(page, 700)
    assert len(page.evaluate("window.heard")) == 2
