"""What happens between a page's first frame and its last part holds."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Pages
from tests.browser.harness import PAGES, Held, due
from tests.browser.test_layers import MADE
from tests.browser.test_learning import EDGES
from tests.browser.test_session_edits import opened
from tests.browser.test_turns import quiet

# No frame comes, so that what follows one waits; those that are asked for meanwhile come later.
STILL = """() => {
    const frame = window.requestAnimationFrame;
    const asked = [];
    window.requestAnimationFrame = (work) => asked.push(work);
    window.goOn = () => {
        window.requestAnimationFrame = frame;
        for (const work of asked) frame(work);
    };
}"""
SLID = """(slider, step) => {
    slider.value = step;
    slider.dispatchEvent(new InputEvent("input", { bubbles: true }));
}"""
MIDST = "() => document.querySelector(':root[data-following]')"


def edited(page: Page, address: str = "/?size=80") -> Held:
    """Open a page and change the bias: its canvases are there, and the page's answer is held."""
    opened(page, address)
    pages = Held(page, PAGES)
    page.locator(".bias input").first.focus()
    with page.expect_request(PAGES):
        page.keyboard.press("ArrowUp")
    page.wait_for_selector(".output mc-map canvas", state="attached")
    return pages


def still(page: Page, pages: Held) -> None:
    """Let the page's answer come, and stop in the midst of it."""
    page.evaluate(STILL)
    pages.let_go()
    page.wait_for_function(MIDST, polling=20)


def go_on(page: Page) -> None:
    page.evaluate("() => goOn()")
    quiet(page)


def test_a_weight_that_was_pressed_before_and_moves_in_the_midst_holds(page):
    pages = edited(page)
    weight = page.locator("#row-0 .weight").nth(4)
    box = weight.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    before = weight.input_value()
    still(page, pages)
    page.mouse.move(x + 14, y)
    page.mouse.up()
    expect(weight).not_to_have_value(before)
    dragged = weight.input_value()
    go_on(page)
    assert weight.input_value() == dragged
    assert parse_qs(urlsplit(page.url).query)["w.0.0"][0].split(",")[4] == dragged


# A finger comes down on the output, or leaves it at another place.
TOUCH = """(kinds) => {
    const map = document.querySelector("#result mc-map");
    const { left, top, width, height } = map.getBoundingClientRect();
    const at = (x, y) => ({
        pointerType: "touch", isPrimary: true, pointerId: 7, bubbles: true,
        clientX: left + width * x, clientY: top + height * y,
    });
    for (const kind of kinds) {
        const where = kind === "pointerdown" ? at(0.2, 0.2) : at(0.7, 0.6);
        map.dispatchEvent(new PointerEvent(kind, where));
    }
}"""


def test_a_finger_that_came_before_and_leaves_in_the_midst_pins(page):
    pages = edited(page)
    page.evaluate(TOUCH, ["pointerdown"])
    still(page, pages)
    page.evaluate(TOUCH, ["pointermove", "pointerup"])
    go_on(page)
    said = parse_qs(urlsplit(page.url).query)
    assert (said["i"], said["j"], said["bias"][0][:3]) == (["48"], ["56"], "0.1")


def test_who_points_in_the_midst_is_shown_that_pixel_once_the_page_is_whole(page):
    pages = edited(page)
    page.mouse.move(2, 2)
    box = page.locator("#result mc-map").bounding_box()
    still(page, pages)
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.6 * box["height"])
    row = page.locator(".result [data-value=i]")
    assert row.inner_text() != "48"
    go_on(page)
    expect(row).to_have_text("48")
    expect(page.locator(".result [data-value=j]")).to_have_text("56")
    page.mouse.move(2, 2)
    expect(row).not_to_have_text("48")


def test_what_is_said_aloud_in_the_midst_hurries_nobody_and_has_its_value(page):
    pages = edited(page)
    still(page, pages)
    due(page, 1000)
    assert page.evaluate(MIDST) is not None
    go_on(page)
    expect(page.locator("#said")).to_have_text(re.compile(r"^0\.1\. Row 59, column 13: \+0\.\d"))


def test_a_slider_that_is_drawn_on_in_the_midst_is_where_the_hand_is(page):
    opened(page, EDGES)
    slider, pages = page.locator("[data-steps]"), Held(page, PAGES)
    slider.hover()
    slider.evaluate(SLID, "3")
    still(page, pages)
    slider.evaluate(SLID, "200")
    assert slider.input_value() == "200"
    go_on(page)
    page.wait_for_url("**steps=200*")
    quiet(page)
    assert slider.input_value() == "200"


def test_a_bias_that_loses_the_focus_by_itself_in_the_midst_of_an_undo_is_the_links(page):
    edited(page).let_go()
    quiet(page)
    bias = page.locator(".bias input").first
    page.evaluate(STILL)
    page.keyboard.press("Control+z")
    expect(bias).to_have_value("0")
    page.evaluate("() => document.activeElement.blur()")
    go_on(page)
    expect(bias).to_have_value("0")
    assert "bias" not in parse_qs(urlsplit(page.url).query)


def test_who_goes_there_and_back_before_a_rest_leaves_no_canvas(page):
    edited(page).let_go()
    quiet(page)
    settled, pages = page.url, Held(page, PAGES)
    page.keyboard.press("ArrowUp")
    page.wait_for_selector(".output mc-map canvas", state="attached")
    page.keyboard.press("ArrowDown")
    pages.let_go()
    expect(page.locator("mc-map canvas")).to_have_count(0)
    quiet(page)
    assert page.url == settled
    expect(page.locator("svg image[href^=blob]")).to_have_count(0)


# What opens another layer in the midst of one that opens.
PATIENT = {
    "key": """() => document.body.dispatchEvent(
        new KeyboardEvent("keydown", { key: ".", bubbles: true, cancelable: true }))""",
    "press": """() => {
        const box = document.querySelector(".layer-row.wide a[data-layer='5']");
        box.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
        box.focus();
        box.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    }""",
    "undo": "() => document.querySelector('button[data-undo=\"-1\"]').click()",
}
# The title is the last that is said of a page.
WHOLE = "() => document.title.includes('conv4')"


def deep(new_page: Pages, query: str = "layer=3") -> tuple[Page, Held]:
    """Open the face network, and hold what the page is asked for from then on."""
    page = new_page(f"/?network=faces&{query}", width=1440, height=900)
    page.wait_for_selector("html.js")  # a key before that is nobody's
    page.wait_for_load_state("networkidle")
    quiet(page)  # before no frame comes: who waits by frames asks for those that he found first
    return page, Held(page, PAGES)


def halfway(new_page: Pages) -> Page:
    """Open the face network's layer 4, and stop in the midst of it."""
    page, pages = deep(new_page)
    with page.expect_request(PAGES):
        page.keyboard.press(".")
    still(page, pages)
    return page


@pytest.mark.parametrize(("act", "layer"), [("key", 5), ("press", 5), ("undo", 3)])
def test_who_goes_on_in_the_midst_is_led_on_and_waits_for_no_long_task(new_page, act, layer):
    page = halfway(new_page)
    again = Held(page, PAGES)
    assert page.evaluate(f"() => {{ ({PATIENT[act]})(); return ({WHOLE})(); }}") is False
    page.wait_for_function(WHOLE, polling=20)  # though no frame comes
    again.let_go()
    go_on(page)
    page.wait_for_url(f"**layer={layer}*")
    quiet(page)
    current = page.locator(".layer-row.wide a[aria-current]")
    expect(current).to_have_attribute("data-layer", str(layer))


BIAS = """const bias = document.querySelector(".bias input");
    const type = (text) => {
        bias.focus();
        bias.value = text;
        bias.dispatchEvent(new InputEvent("input", { bubbles: true }));
    };"""
# What a hand does to a layer in the midst of its coming, and what the link says then.
HEARD = {
    "a click on a map": (
        """const map = document.querySelector("#result mc-map");
        const { left, top, width, height } = map.getBoundingClientRect();
        const [clientX, clientY] = [left + width * 0.7, top + height * 0.6];
        const how = { detail: 1, clientX, clientY, bubbles: true, cancelable: true };
        for (const kind of ["pointerdown", "click"]) {
            map.querySelector("input").dispatchEvent(new PointerEvent(kind, how));
        }""",
        {"i": "28", "j": "32"},
    ),
    "a number": (f"{BIAS} type('0.5');", {"4.bias": "0.5"}),
    "a number that is left at once": (f"{BIAS} type('0.5'); bias.blur();", {"4.bias": "0.5"}),
    "a number, and one that follows": (f"{BIAS} type('0.5'); type('0.55');", {"4.bias": "0.55"}),
    "a picture in a link": (
        """const how = { bubbles: true, cancelable: true };
        const picture = document.querySelectorAll("nav.thumbs a")[3].querySelector("image");
        picture.dispatchEvent(new PointerEvent("click", how));""",
        {"layer": "4", "k": "3"},
    ),
    "a box": (
        """const box = document.querySelector(".switch input[type=checkbox]");
        box.click();
        if (box.checked) throw new Error("it is seen at once");""",
        {"4.off": "15"},  # the largest has the first row
    ),
    "a fold": (
        """window.fold = document.querySelector("#stage details:not([open])");
        fold.querySelector("summary").click();""",
        {},
    ),
}


@pytest.mark.parametrize("what", HEARD)
def test_what_is_done_in_the_midst_is_heard_soon_and_in_no_long_task(new_page, what):
    act, said = HEARD[what]
    page = halfway(new_page)
    again = Held(page, PAGES)
    assert page.evaluate(f"() => {{ {act} return ({WHOLE})(); }}") is False
    page.wait_for_function(WHOLE, polling=20)  # though no frame comes
    again.let_go()
    go_on(page)
    page.wait_for_function("() => !document.querySelector('[data-unheard]')")
    quiet(page)
    found = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    for name, value in said.items():
        assert found[name].split(",")[0] == value
    if not said:
        assert page.evaluate("() => fold.open") is True


# A number, and Back at once: it becomes a step first, for Forward to find.
BACK = f"() => {{ {BIAS} type('0.5'); history.back(); }}"
# The picture that is pressed moves on before it is heard.
SCROLLED = """() => {
    const map = document.querySelector("#result mc-map");
    const { left, top, width, height } = map.getBoundingClientRect();
    const at = { clientX: left + width * 0.7, clientY: top + height * 0.6 };
    const how = { detail: 1, bubbles: true, cancelable: true, ...at };
    map.querySelector("input").dispatchEvent(new PointerEvent("click", how));
    scrollTo(0, 60);
}"""
# What waits for a button, the button, and another at once.
BUTTONS = """() => {
    const text = document.querySelector('[name="matrix.0"]');
    text.value = "1 2 3; 4 5 6; 7 8 9";
    text.dispatchEvent(new InputEvent("input", { bubbles: true }));
    for (const button of document.querySelectorAll("button")) {
        if (button.textContent.trim() === "Use these") button.click();
    }
    document.querySelector("button[name=do][value=mean]").click();
}"""


def test_back_after_a_number_in_the_midst_leaves_it_for_forward(page):
    pages = edited(page)
    before = page.evaluate("() => history.length")
    still(page, pages)
    page.evaluate(BACK)
    page.wait_for_url(re.compile("bias=0.5"))
    go_on(page)
    page.wait_for_url(re.compile("bias=0.1"))
    quiet(page)
    assert page.evaluate("() => history.length") == before + 1
    expect(page.locator(".bias input").first).to_have_value("0.1")
    page.go_forward()
    page.wait_for_url(re.compile("bias=0.5"))


def test_a_click_in_the_midst_is_of_the_place_that_was_clicked_though_the_page_is_scrolled(page):
    pages = edited(page)
    still(page, pages)
    page.evaluate(SCROLLED)
    go_on(page)
    page.wait_for_url(re.compile("i=48&j=56"))


def test_buttons_in_the_midst_count_in_their_order(page):
    pages = edited(page)
    page.evaluate("() => document.querySelectorAll('details').forEach(each => each.open = true)")
    still(page, pages)
    asked = []
    page.on("request", lambda one: asked.append(one.url) if "/edit" in one.url else None)
    page.evaluate(BUTTONS)
    go_on(page)
    page.wait_for_url(re.compile("w.0.0=1,2,3.*if=mean"))
    assert "if%3Dmean" not in asked[0]


# A key that goes on from the number, and one that leaves it for another layer.
KEYS = {
    "ArrowUp": ("bias", {"4.bias": "0.6", "layer": "4"}),
    ".": ("document.body", {"4.bias": "0.5", "layer": "5"}),
}


@pytest.mark.parametrize("key", KEYS)
def test_a_key_after_a_number_in_the_midst_goes_on_from_it(new_page, key):
    place, said = KEYS[key]
    page = halfway(new_page)
    page.evaluate(
        f"""() => {{
            {BIAS}
            type("0.5");
            if ({place} !== bias) bias.blur();
            const how = {{ key: "{key}", bubbles: true, cancelable: true }};
            {place}.dispatchEvent(new KeyboardEvent("keydown", how));
        }}"""
    )
    go_on(page)
    page.wait_for_url(f"**layer={said['layer']}*")
    quiet(page)
    found = parse_qs(urlsplit(page.url).query)["4.bias"][0]
    assert found.split(",")[0] == said["4.bias"]


def test_of_two_pages_that_come_at_once_the_later_one_is_shown(new_page):
    """One when edits rest, and one of whoever goes on before it is there."""
    page, pages = deep(new_page)
    bias = page.locator(".bias input").first
    bias.focus()
    with page.expect_request(PAGES):
        bias.press("ArrowUp")
    bias.evaluate("field => field.blur()")
    with page.expect_request(PAGES):
        page.keyboard.press(".")
    still(page, pages)
    hastened = "() => { dispatchEvent(new Event('scroll')); return document.title; }"
    page.wait_for_function(f"() => ({hastened})().includes('conv4')", polling=20)
    go_on(page)
    page.wait_for_url("**layer=4*")
    quiet(page)
    loaded = new_page(page.url, width=1440, height=900)
    assert page.evaluate(MADE) == loaded.evaluate(MADE)
    assert page.title() == loaded.title()


# All before the first answer: the box that is pressed last leaves before its turn.
QUICK = """() => {
    const key = (key, at) =>
        at.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    key(",", document.body);
    const bias = document.querySelector(".bias input");
    bias.focus();
    key("ArrowUp", bias);
    window.box = document.querySelector(".layer-row.wide a[data-layer='2']");
    box.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    box.remove();
}"""


def test_a_box_that_has_left_when_its_turn_comes_loses_no_edit(new_page):
    page, pages = deep(new_page)
    page.evaluate(QUICK)
    pages.let_go()
    page.wait_for_url("**layer=2*")
    quiet(page)
    assert page.evaluate("() => box.isConnected") is False
    assert "2.bias" in parse_qs(urlsplit(page.url).query)


# Each is pressed before the one before it is shown: another layer's page makes another box of one.
BOXES = """(layers) => {
    const boxes = layers.map((n) => document.querySelector(`.layer-row.wide a[data-layer="${n}"]`));
    for (const box of boxes) {
        box.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    }
}"""


@pytest.mark.parametrize("layers", [(4, 2, 7), (4, 2, 5), (5, 1, 6)])
def test_of_boxes_that_are_pressed_at_once_the_last_is_opened(new_page, layers):
    page = new_page("/?network=faces&layer=3", width=1440, height=900)
    page.wait_for_selector("html.js")
    page.wait_for_load_state("networkidle")
    quiet(page)
    page.evaluate(BOXES, layers)
    current = page.locator(".layer-row.wide a[aria-current]")
    expect(current).to_have_attribute("data-layer", str(layers[-1]))
    quiet(page)
    expect(current).to_have_attribute("data-layer", str(layers[-1]))


def test_the_focus_stays_on_the_box_that_opens_a_layer(new_page):
    page = new_page("/?network=faces", width=1440, height=900)
    page.wait_for_selector("html.js")
    focused = page.locator(".layer-row.wide a:focus")
    for n in (4, 2, 7, 1, 5):
        box = page.locator(f".layer-row.wide a[data-layer='{n}']")
        box.press("Enter")
        expect(box).to_have_attribute("aria-current", "true")
        quiet(page)
        expect(focused).to_have_attribute("data-layer", str(n))


# As whoever helps a hand chooses: no press and no key goes before it.
CHOOSE = """() => {
    window.list = document.querySelector('select[name="layer"]');
    list.value = "1";
    for (const kind of ["input", "change"]) list.dispatchEvent(new Event(kind, { bubbles: true }));
}"""


def test_a_choice_holds_though_its_list_leaves_in_the_midst(page):
    opened(page, "/?size=64&2.filters=each&layer=2")
    quiet(page)
    page.locator("details.more", has=page.locator('select[name="add"]')).locator("summary").click()
    page.locator('input[name="bias.0"]').focus()
    pages = Held(page, re.compile("/edit"))
    page.select_option('select[name="add"]', "max_pool")
    still(page, pages)
    page.evaluate(CHOOSE)
    go_on(page)
    page.wait_for_url(lambda url: "3.kind=max_pool" in url and "layer=" not in url)
    quiet(page)
    assert page.evaluate("() => list.isConnected") is False
    expect(page.locator('select[name="layer"]')).to_have_value("1")
