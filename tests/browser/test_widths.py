"""A laptop's windows: from 1016 px on, the output stands beside the rows, on one screen.

A phone's shows the output while a weight is edited.  A zoomed window's width may be a fraction: no
two layouts leave a gap between them.
"""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.harness import ROOT, due, frames
from tests.browser.test_live_main import at_rest

WINDOWS = [
    *((1016, 768), (1024, 768), (1100, 768), (1259, 768), (1260, 768)),
    *((1280, 800), (1359, 768), (1366, 768), (1440, 900)),
]


TEXT_RIGHT = """all => all.map((each) => {
  const text = document.createRange();
  text.selectNodeContents(each);
  return text.getBoundingClientRect().right;
})"""


def box(page, selector):
    return page.locator(selector).first.bounding_box()


def boxes(page, *selectors):
    """The boxes of the first that each selector finds, all at once."""
    return page.evaluate(
        "all => all.map((each) => document.querySelector(each).getBoundingClientRect().toJSON())",
        selectors,
    )


def right(at):
    return at["x"] + at["width"]


def foot(at):
    return at["y"] + at["height"]


def windows(page):
    """The page in one window after another."""
    for width, height in WINDOWS:
        page.set_viewport_size({"width": width, "height": height})
        frames(page)
        yield width, height


@pytest.mark.parametrize("query", ["size=160", "size=160&kernel=5x5"])
@pytest.mark.parametrize("javascript", [True, False])
def test_rows_sum_and_output_are_side_by_side_on_one_screen(new_page, query, javascript):
    page = new_page(f"/?{query}", javascript=javascript)
    page.wait_for_load_state("networkidle")
    for width, height in windows(page):
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        output, arrow, ring, bias = boxes(
            page, ".output .map", ".junction .arrow", ".junction circle", ".bias .number"
        )
        partials = boxes(page, *(f"#row-{q} .partial .map" for q in range(3)))
        curves = page.locator(".curve").evaluate_all(
            "all => all.map((each) => each.getBoundingClientRect().toJSON())"
        )
        assert foot(partials[2]) <= height
        assert foot(output) <= height
        assert output["width"] == 320
        for partial, curve in zip(partials, curves[:3], strict=True):
            assert partial["width"] == 160
            assert right(partial) <= curve["x"] < right(partial) + 8
            start = partial["y"] + partial["height"] / 2
            assert curve["y"] - 2 <= start <= foot(curve) + 2
        assert bias["x"] > right(partials[0])
        assert output["x"] - 12 < right(arrow) < output["x"]
        assert right(ring) < right(arrow) - 8
        if query == "size=160":  # two numbers are not read as one
            texts = page.locator(".subtotal .added").evaluate_all(TEXT_RIGHT)
            assert max(texts) <= box(page, ".total")["x"] - 8


@pytest.mark.parametrize(
    "query",
    ["network=faces&rows=0,1,2,3", "size=64&filters=gabors&2.filters=he(1)&layer=2"],
)
@pytest.mark.parametrize("javascript", [True, False])
def test_no_layer_is_wider_than_its_window(new_page, query, javascript):
    page = new_page(f"/?{query}", javascript=javascript)
    for width in (320, 344, 390, 768, 1016, 1024, 1260):
        page.set_viewport_size({"width": width, "height": 800})
        frames(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("query", ["kernel=3x3", "kernel=4x4", "kernel=5x5"])
def test_weights_are_wide_enough_to_hit_and_to_read(new_page, query):
    page = new_page(f"/?size=64&{query}")
    fields = page.locator("#working .weight")
    for _ in windows(page):
        smallest = fields.evaluate_all(
            "all => Math.min(...all.flatMap(f => [f.offsetWidth, f.offsetHeight]))"
        )
        assert smallest >= 24
        cut = "all => all.filter(f => f.scrollWidth > f.clientWidth).map(f => f.value)"
        assert fields.evaluate_all(cut) == []


def test_a_weight_of_nine_characters_is_read_whole(new_page):
    page = new_page("/?size=64&w.0.0=1234.5678,-0.12345,9,1,1,1,1,1,1")
    field = page.locator("#row-0 .weight").first
    assert field.input_value() == "1234.5678"
    for _ in windows(page):
        assert field.evaluate("f => f.scrollWidth <= f.clientWidth")


def test_a_slab_is_chosen_also_where_the_volumes_stand_below(new_page):
    page = new_page("/?size=64", width=1100, height=768)
    page.locator(".drawing.strip .slab.output").last.click()
    page.wait_for_url("**k=4*")


@pytest.mark.parametrize("width", [360, 768, 1100, 1440])
def test_a_slab_is_reached_by_keyboard_without_scripts(new_page, width):
    page = new_page("/?size=64", width=width, height=768, javascript=False)
    links = page.locator(".volumes").get_by_role("link", name="Output channel")
    names = [link.get_attribute("aria-label") for link in links.all()]
    assert names == ["Output channel 0, chosen", *(f"Output channel {k}" for k in range(1, 5))]
    page.get_by_role("link", name="Output channel 3", exact=True).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**k=4*")


def test_axe_finds_nothing_where_the_volumes_are_a_strip(new_page, axe_report):
    page = new_page("/?size=64", width=1100, height=768)
    page.wait_for_selector("html.js")
    assert axe_report(page, article=False) == ""
    page.set_viewport_size({"width": 360, "height": 768})
    frames(page)
    assert axe_report(page, article=False) == ""


def test_no_two_layouts_leave_a_fraction_of_a_pixel_between_them():
    # A zoomed window's 1015.2 px would lie on no side of a pair like 1015 and 1016.
    for sheet in (ROOT / "static" / "css").glob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        least = re.findall(r"\(min-width: ([\d.]+)px\)", text)
        most = re.findall(r"\(max-width: ([\d.]+)px\)", text)
        assert all(each.isdigit() for each in least), sheet.name
        assert all(each.endswith(".98") for each in most), sheet.name


BOX = "element => { const box = element.getBoundingClientRect(); return [box.top, box.bottom]; }"


@pytest.mark.parametrize("query", ["size=80", "size=80&image=sample:coffee"])
def test_a_phones_output_stands_at_the_top_while_a_weight_is_edited(new_page, query):
    page = new_page(f"/?{query}", width=360, height=640)
    page.wait_for_selector("html.js")
    page.wait_for_load_state("networkidle")
    for row in range(3):
        page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
        frames(page)
        edited_on_a_phone(page, row)


def edited_on_a_phone(page, row):
    output, field = page.locator("figure.output"), page.locator(f"#row-{row} .weight").first
    assert output.evaluate(BOX)[0] > 640, row
    tall = box(page, ".stand")["height"]
    before = output.locator(".value").inner_text()
    field.click()
    expect(page.locator("html")).to_have_class(re.compile("aloft"))
    assert abs(box(page, ".stand")["height"] - tall) < 0.1
    field.fill("0.7")
    expect(output.locator(".value")).not_to_have_text(before)
    at_rest(page)  # until the page is in line with the edit
    top, foot = output.evaluate(BOX)
    assert top == max(0, page.locator(".bar").evaluate(BOX)[1])
    assert 60 < foot - top < 160
    assert field.evaluate(BOX)[0] >= foot
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    field.blur()
    expect(page.locator("html")).not_to_have_class(re.compile("aloft"))
    page.locator(".stand").evaluate("e => e.scrollIntoView({ block: 'end' })")
    page.locator(".bias input").evaluate("e => e.focus({ preventScroll: true })")
    due(page, 200)
    assert output.evaluate(BOX)[1] - output.evaluate(BOX)[0] > 200


def test_a_wide_pages_output_stays_where_it_is(new_page):
    page = new_page("/?size=80", width=1440, height=500)
    page.wait_for_selector("html.js")
    page.locator("#row-2 .weight").last.focus()
    page.evaluate("scrollTo(0, 900)")
    frames(page)
    assert page.locator("figure.output").evaluate("e => getComputedStyle(e).position") == "static"


@pytest.mark.parametrize("query", ["", "&activation=gelu&bias=0.5,0,0,0,0"])
def test_on_a_laptop_the_line_of_the_sum_stands_in_sight_and_follows(new_page, query):
    page = new_page(f"/?size=48{query}", width=1366, height=625)
    page.wait_for_load_state("networkidle")
    line = page.locator(".sum-line")
    assert foot(box(page, ".sum-line")) <= 625
    pinned = line.inner_text()
    page.locator(".output .map").hover(position={"x": 33, "y": 33})
    expect(line).not_to_have_text(pinned)  # once the input's levels are here
    pointed = line.inner_text()
    page.locator(".output .map input").click(position={"x": 33, "y": 33})
    at_rest(page)
    page.reload()
    assert line.inner_text() == pointed


def apart(page, one, other):
    """Whether two boxes share no pixel."""
    a, b = box(page, one), box(page, other)
    return right(a) <= b["x"] or right(b) <= a["x"] or foot(a) <= b["y"] or foot(b) <= a["y"]


@pytest.mark.parametrize("javascript", [True, False])
def test_the_bar_stands_on_one_line_also_beside_a_scroll_bar(new_page, javascript):
    page = new_page("/?size=48", javascript=javascript)
    for width in (1440, 1425, 1366, 1280):
        page.set_viewport_size({"width": width, "height": 625})
        frames(page)
        parts = [f".bar {part}" for part in (".name", ".samples", ".own", ".banks", ".tools")]
        middles = [(at["y"] + foot(at)) / 2 for at in boxes(page, *parts)]
        assert max(middles) - min(middles) < 8, width
        assert foot(box(page, ".bar")) < 70, width
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("javascript", [True, False])
def test_filters_and_weights_are_reached_from_the_bar(new_page, javascript):
    page = new_page("/?size=48&image=sample:cat", javascript=javascript)
    places = page.get_by_role("navigation", name="Filters, weights")
    for width in (1440, 1024, 768, 390, 320):
        page.set_viewport_size({"width": width, "height": 700})
        frames(page)
        for part in (".name", ".lesson", ".samples", ".own", ".tools"):
            assert apart(page, ".banks", f".bar {part}"), (width, part)
        for name in ("Filters", "Weights"):  # a click would reach them
            places.get_by_text(name).click(trial=True)
    for name, path in (("Filters", "/filters"), ("Weights", "/weights")):
        page.goto("/?size=48&image=sample:cat")
        places.get_by_text(name).click()
        page.wait_for_url(f"**{path}?image=sample:cat*")


def test_the_name_of_what_was_deleted_is_broken_on_a_phone(new_page, watch):
    watch.forgive("404 (NOT FOUND)")
    page = new_page(f"/?filters={'a' * 64}", width=320, height=600, javascript=False)
    for address in (page.url, f"/filters?image={'a' * 64}"):
        page.goto(address)
        assert "a" * 64 in page.text_content("body")
        assert page.evaluate("document.documentElement.scrollWidth") == 320


IN_SIGHT = """() => {
  const { top, bottom } = document.querySelector("figure.output mc-map").getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}"""


@pytest.mark.parametrize("sizes", [[(768, 1024), (1024, 768), (1100, 768)], [(390, 700)]])
@pytest.mark.parametrize("kernel", ["3x3", "7x7"])
def test_the_output_is_in_sight_while_any_weight_is_edited(new_page, kernel, sizes):
    page = new_page(f"/?size=80&kernel={kernel}", width=sizes[0][0], height=sizes[0][1])
    page.wait_for_selector("html.js")
    if kernel == "7x7":
        page.locator(".bench > summary").click()
    fields = page.locator("mc-kernel .weight")
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("scrollTo(0, 0)")
        for field in (fields.first, fields.last):
            field.click()
            page.wait_for_function(IN_SIGHT)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            field.blur()


CLEAR_OF_BUTTONS = """() => [...document.querySelectorAll(".bar :is(button, a)")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }))
  .map((each) => each.getBoundingClientRect().bottom)
  .every((foot) => foot <= document.querySelector("figure.output").getBoundingClientRect().y + 1)"""


def test_the_output_aloft_covers_none_of_the_bars_buttons(new_page):
    page = new_page("/?size=80")
    page.wait_for_selector("html.js")
    for width, height in ((390, 700), (320, 640), (768, 1024)):
        page.set_viewport_size({"width": width, "height": height})
        page.locator("#row-0 .weight").first.focus()
        expect(page.locator("html")).to_have_class(re.compile("aloft"))
        for at in (0, 40, 90, 0):
            page.evaluate(f"scrollTo(0, {at})")
            due(page, 100)
            page.wait_for_function(CLEAR_OF_BUTTONS)
        page.locator("#row-0 .weight").first.blur()
        page.evaluate("scrollTo(0, 0)")


def test_a_tall_pictures_curves_begin_at_it(new_page, tmp_path):
    tall = tmp_path / "tall.png"
    Image.new("RGB", (60, 180), (200, 90, 40)).save(tall)
    page = new_page("/?size=160")
    page.wait_for_selector("html.js")
    page.set_input_files("#image", tall)
    page.wait_for_url("**image=*")
    at_rest(page)
    for width in (1440, 1100, 900):
        page.set_viewport_size({"width": width, "height": 900})
        frames(page)
        for q in range(3):
            partial, curve = box(page, f"#row-{q} .partial .map"), box(page, f".curve >> nth={q}")
            assert right(partial) <= curve["x"] < right(partial) + 8


def test_a_picture_of_ones_own_stands_among_the_samples(new_page, photograph):
    page = new_page("/?size=48&kernel=5x5")
    page.wait_for_selector("html.js")
    page.get_by_role("button", name="Use your own image").click()
    for words in ("stays on this server", "drop a picture anywhere on this page, or paste one"):
        expect(page.locator("#own")).to_contain_text(words)
        expect(page.get_by_text(words)).to_be_visible()
    page.set_input_files("#image", photograph)
    page.wait_for_url("**image=*")
    own = page.locator(".samples a[title='Your picture']")
    expect(own).to_have_attribute("aria-current", "true")
    plain = new_page(page.url, javascript=False)
    expect(plain.locator(".samples a[title='Your picture'] img")).to_be_visible()
    page.locator(".samples a[title]").nth(2).click()
    page.wait_for_url("**sample:cat*")
    back = page.locator(".samples a[title='A picture of yours']")
    expect(back).to_be_visible()
    colours = page.request.get(back.locator("img").evaluate("image => image.src")).body()
    assert Image.open(io.BytesIO(colours)).mode == "RGB"
    page.reload()
    page.locator(".samples a[title='A picture of yours']").click()
    page.wait_for_url(re.compile("image=[0-9a-f]{64}"))
    assert "kernel=5x5" in page.url
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Delete it from the server").click()
    page.wait_for_url(lambda address: "image=" not in address)
    page.wait_for_selector("html.js")
    expect(page.locator(".samples a[title='A picture of yours']")).to_have_count(0)


SMALLEST = """() => Math.min(...[...document.querySelectorAll("#stage :is(p, b, td, text, label)")]
  .filter((e) => !e.children.length && e.textContent.trim() && e.getBoundingClientRect().width > 1)
  .map((e) => parseFloat(getComputedStyle(e).fontSize) * (e.currentCSSZoom ?? 1)))"""


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (2560, 1440)])
def test_on_a_projector_the_figure_grows_and_is_pointed_at(new_page, width, height):
    page = new_page("/", width=width, height=height)
    assert page.evaluate(SMALLEST) >= 14
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    at = page.locator("#row-0 .plane .map").bounding_box()
    assert at["width"] > 190
    page.mouse.click(at["x"] + at["width"] * 100.8 / 160, at["y"] + at["height"] * 40.8 / 160)
    page.wait_for_url("**/?i=40&j=100")
    curve = page.locator(".junction .curve").first.bounding_box()
    middle = page.locator("#row-0 .partial .map").bounding_box()
    assert abs(curve["y"] - (middle["y"] + middle["height"] / 2)) < 8  # its own width besides


@pytest.mark.parametrize("kind", ["", "2.kind=transposed&"])
def test_a_layer_of_many_inputs_and_small_kernels_fits_every_window(new_page, kind):
    page = new_page(f"/?outputs=8&{kind}2.kernel=3x3&2.filters=he(7)&layer=2")
    page.wait_for_load_state("networkidle")
    for width, height in ((320, 640), (360, 640), (390, 844), (768, 1024), *WINDOWS):
        page.set_viewport_size({"width": width, "height": height})
        frames(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1440, 390])
def test_a_refused_switch_says_so_without_widening_the_page(new_page, width, watch):
    watch.forgive("400")
    page = new_page("/?outputs=1&filters=zero&target=luminance-edges:0&steps=3", width=width)
    page.wait_for_load_state("networkidle")
    page.locator(".switch [type=checkbox]").locator("visible=true").last.click()
    expect(page.get_by_role("alert")).to_contain_text("an input channel is left out")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
