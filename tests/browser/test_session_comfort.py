"""Keys, help, theme, the link to take along; the whole way by keyboard alone; axe in each state."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.harness import due, frames
from tests.browser.test_live_main import at_rest


def weight_and_input(page):
    page.locator("#row-1 .weight").first.focus()
    page.locator("#row-0 .plane input[type=image]").hover()


def more_and_index(page):
    page.get_by_text("More", exact=True).click()
    page.locator(".mathematics [data-index=di]").first.focus()


def one_channel_has_entered(page):
    page.keyboard.press("s")
    expect(page.locator("mc-sums button:focus")).to_be_attached()
    page.keyboard.press("s")
    expect(page.locator(".channel.waiting")).to_have_count(3)
    page.keyboard.press("s")
    expect(page.locator(".channel.waiting")).to_have_count(2)


STATES = {
    "opening": (None, None),
    "help": ("?", "Escape"),
    "share": ("l", "Escape"),
    "values": (lambda page: page.get_by_role("button", name="Values").click(), "Escape"),
    "steps": (
        one_channel_has_entered,
        lambda page: page.get_by_text("Step by step", exact=True).click(),
    ),
    "weight": (weight_and_input, lambda page: page.mouse.move(0, 0)),
    "more": (more_and_index, None),
}
"""What leads to a state of the page, and back: a key or what is done."""
OFF = "/?size=64&off=1&ranges=each&inputs=tinted&activation=relu"


def opened(page, address="/?size=64"):
    page.goto(address)
    page.wait_for_selector("html.js")
    page.wait_for_load_state("networkidle")
    return page


def do(page, step):
    if isinstance(step, str):
        page.keyboard.press(step)
    elif step:
        step(page)
    due(page, 150)


def look(page, axe_report, shoot, name):
    """Look at a state; on dark paper nothing differs but the colours."""
    article = name == "opening"  # it is the same in every state
    shoot(page, name)
    assert axe_report(page, article=article) == "", name
    page.emulate_media(color_scheme="dark")
    due(page, 150)
    shoot(page, f"{name}-dark")
    assert axe_report(page, article=article, rules=["color-contrast"]) == "", name
    page.emulate_media(color_scheme="light")


def test_axe_finds_nothing_in_any_state(page, axe_report, shoot):
    opened(page)
    for name, (there, back) in STATES.items():
        do(page, there)
        look(page, axe_report, shoot, name)
        do(page, back)
    opened(page, OFF)
    look(page, axe_report, shoot, "off")


@pytest.mark.parametrize(
    "address", ["/?size=64", "/?size=64&ranges=each&off=0&bias=-0.123456,0,0,0,0"]
)
def test_nothing_scrolls_sideways(page, address):
    opened(page, address)
    page.get_by_text("Step by step", exact=True).click()
    page.get_by_role("button", name="+ bias").click()
    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for width in (1440, 768, 360, 320):
        page.set_viewport_size({"width": width, "height": 740})
        frames(page)
        assert page.evaluate(over) <= 0, width


def test_touch_targets_are_large_enough(new_page):
    page = opened(new_page(width=360, height=740, touch=True))
    small = page.eval_on_selector_all(
        ".tools button, .own, .switch, .weight, .controls select, .word, summary, .quiet",
        """all => all.filter(e => e.checkVisibility()).map(e => [e.className || e.textContent,
            ...["width", "height"].map(side => e.getBoundingClientRect()[side])])
            .filter(([, width, height]) => Math.min(width, height) < 24).map(String)""",
    )
    assert small == []
    lines = page.eval_on_selector_all(
        ".banks > *",
        """all => all.map((each) => {
            const text = document.createRange();
            text.selectNodeContents(each);
            return Math.round(text.getBoundingClientRect().y);
        })""",
    )
    assert max(lines) - min(lines) <= 1  # whether a link or a button


def test_help_and_its_keys(page):
    opened(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.keyboard.press("]")
    page.wait_for_url("**k=1*")
    at_rest(page)
    page.keyboard.press("[")
    page.wait_for_function("() => !location.search.includes('k=')")
    at_rest(page)
    page.locator("#row-0 .weight").first.focus()
    page.keyboard.press("?")  # a letter typed into a field is none
    expect(page.locator("#help")).to_be_hidden()


def test_single_letters_can_be_switched_off(page):
    opened(page)
    page.keyboard.press("?")
    page.get_by_label("Single letters are keys").uncheck()
    page.keyboard.press("Escape")
    page.locator("body").click(position={"x": 2, "y": 500})
    page.keyboard.press("s")
    due(page, 100)
    assert not page.locator("#steps").evaluate("steps => steps.open")


def test_the_theme_stays(page):
    opened(page)
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(paper)
    page.keyboard.press("?")
    page.get_by_label("dark", exact=True).check()
    dark = page.evaluate(paper)
    assert dark != light
    opened(page, "/?size=64&k=1")
    assert page.evaluate(paper) == dark
    page.keyboard.press("?")
    expect(page.get_by_label("dark", exact=True)).to_be_checked()
    page.get_by_label("as the system").check()
    assert page.evaluate(paper) == light


def test_the_link_is_copied_or_selected_where_the_clipboard_is_refused(page):
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    opened(page, "/?size=64&k=1")
    page.keyboard.press("l")
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.locator("#copied")).to_contain_text("The link is selected")
    chosen = (
        "() => { const f = document.activeElement;"
        " return f.value.slice(f.selectionStart, f.selectionEnd) }"
    )
    assert page.evaluate(chosen) == page.url


def test_from_the_opening_to_a_pinned_pixel_of_ones_own_picture_by_keyboard(page, photograph):
    opened(page, "/")

    def tab_to(found, most=80):
        for _ in range(most):
            page.keyboard.press("Tab")
            if page.evaluate(f"() => {{ const at = document.activeElement; return {found} }}"):
                return
        raise AssertionError(f"Tab never reaches {found}")

    tab_to("at.matches('.own')")
    assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    expect(page.locator("#image")).to_be_focused()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(photograph)
    page.wait_for_url("**image=*")
    at_rest(page)
    tab_to("at.matches('mc-map[data-map^=output] input')")
    before = page.locator(".result [data-value=i]").inner_text()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url(re.compile(r"image=[0-9a-f]{64}.*&i=\d+&j=\d+"))
    expect(page.locator(".result [data-value=i]")).to_have_text(str(int(before) + 2))
    expect(page.locator("#said")).to_contain_text(f"Row {int(before) + 2}")
    expect(page.locator(".total .final").first).to_have_text(re.compile(r"[=≈] [+−]?\d"))


def test_forced_colours_keep_marks_and_curves(page):
    page.emulate_media(forced_colors="active")
    opened(page)
    strokes = page.eval_on_selector_all(
        ".mark, .curve, .junction .ink", "all => all.map(one => getComputedStyle(one).stroke)"
    )
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert strokes
    assert all(stroke not in ("none", paper) for stroke in strokes)


@pytest.mark.parametrize(
    "query", ["size=80", "size=80&image=sample:coffee", "size=80&kernel=5x5&strides=1x8"]
)
def test_what_more_opens_stands_under_the_figure_and_on_nothing(page, query):
    opened(page, f"/?{query}")
    field, mistake = page.locator("#row-0 .weight").first, page.locator("#row-0 .mistake")

    def words():
        return [page.locator(".more > summary").nth(n).bounding_box()["y"] for n in range(3)]

    for width in (1024, 1100, 1280, 1360, 1440, 1900):
        page.set_viewport_size({"width": width, "height": 900})
        frames(page)
        assert max(words()) - min(words()) < 2, width
        page.locator(".more summary").first.click()
        fields = page.locator(".more-fields").bounding_box()
        bottoms = [row.bounding_box() for row in page.locator("#working .row").all()]
        assert fields["y"] >= max(box["y"] + box["height"] for box in bottoms), width
        assert fields["y"] <= page.locator(".controls").bounding_box()["y"] + 460, width
        assert fields["width"] > 900, width
        assert fields["x"] + fields["width"] <= width
        assert max(words()) - min(words()) < 2, width
        field.fill("abc")  # its words move the rows: the fields give way
        expect(mistake).to_be_visible()
        assert page.locator(".more-fields").bounding_box()["width"] < 350, width
        field.press("Escape")
        expect(mistake).to_have_count(0)
        page.locator(".more summary").first.click()


@pytest.mark.parametrize("layer", [1, 2])
def test_what_more_opens_in_a_stack_covers_nothing(page, layer):
    """The photograph and the drawing stand under the figure where the window is narrow."""
    opened(page, f"/?size=64&filters=gabors&2.filters=he(1)&layer={layer}")
    page.locator(".controls > .more:has(.more-fields) > summary").click()
    for width in (1024, 1100, 1280, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        frames(page)
        fields = page.locator(".more-fields").bounding_box()
        right, bottom = fields["x"] + fields["width"], fields["y"] + fields["height"]
        assert right <= width
        others = page.locator("#working .row, .volumes, .result figure, .pixel")
        for box in (other.bounding_box() for other in others.all() if other.is_visible()):
            apart = box["x"] >= right or box["x"] + box["width"] <= fields["x"]
            below = box["y"] >= bottom or box["y"] + box["height"] <= fields["y"]
            assert apart or below, (width, box, fields)


ANNOUNCED = """() => {
    // A live region speaks when its text changes; <output> is one unless it says otherwise.
    const live = "[role=status], [role=alert], [role=log], output, [aria-live]";
    window.announced = [];
    new MutationObserver((changes) => {
        const spoken = new Set();
        for (const { target, addedNodes } of changes) {
            const around = target.nodeType === 1 ? target : target.parentElement;
            const added = [...addedNodes].filter((node) => node.nodeType === 1);
            for (const element of [around, ...added]) {
                const region = element?.closest(live);
                if (region && region.getAttribute("aria-live") !== "off") spoken.add(region);
            }
        }
        for (const region of spoken) if (region.textContent) announced.push(region.textContent);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def announced_once(page):
    """What was announced since it was asked last, which is one thing, and nothing follows it."""
    page.wait_for_function("() => announced.length")
    at_rest(page)
    due(page, 1200)
    (said,) = page.evaluate("announced.splice(0)")
    return said


@pytest.mark.parametrize("steps", [False, True])
def test_a_weight_and_an_output_are_announced_once(page, steps):
    opened(page, "/?size=64&bias=0.5,0,0,0,0&i=3&j=4")
    if steps:
        page.get_by_text("Step by step", exact=True).click()
        due(page, 700)
    page.hover("#row-0 .partial")  # the levels are asked for
    page.mouse.move(0, 0)
    page.wait_for_load_state("networkidle")
    page.evaluate(ANNOUNCED)
    page.locator("#row-1 .weight").nth(4).press("ArrowUp")
    page.wait_for_url("**w.1.0=*")
    at_rest(page)
    said = announced_once(page)
    assert re.fullmatch(r"0\. Row 3, column 4: [+−]?\d\.\d+", said)
    page.locator('.drawing.column a[aria-label^="Output channel 2"]').press("Enter")
    page.wait_for_url("**k=2*")
    said = announced_once(page)
    assert re.fullmatch(r"Output channel 2\. Row 3, column 4: [+−]?\d\.\d+", said)
    page.keyboard.press("]")
    page.wait_for_url("**k=3*")
    said = announced_once(page)
    assert said.startswith("Output channel 3.")


@pytest.mark.parametrize("address", ["/?size=64", "/?size=64&kernel=7x7"])
def test_no_two_fields_have_one_name(page, address):
    opened(page, address)
    names = page.eval_on_selector_all(
        "input:not([type=hidden]), select, textarea",
        """all => all.map((field) => field.getAttribute("aria-label") || field.alt
            || [...field.labels].map((label) => [...label.childNodes]
                .filter((part) => !part.matches?.("select, input, textarea, small"))
                .map((part) => part.textContent).join("").trim()).join())""",
    )
    assert all(names)
    assert sorted(name for name in names if names.count(name) > 1) == []


def test_a_kernels_grid_is_passed_by_headings_or_at_one_go(page, axe_report):
    opened(page, "/?size=64&kernel=7x7")
    headings = page.eval_on_selector_all(
        "#stage :is(h2, h3)", "all => all.map((each) => `${each.tagName} ${each.textContent}`)"
    )
    assert headings == [
        "H2 The working",
        *(f"H3 {name}: its plane, its kernel, what it adds" for name in ("Red", "Green", "Blue")),
        "H2 Output channel 0",
        "H2 Kernels by weight, by name, as a matrix",
        *(f"H3 {name}’s kernel" for name in ("Red", "Green", "Blue")),
        "H2 One output pixel, all its numbers",
    ]
    page.locator("#bench summary").click()
    page.get_by_role("link", name="Past the 49 weights of green").focus()
    assert axe_report(page, article=False) == ""  # which is the opening's
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Green by name")).to_be_focused()
