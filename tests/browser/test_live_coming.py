"""Maps that take long to compute: they say so themselves, until what they show is what is said."""

import pytest
from playwright.sync_api import expect

from tests.browser.harness import Held, due, frames
from tests.browser.test_live_main import at_rest
from tests.browser.test_session_edits import opened

CHANGED = ("partial-0", "output-0")
WORDS = "being computed"
BOXES = """() => [...document.querySelectorAll(".working figure, .result :is(figure, .scale)")]
    .map((at) => { const { x, y, width, height } = at.getBoundingClientRect();
                   return [x, y, width, height].map(Math.round); })"""


def shown(page, name):
    return page.locator(f'mc-map[data-map="{name}"]').first


def says(page, name):
    expect(shown(page, name).locator(".coming")).to_be_visible()
    expect(shown(page, name)).to_contain_text(WORDS)


def edited(page):
    page.locator("#row-0 .weight").nth(4).press("ArrowUp")


def told(page):
    page.wait_for_function("() => document.getElementById('facts').textContent.includes('w.0.0')")


@pytest.fixture(autouse=True)
def _pixels_are_read(watch):
    watch.forgive("willReadFrequently")


def test_maps_on_their_way_say_so_and_move_nothing(page, axe_report):
    opened(page)
    before = page.evaluate(BOXES)
    held = Held(page, "**/api/planes?*", "**/maps/*", "**/?*w.0.0=*")
    edited(page)
    for name in CHANGED:
        expect(shown(page, name)).to_have_attribute("aria-busy", "true")
        says(page, name)
    for name in ("partial-1", "input-0"):
        expect(shown(page, name)).not_to_have_attribute("aria-busy", "true")
    assert page.evaluate(BOXES) == before
    assert axe_report(page, article=False) == ""
    held.let_go()
    at_rest(page)
    expect(page.locator("mc-map[aria-busy]")).to_have_count(0)
    expect(page.locator(".coming")).to_have_count(0)


def test_pictures_that_come_after_their_page_say_so_until_they_are_there(page):
    opened(page)
    held = Held(page, "**/api/planes?*", "**/maps/*")
    edited(page)
    told(page)
    due(page, 300)
    for name in CHANGED:
        says(page, name)
        expect(shown(page, name)).to_have_attribute("aria-busy", "true")
    held.let_go()
    expect(page.locator("mc-map[aria-busy]")).to_have_count(0)
    expect(page.locator(".coming")).to_have_count(0)
    at_rest(page)


def test_an_edits_canvas_stays_until_the_picture_in_its_place_is_there(page):
    opened(page)
    held = Held(page, "**/maps/*")
    edited(page)
    told(page)
    due(page, 300)
    for name in CHANGED:
        expect(shown(page, name).locator("canvas")).to_have_count(1)
    held.let_go()
    expect(page.locator("mc-map canvas")).to_have_count(0)
    at_rest(page)


def test_another_output_that_was_slow_to_come_says_nothing_more(page):
    opened(page)
    held = Held(page, "**/?*k=1*")
    page.keyboard.press("]")
    says(page, "output-0")
    held.let_go()
    page.wait_for_url("**/?*k=1*")
    expect(page.locator("mc-map[aria-busy]")).to_have_count(0)
    expect(page.locator(".coming")).to_have_count(0)


def test_pictures_of_another_output_say_so_until_they_are_there(page):
    opened(page)
    held = Held(page, "**/maps/*")
    page.keyboard.press("]")
    page.wait_for_url("**/?*k=1*")
    says(page, "partial-0")
    due(page, 500)
    says(page, "partial-0")
    held.let_go()
    expect(page.locator(".coming")).to_have_count(0)
    at_rest(page)


def test_pictures_on_their_way_say_so_on_the_next_page_too(page):
    opened(page)
    held = Held(page, "**/maps/*")
    edited(page)
    told(page)
    says(page, "partial-0")
    page.locator("mc-map[data-map=output-0]").click(position={"x": 50, "y": 50})
    page.wait_for_function("() => /[?&]i=/.test(document.getElementById('facts').textContent)")
    due(page, 300)
    for name in CHANGED:
        says(page, name)
        expect(shown(page, name).locator("canvas")).to_have_count(1)
    held.let_go()
    expect(page.locator("mc-map canvas")).to_have_count(0)
    expect(page.locator(".coming")).to_have_count(0)
    at_rest(page)


# However late a busy machine's answers are, they are soon there for who waits a hundredfold.
PATIENT = """() => {
    const soon = setTimeout;
    window.setTimeout = (work, ms, ...rest) => soon(work, ms === 1500 ? ms * 100 : ms, ...rest);
}"""
# Maps that were waited for, and signs that were made.  However late a busy machine's answers are,
# none is late enough for a sign.
WATCHED = """() => {
    const soon = setTimeout;
    [window.awaited, window.made] = [0, 0];
    window.setTimeout = (work, ms, ...rest) => {
        awaited += ms === 400;
        return soon(work, ms === 400 ? 40000 : ms, ...rest);
    };
    new MutationObserver((all) => {
        for (const node of all.flatMap(({ addedNodes }) => [...addedNodes])) {
            made += node.matches?.(".coming") ?? false;
        }
    }).observe(document.body, { subtree: true, childList: true });
}"""


def test_what_is_soon_there_says_nothing(page):
    page.add_init_script(f"({PATIENT})()")
    opened(page)
    page.evaluate(WATCHED)
    for _ in range(5):
        edited(page)
        frames(page)
    at_rest(page)
    assert page.evaluate("awaited") > 0
    assert page.evaluate("made") == 0


def test_maps_that_will_not_come_say_nothing_more(page, watch):
    watch.forgive("ERR_FAILED")
    watch.forgive("net::")
    opened(page)
    held = Held(page, "**/api/planes?*", "**/?*w.0.0=*")
    edited(page)
    says(page, "partial-0")
    held.let_go(answered=False)
    expect(page.locator("mc-map[aria-busy]")).to_have_count(0)
    expect(page.locator("#row-0 .mistake")).to_contain_text("did not answer")
