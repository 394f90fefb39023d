"""Input rows copied once for each tap, shifted sideways: what a matrix of kernels multiplies.

Planes that lie one row after another are unfolded from where they are, even where they are padded
with zeros: one strided view takes every tap of every row at once, and where a tap runs over the end
of a row, what it found in the next one is set to zero.  With a padded copy before it three partials
of 3 × 3 take 1.1 to 1.2 times as long.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from multiconv.engine.geometry import Geometry
from multiconv.engine.tensors import Array
from multiconv.engine.tiles import rows_inside

Unfold = Callable[[Array, Array], None]


class Lies(NamedTuple):
    """How planes, (G, C, H, W), lie in memory.

    Attributes
    ----------
    strides : tuple of int
        In bytes.
    size : int
        Of their memory, in bytes.
    by_pixels, in_place : bool
        Whether pixels lie side by side, and whether rows are unfolded from where they are.
    """

    strides: tuple[int, ...]
    size: int
    by_pixels: bool
    in_place: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of the padded input is unfolded, and how the input lies in memory.

    Attributes
    ----------
    group : int
        The first.
    row, down : int
        The first padded row, and the step to the next.
    left : int
        The first output column.
    strides : tuple of int
        Of planes, (G, C, H, W), in bytes.
    size : int
        Of their memory, in bytes.
    """

    group: int
    row: int
    down: int
    left: int
    strides: tuple[int, ...]
    size: int


def unfold_copied(into: Array, padded: Array, memory: Array, g: Geometry, left: int) -> Unfold:
    """Return what unfolds padded rows, wherever the input lies.

    Parameters
    ----------
    into : (G, rows, C, kw, W′)
    padded : (G, C, rows, left + W + right) view of memory
    memory : contiguous
    g : Geometry
    left : int
        The first output column.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> into, padded = np.empty((1, 1, 1, 2, 3)), np.arange(4.0).reshape(1, 1, 1, 4)
    >>> unfold_copied(into, padded, padded, geometry((1, 4), (1, 2), padding=0), 0)(padded, padded)
    >>> into[0, 0, 0]
    array([[0., 1., 2.],
           [1., 2., 3.]])
    """
    s0, s1, s2, s3 = padded.strides
    strides = s0, s2, s1, s3 * g.dilations[1], s3 * g.strides[1]
    seen = np.ndarray(into.shape, into.dtype, memory, left * strides[-1], strides)
    if strides[-1] == into.itemsize:
        into, seen = _lines(into), _lines(seen)
    return lambda *_: np.copyto(into, seen)


def unfold_in_place(into: Array, g: Geometry, at: Place, line: Array) -> Unfold:
    """Return what unfolds rows of planes padded with zeros, given them and their memory.

    Parameters
    ----------
    into : (G, rows, C, kw, W′)
    g : Geometry
    at : Place
    line : (G, C, left + W + right)
        Where single rows are padded; zeros.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> into, planes = np.empty((1, 2, 1, 3, 2)), np.arange(1.0, 5).reshape(1, 1, 2, 2)
    >>> at = Place(0, 0, 1, 0, planes.strides, planes.nbytes)
    >>> unfold_in_place(into, geometry((2, 2), (3, 3)), at, np.zeros((1, 1, 4)))(planes, planes)
    >>> into[0, :, 0]
    array([[[0., 0.],
            [0., 0.],
            [0., 0.]],
    <BLANKLINE>
           [[0., 1.],
            [1., 2.],
            [2., 0.]]])
    """
    groups, rows, _, kw, width = into.shape
    low, high, row = rows_inside(g, at.row, at.down, rows)
    gap, stride, wide = g.dilations[1], g.strides[1], g.input_size[1]
    column, item, dtype = at.left * stride - g.pads[1][0], into.itemsize, into.dtype
    zeros = [into[:, :low], into[:, high:]]
    for tap in range(kw):
        first = column + tap * gap
        before = min(width, max(0, -(first // stride)))
        beyond = max(before, min(width, (wide - 1 - first) // stride + 1))
        zeros += [into[:, low:high, :, tap, :before], into[:, low:high, :, tap, beyond:]]
    zeros = [part for part in zeros if part.size]

    s0, s1, s2, s3 = at.strides
    steps: tuple[int, ...] = (s0, s2 * at.down, s1, s3 * gap, s3 * stride)
    begin = at.group * s0 + row * s2 + column * s3
    end = begin + item + sum((n - 1) * s for n, s in zip(into.shape, steps, strict=True))
    end -= (rows - (high - low)) * steps[1]
    # Rows of which a tap would reach out of the memory are padded first.
    early = min(high - low, max(0, -(begin // steps[1])))
    late = min(high - low - early, max(0, -((at.size - end) // steps[1])))
    inner = into[:, low + early : high - late]
    begin += early * steps[1]
    if stride == 1:
        inner, steps = _lines(inner), steps[:-1]
    some = slice(at.group, at.group + groups)
    middle = line[..., g.pads[1][0] : g.pads[1][0] + wide]
    apart = *line.strides[:2], gap * item, stride * item
    seen = np.ndarray(into[:, 0].shape, dtype, line, at.left * stride * item, apart)
    alone = [
        ((some, slice(None), row + (number - low) * at.down), into[:, number])
        for number in (*range(low, low + early), *range(high - late, high))
    ]

    def unfold(planes: Array, memory: Array) -> None:
        if inner.size:
            np.copyto(inner, np.ndarray(inner.shape, inner.dtype, memory, begin, steps))
        for index, target in alone:
            np.copyto(middle, planes[index])
            np.copyto(target, seen)
        for part in zeros:
            part.fill(0)

    return unfold


def _lines(rows: Array) -> Array:
    """Return rows as one value each: 0.97 of the time of three partials of 3 × 3.

    NumPy copies values of such sizes by memcpy, and takes a few nanoseconds less for each.
    """
    return rows.view(np.dtype((np.void, rows.shape[-1] * rows.itemsize)))[..., 0]
