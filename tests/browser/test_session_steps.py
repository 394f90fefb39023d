"""The sum one term after another, and the window one output pixel after another."""

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.harness import due
from tests.browser.test_live_main import at_rest, numbers

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
    page.get_by_role("button", name="Sum: 0", exact=True).click()
    page.wait_for_selector('canvas[data-shows="running-0"]', state="attached")
    assert not stepped(page, "sum")[:, 3].any()  # nothing: every pixel is blank
    expect(page.locator(".row.waiting")).to_have_count(3)
    partials = [numbers(server, page.url, f"partial-{q}") for q in range(3)]
    table = page.evaluate("() => JSON.parse(document.getElementById('facts').textContent).palette")
    colours = np.frombuffer(bytes.fromhex(table), np.uint8).reshape(256, 4)
    for count, label in ((1, "red"), (2, "+ green"), (3, "+ blue")):
        page.get_by_role("button", name=f"Sum: {label}", exact=True).click()
        page.wait_for_selector(f'canvas[data-shows="running-{count}"]', state="attached")
        expected = colours[indices(sum(partials[:count]))]
        # Putting pixels on a canvas rounds the colours of faint ones: alpha is what stays exact.
        differ = stepped(page, "sum")[:, 3] != expected[:, 3]
        assert differ.mean() < 0.01
        expect(page.locator(".row.waiting")).to_have_count(3 - count)
    expect(page.locator(".step-words")).to_contain_text("the bias is still missing")
    page.get_by_role("button", name="+ bias").click()
    expect(page.locator("canvas[data-step]")).to_have_count(0)
    expect(page.locator(".step-words")).to_have_text("Red + green + blue + bias: the bias is 0.25.")


def said(page):
    """What caption, volumes and table say of the output at the pinned pixel."""
    return page.evaluate(
        """() => {
            const seen = (place) => [...document.querySelectorAll(place)].map((each) =>
                each.classList.contains("waiting"));
            return {
                caption: document.querySelector("#result figcaption").innerText,
                value: document.querySelector("#result [data-value=output]").textContent,
                alt: document.querySelector("#result mc-map input").alt,
                total: [...document.querySelectorAll(".total p")].map((line) => line.textContent),
                channels: seen(".channel"),
                wedges: seen(".drawing.column .wedge"),
                face: document.querySelector('.column image[data-map="output-0"]')
                    .getAttribute("href"),
            };
        }"""
    )


def test_captions_volumes_and_table_say_what_a_step_has_reached(page, server):
    opened(page, f"{QUERY}&i=20&j=30")
    page.hover("#row-0 .partial")  # the input's levels are asked for
    page.mouse.move(0, 0)
    page.wait_for_load_state("networkidle")
    before = said(page)
    assert before["caption"].startswith("output[·,·,0]")
    partials = [numbers(server, page.url, f"partial-{q}")[20, 30] for q in range(3)]
    for count, name in ((0, "0"), (1, "red"), (2, "red + green"), (3, "red + green + blue")):
        page.locator("mc-sums button").nth(count).click()
        page.wait_for_selector(f'canvas[data-shows="running-{count}"]', state="attached")
        face = "face => document.querySelector('image[data-map=output-0]').href.baseVal !== face"
        page.wait_for_function(face, arg=before["face"])
        now = said(page)
        expected = sum(partials[:count])
        assert now["caption"].startswith(f"{name} ")
        assert "output[" not in now["caption"]
        assert now["alt"] == f"The running sum: {name}"
        assert abs(float(now["value"].lstrip("=≈ ").replace("−", "-")) - expected) < 6e-3
        final = now["total"][-1].split()[-1].replace("−", "-")
        assert abs(float(final) - expected) < 6e-4
        assert now["total"][0].count(".") <= count
        assert now["channels"] == now["wedges"] == [q >= count for q in range(3)]
    assert "bias" not in "".join(now["total"])
    page.locator("#row-0 .weight").nth(4).press("ArrowUp")  # and while a number changes
    page.wait_for_url("**w.0.0=*")
    due(page, 600)
    expect(page.locator("#result figcaption")).to_contain_text("red + green + blue")
    page.keyboard.press("Control+z")
    page.wait_for_function("() => !location.search.includes('w.0.0')")
    due(page, 600)
    page.get_by_role("button", name="+ bias").click()
    expect(page.locator("#result figcaption")).to_contain_text("output[")
    at_rest(page)
    assert said(page) == before


def test_the_pace_that_was_chosen_stays(page):
    opened(page)
    page.locator("[data-speed]").select_option("4")
    page.get_by_role("button", name="Window step").click()
    page.wait_for_url("**i=0&j=0*")
    page.locator("select[name=activation]").select_option("relu")
    page.wait_for_url("**activation=relu*")
    due(page, 300)
    expect(page.locator("[data-speed]")).to_have_value("4")


def test_the_same_letter_again_goes_on_by_a_step(page):
    opened(page)
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="+ bias")).to_be_focused()
    for name in ("0", "red", "+ green"):
        page.keyboard.press("s")
        button = page.get_by_role("button", name=f"Sum: {name}", exact=True)
        expect(button).to_be_focused()
        expect(button).to_have_attribute("aria-pressed", "true")


def test_the_same_letter_twice_at_once_is_two_of_it(page):
    opened(page)
    page.get_by_text("Step by step", exact=True).click()  # closed again
    expect(page.locator("#steps")).not_to_have_attribute("open", "")
    page.evaluate("""() => new Promise((opened) => {
        steps.addEventListener("toggle", () => requestAnimationFrame(opened));
        for (const key of ["s", "s"]) {
            const pressed = new KeyboardEvent("keydown", { key, bubbles: true });
            document.activeElement.dispatchEvent(pressed);
        }
    })""")
    expect(page.get_by_role("button", name="Sum: 0", exact=True)).to_be_focused()
    expect(page.locator("mc-sums [aria-pressed=true]")).to_have_text("0")
    expect(page.locator(".channel.waiting")).to_have_count(3)


def test_steps_by_keyboard_and_while_a_weight_changes(page):
    opened(page)
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="+ bias")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="Sum: red", exact=True)).to_be_focused()
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
    step = page.get_by_role("button", name="Window step")
    step.click()
    expect(page.locator(".filled[data-index=i]").first).to_have_text("0")
    assert page.evaluate(VEILED) == [False] + [True] * (24 * 24 - 1)
    for _ in range(24):
        step.click()
    page.wait_for_url("**i=1&j=0*")
    assert page.evaluate(VEILED) == [False] * 25 + [True] * (24 * 24 - 25)
    page.get_by_role("button", name="Window back").click()
    page.wait_for_url("**i=0&j=23*")
    place = page.get_by_label("The window’s place")
    place.focus()
    page.keyboard.press("End")
    page.wait_for_url("**i=23&j=23*")
    assert not any(page.evaluate(VEILED))


def test_what_the_window_has_not_reached_stays_blank_paper_when_the_theme_changes(page):
    opened(page, "/?size=48")
    page.get_by_role("button", name="Window step").click()
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
    page.get_by_role("button", name="Play the window").click()
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
    expect(page.get_by_role("button", name="Play the window")).to_be_visible()
    at = place.input_value()
    due(page, 200)
    assert place.input_value() == at
    page.wait_for_url(f"**i={int(at) // 48}*")


def test_touch_moves_the_window(new_page):
    page = new_page(touch=True, width=360, height=740)
    opened(page)
    page.get_by_role("button", name="Window step").tap()
    expect(page.locator("path.veil")).to_have_count(4)
    sizes = page.locator("#steps button:visible").evaluate_all(
        "all => all.map(b => b.getBoundingClientRect()).map(b => Math.min(b.width, b.height))"
    )
    assert min(sizes) >= 24
