"""Challenges in a browser: one is predicted and one is made by hand, and each is solved."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from multiconv.figure.strip import challenge_link
from tests.browser.conftest import Pages
from tests.browser.harness import Watch
from tests.figure.test_strip import MADE, PREDICTED, link_of


@pytest.fixture(autouse=True)
def refusals(watch: Watch) -> None:
    """What is no number is refused."""
    watch.forgive("400")


def answer(page: Page, text: str) -> None:
    page.get_by_label("Your answer").fill(text)
    page.get_by_label("Your answer").press("Enter")


def test_a_number_is_predicted_and_a_figure_is_made(
    new_page: Pages, axe_report: Callable[..., str]
) -> None:
    page = new_page("/?challenge=1")
    said = page.locator("#strip-said")
    page.evaluate("window.stays = true")
    answer(page, "0.313")
    expect(said).to_contain_text("a minus of a minus")
    expect(page).to_have_url(re.compile("challenge=1&answer=0.313$"))
    expect(page.get_by_label("Your answer")).to_be_focused()
    answer(page, "much")
    expect(page.locator(".mistake").filter(has_text="which is no number").first).to_be_visible()
    expect(page.get_by_label("Your answer")).to_have_value("much")
    expect(said).to_be_hidden()
    page.get_by_label("Your answer").fill("0.7")
    page.get_by_role("checkbox", name="Green").uncheck()
    page.get_by_role("link", name="Back to the challenge’s figure").click()
    expect(page.get_by_label("Your answer")).to_have_value("0.7")
    answer(page, "0,733")
    expect(said).to_contain_text("Yes. Red adds +0.874")
    assert axe_report(page, article=False) == ""
    page.locator("#strip").get_by_role("link", name="Next challenge").click()
    expect(page.locator("#strip-title")).to_contain_text("Only red")
    expect(page.locator("#stage .region").first).to_be_attached()
    page.locator("[name='w.1.0']").fill("abc")
    page.locator("#strip").get_by_role("button", name="Check").click()
    expect(page.locator("[name='w.1.0']")).to_be_focused()
    page.locator("[name='w.1.0']").fill("-1")
    expect(said).to_contain_text("All is right but one")
    page.locator("[name='w.2.0']").fill("-1")
    expect(said).to_contain_text("The green disc is at −1.00")
    page.locator("select[name=activation]").select_option("relu")
    expect(said).to_contain_text("Yes. What red adds")
    expect(page.locator(".meters .met")).to_have_count(2)
    assert page.evaluate("window.stays"), "the page was left on the way"
    link = page.evaluate("location.pathname + location.search")  # this is what is handed in
    for width in (1440, 768, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe_report(page, article=False) == ""
    page.locator("select[name=padding]").select_option("1")
    expect(page.locator(".strip-left")).to_contain_text("What is not as it was: the padding.")
    page.get_by_role("link", name="Back to the challenge’s figure").click()
    expect(said).to_contain_text("Yes. What red adds")  # the weights are kept
    page.goto(link)
    expect(said).to_contain_text("Yes. What red adds")
    page.locator("#strip").get_by_role("link", name="leave").click()
    expect(page.locator("#strip")).to_have_count(0)


def test_both_work_without_scripts(new_page: Pages) -> None:
    page = new_page("/challenges", javascript=False)
    page.get_by_role("link", name="How many numbers").click()
    said = page.locator("#strip-said")
    answer(page, "37,440")
    expect(said).to_contain_text("a bias for each kernel")
    answer(page, "")
    expect(page.locator("#strip [role=alert]")).to_contain_text("answer is empty")
    answer(page, "36,045")
    expect(said).to_contain_text("Yes: 1,440 kernels")
    page.goto(challenge_link(3))
    page.locator("[name='w.0.0']").fill("0")
    page.locator("#strip").get_by_role("button", name="Check").click()
    expect(said).to_contain_text("With zeros everything vanishes")
    for q, weight in enumerate(("0.299", "0.587", "0.114")):
        page.locator(f"[name='w.{q}.0']").fill(weight)
    page.locator("#strip").get_by_role("button", name="Check").click()
    expect(said).to_contain_text("to a grey camera there is no disc")


@pytest.mark.parametrize("javascript", [True, False])
def test_each_is_solved_and_missed(new_page: Pages, javascript: bool) -> None:
    page = new_page("/challenges", javascript=javascript)
    said = page.locator("#strip-said")
    for number, (solutions, wrong) in PREDICTED.items():
        page.goto(challenge_link(number))
        text, message = next(iter(wrong.items()))
        answer(page, text)
        expect(said, f"challenge {number}").to_contain_text(message)
        answer(page, solutions[0])
        expect(said, f"challenge {number}").to_have_class(re.compile("done"))
    for number, (solutions, wrong) in MADE.items():
        more, message = next(iter(wrong.items()))
        page.goto(link_of(number, more))
        page.locator("#strip").get_by_role("button", name="Check").click()
        expect(said, f"challenge {number}").to_contain_text(message)
        page.goto(link_of(number, solutions[0]))
        page.locator("#strip").get_by_role("button", name="Check").click()
        expect(said, f"challenge {number}").to_have_class(re.compile("done"))


def test_the_page_of_all_is_whole_and_prints(
    new_page: Pages, axe_report: Callable[..., str]
) -> None:
    page = new_page("/challenges")
    assert axe_report(page) == ""
    expect(page.locator(".challenges li")).to_have_count(10)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('li')).breakInside") == "avoid"
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
