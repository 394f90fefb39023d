"""The integers of a convolution layer: padding, output size, and the window under a pixel.

What is shown, checked and said of windows comes from here; the paths that compute have index
arithmetic of their own.  Nothing in this module touches an array of pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from multiconv.engine.padding import Padding, Pads, Pair, output_side, pads_of, pair, source_of
from multiconv.errors import InvalidValue

__all__ = ["PADDING_MODES", "Geometry", "Padding", "Pads", "Pair", "Window", "geometry", "pair"]

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


@dataclass(frozen=True, slots=True)
class Window:
    """The input rows and columns under one output pixel, tap by tap.

    Attributes
    ----------
    rows, cols : tuple of int
        Input row (column) of each tap, −1 where the tap lies in the padding.
    source_rows, source_cols : tuple of int
        Where the padding mode takes its value; −1 only where that is a zero.
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
        """Return the input rows and columns under output pixel (i, j).

        Raises
        ------
        InvalidValue
            Where (i, j) lies outside the output.
        """
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
        """Return the input index behind every row (axis 0) or column (1) of the padded input.

        Examples
        --------
        >>> geometry((3, 3), (3, 3), padding=1, padding_mode="reflect").sources(0)
        (1, 0, 1, 2, 1)
        """
        side, (before, after) = self.input_size[axis], self.pads[axis]
        return tuple(source_of(at, side, self.padding_mode) for at in range(-before, side + after))

    def outputs_of(self, row: int, col: int) -> tuple[tuple[int, int, int, int], ...]:
        """Return (i, j, di, dj) for every product that input pixel (row, col) takes part in.

        Examples
        --------
        >>> geometry((3, 3), (2, 2), padding="VALID").outputs_of(0, 1)
        ((0, 0, 0, 1), (0, 1, 0, 0))
        """
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
        """Return the output pixel (i, j) whose window's centre lies nearest input (row, col).

        Examples
        --------
        >>> geometry((6, 6), (3, 3), strides=(2, 2)).nearest_output(3, 0)
        (1, 0)
        """
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
    height, width = (output_side(axis, size, kernel, steps, pads, gaps) for axis in (0, 1))
    return Geometry(size, kernel, steps, pads, gaps, padding_mode, (height, width))
