"""Whether numbers are finite, and which rows of an output tell it of the input.

A product with NaN or infinity is one of them itself, under a weight of zero as well, and so is
every sum that holds one.  A third of the output rows of a 3 × 3 kernel, of one output channel a
group, thus shows whether any number of the input is not finite, and they are near when the products
are done: 0.94 to 0.98 of the time of three partials whose input was looked at before, from 256² to
512².

Where an output would not tell, or no faster, its input is looked at a tile at a time, as it is
read: that brings rows near at the memory's speed, for which the products would wait.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Geometry
from multiconv.errors import InvalidValue

_FEW = 2**15  # Numbers up to which a look at each is ahead of their sum, and ones are kept.


def adds_up(values: NDArray[Any]) -> bool:
    """Tell whether the sum of values is finite, as it is not where one of them is NaN or infinity.

    It takes one pass through memory, half the time of a look at each.  Finite numbers can add up
    to infinity as well: `refuse_non_finite` decides.

    Examples
    --------
    >>> adds_up(np.ones(3)), adds_up(np.array([1.0, np.nan])), adds_up(np.array([1e308, 1e308]))
    (True, False, False)
    """
    return math.isfinite(np.einsum(values, range(values.ndim), ()))


def refuse_non_finite(values: NDArray[Any], name: str) -> None:
    """Raise InvalidValue where values hold NaN or infinity.

    Examples
    --------
    >>> refuse_non_finite(np.array([1.0, np.nan]), "bias")
    Traceback (most recent call last):
    multiconv.errors.InvalidValue: bias holds 1 number that is not finite. \
Replace NaN and infinity first.
    """
    if values.size > _FEW and adds_up(values):
        return
    count = int(values.size - np.count_nonzero(np.isfinite(values)))
    if not count:
        return
    raise InvalidValue(
        f"{name} holds {count} number{'s that are' if count > 1 else ' that is'} not finite.",
        "Replace NaN and infinity first.",
        field=name,
    )


@lru_cache(4)
def _ones(count: int, dtype: Any) -> NDArray[Any]:
    return np.ones(count, dtype)


class Look:
    """Refuses x where rows of it, or output rows of one channel, show that it is not finite.

    Parameters
    ----------
    x : array

    Examples
    --------
    >>> look = Look(np.array([1.0, np.inf]))
    >>> look(np.ones(3))
    >>> look(np.array([1.0, np.nan]))
    Traceback (most recent call last):
    multiconv.errors.InvalidValue: x holds 1 number that is not finite. \
Replace NaN and infinity first.
    """

    def __init__(self, x: NDArray[Any]) -> None:
        self._unseen: NDArray[Any] | None = x

    def __call__(self, rows: NDArray[Any]) -> None:
        """Look at rows, and at x if they may show what is not finite.

        BLAS adds several rows at once, which takes 0.97 to 0.99 of the time of three partials.
        Where an overflow raises, numbers that add up to infinity may raise here, too.
        """
        if self._unseen is None:
            return
        if rows.strides[-1] == rows.itemsize and rows.shape[-1] <= _FEW:
            sums = np.matmul(rows, _ones(rows.shape[-1], rows.dtype))
            finite = math.isfinite(np.add.reduce(sums, axis=None))
        else:
            finite = adds_up(rows)
        if not finite:
            refuse_non_finite(self._unseen, "x")
            self._unseen = None  # Numbers so large need no further look.


def reads_all(g: Geometry) -> bool:
    """Tell whether every number of the input surely lies under some tap.

    Only then do `telling_rows` tell of all of them.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> [reads_all(geometry((9, 9), (3, 3), strides=stride)) for stride in (2, 3, 4)]
    [True, True, False]
    """
    return _reads_all(g, 0) and _reads_all(g, 1)


def _reads_all(g: Geometry, axis: int) -> bool:
    """Tell whether every row (axis 0) or column (1) of the input surely lies under some tap."""
    stride, taps, count = g.strides[axis], g.kernel_size[axis], g.output_size[axis]
    if g.dilations[axis] > 1:  # Every so many rows together, from each of a dilation's first ones.
        return stride == 1 and count >= g.dilations[axis]
    return stride <= taps and (count - 1) * stride + taps >= g.pads[axis][0] + g.input_size[axis]


def telling_rows(g: Geometry, rows: range) -> slice:
    """Return which of some output rows look at each input row that they read.

    The rows before them look at those that end with the row before.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> g = geometry((9, 9), (3, 3))
    >>> telling_rows(g, range(9)), telling_rows(g, range(5)), telling_rows(g, range(5, 9))
    (slice(0, 9, 2), slice(1, 5, 3), slice(5, 9, 3))
    """
    if g.dilations[0] > 1:
        return slice(rows.start, rows.stop, rows.step)
    stride, last = g.strides[0], rows.stop - 1
    # A step further and the next window would begin after this one's end.
    step = max(1, g.kernel_size[0] // stride)
    while rows.start == 0 and last % step * stride > g.pads[0][0]:
        step -= 1
    return slice(rows.start + (last - rows.start) % step, rows.stop, step)


def read_before(g: Geometry, row: int) -> int:
    """Return how many input rows the output rows before ``row`` read, all if it is the last.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> [read_before(geometry((7, 7), (3, 3), strides=2), row) for row in range(5)]
    [0, 2, 4, 6, 7]
    """
    if row >= g.output_size[0]:
        return g.input_size[0]
    further = (row - 1) * g.strides[0] + (g.kernel_size[0] - 1) * g.dilations[0] + 1
    return max(0, further - g.pads[0][0]) if row else 0


def shown(
    g: Geometry, groups: slice, rows: range, *, before: bool
) -> tuple[bool, tuple[slice, slice, slice | int]]:
    """Return which rows a `Look` is shown at a tile of some output rows.

    Parameters
    ----------
    g : Geometry
    groups : slice
    rows : range
        A step of more than one is a dilation's: the first phase then shows the input of all.
    before : bool
        Whether the input is wanted though the output would tell.

    Returns
    -------
    of_input : bool
        Whether it is the input, (G, C, H, W), before it is read, or the output, (G, H′, K, W′).
    index

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> g = geometry((9, 9), (3, 3))
    >>> shown(g, slice(0, 1), range(5, 9), before=False)
    (False, (slice(0, 1, None), slice(5, 9, 3), 0))
    >>> shown(g, slice(0, 1), range(5, 9), before=True)
    (True, (slice(0, 1, None), slice(None, None, None), slice(6, 9, None)))
    """
    if before or not reads_all(g):
        later = rows.start % rows.step > 0
        lines = slice(0) if later else slice(*(read_before(g, i) for i in (rows.start, rows.stop)))
        return True, (groups, slice(None), lines)
    return False, (groups, telling_rows(g, rows), 0)
