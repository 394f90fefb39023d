"""What each column of taps of one kernel gives at every input column: small products of rows.

The rows under a column of taps are a strided view of the input, and the views for successive output
rows overlap: one BLAS product a row, (kw, kh) by (kh, W), has no copy of anything.  Padding with
zeros costs nothing either: at the sides it is what a shift leaves out (`shifts`), above and below
it is a product with kernels that are cut off.

Rows are copied, a tile at a time, where they must be padded with something else, where pixels do
not lie side by side, and where rows that lie 4 KiB apart would drive each other out of the L1
cache: at 1024² from 9 rows of taps on, where a copy takes 0.85 of the time at 11 × 11, 0.8 at
15 × 15.  With a copy a second one, a tap further on, lets a product take two columns of taps
together, for half the planes: 0.95 of the time at 15 taps across, level at 11.
"""

from __future__ import annotations

from math import gcd

import numpy as np

from multiconv.engine.geometry import Geometry
from multiconv.engine.tensors import Array
from multiconv.engine.tiles import fill_padded
from multiconv.engine.workspace import scratch

_CHUNK = 4096  # Columns a product: its input rows stay in the L1 cache for the next product.
_WAY, _WAYS = 4096, 8  # Bytes: addresses so far apart share a set of the L1, which holds 8 lines.
_MANY = 13  # Taps across from which two columns a product are worth the second copy.
LINE = 16
"""Numbers: memory that begins where a cache line does is read and written in whole lines."""


def stays_in_place(planes: Array, g: Geometry) -> bool:
    """Tell whether the rows of planes, (G, 1, H, W), are best read from where they are."""
    zeros = g.padding_mode == "zeros" or not any(map(any, g.pads))
    apart = gcd(g.input_size[1] * g.dilations[0] * planes.itemsize, _WAY)
    return zeros and planes.flags.c_contiguous and g.kernel_size[0] * apart <= _WAY * _WAYS


def taps_together(g: Geometry, in_place: bool) -> int:
    """Return how many taps of a row one product takes, 1 or 2."""
    return 1 if in_place or g.kernel_size[1] < _MANY or g.dilations[0] > 1 else 2


def columns_of(kernels: Array, together: int) -> Array:
    """Return kernels, (G, kh, kw), as what products multiply by, (G, kw / n, kh · n), n together.

    Examples
    --------
    >>> columns_of(np.arange(1.0, 7).reshape(1, 2, 3), 2)
    array([[[1., 2., 4., 5.],
            [3., 0., 6., 0.]]])
    """
    groups, kh, kw = kernels.shape
    if together == 1:
        return np.ascontiguousarray(kernels.transpose(0, 2, 1))
    if kw % together:
        kernels = np.concatenate([kernels, np.zeros((groups, kh, 1), kernels.dtype)], axis=2)
    split = kernels.reshape(groups, kh, -1, together).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(split).reshape(groups, -1, kh * together)


def multiply_copied(planes: Array, top: int, columns: Array, g: Geometry, sums: Array) -> None:
    """Write what each column of taps gives, from a padded copy of the rows.

    Parameters
    ----------
    planes : (G, 1, H, W)
    top : int
        The first output row.
    columns : (G, kw / n, kh · n)
        As from `columns_of`.
    g : Geometry
    sums : (G, rows, kw / n, left + W + right)
        Written in place.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> sums, planes = np.empty((1, 1, 2, 4)), np.arange(6.0).reshape(1, 1, 2, 3)
    >>> g = geometry((2, 3), (2, 2), padding=((0, 0), (0, 1)), padding_mode="replicate")
    >>> multiply_copied(planes, 0, np.arange(4.0).reshape(1, 2, 2), g, sums)
    >>> sums[0, 0]
    array([[ 3.,  4.,  5.,  5.],
           [ 9., 14., 19., 19.]])
    """
    count, wide, gap = sums.shape[1], sums.shape[3], g.dilations[1]
    together = columns.shape[2] // g.kernel_size[0]
    rows = (count - 1) * g.strides[0] + (g.kernel_size[0] - 1) * g.dilations[0] + 1
    # An odd number of lines a row: rows above each other lie in different sets of the L1.
    pitch = (-(-wide // LINE) | 1) * LINE
    memory = scratch("padded", (len(planes), 1, rows, together, pitch), planes.dtype)
    fill_padded(memory[..., 0, :wide], planes, g, top * g.strides[0])
    if together == 2:
        memory[..., 1, : wide - gap] = memory[..., 0, gap:wide]
        memory[..., 1, wide - gap : wide] = 0
    _multiply(memory[:, 0], 0, columns, g, sums)


def multiply_in_place(planes: Array, top: int, columns: Array, g: Geometry, sums: Array) -> None:
    """Write what each column of taps gives, from the rows where they are, padded with zeros.

    Parameters
    ----------
    planes : (G, 1, H, W)
        Contiguous.
    top : int
        The first output row.
    columns : (G, kw, kh)
        As from `columns_of`.
    g : Geometry
    sums : (G, rows, kw, W)
        Written in place.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> sums, planes = np.empty((1, 2, 2, 3)), np.arange(6.0).reshape(1, 1, 2, 3)
    >>> g = geometry((2, 3), (2, 2), padding=((1, 0), (0, 0)))
    >>> multiply_in_place(planes, 0, np.arange(4.0).reshape(1, 2, 2), g, sums)
    >>> sums[0, 0]
    array([[0., 1., 2.],
           [0., 3., 6.]])
    """
    step, reach, height = g.strides[0], (g.kernel_size[0] - 1) * g.dilations[0], planes.shape[2]
    count, first = sums.shape[1], top * step - g.pads[0][0]
    # Output rows whose windows lie on the input, then those that reach over it.
    low = min(count, max(0, -(first // step)))
    high = max(low, min(count, (height - 1 - reach - first) // step + 1))
    if high > low:
        seen = planes.transpose(0, 2, 1, 3)
        _multiply(seen, first + low * step, columns, g, sums[:, low:high])
    for begin, end in ((0, low), (high, count)):
        if begin == end:
            continue
        above, below = first + begin * step, first + (end - 1) * step
        from_row, to_row = max(0, above), min(height, below + reach + 1)
        if from_row < to_row:
            cut = _cut_off(columns, g, from_row - above, below - above, to_row - from_row)
            np.matmul(cut, planes[:, :, from_row:to_row], out=sums[:, begin:end])
        else:
            sums[:, begin:end] = 0


def _multiply(seen: Array, first: int, columns: Array, g: Geometry, sums: Array) -> None:
    """Write products of input rows, (G, rows, n, W), the first window's being row ``first``."""
    (groups, count, _, wide), (apart, down, beside, across) = sums.shape, seen.strides
    tap = beside if seen.shape[2] == 2 else down * g.dilations[0]
    strides = apart, down * g.strides[0], tap, across
    for left in range(0, wide, _CHUNK):
        some = sums[..., left : left + _CHUNK]
        shape = groups, count, columns.shape[2], some.shape[3]
        windows = np.ndarray(shape, some.dtype, seen, first * down + left * across, strides)
        np.matmul(columns[:, np.newaxis], windows, out=some)


def _cut_off(columns: Array, g: Geometry, skipped: int, further: int, rows: int) -> Array:
    """Return (G, windows, kw, rows): the taps of several windows on the same rows of the input.

    The first window begins ``skipped`` rows above the first of them, the last one ``further``
    below the first window: each is the kernel between zeros, seen from another place.
    """
    groups, kw, kh = columns.shape
    gap, step, item = g.dilations[0], g.strides[0], columns.itemsize
    side = further + max((kh - 1) * gap + 1, skipped + rows)
    between = np.zeros((groups, kw, side), columns.dtype)
    between[..., further : further + (kh - 1) * gap + 1 : gap] = columns
    apart, down, across = between.strides
    shape, strides = (groups, further // step + 1, kw, rows), (apart, -step * item, down, across)
    return np.ndarray(shape, columns.dtype, between, (further + skipped) * item, strides)
