"""The ledger: a bar for what each channel adds, and the line of their running sum up to the total.

A bar and the line have one scale, so that each step of the line is as high as its bar.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from math import floor, log10

WIDTH, HEIGHT = 1024.0, 112.0
"""The drawing's size, in CSS pixels on a large screen."""

PLOT = (6.0, 84.0)
"""From the highest value to the lowest, in the drawing's height."""

_LEFT, _END = 54.0, 160.0  # the axis's labels, and what bias and total take at the right
_WIDEST = 64.0  # of one channel's place
_FOOT = 103.0  # where the labels stand
_LABEL, _SMALL = 19.0, 38.0  # how far labels lie apart, and on small screens
_DIGIT = 8.0  # and more for a third digit
_EVERY = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32)
_WORDS = 30.0  # the least room between the line and the axis for words


@dataclass(frozen=True, slots=True)
class Column:
    """One signed bar, from the axis up or down, in its place of the drawing.

    ``label`` is "" where none stands under it, ``small`` tells that small screens show it too.
    """

    name: str
    left: float
    room: float
    x: float
    width: float
    y: float
    height: float
    sign: str
    label: str
    small: bool = False
    chosen: bool = False

    @property
    def middle(self) -> float:
        """Where its label stands."""
        return round(self.left + self.room / 2, 2)


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled line of the axis."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole drawing: a bar a channel, that of the bias, that of the total; the running sum."""

    bars: tuple[Column, ...]
    bias: Column
    total: Column
    line: str
    zero: float
    ticks: tuple[Tick, ...]
    words: tuple[float, float] | None
    end: float
    foot: float = _FOOT
    width: float = WIDTH
    height: float = HEIGHT
    left: float = _LEFT

    @property
    def every(self) -> tuple[Column, ...]:
        """Every bar, in order."""
        return *self.bars, self.bias, self.total


def scale(subtotals: Sequence[float], bias: float) -> tuple[float, float]:
    """Return where the value 0 stands, and how many pixels a value of 1 is high.

    All bars, the running sum and the total have room.
    """
    running = (*accumulate(subtotals), sum(subtotals) + bias)
    low, high = (edge(0.0, bias, *subtotals, *running) for edge in (min, max))
    top, bottom = PLOT
    unit = (bottom - top) / (high - low) if high > low else 0.0
    return top + high * unit, unit


def ledger(subtotals: Sequence[float], bias: float, chosen: Collection[int] = ()) -> Drawing:
    """Return the drawing of what each channel adds, of the bias and of what they come to."""
    zero, unit = scale(subtotals, bias)
    total = sum(subtotals) + bias
    room = min((WIDTH - _LEFT - _END) / max(len(subtotals), 1), _WIDEST)

    def bar(name: str, left: float, wide: float, value: float, label: str) -> Column:
        height = abs(value) * unit
        thick = min(0.68 * wide, 26.0)
        return Column(
            name,
            round(left, 2),
            round(wide, 2),
            round(left + (wide - thick) / 2, 2),
            round(thick, 2),
            round(zero - max(value, 0.0) * unit, 2),
            round(height, 2),
            "for" if value > 0 else "against" if value < 0 else "nothing",
            label,
        )

    count, more = len(subtotals), _DIGIT * (len(subtotals) > 100)
    labelled, small = (_labelled(count, room, gap + more, chosen) for gap in (_LABEL, _SMALL))
    bars = [
        replace(
            bar(str(q), _LEFT + q * room, room, value, str(q) if q in labelled else ""),
            small=q in small,
            chosen=q in chosen,
        )
        for q, value in enumerate(subtotals)
    ]
    at = _LEFT + len(subtotals) * room
    end = bar("bias", at + 8, 44.0, bias, "bias")
    whole = bar("sum", at + 60, 44.0, total, "sum")
    steps = [f"M{_LEFT:g} {zero:.2f}"]
    level = 0.0
    for q, value in enumerate(subtotals):
        level += value
        steps.append(f"V{zero - level * unit:.2f}H{_LEFT + (q + 1) * room:.2f}")
    steps.append(f"H{end.left:.2f}V{zero - total * unit:.2f}H{whole.x:.2f}")
    return Drawing(
        tuple(bars),
        end,
        whole,
        "".join(steps),
        round(zero, 2),
        _ticks(zero, unit),
        _words(subtotals, zero, unit, room),
        round(whole.left + whole.room, 2),
    )


def _labelled(count: int, room: float, gap: float, chosen: Collection[int]) -> set[int]:
    """Return the channels that have their number under them: every n-th, and those chosen.

    No two stand closer than ``gap``; of the chosen the first has its number first.
    """
    every = next((n for n in _EVERY if n * room >= gap - 1), count)
    found: set[int] = set()
    for q in (*sorted(chosen), *range(0, count, every)):
        if all(abs(q - other) * room >= gap - 1 for other in found):
            found.add(q)
    return found


def _ticks(zero: float, unit: float) -> tuple[Tick, ...]:
    """Return the axis's zero, and one round value above and below where there is room for it."""
    ticks = [Tick(round(zero, 2), "0")]
    for sign, room in ((1, zero - PLOT[0]), (-1, PLOT[1] - zero)):
        if unit and room > 18:
            value = _round_below(room / unit)
            if value * unit > 14:
                text = f"{'+' if sign > 0 else '−'}{value:g}"
                ticks.append(Tick(round(zero - sign * value * unit, 2), text))
    return tuple(ticks)


def _round_below(value: float) -> float:
    """Return the largest of 1, 2, 5 × 10ⁿ that is not above a value."""
    power = 10.0 ** floor(log10(value))
    return float(
        f"{max(rung for rung in (1, 2, 5) if rung * power <= value * (1 + 1e-9)) * power:g}"
    )


def _words(
    subtotals: Sequence[float], zero: float, unit: float, room: float
) -> tuple[float, float] | None:
    """Return the place of the words for the line: between it and the axis, where that is widest."""
    lines = [zero - level * unit for level in accumulate(subtotals)]
    tips = [zero - value * unit for value in subtotals]
    reach = max(2, round(46 / room))
    best, place = _WORDS, None
    for q in range(reach, len(subtotals) - reach):
        near = slice(q - reach, q + reach + 1)
        for high, low in (
            (max(lines[near]), min(zero, *tips[near])),
            (max(zero, *tips[near]), min(lines[near])),
        ):
            if low - high > best:
                best = low - high
                place = round(_LEFT + (q + 0.5) * room, 2), round((high + low) / 2 + 4, 2)
    return place
