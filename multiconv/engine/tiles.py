"""Rows of the padded input, a tile at a time, so that no padded copy of a picture is made."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any

import numpy as np

from multiconv.engine.checks import Array
from multiconv.engine.geometry import Geometry
from multiconv.engine.scratch import LINE_BYTES, scratch

LINE = 16
"""Numbers: memory that begins where a cache line does is read and written in whole lines."""

_WAY, _WAYS = 4096, 8  # Bytes: addresses so far apart share a set of the L1, which holds 8 lines.
_AT_ONCE = 256  # Bytes of each row that a product reads together.


def has_bare_sides(g: Geometry) -> bool:
    """Tell whether nothing but zeros stands around the input.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> has_bare_sides(geometry((7, 7), (3, 3), padding_mode="reflect"))
    False
    """
    return g.padding_mode == "zeros" or not any(map(any, g.pads))


@lru_cache(256)
def collide(rows: int, apart: int) -> bool:
    """Tell whether rows so many bytes apart drive each other out of the L1 cache.

    Examples
    --------
    >>> collide(8, 4096), collide(9, 4096), collide(32, 1024 + 64)
    (False, True, False)

    Rows need not be exactly so far apart:

    >>> collide(11, 4096 - 8), collide(11, 4096 - 64), collide(11, 24)
    (True, False, False)
    """
    read = {
        line
        for begin in range(0, rows * apart, apart)
        for line in range(begin // LINE_BYTES, (begin + min(apart, _AT_ONCE) - 1) // LINE_BYTES + 1)
    }
    return max(Counter(line % (_WAY // LINE_BYTES) for line in read).values()) > _WAYS


def whole_lines(width: int) -> int:
    """Return the least number of whole lines that holds so many numbers, in numbers.

    Examples
    --------
    >>> whole_lines(1024), whole_lines(1030)
    (1024, 1040)
    """
    return -(-width // LINE) * LINE


def odd_lines(width: int) -> int:
    """Return a distance of rows in numbers, an odd number of lines: no two of a few collide.

    Examples
    --------
    >>> odd_lines(1024), odd_lines(1030)
    (1040, 1040)
    """
    return (whole_lines(width) // LINE | 1) * LINE


def apart_for(rows: int, width: int, itemsize: int) -> int:
    """Return a distance of rows in numbers: whole lines, an odd number where many would collide.

    Examples
    --------
    >>> apart_for(8, 1020, 4), apart_for(12, 1020, 4)
    (1024, 1040)
    """
    apart = whole_lines(width)
    return odd_lines(width) if collide(rows, apart * itemsize) else apart


def rows_inside(g: Geometry, first: int, step: int, rows: int) -> tuple[int, int, int]:
    """Return which of so many padded rows lie on the input, from and to, and the first one's row.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> rows_inside(geometry((7, 7), (5, 5)), 0, 3, 4)
    (1, 3, 1)
    """
    start = first - g.pads[0][0]
    low = min(rows, max(0, -(start // step)))
    high = max(low, min(rows, (g.input_size[0] - 1 - start) // step + 1))
    return low, high, start + low * step


def fill_padded(into: Array, planes: Array, g: Geometry, first: int, step: int = 1) -> None:
    """Write padded rows first, first + step, … of planes into ``into``.

    Parameters
    ----------
    into : (G, C, rows, left + W + right)
    planes : (G, C, H, W)
    g : Geometry
    first, step : int
        In rows of the padded input, which may end before ``into`` does: the rest is zero.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> into = np.empty((1, 1, 2, 5))
    >>> planes = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> fill_padded(into, planes, geometry((3, 3), (3, 3)), 0)
    >>> into[0, 0]
    array([[0., 0., 0., 0., 0.],
           [0., 0., 1., 2., 0.]])
    """
    left, rows, right = g.pads[1][0], into.shape[2], g.pads[1][0] + g.input_size[1]
    low, high, row = rows_inside(g, first, step, rows)
    if high > low:
        last = row + (high - 1 - low) * step
        into[:, :, low:high, left:right] = planes[:, :, row : last + 1 : step]
    zeros = g.padding_mode == "zeros"
    if zeros and low:
        into[:, :, :low] = 0
    if zeros and high < rows:
        into[:, :, high:] = 0
    if not zeros and high - low < rows:
        sources = g.sources(0)
        for beyond in (*range(low), *range(high, rows)):
            at = first + beyond * step
            values = planes[:, :, sources[at]] if at < len(sources) else 0
            into[:, :, beyond, left:right] = values
    if not zeros:
        cols = np.array(g.sources(1)) + left
        into[..., :left] = into[..., cols[:left]]
        into[..., right:] = into[..., cols[right:]]
        return
    if left:
        into[:, :, low:high, :left] = 0
    if into.shape[3] > right:
        into[:, :, low:high, right:] = 0


def rows_for(
    name: str, shape: tuple[int, int, int, int], dtype: Any, *, by_pixels: bool
) -> tuple[Array, Array]:
    """Return scratch memory for padded rows of planes, and its view (G, C, rows, width).

    Rows of a picture that lies pixel by pixel are copied fastest to memory that does, too.

    Examples
    --------
    >>> memory, padded = rows_for("doc", (2, 3, 6, 7), np.float32, by_pixels=True)
    >>> memory.shape, padded.shape
    ((6, 7, 2, 3), (2, 3, 6, 7))
    """
    if by_pixels:
        memory = scratch(name, (*shape[2:], *shape[:2]), dtype)
        return memory, memory.transpose(2, 3, 0, 1)
    memory = scratch(name, shape, dtype)
    return memory, memory


def lie_by_pixels(planes: Array) -> bool:
    """Tell whether a picture's channels lie closer together than its pixels.

    Examples
    --------
    >>> x = np.zeros((4, 5, 1, 3))
    >>> lie_by_pixels(x.transpose(2, 3, 0, 1)), lie_by_pixels(x)
    (True, False)
    """
    beside = [step for n, step in zip(planes.shape[:2], planes.strides, strict=False) if n > 1]
    return bool(beside) and min(beside) < planes.strides[3]
