"""Editing numbers and structure with scripts: fields, link, history, mistakes, what stays."""

import re

from playwright.sync_api import expect

from tests.browser.harness import PAGES, Held, due, frames, routed
from tests.browser.test_live_main import CENTRE, GREEN, at_rest


def weight(page, at=CENTRE):
    return page.locator(GREEN).nth(at)


def test_arrow_keys_step_exactly(page):
    page.goto("/")
    field = weight(page)
    field.focus()
    for keys, text in (
        ("ArrowUp", "0"),
        ("ArrowUp", "0.1"),
        ("ArrowUp", "0.2"),
        ("ArrowUp", "0.3"),
        ("Shift+ArrowDown", "−0.7"),
        ("Alt+ArrowUp", "−0.69"),
    ):
        page.keyboard.press(keys)
        assert field.input_value() == text
    page.wait_for_url("**-0.69**")
    assert "0000000" not in page.url


def test_what_is_no_number_is_said_beside_the_kernel_and_not_sent(page):
    asked = []
    page.goto("/")
    page.on("request", lambda request: asked.append(request.url))
    field = weight(page)
    field.fill("1_0")
    expect(field).to_have_attribute("aria-invalid", "true")
    message = page.locator("#row-1 .mistake")
    expect(message).to_contain_text("decimal number")
    assert field.get_attribute("aria-describedby") == message.get_attribute("id")
    expect(field).to_be_focused()
    due(page, 400)
    assert not [link for link in asked if "maps=partial" in link]
    field.fill("0.2")
    expect(message).to_have_count(0)
    expect(field).not_to_have_attribute("aria-invalid", "true")
    at_rest(page)


def test_the_number_behind_a_rounded_text_is_kept(page):
    page.goto("/?w.1.0=box")
    assert weight(page).input_value() == "0.1111"
    weight(page, 0).fill("0")
    page.wait_for_url("**w.1.0=0,0.1111111111111111,**")
    at_rest(page)
    assert page.url.count("0.1111111111111111") == 8


def test_the_caret_stays_while_the_page_comes_to_rest(page):
    page.goto("/")
    field = weight(page)
    field.click()
    page.keyboard.type("0.250")
    page.keyboard.press("ArrowLeft")
    at_rest(page)
    due(page, 500)
    assert field.input_value() == "0.250"
    assert field.evaluate("field => field.selectionStart") == 4
    page.keyboard.press("Tab")
    assert field.input_value() == "0.25"


def test_dragging_sideways_redraws_and_is_one_step_back(page):
    page.goto("/")
    field = weight(page)
    box = field.bounding_box()
    x, y = box["x"] + 20, box["y"] + 12
    page.mouse.move(x, y)
    page.mouse.down()
    for distance in range(0, 44, 4):
        page.mouse.move(x + distance, y)
        frames(page)
    assert field.input_value() == "0.9"
    expect(page.locator("mc-map[data-map=output-0] canvas")).to_have_count(1)
    due(page, 400)
    assert page.locator("mc-map[data-map=output-0] canvas").count() == 1  # the range holds still
    page.mouse.up()
    at_rest(page)
    assert "0.9" in page.url
    page.go_back()
    expect(field).to_have_value("−0.1")
    at_rest(page)
    assert page.url.endswith("/")


def test_a_click_on_a_weight_lets_one_type(page):
    page.goto("/")
    weight(page).click()
    page.keyboard.type("0.5")
    assert weight(page).input_value() == "0.5"
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("0.25")
    assert weight(page, CENTRE - 1).input_value() == "0.25"
    at_rest(page)


def test_fast_typing_ends_with_the_last_value(page):
    page.goto("/")
    field = weight(page)
    for at in range(40):
        field.fill(f"{at / 50}")
    at_rest(page)
    assert field.input_value() == "0.78"
    assert re.search(r"w\.1\.0=[^&]*,0\.78,", page.url)
    expect(page.locator(".channel[data-q='1'] [data-part=taps] td").nth(CENTRE)).to_have_text(
        "0.78"
    )


def test_bias_adds_to_the_output_alone(page):
    page.goto("/")
    pages = Held(page, PAGES)
    page.locator("label.bias input").fill("0.25")
    expect(page.locator("mc-map[data-map=output-0] canvas")).to_be_attached()
    assert page.locator("mc-map[data-map^=partial] canvas").count() == 0
    pages.let_go()
    expect(page.locator(".total")).to_contain_text("+0.25 of bias")
    page.wait_for_url("**bias=0.25,0,0,0,0&range=1")
    at_rest(page)


def test_a_larger_kernel_comes_in_place_and_back_restores(page):
    page.goto("/")
    page.evaluate("window.same = document.querySelector('#row-0 mc-map')")
    page.locator("select[name=strides]").select_option("2x2")
    page.wait_for_url("**strides=2x2&range=1")
    page.locator("select[name=kernel]").focus()
    page.locator("select[name=kernel]").select_option("5x5")
    page.wait_for_url("**kernel=5x5**")
    expect(page.locator("#row-0 .weight")).to_have_count(25)
    expect(page.locator("#told-resized")).to_contain_text("resized about their centres")
    assert page.evaluate("window.same === document.querySelector('#row-0 mc-map')")
    expect(page.locator("select[name=kernel]")).to_be_focused()
    page.go_back()
    expect(page.locator("#row-0 .weight")).to_have_count(9)
    page.go_back()
    expect(page.locator("select[name=strides]")).to_have_value("1x1")


def test_what_the_server_refuses_is_said_beside_its_field_and_typed_text_stays(page, watch):
    watch.forgive("status of 400")
    page.goto("/")
    page.get_by_text("More", exact=True).click()
    size = page.locator("input[name=size]")
    size.fill("99999")
    size.press("Enter")
    expect(page.locator(".controls .mistake")).to_contain_text("out of range")
    assert size.input_value() == "99999"
    assert page.url.endswith("/")
    size.fill("96")
    size.press("Enter")
    page.wait_for_url("**size=96**")
    expect(page.locator(".controls .mistake")).to_have_count(0)


def test_a_silent_server_is_said_beside_the_kernel_and_the_picture_stays(page, watch):
    watch.forgive("ERR_FAILED")
    watch.forgive("net::")
    page.goto("/")
    routed(page, "**/api/planes?*", lambda route: route.abort())
    routed(page, "**/?w*", lambda route: route.abort())
    weight(page).fill("0.5")
    expect(page.locator("#row-1 .mistake")).to_contain_text("did not answer")
    page.unroute("**/api/planes?*")
    page.unroute("**/?w*")
    weight(page).fill("0.6")
    expect(page.locator("#row-1 .mistake")).to_have_count(0)
    at_rest(page)


def test_a_sample_comes_in_place_with_the_same_filters(page):
    page.goto("/")
    weight(page).fill("0.5")
    page.wait_for_url("**w.1.0=**")
    at_rest(page)
    page.locator(".samples a").nth(1).click()
    page.wait_for_url("**image=sample*w.1.0=**")
    expect(page.locator(".samples a").nth(1)).to_have_attribute("aria-current", "true")
    assert weight(page).input_value() == "0.5"


def test_axe_finds_nothing_while_one_edits(new_page, axe_report):
    page = new_page("/?size=80")
    for paper in ("light", "dark"):
        page.emulate_media(color_scheme=paper)
        weight(page).fill("words")
        expect(page.locator("#row-1 .mistake")).to_be_visible()
        assert axe_report(page, article=False) == ""
        weight(page).fill("0.5")
        page.locator("mc-map[data-map=output-0]").hover(position={"x": 80, "y": 80})
        at_rest(page)
        assert axe_report(page, article=False) == ""
