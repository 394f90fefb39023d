"""A loss over the steps, on a logarithmic scale, and a rate beside the largest stable one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10

WIDTH, HEIGHT = 400, 150
"""The curve's own room, in CSS pixels: a step is one of them where there are so many."""

_LEAST, _SPAN = 1e-6, 1e18  # of the first loss: how far down the scale goes, and how far up
FAR = 1e3
"""From so many times the first loss on, a percentage says little."""

_ROOM, _LINES = 0.15, 6  # decades above and below the curve; the most lines
_RATES = 1.5  # decades of the scale of rates on each side of the largest stable one


@dataclass(frozen=True, slots=True)
class LossCurve:
    """The curve as path data; its lines, each a power of ten, with their words; where it is now."""

    path: str
    lines: tuple[tuple[float, str], ...]
    marks: tuple[tuple[float, str], ...]
    at: tuple[float, float]
    heights: tuple[float, ...]
    width: int = WIDTH
    height: int = HEIGHT


def loss_curve(losses: Sequence[float], step: int, last: int) -> LossCurve:
    """Return the curve of the losses after 0, 1, 2 … steps, as shares of the first.

    There is room for ``last`` steps, though there may be fewer.
    """
    first = losses[0] or 1.0
    shares = [min(max(loss / first, _LEAST), _SPAN) for loss in losses]
    high = log10(max(shares)) + _ROOM
    low = min(log10(min(shares)) - _ROOM, high - 1 - 2 * _ROOM)
    unit = HEIGHT / (high - low)
    every = ceil((high - low) / _LINES)

    def down(share: float) -> float:
        return round((high - log10(share)) * unit, 1)

    heights = tuple(map(down, shares))
    places = [(round(at * WIDTH / last, 1), y) for at, y in enumerate(heights)]
    powers = range(floor(high), ceil(low) - 1, -every)
    return LossCurve(
        "M" + "L".join(f"{x:g} {y:g}" for x, y in places),
        tuple((round((high - at) * unit, 1), _power(at, shares)) for at in powers),
        tuple((round(at * WIDTH / last, 1), str(at)) for at in range(0, last + 1, 100)),
        places[min(step, len(places) - 1)],
        heights,
    )


def _power(exponent: int, shares: Sequence[float]) -> str:
    """Return a share of the first loss in words: as “1 %”, or of losses that grow far as “×10⁴”."""
    if max(shares) < FAR:
        return f"{Decimal(1).scaleb(exponent + 2):f} %"
    if exponent in {0, 1}:
        return f"×{10**exponent}"
    return f"×10{str(exponent).translate(_RAISED)}"


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def rate_place(share: float) -> float:
    """Return where a rate stands on a scale from 0 to 1 with the largest stable one at a half.

    ``share`` is the rate over that; what lies beyond the scale stands at its end.
    """
    return round(min(max(0.5 + log10(share) / (2 * _RATES), 0.0), 1.0), 4)
