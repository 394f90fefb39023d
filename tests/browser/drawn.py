"""Experiments drawn by lot, and what a page shows of one pixel of each."""

from __future__ import annotations

import io
import re
import urllib.request
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np
from PIL import Image
from playwright.sync_api import Page

COUNT = 50
MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
PADDINGS = ("same", "valid", "2", "1x3", "0,2,3,1")


@dataclass(frozen=True)
class Drawn:
    """One experiment: its query, and the numbers behind it. ``kernels`` is (kh, kw, 3)."""

    query: dict[str, str]
    kernels: np.ndarray
    strides: tuple[int, int]
    dilations: tuple[int, int]
    padding: str
    mode: str
    bias: float

    @property
    def address(self) -> str:
        return "/?" + urlencode(self.query, safe=":,")

    def pads(self, size: tuple[int, int]) -> list[tuple[int, int]]:
        """Return (before, after) of each axis; TensorFlow's rule where the padding is same."""
        if self.padding == "same":
            return [
                (total // 2, total - total // 2)
                for total in (
                    max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0)
                    for n, k, s, d in zip(
                        size, self.kernels.shape, self.strides, self.dilations, strict=False
                    )
                )
            ]
        if self.padding == "valid":
            return [(0, 0), (0, 0)]
        if "," in self.padding:
            top, bottom, left, right = map(int, self.padding.split(","))
            return [(top, bottom), (left, right)]
        down, across = (*map(int, self.padding.split("x")), int(self.padding[0]))[:2]
        return [(down, down), (across, across)]

    def output_size(self, size: tuple[int, int]) -> tuple[int, int]:
        rows, columns = (
            (n + sum(pad) - (k - 1) * d - 1) // s + 1
            for n, k, s, d, pad in zip(
                size,
                self.kernels.shape,
                self.strides,
                self.dilations,
                self.pads(size),
                strict=False,
            )
        )
        return rows, columns


def drawn(seed: int) -> Drawn:
    """Return experiment number ``seed``; its pixel lies anywhere, so often at an edge."""
    lot = np.random.default_rng(seed)
    sides = tuple(lot.integers(1, 6, 2).tolist())
    strides, dilations = (tuple(lot.integers(1, 4, 2).tolist()) for _ in range(2))
    kernels = lot.integers(-200, 201, (*sides, 3)) / 100
    padding, mode = str(lot.choice(PADDINGS)), str(lot.choice(list(MODES)))
    bias = float(lot.choice([0, 0, -0.25, 1.5]))
    k = int(lot.integers(0, 2))
    query = {
        "image": f"sample:{lot.choice(['portrait', 'coffee', 'cat'])}",
        "size": str(lot.integers(24, 60)),
        "kernel": f"{sides[0]}x{sides[1]}",
        "strides": f"{strides[0]}x{strides[1]}",
        "dilations": f"{dilations[0]}x{dilations[1]}",
        "padding": padding,
        "padding_mode": mode,
        "outputs": "2",
        "k": str(k),
        "bias": ",".join(str(bias if at == k else 9) for at in range(2)),
    }
    for q in range(3):
        query[f"w.{q}.{k}"] = ",".join(map(str, kernels[..., q].ravel().tolist()))
    return Drawn(query, kernels, strides, dilations, padding, mode, bias)


def levels(server: str, query: dict[str, str]) -> np.ndarray:
    """Return the picture that is worked on, (H, W, 3) levels 0…255."""
    source = urlencode({name: query[name] for name in ("image", "size")})
    with urllib.request.urlopen(f"{server}/maps/input.png?{source}") as answer:
        return np.asarray(Image.open(io.BytesIO(answer.read())).convert("RGB")).astype(np.int64)


def at_a_pixel(one: Drawn, seed: int, size: tuple[int, int]) -> tuple[Drawn, int, int]:
    """Return the experiment with a pixel pinned, a third of them in a corner."""
    lot = np.random.default_rng(1000 + seed)
    rows, columns = one.output_size(size)
    corner = seed % 3 == 0
    i, j = ((n - 1 if corner else int(lot.integers(0, n))) for n in (rows, columns))
    return Drawn(**{**vars(one), "query": one.query | {"i": str(i), "j": str(j)}}), i, j


def number(text: str) -> float:
    return float(text.replace("−", "-").replace("+", ""))


@dataclass(frozen=True)
class Shown:
    """What a page says of its pixel: formula, last line, and the numbers of every channel."""

    formula: str
    final: str
    tables: list[dict[str, list[str]]]

    @property
    def value(self) -> float:
        """The value of the last line."""
        return number(self.final.split()[-1])

    @property
    def numbers(self) -> list[dict[str, list[float]]]:
        """The numbers of every channel's tables: window, taps and products."""
        return [{part: [*map(number, cells[part])] for part in cells} for cells in self.tables]


# Not their inner texts: what is out of sight is laid out, and has one, only later.
SHOWN = """(sent) => {
    const there = sent === null ? document : new DOMParser().parseFromString(sent, "text/html");
    const texts = (found) => [...there.querySelectorAll(found)].map((each) => each.textContent);
    return {
        formula: texts(".mathematics mtr").join("").replaceAll("\\n", ""),
        final: texts(".total .final")[0],
        tables: [0, 1, 2].map((q) => Object.fromEntries(["window", "taps", "products"].map(
            (part) => [part, texts(`.channel[data-q="${q}"] [data-part="${part}"] td`)
                .map((text) => text.trim())]))),
    };
}"""


def shown(page: Page, sent: str | None = None) -> Shown:
    """Return what a page says, or what one says that was sent, as a browser without scripts has it.

    That is read by the browser's own parser, and neither laid out nor drawn.
    """
    return Shown(**page.evaluate(SHOWN, sent))


def sent_value(text: str) -> float:
    """Return the value of the last line as it stands in a page's text."""
    found = re.search(r'<p class="final">[^<]*?(\S+)</p>', text)
    assert found
    return number(found[1])


def formula_value(text: str, picture: np.ndarray, one: Drawn) -> float:
    """Evaluate the displayed formula's own text for a picture of values 0…1."""
    places = re.search(r"input\[0,(?P<row>.*?),(?P<column>.*?),q\]", text)
    assert places is not None
    terms = {"·": "*", "−": "-"}
    row, column = (
        compile("".join(terms.get(sign, sign) for sign in places[name]), "<formula>", "eval")
        for name in ("row", "column")
    )
    reach = 32
    around = np.pad(picture, ((reach, reach), (reach, reach), (0, 0)), MODES[one.mode])
    height, width, channels = one.kernels.shape
    total = 0.0
    for di in range(height):
        for dj in range(width):
            at = (eval(row, {"di": di}), eval(column, {"dj": dj}))  # noqa: S307  (the formula that our page shows)
            for q in range(channels):
                total += around[at[0] + reach, at[1] + reach, q] * one.kernels[di, dj, q]
    return total + (one.bias if f"+bias[{one.query['k']}]" in text else 0)
