"""One output pixel in decimals for people: levels × weights = products, subtotals, their sum.

Products stand in the unit of the levels 0…255 and are exact where the weights
have at most four decimals; whatever is rounded says ≈.  The page's script
works the same numbers from the same rules, so every rule is one that plain
64-bit floats follow exactly in both languages:

- a weight's decimals are the fewest p from 0 to 4 with round(w·10ᵖ) / 10ᵖ = w;
- if all weights of a channel have them, its products and subtotal are whole
  numbers of 10⁻ᵖ, with one p for the whole pixel;
- otherwise they are floats, added row by row and rounded half away from zero.

In the maps' unit, 0…1, levels, products and subtotals are divided by 255 and have three
decimals; they are exact only where every level is 0 or 255.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import gcd

import numpy as np

from multiconv.engine.activations import activation as activation_of
from multiconv.experiment.numbers import MINUS, plain

MOST_PLACES = 4
_VALUE_PLACES = 3
_UNITS = (1, 10, 100, 1_000, 10_000)

Texts = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ChannelArithmetic:
    """What one input channel adds: three tables of texts, (kh, kw) each, and Σ of the last.

    `sign` is ``=`` where every number is exact, ``≈`` where some are rounded.
    """

    levels: Texts
    kernel: Texts
    products: Texts
    subtotal: str
    sign: str


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """The whole working of one output pixel: value is total ÷ 255 + bias, output the activated.

    A bias of 0 is None, and so is the output where there is no activation.
    """

    channels: tuple[ChannelArithmetic, ...]
    total: str
    total_sign: str
    bias: str | None
    value: str
    value_sign: str
    output: str | None
    output_sign: str | None


def arithmetic(
    windows: Sequence[Sequence[Sequence[int | None]]],
    kernels: Sequence[Sequence[Sequence[float]]],
    *,
    bias: float = 0.0,
    activation: str = "identity",
    divisor: int = 1,
    ones: bool = False,
) -> Arithmetic:
    """Return one output pixel's working as texts.

    ``windows`` are the levels 0…255 under the window, channel by channel, None where it lies in a
    padding of zeros; ``kernels`` their weights; ``divisor`` is a mean's number of channels;
    ``ones`` puts all in the maps' unit.
    """
    found = [[_decimals(weight) for row in kernel for weight in row] for kernel in kernels]
    known = [all(places is not None for places in channel) for channel in found]
    most = max((places for channel in found for places in channel if places), default=0)
    places = most if all(known) else MOST_PLACES
    unit = _UNITS[places]

    channels, subtotals = [], []
    for window, kernel, exact in zip(windows, kernels, known, strict=True):
        products = [
            [
                _product(int(level or 0), weight, places, exact)
                for level, weight in zip(*rows, strict=True)
            ]
            for rows in zip(window, kernel, strict=True)
        ]
        subtotal = _added([product for row in products for product in row])
        subtotals.append(subtotal)
        full, digits = (255, _VALUE_PLACES) if ones else (1, places)
        ends = not ones or all((level or 0) in {0, 255} for row in window for level in row)
        channels.append(
            ChannelArithmetic(
                levels=tuple(tuple(_level(level or 0, ones) for level in row) for row in window),
                kernel=tuple(tuple(_weight(weight) for weight in row) for row in kernel),
                products=tuple(
                    tuple(
                        _rounded(product / unit / full, digits) if product else "0"
                        for product in row
                    )
                    for row in products
                ),
                subtotal=_term(_rounded(subtotal / unit / full, digits)),
                sign="=" if exact and ends and places <= digits else "≈",
            )
        )
    total = _added(subtotals)
    value = total / unit / 255 / divisor + bias
    whole = all(known) and _is_short(total, places, divisor) and _has_places(bias, _VALUE_PLACES)
    value_sign = "=" if whole else "≈"
    output = None
    if activation != "identity":
        output = float(activation_of(activation)(np.array([value]))[0])
    sign = (
        "=" if output == 0 else value_sign
    )  # what ReLU cuts off is 0, however the sum was rounded
    return Arithmetic(
        channels=tuple(channels),
        total=_rounded(total / unit, places, plus=True),
        total_sign="=" if all(known) else "≈",
        bias=None if bias == 0 else _term(_weight(bias)),
        value=_rounded(value, _VALUE_PLACES, plus=True),
        value_sign=value_sign,
        output=None if output is None else _rounded(output, _VALUE_PLACES, plus=True),
        output_sign=None if output is None else (sign if activation == "relu" else "≈"),
    )


def _decimals(weight: float) -> int | None:
    """Return how many decimals a weight has, None if more than four."""
    return next(
        (p for p in range(MOST_PLACES + 1) if round(weight * _UNITS[p]) / _UNITS[p] == weight), None
    )


def _level(level: int, ones: bool) -> str:
    """Return a level as it stands in a table: as it is, or as its part of 255."""
    if not ones:
        return str(level)
    return _rounded(level / 255, _VALUE_PLACES) if level % 255 else str(level // 255)


def _product(level: int, weight: float, places: int, exact: bool) -> float:
    """Return level × weight in units of 10⁻ᵖˡᵃᶜᵉˢ: a whole number if the weight allows it."""
    return level * (round(weight * _UNITS[places]) if exact else weight * _UNITS[places])


def _added(terms: Sequence[float]) -> float:
    # not sum(), which compensates for lost digits and so differs from the page's script
    total = 0.0
    for term in terms:
        total += term
    return total


def _is_short(total: float, places: int, of: int) -> bool:
    """Return whether total · 10⁻ᵖˡᵃᶜᵉˢ / 255 / of ends within the places of the value."""
    divisor = 255 * _UNITS[places] * of
    return total % (divisor // gcd(divisor, _UNITS[_VALUE_PLACES])) == 0


def _has_places(number: float, places: int) -> bool:
    return (found := _decimals(number)) is not None and found <= places


def _weight(weight: float) -> str:
    """Return a weight or bias as typed if it has at most four decimals, else rounded to four."""
    if _decimals(weight) is None:
        return _rounded(weight, MOST_PLACES)
    return plain(weight).replace("-", MINUS)


def _term(text: str) -> str:
    """Return a text as it stands in a sum, always with its sign."""
    return text if text.startswith(MINUS) else f"+{text}"


def _rounded(value: float, places: int, *, plus: bool = False) -> str:
    """Return a float rounded half away from zero, with its sign; zero has none."""
    exact = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if exact == 0:
        return f"{abs(exact):f}"
    return f"{MINUS if exact < 0 else '+' * plus}{abs(exact):f}"
