"""Edits that follow each other faster than they are answered: none is lost.

Sequences of edits of all kinds, drawn by lot, at random gaps and with answers that are late, end
in the link that the server gives for the same edits one after another, each sent when the one
before is answered.  ``MULTICONV_SEQUENCES=200`` tries as many; the suite tries a few.
"""

from __future__ import annotations

import os
import random
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness import due
from tests.browser.test_session_edits import opened

SEQUENCES = int(os.environ.get("MULTICONV_SEQUENCES", "6"))
START = "size=32"
FIELDS = {
    "strides": ("1x1", "2x2"),
    "padding": ("same", "valid"),
    "activation": ("identity", "relu"),
    "kernel": ("3x3", "5x5"),
    "filters": ("redness", "random"),
    "preset.0": ("negate", "turn", "soft"),
    "preset.2": ("double-nothing", "sum-to-1", "sobel-x"),
}
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
KEY = """(key) => document.body.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }))"""
CHANGE = """([name, value]) => {
    const field = document.querySelector(`[name="${name}"]`);
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
}"""


class Slowly:
    """The same edits as requests, each made when the one before is answered."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.history = [self.canonical(START)]
        self.at = 0

    @property
    def query(self) -> str:
        return self.history[self.at]

    def text(self, query: str) -> str:
        with urllib.request.urlopen(f"{self.server}/?{query}") as answer:
            return unescape(answer.read().decode())

    def canonical(self, query: str) -> str:
        found = re.search(r'"query": ?"([^"]*)"', self.text(query))
        assert found
        return found[1].encode().decode("unicode_escape")

    def move(self, query: str) -> None:
        if query != self.query:
            self.history[self.at + 1 :] = [query]
            self.at += 1

    def edit(self, *pairs: tuple[str, str]) -> None:
        said = urlencode([("from", self.query), ("do", "apply"), *pairs])
        try:
            with urllib.request.urlopen(f"{self.server}/edit?{said}") as answer:
                link = answer.geturl()
        except urllib.error.HTTPError:
            return  # refused: the experiment stays as it was
        self.move(self.canonical(urlsplit(link).query))

    def parameters(self, **more: str) -> None:
        query = dict(parse_qsl(self.query)) | more
        self.move(self.canonical(urlencode(query, safe=",:")))

    def weight(self, q: int, at: int, steps: int) -> None:
        text = self.text(self.query)
        (kernel,) = re.findall(rf'<mc-kernel[^>]*data-q="{q}".*?</mc-kernel>', text, re.DOTALL)
        numbers = [float(found) for found in re.findall(r'data-exact="([^"]*)"', kernel)]
        numbers[at] = round(numbers[at] + steps / 10, 10)
        k = dict(parse_qsl(self.query)).get("k", "0")
        self.parameters(**{f"w.{q}.{k}": ",".join(f"{value:.17g}" for value in numbers)})

    def travel(self, way: int) -> None:
        self.at = min(max(self.at + way, 0), len(self.history) - 1)

    def outputs(self) -> tuple[int, int]:
        found = re.search(r'"k": ?(\d+).*?"outputs": ?(\d+)', self.text(self.query), re.DOTALL)
        assert found
        return int(found[1]), int(found[2])

    def link(self, pattern: str) -> None:
        found = re.search(pattern, self.text(self.query))
        if found:
            self.move(self.canonical(urlsplit(found[1]).query))


# Each does an edit on the page, and returns the same for `Slowly`, for when all are done.
Later = Callable[[Slowly], None]


def field(page: Page, lot: random.Random) -> Later:
    name = lot.choice(list(FIELDS))
    value = lot.choice(FIELDS[name])
    page.evaluate(CHANGE, [name, value])
    return lambda slowly: slowly.edit((name, value))


def bracket(page: Page, lot: random.Random) -> Later:
    way = lot.choice((1, -1))
    page.evaluate(KEY, "]" if way == 1 else "[")

    def later(slowly: Slowly) -> None:
        k, outputs = slowly.outputs()
        slowly.parameters(k=str((k + way) % outputs))

    return later


def slab(page: Page, lot: random.Random) -> Later:
    k = lot.randrange(3)
    page.locator(f'.drawing.column a[aria-label^="Output channel {k}"]').dispatch_event("click")
    return lambda slowly: slowly.parameters(k=str(k))


def step(page: Page, lot: random.Random) -> Later:
    q, at = lot.randrange(3), lot.randrange(9)
    weight = page.locator(f'mc-kernel[data-q="{q}"] .weight').nth(at)
    weight.dispatch_event("keydown", {"key": "ArrowUp"})
    return lambda slowly: slowly.weight(q, at, 1)


def drag(page: Page, lot: random.Random) -> Later:
    q, at = lot.randrange(3), lot.randrange(9)
    box = page.locator(f'mc-kernel[data-q="{q}"] .weight').nth(at).bounding_box()
    assert box
    x, y = box["x"] + 8, box["y"] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    for distance in (4, 8, 12):
        page.mouse.move(x + distance, y)
    page.mouse.up()
    return lambda slowly: slowly.weight(q, at, 3)


def switch(page: Page, lot: random.Random) -> Later:
    q = lot.randrange(3)
    box = page.locator(f'[name=on][value="{q}"]')
    on = box.evaluate("box => (box.click(), box.checked)")
    pairs = [("switch", str(q)), *([("on", str(q))] if on else [])]
    return lambda slowly: slowly.edit(*pairs)


def what_if(page: Page, lot: random.Random) -> Later:
    name = lot.choice(("mean", "share", "flip"))
    page.locator(f".what-ifs [value={name}]").dispatch_event("click")
    return lambda slowly: slowly.link(rf'value="{name}" data-link="([^"]*)"')


def undo(page: Page, lot: random.Random) -> Later:
    way = lot.choice((-1, -1, 1))
    page.locator(f"[data-undo='{way}']").dispatch_event("click")
    return lambda slowly: slowly.travel(way)


NUMBERS = (step, drag)
KINDS = (field, field, field, bracket, slab, switch, what_if, undo, *NUMBERS)


def quiet(page: Page) -> None:
    """Wait until nothing is asked, nothing waits, and the address says what the page does."""
    page.wait_for_function(
        """() => {
        const { query } = JSON.parse(document.getElementById("facts").textContent);
        const waits = document.querySelector(".wait, mc-map canvas, mc-map[aria-busy]");
        return !waits && query === location.search.slice(1);
    }"""
    )


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_edits_faster_than_their_answers_end_where_slow_ones_do(page, server, watch, seed):
    for words in ("422", "400", "willReadFrequently"):
        watch.forgive(words)
    lot = random.Random(seed)  # noqa: S311
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
