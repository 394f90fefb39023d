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
    """The input rows and columns under one output pixel, from the first on.

    ``rows`` and ``cols`` are −1 where a tap lies in the padding; ``source_rows`` and
    ``source_cols`` tell where the padding mode takes its value, −1 only where that is a zero.
    ``row_taps`` and ``col_taps`` tell which row and column of the kernel meets each: all of them
    in order; of a transposed layer those that reach the pixel, the last first.
    """

    rows: tuple[int, ...]
    cols: tuple[int, ...]
    source_rows: tuple[int, ...]
    source_cols: tuple[int, ...]
    row_taps: tuple[int, ...]
    col_taps: tuple[int, ...]

    def on_input(self) -> Window:
        """Return what of it lies on the input."""
        down = [at for at, row in enumerate(self.rows) if row >= 0]
        across = [at for at, column in enumerate(self.cols) if column >= 0]

        def kept(places: tuple[int, ...], which: list[int]) -> tuple[int, ...]:
            return tuple(places[at] for at in which)

        return Window(
            kept(self.rows, down),
            kept(self.cols, across),
            kept(self.source_rows, down),
            kept(self.source_cols, across),
            kept(self.row_taps, down),
            kept(self.col_taps, across),
        )


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
    output_padding: Pair = (0, 0)

    @property
    def transposed(self) -> bool:
        """Whether input pixels stamp the kernel on the output, in place of a window that moves."""
        return False

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
        found = []
        for axis, at in enumerate((i, j)):
            side, meetings = self.input_size[axis], self.meetings(axis, at)
            found.append(
                (
                    tuple(place if 0 <= place < side else -1 for _, place in meetings),
                    tuple(source_of(place, side, self.padding_mode) for _, place in meetings),
                    tuple(tap for tap, _ in meetings),
                )
            )
        (rows, source_rows, row_taps), (cols, source_cols, col_taps) = found
        return Window(rows, cols, source_rows, source_cols, row_taps, col_taps)

    def meetings(self, axis: int, at: int) -> list[Pair]:
        """Return each tap that meets output row (axis 0) or column (1) ``at``, and on which input.

        The inputs come from the first to the last, those outside too.
        """
        first = at * self.strides[axis] - self.pads[axis][0]
        return [(tap, first + tap * self.dilations[axis]) for tap in range(self.kernel_size[axis])]

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
        side, mode = self.input_size[axis], self.padding_mode
        return [
            (at, tap)
            for at in range(self.output_size[axis])
            for tap, met in self.meetings(axis, at)
            if source_of(met, side, mode) == place
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


@dataclass(frozen=True, slots=True)
class TransposedGeometry(Geometry):
    """The sizes of a layer that is the adjoint of a convolution; its pads are cut off the output.

    A pixel's window is those inputs that stamp the kernel on it, and may be empty.

    Examples
    --------
    >>> g = geometry((4, 4), (5, 5), strides=2, padding=2, transposed=True, output_padding=1)
    >>> g.output_size, g.window_of(2, 3).rows, g.window_of(2, 3).cols
    ((8, 8), (0, 1, 2), (1, 2))
    >>> g.window_of(2, 3).row_taps
    (4, 2, 0)
    """

    @property
    def transposed(self) -> bool:
        """Whether input pixels stamp the kernel on the output."""
        return True

    def meetings(self, axis: int, at: int) -> list[Pair]:
        """Return each tap that input rows or columns stamp on output ``at``, and those."""
        step, gap, last = self.strides[axis], self.dilations[axis], at + self.pads[axis][0]
        taps = reversed(range(self.kernel_size[axis]))
        return [(tap, (last - tap * gap) // step) for tap in taps if (last - tap * gap) % step == 0]

    def sources(self, axis: int) -> tuple[int, ...]:
        """Return the input's rows (axis 0) or columns (1): nothing is padded."""
        return tuple(range(self.input_size[axis]))

    def _nearest(self, axis: int, place: int) -> int:
        centre = (self.kernel_size[axis] - 1) // 2 * self.dilations[axis]
        at = place * self.strides[axis] + centre - self.pads[axis][0]
        return min(max(at, 0), self.output_size[axis] - 1)

    def multiply_adds(self, c_in: int, c_out: int) -> int:
        """Return the layer's cost: each input pixel stamps its kernels whole."""
        (height, width), (kh, kw) = self.input_size, self.kernel_size
        return height * width * kh * kw * c_in * c_out


def geometry(
    input_size: Pair,
    kernel_size: Pair,
    *,
    strides: int | Pair = (1, 1),
    padding: Padding = "SAME",
    padding_mode: str = "zeros",
    dilations: int | Pair = (1, 1),
    transposed: bool = False,
    output_padding: int | Pair = (0, 0),
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
    transposed : bool
        Sizes of `conv2d_transpose`: SAME gives n·s outputs, and the padding is cut off the result.
    output_padding : int or (int, int)
        Rows and columns more at the bottom and right of a transposed layer's result.

    Raises
    ------
    InvalidValue
        Naming the argument; where the kernel exceeds the padded input, with the size formula
        out = ⌊(n + before + after − (k−1)·d − 1) / s⌋ + 1 and the numbers; where a transposed
        layer's padding cuts everything away, with
        out = (n − 1)·s + (k − 1)·d + 1 − before − after + output_padding.

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
    extra = pair(output_padding, "output_padding", 0)
    if not isinstance(padding_mode, str) or padding_mode not in PADDING_MODES:
        raise InvalidValue(
            f"padding_mode is {padding_mode!r}.",
            f"Use one of {', '.join(PADDING_MODES)}.",
            field="padding_mode",
        )
    if transposed and padding_mode != "zeros":
        raise InvalidValue(
            f"padding_mode is {padding_mode!r}, but a transposed layer's padding is cut off its "
            "output and holds nothing.",
            "Leave padding_mode at zeros.",
            field="padding_mode",
        )
    if extra != (0, 0) and not transposed:
        raise InvalidValue(
            f"output_padding is {output_padding!r}, but the layer is a convolution.",
            "Leave it at 0, or make the layer a transposed one.",
            field="output_padding",
        )
    if not isinstance(padding, str):
        padding = pads_of(padding, size, kernel, steps, gaps)
    if transposed:
        return _transposed(size, kernel, steps, padding, gaps, extra)
    return _resolved(size, kernel, steps, padding, gaps, padding_mode)


@lru_cache(1024)
def _resolved(
    size: Pair, kernel: Pair, steps: Pair, padding: str | Pads, gaps: Pair, padding_mode: str
) -> Geometry:
    pads = pads_of(padding, size, kernel, steps, gaps)
    height, width = (_output_side(axis, size, kernel, steps, pads, gaps) for axis in (0, 1))
    return Geometry(size, kernel, steps, pads, gaps, padding_mode, (height, width))


@lru_cache(1024)
def _transposed(
    size: Pair, kernel: Pair, steps: Pair, padding: str | Pads, gaps: Pair, extra: Pair
) -> Geometry:
    same = isinstance(padding, str) and padding.upper() == "SAME"
    grown = size[0] * steps[0], size[1] * steps[1]
    pads = pads_of(padding, grown, kernel, steps, gaps)
    sides = zip(size, kernel, steps, gaps, pads, extra, ("rows", "columns"), strict=True)
    for n, k, s, d, cut, more, which in sides:
        if more and (same or more >= max(s, d)):
            made = (
                f"with SAME padding out = n·s = {n}·{s} = {n * s} {which}, and nothing is added"
                if same
                else f"at a stride of {s} and a dilation of {d} that is too many; {_GROWN} = "
                f"{_grown_words(n, k, s, d, cut, more)} {which}"
            )
            raise InvalidValue(
                f"output_padding is {more} {which if more > 1 else which[:-1]}: {made}.",
                "Use less than the larger of stride and dilation, and 0 with SAME.",
                field="output_padding",
            )
    if same:  # strides beyond the kernel leave rows and columns that no stamp reaches
        natural = [
            (n - 1) * s + (k - 1) * d + 1
            for n, k, s, d in zip(size, kernel, steps, gaps, strict=True)
        ]
        down, across = (max(0, side - n) for side, n in zip(grown, natural, strict=True))
        extra = down, across
    height, width = (
        _grown_side(*side) for side in zip(size, kernel, steps, gaps, pads, extra, strict=True)
    )
    return TransposedGeometry(size, kernel, steps, pads, gaps, "zeros", (height, width), extra)


_GROWN = "(n − 1)·s + (k − 1)·d + 1 − before − after + output_padding"


def _grown_words(n: int, k: int, s: int, d: int, pads: Pair, extra: int) -> str:
    """Return `_GROWN` with its numbers, and what they come to."""
    before, after = pads
    side = (n - 1) * s + (k - 1) * d + 1 - before - after + extra
    numbers = f"({n} − 1)·{s} + ({k} − 1)·{d} + 1 − {before} − {after} + {extra}"
    return f"{numbers} = {side}"


def _grown_side(n: int, k: int, s: int, d: int, pads: Pair, extra: int) -> int:
    """Return a side of a transposed layer's output; none left is told with the formula."""
    before, after = pads
    side = (n - 1) * s + (k - 1) * d + 1 - before - after + extra
    if side >= 1:
        return side
    raise InvalidValue(
        f"The padding cuts everything away: {_GROWN} = {_grown_words(n, k, s, d, pads, extra)}.",
        "Use less padding, or a larger kernel, stride or picture.",
        field="padding",
    )


def _output_side(axis: int, size: Pair, kernel: Pair, steps: Pair, pads: Pads, gaps: Pair) -> int:
    """Return how many windows fit along an axis; too large a kernel is told with the formula."""
    n, k, s, (before, after), d = size[axis], kernel[axis], steps[axis], pads[axis], gaps[axis]
    out = (n + before + after - (k - 1) * d - 1) // s + 1
    if out >= 1:
        return out
    raise InvalidValue(
        f"The kernel reaches over {(k - 1) * d + 1} {('rows', 'columns')[axis]}, but the padded "
        f"input has {n + before + after}: out = ⌊(n + before + after − (k−1)·d − 1) / s⌋ + 1 = "
        f"⌊({n} + {before} + {after} − ({k}−1)·{d} − 1) / {s}⌋ + 1 = {str(out).replace('-', '−')}.",
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
