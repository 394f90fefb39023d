"""The integers of a convolution layer: padding, output size, and the window under a pixel.

What is shown, checked and said of windows comes from here; the paths that compute have index
arithmetic of their own.  Nothing in this module touches an array of pixels.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from multiconv.errors import InvalidValue

Pair = tuple[int, int]
Pads = tuple[Pair, Pair]
Padding = str | int | Pair | Pads

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


@dataclass(frozen=True, slots=True)
class Window:
    """The input rows and columns under one output pixel, tap by tap.

    ``rows`` and ``cols`` are −1 where a tap lies in the padding; ``source_rows`` and
    ``source_cols`` tell where the padding mode takes its value, −1 only where that is a zero.
    """

    rows: tuple[int, ...]
    cols: tuple[int, ...]
    source_rows: tuple[int, ...]
    source_cols: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Geometry:
    """One layer's sizes, fully resolved; every pair is (vertical, horizontal).

    Examples
    --------
    >>> g = geometry((6, 6), (3, 3), strides=(2, 2))
    >>> g.pads, g.output_size
    (((0, 1), (0, 1)), (3, 3))
    >>> g.window_of(2, 0).rows
    (4, 5, -1)
    """

    input_size: Pair
    kernel_size: Pair
    strides: Pair
    pads: Pads
    dilations: Pair
    padding_mode: str
    output_size: Pair

    def window_of(self, i: int, j: int) -> Window:
        """Return the input rows and columns under output pixel (i, j), which must lie in it."""
        high, wide = self.output_size
        for name, at, side, lines in (("i", i, high, "rows"), ("j", j, wide, "columns")):
            if not 0 <= at < side:
                raise InvalidValue(
                    f"{name} is {at}, but the output has {side} {lines}.",
                    f"Choose {name} from 0 to {side - 1}.",
                    field=name,
                )
        (rows, source_rows), (cols, source_cols) = self._taps(0, i), self._taps(1, j)
        return Window(rows, cols, source_rows, source_cols)

    def _taps(self, axis: int, at: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        side = self.input_size[axis]
        first = at * self.strides[axis] - self.pads[axis][0]
        places = [first + tap * self.dilations[axis] for tap in range(self.kernel_size[axis])]
        inside = tuple(place if 0 <= place < side else -1 for place in places)
        return inside, tuple(source_of(place, side, self.padding_mode) for place in places)

    def sources(self, axis: int) -> tuple[int, ...]:
        """Return the input index behind every row (axis 0) or column (1) of the padded input."""
        side, (before, after) = self.input_size[axis], self.pads[axis]
        return tuple(source_of(at, side, self.padding_mode) for at in range(-before, side + after))

    def outputs_of(self, row: int, col: int) -> tuple[tuple[int, int, int, int], ...]:
        """Return (i, j, di, dj) for every product that input pixel (row, col) takes part in."""
        return tuple(
            (i, j, di, dj) for i, di in self._feeds(0, row) for j, dj in self._feeds(1, col)
        )

    def _feeds(self, axis: int, place: int) -> list[Pair]:
        return [
            (at, tap)
            for at in range(self.output_size[axis])
            for tap, source in enumerate(self._taps(axis, at)[1])
            if source == place
        ]

    def nearest_output(self, row: int, col: int) -> Pair:
        """Return the output pixel (i, j) whose window's centre lies nearest input (row, col)."""
        i, j = (self._nearest(axis, place) for axis, place in enumerate((row, col)))
        return i, j

    def _nearest(self, axis: int, place: int) -> int:
        centre = (self.kernel_size[axis] - 1) // 2 * self.dilations[axis]
        at = round((place + self.pads[axis][0] - centre) / self.strides[axis])
        return min(max(at, 0), self.output_size[axis] - 1)

    def multiply_adds(self, c_in: int, c_out: int) -> int:
        """Return the layer's cost; with groups, c_in is the number of channels in one group."""
        (height, width), (kh, kw) = self.output_size, self.kernel_size
        return height * width * kh * kw * c_in * c_out


def geometry(
    input_size: Pair,
    kernel_size: Pair,
    *,
    strides: int | Pair = (1, 1),
    padding: Padding = "SAME",
    padding_mode: str = "zeros",
    dilations: int | Pair = (1, 1),
) -> Geometry:
    """Return a layer's resolved sizes, padding as TensorFlow and PyTorch compute it.

    Parameters
    ----------
    input_size, kernel_size : (int, int)
        Height and width.
    strides, dilations : int or (int, int)
        Steps of the window, and distance between its taps.
    padding : "SAME", "VALID", int, (h, w) or ((top, bottom), (left, right))
        SAME gives ⌈n/s⌉ outputs and puts an odd pad after (TensorFlow's rule).
    padding_mode : {"zeros", "reflect", "replicate", "circular"}
        What the padding holds; reflect does not repeat the edge.

    Raises
    ------
    InvalidValue
        Naming the argument; where the kernel exceeds the padded input, with the size formula
        out = ⌊(n + before + after − (k−1)·d − 1) / s⌋ + 1 and the numbers.

    Examples
    --------
    >>> geometry((64, 64), (5, 5), strides=2).pads
    ((1, 2), (1, 2))
    >>> geometry((2, 2), (3, 3), padding="VALID")
    Traceback (most recent call last):
    multiconv.errors.InvalidValue: The kernel reaches over 3 rows, but the padded input has 2: \
out = ⌊(n + before + after − (k−1)·d − 1) / s⌋ + 1 = ⌊(2 + 0 + 0 − (3−1)·1 − 1) / 1⌋ + 1 = 0. \
Use a smaller kernel or dilation, more padding, or a larger picture.
    """
    size, kernel = pair(input_size, "input"), pair(kernel_size, "kernel")
    steps, gaps = pair(strides, "strides"), pair(dilations, "dilations")
    if not isinstance(padding_mode, str) or padding_mode not in PADDING_MODES:
        raise InvalidValue(
            f"padding_mode is {padding_mode!r}.",
            f"Use one of {', '.join(PADDING_MODES)}.",
            field="padding_mode",
        )
    if not isinstance(padding, str):
        padding = pads_of(padding, size, kernel, steps, gaps)
    return _resolved(size, kernel, steps, padding, gaps, padding_mode)


@lru_cache(1024)
def _resolved(
    size: Pair, kernel: Pair, steps: Pair, padding: str | Pads, gaps: Pair, padding_mode: str
) -> Geometry:
    pads = pads_of(padding, size, kernel, steps, gaps)
    height, width = (_output_side(axis, size, kernel, steps, pads, gaps) for axis in (0, 1))
    return Geometry(size, kernel, steps, pads, gaps, padding_mode, (height, width))


def _output_side(axis: int, size: Pair, kernel: Pair, steps: Pair, pads: Pads, gaps: Pair) -> int:
    """Return how many windows fit along an axis; too large a kernel is told with the formula."""
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


def pads_of(padding: Padding, size: Pair, kernel: Pair, steps: Pair, gaps: Pair) -> Pads:
    """Return padding as ((top, bottom), (left, right)) for an input, kernel, strides, dilations."""
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


def source_of(place: int, side: int, mode: str) -> int:
    """Return the row or column whose value stands at a place of the padded input, −1 for a zero."""
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


def pair(value: object, name: str, least: int = 1) -> Pair:
    """Return value as two integers of at least ``least``; one integer stands for both."""
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
