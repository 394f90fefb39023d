"""Edits of all kinds, each done on the page in its own way, and once more without haste.

An edit returns what it means for `Slowly`, which asks the server for each edit by itself when the
one before is answered.
"""

from __future__ import annotations

import random
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.sync_api import Page

START = "size=32"
FIELDS = {
    "strides": ("1x1", "2x2"),
    "padding": ("same", "valid"),
    "activation": ("identity", "relu"),
    "kernel": ("3x3", "5x5"),
    "filters": ("redness", "random"),
    "padding_mode": ("zeros", "reflect", "circular"),
    "outputs": ("3", "5", "16"),
    "inputs": ("grey", "tinted"),
    "ranges": ("shared", "each"),
    "groups": ("1", "3"),
    "preset.0": ("negate", "turn", "soft", "copy"),
    "preset.1": ("zero", "reset"),
    "preset.2": ("double-nothing", "sum-to-1", "sobel-x"),
}
ENTRIES = {
    "size": ("24", "40"),
    "range": ("auto", "1", "0.5"),
    "dilations": ("1", "2x1", "9000"),
    "strides.other": ("2x1", "1"),
    "padding.other": ("1", "0,1,2,0"),
    "kernel.other": ("3x3", "1x5"),
}
NAMES = ("sobel-x", "gaussian(1)", "no such kernel")
MATRICES = ("0 1 0\n1 -4 1\n0 1 0", "1 2\n3 4", "1 2\n3")
KEY = """(key) => document.body.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }))"""
CHANGE = """([name, value]) => {
    const field = document.querySelector(`[name="${name}"]`);
    if (!field) return false;
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
}"""
NAME = """([name, value]) => {
    document.getElementsByName(name)[0].value = value;
    document.querySelector(".bench button").click();
}"""
TYPE = """([q, at, text]) => {
    const field = document.querySelectorAll(`mc-kernel[data-q="${q}"] .weight`)[at];
    if (!field) return false;
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
}"""
PASTE = """([q, text]) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    document.querySelector(`mc-kernel[data-q="${q}"] .weight`).dispatchEvent(
        new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""
# The browser's own buttons, where they stay on this page; whether they do.
BACK = """async () => {
    if (!(history.state?.step > 0)) return false;
    history.back();
    await new Promise((done) => addEventListener("popstate", done, { once: true }));
    return true;
}"""
FORWARD = """async () => {
    const last = Number(sessionStorage.getItem("multiconv-steps"));
    if (!((history.state?.step ?? 0) < last)) return false;
    history.forward();
    await new Promise((done) => addEventListener("popstate", done, { once: true }));
    return true;
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

    def without(self, *names: str) -> None:
        pairs = [pair for pair in parse_qsl(self.query) if pair[0] not in names]
        self.move(self.canonical(urlencode(pairs, safe=",:")))

    def weight(self, q: int, at: int, change: Callable[[Decimal], Decimal]) -> None:
        text = self.text(self.query)
        (kernel,) = re.findall(rf'<mc-kernel[^>]*data-q="{q}".*?</mc-kernel>', text, re.DOTALL)
        numbers = [Decimal(found) for found in re.findall(r'data-exact="([^"]*)"', kernel)]
        if at >= len(numbers) or "readonly" in kernel:  # another channel's, under a what-if
            return
        value = change(numbers[at])
        if value == numbers[at]:
            return
        numbers[at] = value
        k = dict(parse_qsl(self.query)).get("k", "0")
        kernel = ",".join(f"{value:f}" for value in numbers)
        self.parameters(**{f"w.{q}.{k}": kernel}, **self.range())

    def range(self) -> dict[str, str]:
        """The range of colours as the first change of a value holds it."""
        found = re.search(r'"range": ?([^,]*), ?"ranges": ?"shared"', self.text(self.query))
        return {"range": found[1]} if found else {}

    def travel(self, way: int) -> None:
        self.at = min(max(self.at + way, 0), len(self.history) - 1)

    def outputs(self) -> tuple[int, int]:
        found = re.search(r'"k": ?(\d+).*?"outputs": ?(\d+)', self.text(self.query), re.DOTALL)
        assert found
        return int(found[1]), int(found[2])

    def pixel(self) -> tuple[int, int]:
        found = re.search(r'"pixel": ?\[(\d+), ?(\d+)\]', self.text(self.query))
        assert found
        return int(found[1]), int(found[2])

    def link(self, pattern: str, at: int = 0) -> None:
        found = re.findall(pattern, self.text(self.query))
        if at < len(found):
            self.move(self.canonical(urlsplit(found[at]).query))


# Each does an edit on the page, and returns the same for `Slowly`, for when all are done.
Later = Callable[[Slowly], None]


def nothing(slowly: Slowly) -> None:
    """What was to be edited was not there."""


def field(page: Page, lot: random.Random, among: dict[str, tuple[str, ...]] = FIELDS) -> Later:
    name = lot.choice(list(among))
    value = lot.choice(among[name])
    if not page.evaluate(CHANGE, [name, value]):
        return nothing
    return lambda slowly: slowly.edit((name, value))


def entry(page: Page, lot: random.Random) -> Later:
    return field(page, lot, ENTRIES)


def named(page: Page, lot: random.Random) -> Later:
    said = (f"name.{lot.randrange(3)}", lot.choice(NAMES))
    page.evaluate(NAME, said)
    return lambda slowly: slowly.edit(said)


def paste(page: Page, lot: random.Random) -> Later:
    q, text = lot.randrange(3), lot.choice(MATRICES)
    page.evaluate(PASTE, [q, text])
    return lambda slowly: slowly.edit((f"matrix.{q}", text))


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
    q, at, (key, by) = (
        lot.randrange(3),
        lot.randrange(4),
        lot.choice((("Up", "0.1"), ("Down", "-0.1"))),
    )
    weight = page.locator(f'mc-kernel[data-q="{q}"] .weight').nth(at)
    if not weight.count():
        return nothing
    weight.dispatch_event("keydown", {"key": f"Arrow{key}"})
    return lambda slowly: slowly.weight(q, at, lambda number: number + Decimal(by))


def drag(page: Page, lot: random.Random) -> Later:
    q, at = lot.randrange(3), lot.randrange(4)
    weight = page.locator(f'mc-kernel[data-q="{q}"] .weight').nth(at)
    box = weight.bounding_box() if weight.is_visible() else None
    if not box:
        return nothing
    x, y = box["x"] + 8, box["y"] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    for distance in (4, 8, 12):
        page.mouse.move(x + distance, y)
    page.mouse.up()
    return lambda slowly: slowly.weight(q, at, lambda number: number + Decimal("0.3"))


def typed(page: Page, lot: random.Random) -> Later:
    q, at, text = lot.randrange(3), lot.randrange(9), lot.choice(("0.7", "−1", "x"))
    if not page.evaluate(TYPE, [q, at, text]) or text == "x":
        return nothing
    return lambda slowly: slowly.weight(q, at, lambda _: Decimal(text.replace("−", "-")))


def bias(page: Page, _: random.Random) -> Later:
    page.locator(".bias input").dispatch_event("keydown", {"key": "ArrowUp", "shiftKey": True})

    def later(slowly: Slowly) -> None:
        k, outputs = slowly.outputs()
        known = dict(parse_qsl(slowly.query)).get("bias")
        all_of_them = known.split(",") if known else ["0"] * outputs
        all_of_them[k] = f"{Decimal(all_of_them[k]) + 1:f}"
        slowly.parameters(bias=",".join(all_of_them), **slowly.range())

    return later


def pixel(page: Page, _: random.Random) -> Later:
    page.locator("#result mc-map").dispatch_event("keydown", {"key": "ArrowLeft", "shiftKey": True})

    def later(slowly: Slowly) -> None:
        i, j = slowly.pixel()
        slowly.parameters(i=str(i), j=str(max(0, j - 10)))

    return later


def escape(page: Page, _: random.Random) -> Later:
    page.evaluate(KEY, "Escape")
    return lambda slowly: slowly.without("i", "j")


def switch(page: Page, lot: random.Random) -> Later:
    q = lot.randrange(3)
    box = page.locator(f'[name=on][value="{q}"]')
    on = box.evaluate("box => (box.click(), box.checked)")
    pairs = [("switch", str(q)), *([("on", str(q))] if on else [])]
    return lambda slowly: slowly.edit(*pairs)


def what_if(page: Page, lot: random.Random) -> Later:
    name = lot.choice(("mean", "shared", "flipped", "apart"))
    page.locator(f".what-ifs [value={name}]").dispatch_event("click")
    return lambda slowly: slowly.link(rf'value="{name}"[^>]* data-link="([^"]*)"')


def sample(page: Page, lot: random.Random) -> Later:
    at = lot.randrange(3)
    page.locator(".samples a").nth(at).dispatch_event("click")
    return lambda slowly: slowly.link(r'<a href="([^"]*)"[^>]* title=', at)


def attempt(page: Page, lot: random.Random) -> Later:
    at = lot.randrange(8)
    page.locator("a.try").nth(at).dispatch_event("click")
    return lambda slowly: slowly.link(r'<a class="try" data-live-link href="([^"]*)"', at)


def undo(page: Page, lot: random.Random) -> Later:
    way = lot.choice((-1, -1, 1))
    page.locator(f"[data-undo='{way}']").dispatch_event("click")
    return lambda slowly: slowly.travel(way)


def undo_by_key(page: Page, lot: random.Random) -> Later:
    way = lot.choice((-1, -1, 1))
    page.keyboard.press("Control+z" if way == -1 else "Control+Shift+Z")
    return lambda slowly: slowly.travel(way)


def back(page: Page, _: random.Random) -> Later:
    return (lambda slowly: slowly.travel(-1)) if page.evaluate(BACK) else nothing


def forward(page: Page, _: random.Random) -> Later:
    return (lambda slowly: slowly.travel(1)) if page.evaluate(FORWARD) else nothing


NUMBERS = (step, drag, typed, bias, pixel)
TRAVELS = (undo, undo, undo_by_key, back, forward)
STRUCTURE = (named, paste, bracket, bracket, slab, switch, switch, what_if, sample, attempt, escape)
KINDS = (field, field, field, field, field, entry, entry, *STRUCTURE, *TRAVELS, *NUMBERS, *NUMBERS)
