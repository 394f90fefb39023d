"""The sum one term after another, and the window one output pixel after another."""

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.harness import due
from tests.browser.test_live_main import numbers

QUERY = "/?size=48&bias=0.25,0,0,0,0&range=1"
STEPPED = """name => {
    const canvas = document.querySelector(`#result canvas[data-step="${name}"]`);
    const { width, height } = canvas;
    return [...canvas.getContext("2d").getImageData(0, 0, width, height).data];
}"""
# Of every pixel of the output, whether it is hidden.
VEILED = """() => {
    const map = document.querySelector("#result mc-map");
    const veil = map.querySelector("path.veil");
    const [rows, columns] = [Number(map.dataset.rows), Number(map.dataset.columns)];
    return Array.from({ length: rows * columns }, (_, at) =>
        veil.isPointInFill(new DOMPoint((at % columns) + 0.5, Math.floor(at / columns) + 0.5)));
}"""


@pytest.fixture(autouse=True)
def _pixels_are_read(watch):
    watch.forgive("willReadFrequently")


def opened(page, address=QUERY):
    page.goto(address)
    page.wait_for_selector("html.js")
    page.wait_for_load_state("networkidle")
    page.get_by_text("Step by step", exact=True).click()


def stepped(page, name):
    return np.array(page.evaluate(STEPPED, name)).reshape(-1, 4)


def indices(plane):
    return (127 + np.rint(127 * np.clip(plane.astype(np.float64), -1, 1))).astype(int).ravel()


def test_the_channels_enter_one_after_another_then_the_bias(page, server):
    opened(page)
    page.get_by_role("button", name="0", exact=True).click()
    page.wait_for_selector('canvas[data-shows="running-0"]', state="attached")
    assert not stepped(page, "sum")[:, 3].any()  # nothing: every pixel is blank
    expect(page.locator(".row.waiting")).to_have_count(3)
    partials = [numbers(server, page.url, f"partial-{q}") for q in range(3)]
    table = page.evaluate("() => JSON.parse(document.getElementById('facts').textContent).palette")
    colours = np.frombuffer(bytes.fromhex(table), np.uint8).reshape(256, 4)
    for count, label in ((1, "red"), (2, "+ green"), (3, "+ blue")):
        page.get_by_role("button", name=label, exact=True).click()
        page.wait_for_selector(f'canvas[data-shows="running-{count}"]', state="attached")
        expected = colours[indices(sum(partials[:count]))]
        # Putting pixels on a canvas rounds the colours of faint ones: alpha is what stays exact.
        differ = stepped(page, "sum")[:, 3] != expected[:, 3]
        assert differ.mean() < 0.01
        expect(page.locator(".row.waiting")).to_have_count(3 - count)
    expect(page.locator("mc-sums [role=status]")).to_contain_text("the bias is still missing")
    page.get_by_role("button", name="+ bias").click()
    expect(page.locator("canvas[data-step]")).to_have_count(0)
    expect(page.locator("mc-sums [role=status]")).to_have_text(
        "Red + green + blue + bias: the bias is 0.25."
    )


def test_the_same_letter_again_goes_on_by_a_step(page):
    opened(page)
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="+ bias")).to_be_focused()
    for name in ("0", "red", "+ green"):
        page.keyboard.press("s")
        button = page.locator("mc-sums").get_by_role("button", name=name, exact=True)
        expect(button).to_be_focused()
        expect(button).to_have_attribute("aria-pressed", "true")


def test_steps_by_keyboard_and_while_a_weight_changes(page):
    opened(page)
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="+ bias")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="red", exact=True)).to_be_focused()
    page.wait_for_selector('canvas[data-shows="running-1"]', state="attached")
    before = stepped(page, "sum")
    page.locator("#row-0 .weight").nth(4).press("Shift+ArrowDown")
    page.wait_for_function(
        f"""before => {{
            const now = ({STEPPED})("sum");
            return now.some((value, at) => value !== before[at]);
        }}""",
        arg=before.ravel().tolist(),
    )
    due(page, 600)  # the page comes in line, and the step stays
    assert page.locator('canvas[data-shows="running-1"]').count() == 1
    expect(page.locator(".row.waiting")).to_have_count(2)
    page.get_by_text("Step by step", exact=True).click()
    expect(page.locator("canvas[data-step]")).to_have_count(0)
    expect(page.locator(".row.waiting")).to_have_count(0)


def test_the_window_goes_one_output_pixel_a_step(page):
    opened(page, "/?size=48&strides=2x2")
    step = page.get_by_role("button", name="One output pixel on")
    step.click()
    expect(page.locator(".filled[data-index=i]").first).to_have_text("0")
    assert page.evaluate(VEILED) == [False] + [True] * (24 * 24 - 1)
    for _ in range(24):
        step.click()
    page.wait_for_url("**i=1&j=0*")
    assert page.evaluate(VEILED) == [False] * 25 + [True] * (24 * 24 - 25)
    page.get_by_role("button", name="One output pixel back").click()
    page.wait_for_url("**i=0&j=23*")
    place = page.get_by_label("The window’s place")
    place.focus()
    page.keyboard.press("End")
    page.wait_for_url("**i=23&j=23*")
    assert not any(page.evaluate(VEILED))


def test_what_the_window_has_not_reached_stays_blank_paper_when_the_theme_changes(page):
    opened(page, "/?size=48")
    page.get_by_role("button", name="One output pixel on").click()
    page.wait_for_url("**i=0&j=0*")
    colours = """() => [
        getComputedStyle(document.querySelector("#result .veil")).fill,
        getComputedStyle(document.documentElement).backgroundColor,
    ]"""
    light = page.evaluate(colours)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(colours)
    assert light[0] == light[1] != dark[0] == dark[1]


def test_it_stands_still_where_motion_is_reduced(page):
    opened(page)
    expect(page.locator("[data-go=play]")).to_be_hidden()
    expect(page.locator(".reduced")).to_be_visible()


def test_it_plays_when_asked_in_order_and_stops_when_hidden(new_page):
    page = new_page(still=False)
    opened(page)
    due(page, 300)
    assert page.locator(".veil").count() == 0  # it does not start by itself
    page.locator("[data-speed]").select_option("240")
    assert "240" not in page.url
    page.get_by_role("button", name="Play").click()
    place = page.get_by_label("The window’s place")
    page.wait_for_function("() => document.querySelector('mc-slide input').value > 60")
    shown = page.evaluate(
        """() => {
            const at = Number(document.querySelector('mc-slide input').value);
            const index = name => document.querySelector(`.filled[data-index=${name}]`).textContent;
            return [at, 48 * Number(index('i')) + Number(index('j'))];
        }"""
    )
    assert shown[0] == shown[1]
    page.evaluate(
        """() => {
            Object.defineProperty(document, "hidden", { value: true, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    at = place.input_value()
    due(page, 200)
    assert place.input_value() == at
    page.wait_for_url(f"**i={int(at) // 48}*")


def test_touch_moves_the_window(new_page):
    page = new_page(touch=True, width=360, height=740)
    opened(page)
    page.get_by_role("button", name="One output pixel on").tap()
    expect(page.locator("path.veil")).to_have_count(4)
    sizes = page.locator("#steps button:visible").evaluate_all(
        "all => all.map(b => b.getBoundingClientRect()).map(b => Math.min(b.width, b.height))"
    )
    assert min(sizes) >= 24
