"""An edit that the link has not said yet: reloading, leaving, going back and forward at once."""

import pytest
from playwright.sync_api import expect

from tests.browser.harness import due, routed
from tests.browser.test_live_main import at_rest
from tests.browser.test_session_edits import opened

EDITED = "0.1,0.1,0.1,0.1,0.5,0.1,0.1,0.1,0.1"
# Two changes in one task: whatever the link says of the first one, the last one is what counts.
BURST = """values => {
    const field = document.querySelectorAll("#row-0 .weight")[4];
    for (const value of values) {
        field.value = value;
        field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
}"""
WAYS = {
    "reload": "location.reload()",
    "back": "history.back()",
    "leave": "location.assign('/filters')",
}


def middle(page):
    return page.locator("#row-0 .weight").nth(4)


def burst(page, *values, then=None):
    page.evaluate(
        f"values => {{ window.before = true; ({BURST})(values); {WAYS.get(then, '')} }}",
        list(values),
    )


@pytest.mark.parametrize("values", [("0.5",), ("0.3", "0.4", "0.5")])
def test_a_reload_keeps_an_edit_that_was_just_made(page, values):
    opened(page)
    burst(page, *values, then="reload")
    page.wait_for_function("() => !window.before")
    expect(middle(page)).to_have_value("0.5")
    page.wait_for_url(f"**w.0.0={EDITED}*")
    at_rest(page)
    page.reload()
    expect(middle(page)).to_have_value("0.5")
    page.go_back()
    expect(middle(page)).to_have_value("0.2")
    assert page.url.endswith("/?size=80")


def test_a_reload_brings_back_nothing_that_was_undone_since(page):
    opened(page)
    burst(page, "0.3", "0.5", then="reload")
    page.wait_for_url(f"**w.0.0={EDITED}*")
    at_rest(page)
    middle(page).fill("0.6")
    page.wait_for_url("**0.6,*")
    at_rest(page)
    page.reload()
    expect(middle(page)).to_have_value("0.6")
    at_rest(page)
    assert "0.6," in page.url


@pytest.mark.parametrize("values", [("0.5",), ("0.3", "0.4", "0.5")])
def test_back_at_once_takes_one_edit_back_and_forward_brings_it(page, values):
    opened(page)
    middle(page).focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_url("**0.1,0.3,0.1*")
    at_rest(page)
    burst(page, *values, then="back")
    expect(middle(page)).to_have_value("0.3")
    at_rest(page)
    assert "0.1,0.3,0.1" in page.url
    page.go_forward()
    expect(middle(page)).to_have_value("0.5")
    page.wait_for_url(f"**w.0.0={EDITED}*")
    at_rest(page)


def test_back_at_once_does_not_leave_the_page(page):
    page.goto("/filters")
    opened(page)
    burst(page, "0.4", "0.5", then="back")
    expect(middle(page)).to_have_value("0.2")
    at_rest(page)
    assert page.url.endswith("/?size=80")
    page.get_by_role("button", name="Redo").click()
    expect(middle(page)).to_have_value("0.5")
    page.wait_for_url(f"**w.0.0={EDITED}*")


def test_who_leaves_at_once_finds_the_edit_again(page):
    opened(page)
    burst(page, "0.4", "0.5", then="leave")
    page.wait_for_url("**/filters")
    page.go_back()
    page.wait_for_url(f"**w.0.0={EDITED}*")
    expect(middle(page)).to_have_value("0.5")


def test_the_link_is_written_twice_for_a_burst_and_not_at_each_change(page):
    opened(page)
    page.evaluate(
        """() => {
        window.written = [];
        for (const way of ["pushState", "replaceState"]) {
            const plain = history[way].bind(history);
            history[way] = (...how) => (written.push(way), plain(...how));
        }
    }"""
    )
    burst(page, *[f"0.{at}" for at in range(301, 340)], "0.5")
    page.wait_for_url(f"**w.0.0={EDITED}*")
    at_rest(page)
    assert page.evaluate("written") == ["pushState", "replaceState"]


def test_a_slow_reload_keeps_what_was_said_while_it_went(page, new_page):
    opened(page)
    other = new_page()  # a page that is left answers nothing until the next one comes

    def held(route):
        due(other, 400)
        route.continue_()

    routed(page, "**/?*w.0.0=*", held)
    burst(page, "0.3", "0.5", then="reload")
    page.wait_for_function("() => !window.before")
    expect(middle(page)).to_have_value("0.5")
    page.wait_for_url(f"**w.0.0={EDITED}*")


def test_edits_show_where_storage_is_refused(new_page):
    page = new_page()
    page.add_init_script(
        """for (const name of ["sessionStorage", "localStorage"])
            Object.defineProperty(window, name,
                { get() { throw new DOMException("refused", "SecurityError"); } });"""
    )
    opened(page)
    before = page.locator("#pixel .final").first.text_content()
    middle(page).focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#pixel .final").first).not_to_have_text(before)
    page.wait_for_url("**0.1,0.3,0.1*")
    page.keyboard.press("Control+z")
    expect(page.locator("#pixel .final").first).to_have_text(before)
    at_rest(page)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("l")
    expect(page.locator("#share")).to_be_visible()


def test_the_articles_ways_to_other_pages_take_an_edit_along(page):
    opened(page)
    burst(page, "0.5")
    page.wait_for_url(f"**w.0.0={EDITED}*")
    at_rest(page)
    for path in ("/filters", "/weights"):
        expect(page.locator(f'a[data-path="{path}"]')).to_have_attribute(
            "href", f"{path}?size=80&w.0.0={EDITED}&range=1"
        )


def test_a_step_of_the_history_leaves_the_page_where_it_is(page):
    page.goto("/")
    page.wait_for_selector("html.js")
    page.wait_for_load_state("networkidle")
    silenced = page.locator(".article").get_by_text("silence green").first
    silenced.click()
    page.wait_for_url("**w.1.0=zero*")
    at_rest(page)
    page.evaluate("() => scrollTo(0, 0)")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(lambda address: "w.1.0" not in address)
    at_rest(page)
    assert page.evaluate("scrollY") == 0  # not at the text again

    deeper = page.locator(".article a", has_text="Here is the seventh layer")
    deeper.evaluate("link => link.scrollIntoView({ block: 'center' })")
    before = deeper.bounding_box()["y"]
    deeper.click()
    page.wait_for_url("**network=faces*")
    at_rest(page)
    page.go_back()
    page.wait_for_url(lambda address: "network" not in address)
    at_rest(page)
    assert abs(deeper.bounding_box()["y"] - before) < 2  # though the figures are of other heights

    page.evaluate("() => scrollTo(0, 700)")
    page.reload()
    page.wait_for_function("() => Math.abs(scrollY - 700) < 2")
    page.goto("/weights")
    page.go_back()
    page.wait_for_function("() => Math.abs(scrollY - 700) < 2")
