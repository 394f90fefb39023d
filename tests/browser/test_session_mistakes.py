"""What could not be used, field by field: its own words, until it is mended or replaced."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.harness import due
from tests.browser.test_live_main import at_rest
from tests.browser.test_session_edits import opened, pasted
from tests.browser.test_turns import quiet


@pytest.fixture(autouse=True)
def refusals(watch):
    watch.forgive("400")


def more(page, name):
    return page.locator(f'.more-fields input[name="{name}"]')


def entered(page, name, text):
    with page.expect_response(lambda response: "/edit" in response.url):
        more(page, name).fill(text)
        more(page, name).press("Enter")


def said(page, name):
    return page.locator(f'label:has(input[name="{name}"]) + p.mistake')


def test_each_field_behind_more_is_answered_for_itself(page):
    opened(page)
    page.locator(".more summary", has_text="More").click()
    wrong = {
        "strides.other": ("0", "Other stride is “0”"),
        "padding.other": ("-1", "Other padding is “-1”"),
        "dilations": ("1e999", "Dilation is “1e999”"),
        "size": ("99999", "Working size is “99999”"),
        "range": ("abc", "Colour range is “abc”"),
    }
    for name, (text, _) in wrong.items():
        entered(page, name, text)
    for name, (text, words) in wrong.items():
        expect(said(page, name)).to_contain_text(words)
        expect(more(page, name)).to_have_value(text)
    entered(page, "kernel.other", "5x5")  # a good one counts beside them
    page.wait_for_url("**kernel=5x5*")
    expect(more(page, "size")).to_have_value("99999")
    entered(page, "dilations", "2")
    page.wait_for_url("**dilations=2x2*")
    expect(said(page, "dilations")).to_have_count(0)
    expect(said(page, "range")).to_contain_text("“abc”")
    page.locator('select[name="strides"]').select_option("2x2")
    page.wait_for_url("**strides=2x2*")
    expect(said(page, "strides.other")).to_have_count(0)
    expect(more(page, "strides.other")).to_have_value("2x2")


def test_a_working_size_that_enlarges_nothing_is_told_where_it_is_chosen(page):
    opened(page)
    page.locator(".more summary", has_text="More").click()
    entered(page, "size", "1024")
    page.wait_for_url("**size=1024*")
    told = "this picture is 512 × 512 and is not enlarged"
    expect(page.locator("#hint-size")).to_contain_text(told)
    expect(page.locator("#said")).to_contain_text(told)
    entered(page, "size", "96")
    page.wait_for_url("**size=96*")
    expect(page.locator("#hint-size")).not_to_contain_text("enlarged")


def test_undo_and_named_kernels_replace_a_weight_that_is_none(page):
    opened(page)
    page.locator('select[name="strides"]').select_option("2x2")
    page.wait_for_url("**strides=2x2*")
    field, mistake = page.locator("#row-0 .weight").nth(4), page.locator("#row-0 .mistake")
    field.fill("abc")
    page.locator('select[name="activation"]').select_option("relu")
    page.wait_for_url("**activation=relu*")
    expect(field).to_have_value("abc")
    expect(mistake).to_contain_text("decimal number")
    page.get_by_role("button", name="Undo").click()
    expect(field).to_have_value("0.2")
    expect(mistake).to_have_count(0)
    for text, words in (("1/3", "no fractions"), ("1,234", "nothing between thousands")):
        field.fill(text)
        expect(mistake).to_contain_text(words)
    page.locator('[name="preset.0"]').select_option("soft")
    expect(field).to_have_value("0.2")
    expect(mistake).to_have_count(0)
    field.fill("abc")
    page.locator("#what-if summary").click()
    page.locator("#what-if button", has_text="mean").click()
    expect(page.locator("#what-if-words")).to_be_visible()
    expect(field).to_have_value("abc")  # a what-if changes no kernel, and so no text either
    expect(mistake).to_have_count(1)


def are_apart(one, other):
    """Whether two boxes of the page share no pixel, or a rounded one of their edges."""
    return any(
        former[start] + former[length] <= latter[start] + 1
        for start, length in (("x", "width"), ("y", "height"))
        for former, latter in ((one, other), (other, one))
    )


def test_what_holds_while_a_text_is_no_number_is_said(page):
    opened(page)
    weight, mistake = page.locator("#row-0 .weight").nth(4), page.locator("#row-0 .mistake")
    weight.fill("abc")
    expect(mistake).to_contain_text("Until then it is 0.2.")
    weight.fill("1")
    weight.fill("1e999")
    expect(mistake).to_contain_text("Until then it is 1.")
    page.wait_for_url("**w.0.0=0.1,0.1,0.1,0.1,1,0.1,*")
    page.locator("#row-0 .weight").nth(5).fill("x")  # of two it would not say which
    expect(mistake).to_have_text(
        "A weight is a decimal number from −1,000,000 to 1,000,000, such as −0.25."
    )


def test_a_biass_mistake_goes_with_its_layer(new_page):
    page = new_page("/?network=faces", width=1440, height=900)
    page.wait_for_load_state("networkidle")
    bias, mistake = page.locator(".bias input"), page.locator(".sum .mistake")
    bias.fill("abc")
    expect(mistake).to_be_visible()
    page.locator(".layer-row.wide a[data-layer='4']").click()
    page.wait_for_url("**layer=4*")
    quiet(page)
    expect(bias).to_have_value("0.8521")
    expect(mistake).to_have_count(0)
    assert bias.get_attribute("aria-invalid") is None


@pytest.mark.parametrize("width", [1024, 1280, 1440])
@pytest.mark.parametrize("query", ["size=80", "network=faces", "network=faces&layer=4"])
def test_a_biass_mistake_covers_no_word_of_the_rows_nor_the_sum(new_page, query, width):
    page = new_page(f"/?{query}", width=width, height=900)
    page.wait_for_load_state("networkidle")
    page.locator(".bias input").fill("abc")
    box = page.locator(".sum .mistake").bounding_box()
    others = page.locator(".partial figcaption, .bias, .junction circle, figure.output")
    shown = [other for other in others.all() if other.is_visible()]
    assert len(shown) > 4
    for other in shown:
        assert are_apart(box, other.bounding_box()), other.get_attribute("class") or "Σ"


@pytest.mark.parametrize("width", [360, 1440])
def test_a_weights_mistake_covers_nothing_and_is_in_view(new_page, width):
    page = new_page("/?size=80", width=width, height=740)
    page.wait_for_selector("html.js")
    page.locator("#row-0 .weight").nth(8).fill("abc")
    mistake = page.locator("#row-0 .mistake")
    expect(mistake).to_be_in_viewport(ratio=1)
    box = mistake.bounding_box()
    for other in ("#row-0 select", "#row-0 .partial figcaption", "#row-1 .plane", "#row-1 .kernel"):
        assert are_apart(box, page.locator(other).bounding_box()), other


def test_turning_what_is_symmetric_is_told(page):
    opened(page)
    page.locator('[name="preset.1"]').select_option("turn")
    expect(page.locator("#told-symmetric")).to_be_visible()
    expect(page.locator("#said")).to_have_text(
        "These kernels are symmetric: turning them changes nothing."
    )
    page.locator("#what-if summary").click()
    page.locator("#what-if button", has_text="turned by 180°").click()
    expect(page.locator("#what-if-words")).to_contain_text("symmetric, so nothing changes")
    expect(page.locator("#told-symmetric")).to_be_hidden()


def test_a_pinned_pixel_stays_over_its_place(page):
    opened(page, "/?size=80&i=40&j=20")
    page.locator('select[name="strides"]').select_option("2x2")
    page.wait_for_url("**strides=2x2&i=20&j=10*")
    expect(page.locator(".told")).to_have_count(0)


def test_another_activation_shows_the_output_with_its_caption(page):
    opened(page)
    page.locator("#steps summary").click()
    page.locator("#steps button", has_text="+ green").click()
    caption = page.locator("#result figcaption").first
    expect(caption).to_contain_text("red + green")
    page.locator('select[name="activation"]').select_option("relu")
    page.wait_for_url("**activation=relu*")
    expect(caption).not_to_contain_text("red + green")
    expect(page.locator("#steps .step[aria-pressed=true]")).to_have_text("ReLU")


# Rows that grow or shrink are told to the page as the next frame is drawn, before anyone sees it.
# Counted from the page's top: a field that is typed into is scrolled into view.
STARTS_AND_MIDDLES = """async () => {
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  const starts = [...document.querySelectorAll(".junction .curve")].map((curve) => {
    const at = curve.getPointAtLength(0);
    return new DOMPoint(at.x, at.y).matrixTransform(curve.getScreenCTM()).y + scrollY;
  });
  const middles = [...document.querySelectorAll("#working .row .partial .map")].map((map) => {
    const box = map.getBoundingClientRect();
    return box.y + box.height / 2 + scrollY;
  });
  return [starts, middles];
}"""


def middles_where_curves_begin(page):
    starts, middles = page.evaluate(STARTS_AND_MIDDLES)
    assert len(middles) == 3
    assert starts == pytest.approx(middles, abs=0.6)
    return middles


@pytest.mark.parametrize("width", [768, 1440])
def test_curves_begin_at_their_pictures_while_mistakes_move_them(new_page, width):
    page = new_page("/?size=80", width=width)
    page.wait_for_selector("html.js")
    before = middles_where_curves_begin(page)
    for q in (0, 1):
        page.locator(f"#row-{q} .weight").nth(4).fill("abc")
        expect(page.locator(f"#row-{q} .mistake")).to_be_visible()
    moved = middles_where_curves_begin(page)
    assert moved[2] > before[2] + 40
    page.locator('select[name="activation"]').select_option("relu")  # the page is brought in line
    page.wait_for_url("**activation=relu*")
    assert middles_where_curves_begin(page) == pytest.approx(moved, abs=0.6)
    for q in (0, 1):
        page.locator(f"#row-{q} .weight").nth(4).fill("0.5")
    expect(page.locator("#working .mistake")).to_have_count(0)
    assert middles_where_curves_begin(page) == pytest.approx(before, abs=0.6)


def test_a_text_that_is_no_number_stays_while_the_page_comes_in_line_under_its_focus(page):
    opened(page)
    first, second = (page.locator(f"#row-{q} .weight").nth(4) for q in (0, 1))
    for field in (first, second):
        field.fill("abc")
    first.fill("0.5")
    second.focus()
    expect(first).to_have_attribute("value", "0.5")  # the page is in line
    expect(second).to_be_focused()
    expect(second).to_have_value("abc")
    expect(page.locator("#row-1 .mistake")).to_contain_text("decimal number")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("0.25")
    expect(page.locator("#row-1 .mistake")).to_have_count(0)
    expect(second).to_have_attribute("value", "0.25")


def test_the_beginning_of_a_number_moves_nothing_until_one_pauses_or_leaves(page):
    opened(page)
    field, mistake = page.locator("#row-1 .weight").nth(4), page.locator("#row-1 .mistake")
    field.click()
    page.keyboard.press("-")
    page.keyboard.press(".")
    assert mistake.count() == 0
    page.keyboard.press("5")
    expect(field).to_have_attribute("data-exact", "-0.5")
    due(page, 1100)
    assert mistake.count() == 0
    field.fill("-")
    assert mistake.count() == 0
    expect(mistake).to_contain_text("decimal number")  # after a pause
    field.fill("0.5")
    expect(mistake).to_have_count(0)
    field.fill("")
    page.keyboard.press("Tab")
    assert mistake.count() == 1
    expect(field).to_have_attribute("aria-invalid", "true")


def test_a_matrix_that_cannot_be_used_is_told_at_its_own_field_until_it_is_mended(page):
    opened(page)
    page.locator("#bench summary").click()
    at = page.locator('label:has([name="matrix.1"]) + p.mistake')
    matrix, use = page.locator('[name="matrix.1"]'), page.locator("#bench button")
    matrix.fill("1 2 3\n4 5\n7 8 9")
    use.click()
    expect(at).to_contain_text("Row 1 of the matrix has 3 numbers, row 2 has 2.")
    expect(matrix).to_have_attribute("aria-invalid", "true")
    expect(use).not_to_have_attribute("aria-invalid", "true")
    matrix.fill("1 2 3\n4 5 6\n7 8 9")
    use.click()
    expect(page.locator("#row-1 .weight").nth(5)).to_have_value("6")
    expect(page.locator("#bench .mistake")).to_have_count(0)
    expect(matrix).not_to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("kernel", ["3x3", "15x15"])
def test_the_figure_stays_where_it_is_beside_large_kernels_and_an_open_bench(page, kernel):
    place = "() => document.querySelector('.output .map').getBoundingClientRect().x"
    opened(page, "/")
    before = page.evaluate(place)
    opened(page, f"/?kernel={kernel}")
    page.locator("#bench summary").click()
    assert page.evaluate(place) == pytest.approx(before, abs=0.5)


def test_escape_takes_a_wrong_text_back_before_it_means_anything_else(page):
    opened(page, "/?size=80&w.1.0=box&i=3&j=5")
    first, other = page.locator("#row-1 .weight").nth(0), page.locator("#row-1 .weight").nth(4)
    mistake = page.locator("#row-1 .mistake")
    other.fill("xyz")
    first.fill("abc")
    expect(mistake).to_contain_text("decimal number")
    first.press("Escape")
    expect(first).to_have_value("0.1111")
    expect(first).not_to_have_attribute("aria-invalid", "true")
    expect(first).to_be_focused()
    expect(mistake).to_have_count(1)  # the other one's still
    other.press("Escape")
    expect(other).to_have_value("0.1111")
    expect(mistake).to_have_count(0)
    first.fill("-")
    first.press("Escape")
    expect(first).to_have_value("0.1111")
    due(page, 1200)
    expect(mistake).to_have_count(0)
    assert "i=3&j=5" in page.url  # the pinned pixel is let go by a second one
    first.press("Escape")
    page.wait_for_function("() => !location.search.includes('i=3')")


def test_escape_takes_the_biass_wrong_text_back(page):
    opened(page, "/?size=80&bias=0.25,0,0,0,0&i=3&j=5")
    field = page.locator("label.bias input")
    field.fill("abc")
    expect(page.locator("label.bias + .mistake")).to_contain_text("decimal number")
    field.press("Escape")
    expect(field).to_have_value("0.25")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("label.bias + .mistake")).to_have_count(0)
    assert "i=3&j=5" in page.url


def test_a_decimal_comma_is_read_and_told_beside_the_field(page):
    opened(page, "/?size=80")
    field = page.locator("#row-0 .weight").nth(4)
    note, mistake = page.locator("#row-0 .note"), page.locator("#row-0 .mistake")
    field.fill("")
    field.press_sequentially("-0,5")
    expect(note).to_have_text("“-0,5” is read as −0.5.")
    expect(page.locator("#said")).to_have_text(re.compile(r"^“-0,5” is read as −0\.5\. Row \d+"))
    expect(mistake).to_have_count(0)
    expect(field).not_to_have_attribute("aria-invalid", "true")
    page.wait_for_url("**w.0.0=0.1,0.1,0.1,0.1,-0.5,*")
    expect(field).to_have_value("-0,5")  # still being typed in
    field.blur()
    expect(field).to_have_value("−0.5")
    field.fill("0.25")
    page.wait_for_url("**w.0.0=0.1,0.1,0.1,0.1,0.25,*")
    expect(note).to_have_count(0)


@pytest.mark.parametrize("how", ["undo", "preset"])
def test_how_a_number_was_read_is_told_no_longer_than_it_stands(page, how):
    opened(page, "/?size=80")
    page.locator("#row-0 .weight").nth(4).fill("0,5")
    expect(page.locator("#row-0 .note")).to_have_text("“0,5” is read as 0.5.")
    page.wait_for_url("**0.1,0.5,*")
    at_rest(page)
    if how == "undo":
        page.get_by_role("button", name="Undo").click()
    else:
        page.select_option("select[name='preset.0']", "identity")
    page.wait_for_url(lambda address: "0.5" not in address)
    at_rest(page)
    expect(page.locator("#row-0 .note")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1440])
def test_a_note_beside_a_kernel_covers_nothing(new_page, width):
    page = new_page("/?size=80", width=width, height=740)
    page.wait_for_selector("html.js")
    page.locator("#row-0 .weight").nth(8).fill("0,5")
    expect(page.locator("#row-0 .note")).to_be_visible()
    box = page.locator("#row-0 .note").bounding_box()
    for other in ("#row-0 select", "#row-0 .partial figcaption", "#row-1 .plane", "#row-1 .kernel"):
        assert are_apart(box, page.locator(other).bounding_box()), other


def test_a_pasted_decimal_comma_is_one_number(page):
    opened(page, "/?size=80")
    pasted(page, 0, "0,5")
    expect(page.locator("#row-0 .mistake")).to_have_count(0)
    assert "w.0.0" not in page.url  # typed by the browser itself, not sent as a matrix


def test_a_name_in_capitals_is_found(page):
    opened(page, "/?size=80")
    page.locator("#bench summary").click()
    page.locator('[name="name.0"]').fill("Motion(45)")
    page.locator("#bench button").click()
    page.wait_for_url("**w.0.0=motion(45)*")


def test_a_mistake_that_is_taken_back_leaves_the_fields_own_hint(page):
    opened(page, "/?size=48")
    page.select_option('select[name="kernel"]', "5x5")
    page.wait_for_url("**kernel=5x5*")
    page.locator("summary", has_text="More").first.click()
    field = more(page, "kernel.other")
    hint = field.get_attribute("aria-describedby")
    assert hint
    entered(page, "kernel.other", "99x")
    expect(said(page, "kernel.other")).to_be_visible()
    assert field.get_attribute("aria-describedby") != hint
    page.go_back()
    expect(field).to_have_attribute("aria-describedby", hint)
