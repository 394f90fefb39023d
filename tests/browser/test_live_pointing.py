"""Pointing at pictures, pinning, moving by keys; pictures dropped and pasted."""

import base64

from PIL import Image
from playwright.sync_api import expect

from tests.browser.harness import due, frames
from tests.browser.test_live_main import at_rest, words

OUTPUT = "mc-map[data-map=output-0]"


def test_pointing_shows_what_the_server_says_of_that_pixel(page, new_page):
    page.goto("/?size=80")
    page.wait_for_load_state("networkidle")
    pinned = words(page, "#pixel")
    page.locator(OUTPUT).hover(position={"x": 0.5, "y": 101})
    expect(page.locator(".result [data-value=i]")).to_have_text("25")
    frames(page)
    said = new_page("/?size=80&i=25&j=0")
    for place in ("#pixel", ".result figcaption", "#row-0 .partial figcaption"):
        assert words(page, place) == words(said, place)
    for q in range(3):
        mark = f"mc-map[data-map=input-{q}] .mark"
        assert [
            page.locator(mark).get_attribute(name) for name in ("x", "y", "width", "height")
        ] == [said.locator(mark).get_attribute(name) for name in ("x", "y", "width", "height")]
    assert page.locator("#pixel td.pad").count() == 9
    page.mouse.move(3, 600)
    frames(page)
    assert words(page, "#pixel") == pinned


def test_pointing_at_an_input_leads_to_the_window_around_it(page):
    page.goto("/?size=80&strides=2x2")
    page.wait_for_load_state("networkidle")
    page.locator("mc-map[data-map=input-1]").hover(position={"x": 81, "y": 41})
    expect(page.locator(".result [data-value=i]")).to_have_text("10")
    expect(page.locator(".result [data-value=j]")).to_have_text("20")


def test_a_click_pins_and_escape_lets_go(page):
    page.goto("/")
    page.locator(OUTPUT).click(position={"x": 100, "y": 60})
    page.wait_for_url("**/?i=30&j=50")
    page.mouse.move(3, 600)
    at_rest(page)
    expect(page.locator(".filled[data-index=i]").first).to_have_text("30")
    page.keyboard.press("Escape")
    page.wait_for_function("() => location.search === ''")
    expect(page.locator(".filled[data-index=i]").first).not_to_have_text("30")
    page.go_back()
    expect(page.locator(".filled[data-index=i]").first).to_have_text("30")


def test_a_click_between_screen_pixels_pins_what_was_pointed_at(page):
    """A click's place is told in whole CSS pixels, of which one here spans two of the output's."""
    page.goto("/?size=400")
    page.wait_for_selector("html.js")
    page.wait_for_load_state("networkidle")
    box = page.locator(f"{OUTPUT} input").bounding_box()
    side = box["height"] / 400
    assert side < 1
    row = next(n for n in range(200, 300) if (box["y"] + (n + 0.5) * side) % 1 > side)
    page.mouse.move(box["x"] + 60.5 * side, box["y"] + (row + 0.5) * side)
    expect(page.locator(".result [data-value=i]")).to_have_text(str(row))
    page.mouse.down()
    page.mouse.up()
    page.wait_for_url(f"**i={row}&j=60*")


def test_arrow_keys_move_the_pixel_and_it_is_said_once(page, new_page):
    page.goto("/?i=30&j=50")
    page.wait_for_load_state("networkidle")
    due(page, 300)
    page.locator(f"{OUTPUT} input").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "Shift+ArrowUp"):
        page.keyboard.press(key)
    page.wait_for_url("**/?i=21&j=52")
    expect(page.locator("#said")).to_contain_text("Row 21, column 52")
    at_rest(page)
    assert words(page, "#pixel") == words(new_page("/?i=21&j=52"), "#pixel")
    expect(page.locator(f"{OUTPUT} input")).to_be_focused()


def test_edges_hold(page):
    page.goto("/?i=0&j=0")
    page.locator(f"{OUTPUT} input").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".result [data-value=i]")).to_have_text("0")


def test_a_tap_pins(new_page):
    page = new_page("/", width=390, height=800, touch=True)
    page.locator(OUTPUT).scroll_into_view_if_needed()
    box = page.locator(OUTPUT).bounding_box()
    # The middle of row 80, column 40, of 160 each.
    page.touchscreen.tap(
        box["x"] + box["width"] * 40.5 / 160, box["y"] + box["height"] * 80.5 / 160
    )
    page.wait_for_url("**/?i=80&j=40")


HAND = """
([kind, bytes]) => {
  const data = new DataTransfer();
  const content = Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0));
  data.items.add(new File([content], "beach.jpg", { type: "image/jpeg" }));
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
    : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
  document.querySelector("#pixel").dispatchEvent(event);
}
"""


def test_a_picture_dropped_or_pasted_anywhere_is_taken(new_page, photograph):
    sent = base64.b64encode(photograph.read_bytes()).decode()
    for kind in ("drop", "paste"):
        page = new_page("/?k=2")
        page.evaluate(HAND, [kind, sent])
        page.wait_for_url("**/?image=*k=2")
        expect(page.locator(".drawing.column .shape").first).to_contain_text("120 × 160")


def test_what_is_no_picture_is_said_beside_the_button(page, watch, tmp_path):
    watch.forgive("status of 415")
    page.goto("/")
    words = tmp_path / "words.jpg"
    words.write_text("no picture")
    page.get_by_role("button", name="Use your own image").click()
    with page.expect_file_chooser() as chooser:
        page.locator("#image").click()
    chooser.value.set_files(words)
    expect(page.locator(".bar .mistake")).to_contain_text("not a picture")
    assert page.url.endswith("/")


def test_what_was_told_of_one_picture_goes_with_it(page, photograph, tmp_path):
    grey = tmp_path / "grey.png"
    Image.new("L", (90, 60), 100).save(grey)
    page.goto("/")
    page.wait_for_selector("html.js")
    for file, notes in ((grey, 1), (photograph, 0)):
        before = page.url
        page.get_by_role("button", name="Use your own image").click()
        with page.expect_file_chooser() as chooser:
            page.locator("#image").click()
        chooser.value.set_files(file)
        page.wait_for_url(lambda url, before=before: url != before)
        for note in ("It is grey", "So the output is nearly empty"):
            expect(page.locator("#messages .told").filter(has_text=note)).to_have_count(notes)
