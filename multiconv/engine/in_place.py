"""Rows unfolded from where the input lies, though they are padded with zeros.

Planes that lie one row after another need no padded copy first, with which three partials of 3 × 3
take 1.1 to 1.2 times as long.  Where there is room, without a stride, every tap's copy is the same
whole row, further left by a dilation than the one before: what does not belong to it falls between
the copies, and what it leaves out are the zeros beside the input.  Else each tap's part of a row is
copied by itself.  Neither writes to those zeros.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.lib.stride_tricks import as_strided

from multiconv.engine.checks import Array
from multiconv.engine.geometry import Geometry
from multiconv.engine.tiles import rows_inside
from multiconv.engine.unfold import Unfold, as_values


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
    """

    group: int
    row: int
    down: int
    left: int
    strides: tuple[int, ...]


def room_for(g: Geometry) -> int:
    """Return for how many numbers more than an output row's there must be room to copy taps alike.

    With a stride they are not.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> room_for(geometry((9, 9), (3, 3), dilations=2))
    4
    """
    return (g.kernel_size[1] - 1) * g.dilations[1] if g.strides[1] == 1 else 0


def unfold_in_place(
    into: Array, width: int, g: Geometry, at: Place, zeros: Iterable[Array] = ()
) -> Unfold:
    """Return what unfolds rows of planes padded with zeros, given them and their memory.

    Parameters
    ----------
    into : (G, rows, C, kw, W′ or more)
        With room as `room_for` says and no stride, every tap is copied alike.
    width : int
        W′.
    g : Geometry
    at : Place
    zeros : iterable of arrays
        Parts to be set to zero each time: those `beside` the input, unless they stay zero.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> into, planes = np.zeros((1, 2, 1, 3, 4)), np.arange(1.0, 5).reshape(1, 1, 2, 2)
    >>> at = Place(0, 0, 1, 0, planes.strides)
    >>> unfold_in_place(into, 2, geometry((2, 2), (3, 3)), at)(planes, planes)
    >>> into[0, :, 0, :, :2]
    array([[[0., 0.],
            [0., 0.],
            [0., 0.]],
    <BLANKLINE>
           [[0., 1.],
            [1., 2.],
            [2., 0.]]])
    """
    low, high, row = rows_inside(g, at.row, at.down, into.shape[1])
    s0, s1, s2, s3 = at.strides
    begin, down = at.group * s0 + row * s2, (s0, s2 * at.down, s1)
    copies: list[tuple[Array, int, tuple[int, ...]]] = []
    for part, first, apart in _copies(into[:, low:high], width, g, at.left):
        if part.size and g.strides[1] == 1:
            copies.append((as_values(part), begin + first * s3, (*down, apart * s3)))
        elif part.size:
            copies.append((part, begin + first * s3, (*down, apart * s3, g.strides[1] * s3)))
    empty = [part for part in (into[:, :low], into[:, high:], *zeros) if part.size]

    def unfold(_: Array, memory: Array) -> None:
        for part, start, steps in copies:
            np.copyto(part, np.ndarray(part.shape, part.dtype, memory, start, steps))
        for part in empty:
            part.fill(0)

    return unfold


def _copies(into: Array, width: int, g: Geometry, left: int) -> Iterator[tuple[Array, int, int]]:
    """Yield parts, (G, rows, C, taps, n), the input column of their first tap, and the next's step.

    The first output column is ``left``.
    """
    kw, gap, stride, wide = g.kernel_size[1], g.dilations[1], g.strides[1], g.input_size[1]
    column = left * stride - g.pads[1][0]
    if stride == 1 and into.shape[-1] >= width + room_for(g):
        first, end = max(0, column), min(wide, column + width + room_for(g))
        shape, (*down, apart, item) = (*into.shape[:-1], max(0, end - first)), into.strides
        sheared = *down, apart - gap * item, item
        yield as_strided(into[..., first - column :], shape, sheared), first, 0
        return
    inside = [_inside(g, left, width, tap) for tap in range(kw)]
    for (before, beyond), alike in groupby(range(kw), inside.__getitem__):
        first, *others = alike
        part = into[..., first : first + len(others) + 1, before:beyond]
        yield part, column + first * gap + before * stride, gap


def beside(into: Array, width: int, g: Geometry, left: int) -> list[Array]:
    """Return the parts of unfolded rows, (..., kw, W′ or more), that stand beside the input.

    They must be zero; `unfold_in_place` leaves them as they are.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> into = np.ones((3, 4))
    >>> for part in beside(into, 3, geometry((3, 3), (3, 3)), 0):
    ...     part.fill(0)
    >>> into
    array([[0., 1., 1., 1.],
           [1., 1., 1., 1.],
           [1., 1., 0., 1.]])
    """
    parts = []
    for tap in range(into.shape[-2]):
        before, beyond = _inside(g, left, width, tap)
        parts += [into[..., tap, :before], into[..., tap, beyond:width]]
    return [part for part in parts if part.size]


def _inside(g: Geometry, left: int, width: int, tap: int) -> tuple[int, int]:
    """Return from and to which of so many output columns a tap stands on the input."""
    stride, wide = g.strides[1], g.input_size[1]
    first = left * stride - g.pads[1][0] + tap * g.dilations[1]
    before = min(width, max(0, -(first // stride)))
    return before, max(before, min(width, (wide - 1 - first) // stride + 1))
