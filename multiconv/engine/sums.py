"""Planes added up, in the same order wherever a number stands.

A row of ones times the planes sums many of them in one pass: 0.9 of the time of adding four one by
one, 0.75 for seven, 0.6 for eleven and more.  How BLAS orders a sum depends on how much it is given
at once; cut into blocks, the same planes have the same sum to the last bit wherever a tile ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from multiconv.engine.checks import Array

_FEW = 3  # Planes up to which they are added one by one.
_AT_ONCE = 2**14  # Numbers: OpenBLAS 0.3.31 sums more in another order, and takes a fifth longer.
BLOCK = 64
"""Numbers that BLAS sums in the same order wherever they stand: what is left after whole blocks is
summed in another one.
"""


def sum_of(planes: Array) -> Callable[[Array], None]:
    """Return what writes the sum of planes, (P, n), into memory, (n,).

    Parameters
    ----------
    planes : (P, n)
        Read when it is called; n is at least `BLOCK`, or up to three planes are summed.

    Examples
    --------
    >>> total = np.empty(70)
    >>> sum_of(np.arange(5.0)[:, np.newaxis].repeat(70, axis=1))(total)
    >>> total.min(), total.max()
    (np.float64(10.0), np.float64(10.0))
    """
    count, length = planes.shape
    if 1 < count <= _FEW:
        first, second, *others = planes

        def add_few(total: Array) -> None:
            np.add(first, second, out=total)
            for other in others:
                np.add(total, other, out=total)

        return add_few
    ones, parts = np.ones((1, count), planes.dtype), []
    for begin, end, times in _blocks(length):
        apart, item = planes.strides
        shape, strides = (times, count, end - begin), ((end - begin) * item, apart, item)
        seen = np.lib.stride_tricks.as_strided(planes[:, begin:], shape, strides)
        where = slice(begin, begin + times * (end - begin))
        parts.append((seen, where, (times, 1, end - begin)))

    def add_many(total: Array) -> None:
        for seen, where, shape in parts:
            np.matmul(ones, seen, out=total[where].reshape(shape))

    return add_many


def _blocks(length: int) -> Iterator[tuple[int, int, int]]:
    """Yield where products of whole blocks begin and end, and how many alike follow each other.

    The last block of a length that is no whole number of them is computed once more.

    Examples
    --------
    >>> list(_blocks(2 * _AT_ONCE + 2 * BLOCK + 1))
    [(0, 16384, 2), (32768, 32896, 1), (32833, 32897, 1)]
    """
    times, rest = divmod(length, _AT_ONCE)
    if times:
        yield 0, _AT_ONCE, times
    if rest >= BLOCK:
        yield times * _AT_ONCE, length - rest % BLOCK, 1
    if rest % BLOCK:
        yield length - BLOCK, length, 1
