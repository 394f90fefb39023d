"""Whole-number arguments, the ways to say how much padding a layer has, and what stands there."""

from __future__ import annotations

import operator
from typing import Any

from multiconv.errors import InvalidValue

Pair = tuple[int, int]
Pads = tuple[Pair, Pair]
Padding = str | int | Pair | Pads


def pair(value: object, name: str, least: int = 1) -> Pair:
    """Return value as two integers of at least ``least``; one integer stands for both.

    Examples
    --------
    >>> pair(2, "strides"), pair((2, 3), "strides")
    ((2, 2), (2, 3))
    """
    if type(value) is int and value >= least:  # The way of nearly every call, at a tenth the time.
        return value, value
    if type(value) is tuple and len(value) == 2:
        first, second = value
        if type(first) is type(second) is int and min(first, second) >= least:
            return first, second
    both = value if isinstance(value, tuple | list) else (value, value)
    whole = [n for n in map(_whole, both) if n is not None]
    if len(both) != 2 or len(whole) != 2 or min(whole) < least:
        raise InvalidValue(
            f"{name} is {value!r}.",
            f"Give one whole number of {least} or more, or two of them (vertical, horizontal).",
            field=name,
            limit=f"at least {least}",
        )
    return whole[0], whole[1]


def _whole(value: Any) -> int | None:
    if type(value) is int:
        return value
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None


def pads_of(padding: Padding, size: Pair, kernel: Pair, steps: Pair, gaps: Pair) -> Pads:
    """Return padding as ((top, bottom), (left, right)) for an input, kernel, strides, dilations.

    Examples
    --------
    >>> pads_of("SAME", (224, 224), (7, 7), (2, 2), (1, 1))
    ((2, 3), (2, 3))
    """
    if isinstance(padding, str) and padding.upper() == "VALID":
        return (0, 0), (0, 0)
    if isinstance(padding, str) and padding.upper() == "SAME":
        rows, cols = zip(size, kernel, steps, gaps, strict=True)
        return _same(*rows), _same(*cols)
    if isinstance(padding, tuple | list) and any(isinstance(p, tuple | list) for p in padding):
        if len(padding) == 2 and all(isinstance(p, tuple | list) for p in padding):
            return pair(padding[0], "padding", 0), pair(padding[1], "padding", 0)
    elif not isinstance(padding, str):
        top, left = pair(padding, "padding", 0)
        return (top, top), (left, left)
    raise InvalidValue(
        f"padding is {padding!r}.",
        'Use "SAME", "VALID", a whole number, (h, w) or ((top, bottom), (left, right)).',
        field="padding",
    )


def _same(n: int, k: int, s: int, d: int) -> Pair:
    total = max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0)
    return total // 2, total - total // 2


def output_side(axis: int, size: Pair, kernel: Pair, steps: Pair, pads: Pads, gaps: Pair) -> int:
    """Return how many windows fit along an axis; too large a kernel is told with the formula.

    Examples
    --------
    >>> output_side(0, (6, 9), (3, 3), (2, 2), ((0, 1), (0, 0)), (1, 1))
    3
    """
    n, k, s, (before, after), d = size[axis], kernel[axis], steps[axis], pads[axis], gaps[axis]
    out = (n + before + after - (k - 1) * d - 1) // s + 1
    if out >= 1:
        return out
    raise InvalidValue(
        f"The kernel reaches over {(k - 1) * d + 1} {('rows', 'columns')[axis]}, but the padded "
        f"input has {n + before + after}: out = ⌊(n + before + after − (k−1)·d − 1) / s⌋ + 1 = "
        f"⌊({n} + {before} + {after} − ({k}−1)·{d} − 1) / {s}⌋ + 1 = {out}.",
        "Use a smaller kernel or dilation, more padding, or a larger picture.",
        field="kernel",
        limit=f"{n + before + after} {('rows', 'columns')[axis]}",
    )


def source_of(place: int, side: int, mode: str) -> int:
    """Return the row or column whose value stands at a place of the padded input, −1 for a zero.

    Examples
    --------
    >>> [source_of(-2, 5, mode) for mode in ("zeros", "reflect", "replicate", "circular")]
    [-1, 2, 0, 3]
    """
    if 0 <= place < side:
        return place
    if mode == "replicate":
        return min(max(place, 0), side - 1)
    if mode == "circular":
        return place % side
    if mode == "reflect":
        folded = place % max(2 * (side - 1), 1)
        return min(folded, 2 * (side - 1) - folded)
    return -1
