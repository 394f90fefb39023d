"""Edits that follow each other faster than they are answered: none is lost.

Sequences of edits of all kinds, drawn by lot, at random gaps and with answers that are late, end
in the link that the server gives for the same edits one after another, each sent when the one
before is answered, and the page is as if loaded by that link.  ``MULTICONV_SEQUENCES=200`` tries
as many; the suite tries a few.
"""

from __future__ import annotations

import os
import random
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness import Held, due
from tests.browser.sequences import CHANGE, KEY, KINDS, NUMBERS, START, Slowly
from tests.browser.test_layers import MADE
from tests.browser.test_session_edits import opened

SEQUENCES = int(os.environ.get("MULTICONV_SEQUENCES", "6"))
LATE = """([most, seed]) => {
    let lot = seed;
    const next = () => (lot = (lot * 16807) % 2147483647) / 2147483647;
    const quick = window.fetch;
    window.fetch = async (...how) => {
        const answer = await quick(...how);
        await new Promise((done) => setTimeout(done, next() * most));
        return answer;
    };
}"""


def quiet(page: Page) -> None:
    """Wait until nothing is asked, nothing waits, and the address says what the page does."""
    page.wait_for_function(
        """() => {
        const { query } = JSON.parse(document.getElementById("facts").textContent);
        const root = ":root:is([data-pending], [data-following], [data-unheard])";
        const waits = document.querySelector(`${root}, .wait, mc-map canvas, mc-map[aria-busy]`);
        return !waits && query === location.search.slice(1);
    }"""
    )


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_edits_faster_than_their_answers_end_where_slow_ones_do(page, server, watch, seed):
    for words in ("422", "400", "willReadFrequently"):
        watch.forgive(words)
    lot = random.Random(seed)  # noqa: S311  (to repeat a sequence)
    opened(page, f"/?{START}")
    page.evaluate(LATE, [lot.choice((0, 100, 400)), seed + 1])
    edits, last = [], None
    for _ in range(lot.randrange(3, 8)):
        # Numbers that follow each other are one step of the history or two, as fast as they came.
        act = lot.choice([kind for kind in KINDS if not (last in NUMBERS and kind in NUMBERS)])
        edits.append((act.__name__, act(page, lot)))
        last = act
        due(page, lot.choice((0, 0, 30, 150, 600)))
    due(page, 300)
    quiet(page)
    due(page, 300)
    quiet(page)
    slowly = Slowly(server)
    for name, later in edits:
        later(slowly)
        print(name, slowly.query)
    assert urlsplit(page.url).query == slowly.query
    if page.locator("[aria-invalid]").count():
        return  # what was refused stays as it was typed
    loaded = page.context.new_page()
    loaded.goto(page.url)
    assert page.evaluate(MADE) == loaded.evaluate(MADE)


def test_two_changes_before_the_first_answer_both_hold(page):
    opened(page)
    page.evaluate(LATE, [400, 7])
    page.locator("select[name=activation]").select_option("relu")
    page.locator("select[name=strides]").select_option("2x2")
    page.evaluate(KEY, "]")
    page.evaluate(KEY, "]")
    page.wait_for_function("() => /strides=2x2.*relu|relu.*strides=2x2/.test(location.search)")
    page.wait_for_url("**k=2*")
    expect(page.locator("select[name=activation]")).to_have_value("relu")


def test_a_picture_chosen_while_an_edit_is_on_its_way_keeps_it(page):
    opened(page)
    page.evaluate(LATE, [400, 7])
    page.locator("select[name=activation]").select_option("relu")
    page.locator(".samples a").nth(1).click()
    page.wait_for_url("**image=sample*activation=relu*")


# Two edits of a burst, of which the link says the first; another change, and Back before its turn.
BURST = """() => {
    const field = document.querySelectorAll("#row-0 .weight")[4];
    for (const value of ["0.5", "0.7"]) {
        field.value = value;
        field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
    const strides = document.querySelector("select[name=strides]");
    strides.value = "2x2";
    strides.dispatchEvent(new Event("change", { bubbles: true }));
    history.back();
}"""


def test_back_in_the_middle_of_a_change_leaves_the_last_edit_before_it(page):
    opened(page)
    quiet(page)
    before = page.evaluate("() => history.length")
    page.evaluate(BURST)
    page.wait_for_function(f"() => history.length === {before + 2}")
    quiet(page)
    assert "strides" not in page.url
    assert "w.0.0=0.1,0.1,0.1,0.1,0.7," in page.url
    expect(page.locator("#row-0 .weight").nth(4)).to_have_value("0.7")


def test_back_in_the_middle_of_a_change_takes_it_back_and_forward_brings_it(page):
    opened(page)
    page.locator("select[name=strides]").select_option("2x2")
    page.wait_for_url("**strides=2x2*")
    quiet(page)
    page.evaluate(LATE, [400, 7])
    page.locator("select[name=activation]").select_option("relu")
    page.evaluate("history.back()")
    due(page, 300)
    quiet(page)
    page.wait_for_function("() => !location.search.includes('relu')")
    quiet(page)
    assert "strides=2x2" in page.url
    expect(page.locator("select[name=activation]")).to_have_value("identity")
    page.evaluate("history.forward()")
    page.wait_for_url("**activation=relu*")
    quiet(page)
    assert "strides=2x2" in page.url
    expect(page.locator("select[name=activation]")).to_have_value("relu")


def test_a_list_moved_on_while_it_is_answered_keeps_every_move(page):
    opened(page)
    choices = page.locator("select[name=activation]")
    names = choices.locator("option").evaluate_all("all => all.map((each) => each.value)")
    held = Held(page, "**/edit?*")
    choices.focus()
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    expect(choices).to_have_value(names[2])
    held.let_go_first()
    page.wait_for_url(f"**activation={names[1]}*")
    page.keyboard.press("ArrowDown")
    held.let_go()
    page.wait_for_url(f"**activation={names[3]}*")
    quiet(page)
    expect(choices).to_have_value(names[3])


def test_a_list_says_what_was_chosen_last_whatever_answer_comes(page):
    opened(page)
    page.evaluate(
        """() => {
        const list = document.querySelector("select[name=strides]");
        window.seen = [];
        const facts = document.getElementById("facts");
        new MutationObserver(() => window.seen.push(list.value))
            .observe(facts, { subtree: true, childList: true, characterData: true });
    }"""
    )
    page.evaluate(LATE, [400, 7])
    held = Held(page, "**/edit?*")  # no answer comes before both are chosen
    page.locator("select[name=activation]").select_option("relu")
    page.locator("select[name=strides]").select_option("2x2")
    held.let_go()
    page.wait_for_url("**strides=2x2*activation=relu*")
    quiet(page)
    assert set(page.evaluate("() => window.seen")) == {"2x2"}


# A list is moved on as soon as an answer is seen, while the rest of its page still follows.
CHOSEN = """
([name, value]) => {
  const push = history.pushState;
  history.pushState = function (...how) {
    history.pushState = push;
    push.apply(this, how);
    queueMicrotask(() => {
      const list = document.querySelector(`select[name="${name}"]`);
      list.value = value;
      list.dispatchEvent(new Event("change", { bubbles: true }));
    });
  };
}
"""


def test_a_choice_made_before_a_page_is_whole_holds(page):
    opened(page, "/?size=32")
    page.evaluate(CHOSEN, ["kernel", "5x5"])
    page.select_option('select[name="outputs"]', "16")
    page.wait_for_url("**/?size=32&kernel=5x5&outputs=16*")
    quiet(page)
    expect(page.locator('select[name="kernel"]')).to_have_value("5x5")


def test_a_text_being_typed_while_an_answer_comes_stays(page):
    opened(page)
    page.locator(".more summary").first.click()
    held = Held(page, "**/edit?*")
    size = page.locator("input[name=size]")
    page.locator("select[name=activation]").select_option("relu")
    size.fill("")
    size.press("4")
    held.let_go()
    page.wait_for_url("**activation=relu*")
    quiet(page)
    size.press("8")
    size.press("Enter")
    page.wait_for_url("**size=48*activation=relu*")
    expect(size).to_have_value("48")


def test_a_matrix_typed_while_another_is_put_to_use_stays(page):
    opened(page)
    page.locator("#bench summary").click()
    held = Held(page, "**/edit*")
    page.locator("textarea[name='matrix.0']").fill("0 1 0\n1 -4 1\n0 1 0")
    page.get_by_role("button", name="Use these").click()
    page.locator("textarea[name='matrix.1']").fill("1 1 1\n1 1 1\n1 1 1")
    held.let_go()
    page.wait_for_url("**w.0.0=0,1,0*")
    quiet(page)
    expect(page.locator("textarea[name='matrix.0']")).to_have_value("")
    expect(page.locator("textarea[name='matrix.1']")).to_have_value("1 1 1\n1 1 1\n1 1 1")
    page.get_by_role("button", name="Use these").click()
    page.wait_for_url("**w.1.0=1,1,1*")


def test_the_number_that_is_shown_is_taken_though_an_undo_is_under_way(page):
    opened(page)
    weight = page.locator("#row-0 .weight").nth(4)
    weight.fill("0.7")
    page.wait_for_url("**w.0.0=0.1,0.1,0.1,0.1,0.7*")
    quiet(page)
    page.evaluate(LATE, [400, 7])
    page.locator("[data-undo='-1']").click()
    weight.evaluate(
        "field => { field.value = '0.7'; field.dispatchEvent(new Event('input', {bubbles: true})) }"
    )
    due(page, 600)
    quiet(page)
    expect(weight).to_have_value("0.7")
    assert "w.0.0=0.1,0.1,0.1,0.1,0.7" in page.url


def test_two_bursts_that_rest_while_an_answer_comes_do_not_wait_for_each_other(page):
    opened(page)
    held = Held(page, "**/edit?*")
    page.locator("select[name=activation]").select_option("relu")
    for q in (0, 1):
        page.locator(f"#row-{q} .weight").first.press("ArrowUp")
        due(page, 400)
    held.let_go()
    page.wait_for_url("**w.1.0=*activation=relu*", timeout=20_000)
    quiet(page)
    assert "w.0.0=" in page.url


def test_a_matrix_that_is_being_put_to_use_counts_once(page):
    opened(page)
    page.locator("#bench summary").click()
    held = Held(page, "**/edit*")
    page.locator("textarea[name='matrix.0']").fill("0 1 0\n1 -4 1\n0 1 0")
    page.get_by_role("button", name="Use these").click()
    # And it is taken back before it is there.
    page.locator("textarea[name='matrix.1']").fill("1 1 1\n1 1 1\n1 1 1")
    page.locator("[data-undo='-1']").dispatch_event("click")
    page.get_by_role("button", name="Use these").click()
    held.let_go()
    page.wait_for_url("**w.1.0=1,1,1*")
    quiet(page)
    assert "w.0.0" not in page.url


@pytest.mark.parametrize(
    ("start", "change"), [("ranges=each", ("range", "1")), ("strides=2x2", ("strides", "1x1"))]
)
def test_what_is_open_stays_open_where_words_before_it_go(page, start, change):
    opened(page, f"/?size=32&{start}")
    page.locator(".more summary").first.click()
    page.locator("select[name=padding_mode]").focus()
    page.evaluate(CHANGE, change)
    page.wait_for_function("old => !location.search.endsWith(old)", arg=f"size=32&{start}")
    quiet(page)
    expect(page.locator("select[name=padding_mode]")).to_be_visible()
    expect(page.locator("select[name=padding_mode]")).to_be_focused()


def test_links_within_the_page_leave_undo_and_redo_as_they_are(page):
    opened(page)
    for way in ("2x2", "4x4"):
        page.locator("select[name=strides]").select_option(way)
        page.wait_for_url(f"**strides={way}*")
        quiet(page)
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url("**strides=2x2*")
    quiet(page)
    page.locator(".drawing.column a[href='#row-1']").press("Enter")
    assert page.url.endswith("#row-1")
    redo, undo = (page.get_by_role("button", name=name) for name in ("Redo", "Undo"))
    expect(redo).to_be_enabled()
    expect(undo).to_be_enabled()
    redo.click()
    page.wait_for_url("**strides=4x4*")
    quiet(page)
    page.locator(".drawing.column a[href='#row-2']").press("Enter")
    undo.click()
    page.wait_for_url("**strides=2x2*")
    quiet(page)
    undo.click()
    page.wait_for_function("() => !location.search.includes('strides')")


def test_an_answer_in_another_order_is_no_step_of_the_history(page):
    opened(page, "/?size=32&inputs=tinted")
    page.locator("#result mc-map input").press("ArrowLeft")
    page.wait_for_url("**j=*")
    page.evaluate(CHANGE, ["filters", "redness"])  # as it is: nothing but the link's order changes
    page.wait_for_url("**&i=*&j=*&inputs=tinted")
    quiet(page)
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url("**/?size=32&inputs=tinted")
    quiet(page)


def test_what_is_typed_before_the_scripts_have_come_holds(new_page, server):
    page, held = new_page(), []
    page.route("**/js/main.js*", lambda route: held.append(route))
    page.goto(f"{server}/?size=48", wait_until="commit")
    page.locator("mc-kernel .weight").first.fill("0.75")
    page.locator(".bias input").fill("0.5")
    page.locator("select[name=strides]").select_option("2x2")
    page.locator("#stage .switch input[type=checkbox]").last.uncheck()
    held[0].continue_()
    said = "/strides=2x2/, /w.0.0=0.75/, /bias=0.5/, /off=2/"
    page.wait_for_function(f"() => [{said}].every((each) => each.test(location.search))")
    expect(page.locator("mc-kernel .weight").first).to_have_value("0.75")
    expect(page.locator(".bias input")).to_have_value("0.5")


def test_who_has_left_a_weight_is_not_led_back_to_it(page):
    opened(page, "/?size=48")
    weight = page.locator("#row-0 .weight").first
    weight.click()
    weight.press("ArrowUp")
    page.locator("#article-title").click()
    page.wait_for_url("**w.0.0=*")
    quiet(page)
    assert page.evaluate("[document.activeElement.tagName, scrollY > 300]") == ["BODY", True]


def test_a_bias_that_changes_while_a_pooling_is_opened_stays_its_own_layers(page):
    opened(page, "/?outputs=8&2.kind=max_pool&3.filters=he(7)&layer=3&size=48")
    page.locator(".bias input").focus()
    page.evaluate(
        """() => {
          const field = document.activeElement;
          document.querySelector('.layer-row.wide a[data-layer="2"]')
            .dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
          field.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true }));
        }"""
    )
    page.wait_for_url("**layer=2*")
    quiet(page)
    assert "2.bias" not in page.url
    assert page.reload().ok


def test_where_nothing_is_summed_the_row_is_not_asked_for(page):
    opened(page, "/?size=64&2.filters=each&layer=2&if=apart")
    page.locator('input[name="w.0.0"]').first.press("ArrowUp")
    page.wait_for_url("**2.w.0.0.0.0=*")
    quiet(page)
    expect(page.locator(".mistake")).to_have_count(0)
