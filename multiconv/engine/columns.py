"""What each column of taps of one kernel gives at every input column: small products of rows.

The rows under a column of taps are a strided view of the input, and the views for successive output
rows overlap: one BLAS product a row, (kw, kh) by (kh, W), has no copy of anything.  Padding with
zeros costs nothing either: at the sides it is what a shift leaves out (`shifts`), above and below
it is a product with kernels that are cut off.

Rows are copied, a tile at a time, where they must be padded with something else, where pixels do
not lie side by side, and where rows some 4 KiB apart would drive each other out of the L1
cache: at 1024² from 9 rows of taps on, where a copy takes 0.9 of the time, 0.8 at 11 × 11 and
15 × 15.

Everything but the input is laid out beforehand: a call for the geometry of the call before is left
with a few microseconds of Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from multiconv.engine.checks import Array
from multiconv.engine.geometry import Geometry
from multiconv.engine.scratch import scratch
from multiconv.engine.taps import Taps, cut_off
from multiconv.engine.tiles import collide, fill_padded, has_bare_sides, odd_lines

Write = Callable[[Array], None]

_CHUNK = 4096  # Columns a product: its input rows stay in the L1 cache for the next product.


def stays_in_place(planes: Array, g: Geometry) -> bool:
    """Tell whether the rows of planes, (G, 1, H, W), are best read from where they are."""
    apart = g.input_size[1] * g.dilations[0] * planes.itemsize
    lies_well = planes.flags.c_contiguous and not collide(g.kernel_size[0], apart)
    return lies_well and has_bare_sides(g)


def products_copied(taps: Taps, g: Geometry, start: int, top: int, sums: Array) -> Write:
    """Return what writes the products of one tile, from a padded copy of the rows.

    Parameters
    ----------
    taps : Taps
    g : Geometry
    start, top : int
        The first group and output row.
    sums : (groups, rows, kw, left + W + right), or W columns if the sides are bare
        Where the products will be written.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> from multiconv.engine.taps import taps_for
    >>> g = geometry((2, 3), (2, 2), padding=((0, 0), (0, 1)), padding_mode="replicate")
    >>> sums, taps = np.empty((1, 1, 2, 4)), taps_for(g, 1, float)
    >>> write = products_copied(taps, g, 0, 0, sums)
    >>> taps.load(np.arange(4.0).reshape(1, 2, 2))
    >>> write(np.arange(6.0).reshape(1, 1, 2, 3))
    >>> sums[0, 0]
    array([[ 6.,  8., 10., 10.],
           [ 9., 13., 17., 17.]])
    """
    groups, count, _, wide = sums.shape
    some, dtype = slice(start, start + groups), sums.dtype
    if wide == g.input_size[1]:
        g = replace(g, pads=(g.pads[0], (0, 0)))
    rows = (count - 1) * g.strides[0] + (g.kernel_size[0] - 1) * g.dilations[0] + 1
    pitch = odd_lines(wide)
    memory = scratch("padded", (groups, 1, rows, pitch), dtype)
    apart, _, down, item = memory.strides
    strides = apart, down * g.strides[0], down * g.dilations[0], item
    views = [
        (columns, np.ndarray(shape, dtype, memory, offset, strides), target)
        for columns, shape, offset, target in _parts(taps.columns[some], 0, sums)
    ]
    padded = memory[..., :wide]

    def write(planes: Array) -> None:
        fill_padded(padded, planes[some], g, top * g.strides[0])
        for columns, windows, target in views:
            np.matmul(columns, windows, out=target)

    return write


def products_in_place(taps: Taps, g: Geometry, start: int, top: int, sums: Array) -> Write:
    """Return what writes the products of one tile, from the rows where they are.

    Parameters
    ----------
    taps : Taps
    g : Geometry
        With padding of zeros.
    start, top : int
        The first group and output row.
    sums : (groups, rows, kw, W)
        Where the products will be written.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> from multiconv.engine.taps import taps_for
    >>> g = geometry((2, 3), (2, 2), padding=((1, 0), (0, 0)))
    >>> sums, taps = np.empty((1, 2, 2, 3)), taps_for(g, 1, float)
    >>> write = products_in_place(taps, g, 0, 0, sums)
    >>> taps.load(np.arange(4.0).reshape(1, 2, 2))
    >>> write(np.arange(6.0).reshape(1, 1, 2, 3))
    >>> sums[0, 0]
    array([[0., 2., 4.],
           [0., 3., 6.]])
    """
    step, gap, (height, wide) = g.strides[0], g.dilations[0], g.input_size
    reach = (g.kernel_size[0] - 1) * gap
    (groups, count), dtype = sums.shape[:2], sums.dtype
    some, first = slice(start, start + groups), top * step - g.pads[0][0]
    # Output rows whose windows lie on the input, then those that reach over it.
    low = min(count, max(0, -(first // step)))
    high = max(low, min(count, (height - 1 - reach - first) // step + 1))
    pitch = wide * dtype.itemsize
    strides = height * pitch, pitch * step, pitch * gap, dtype.itemsize
    begin = (start * height + first + low * step) * pitch
    inside = list(_parts(taps.columns[some], begin, sums[:, low:high])) if low < high else []
    edges, outside = [], []
    for one, end in ((0, low), (high, count)):
        above, below = first + one * step, first + (end - 1) * step
        from_row, to_row = max(0, above), min(height, below + reach + 1)
        if one < end and from_row < to_row:
            cut = cut_off(taps.spread[some], g, from_row - above, end - one, to_row - from_row)
            seen = some, slice(None), slice(from_row, to_row)
            edges.append((cut, seen, sums[:, one:end]))
        elif one < end:
            outside.append(sums[:, one:end])

    def write(planes: Array) -> None:
        for columns, shape, offset, target in inside:
            np.matmul(columns, np.ndarray(shape, dtype, planes, offset, strides), out=target)
        for cut, seen, target in edges:
            np.matmul(cut, planes[seen], out=target)
        for target in outside:
            target.fill(0)

    return write


def _parts(
    columns: Array, begin: int, sums: Array
) -> Iterator[tuple[Array, tuple[int, ...], int, Array]]:
    """Yield products' kernels, their windows' shape and first byte, and their target.

    The first window of all begins ``begin`` bytes into the memory.
    """
    groups, count, _, wide = sums.shape
    for left in range(0, wide, _CHUNK):
        target = sums[..., left : left + _CHUNK]
        shape = groups, count, columns.shape[2], target.shape[3]
        yield columns[:, np.newaxis], shape, begin + left * sums.itemsize, target
