"""One channel in, one out: what each column of taps gives, on planes that are shifted and added.

A column of taps needs no copy of the input: the rows under it are a strided view, and the views
for successive output rows overlap.  One small BLAS product a row, (kw, kh) by (kh, W), gives what
each of the kw columns adds, on a plane of its own.  Those planes add up as flat memory, each from
where its column stands in the window: NumPy adds flat memory three times as fast as rows that do
not touch.  Seen from there they are also the rows of one matrix, a plane and a dilation apart: a
row of ones times that matrix sums many planes in one pass.  What a shift would carry from the end
of one row into the next is set to zero before.

Padding with zeros costs nothing: at the sides it is what a shift leaves out, above and below it is
a product with kernels that are cut off.  Other paddings, pixels that do not lie side by side, and
rows that would drive each other out of the L1 cache are copied a tile at a time.  Sums that a
stride steps over are left out at the end.  Beside unfolding each row once a tap (`rows`), this took
0.7 to 0.9 of the time from 3 × 3 to 15 × 15; several channels out share one unfolding there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from math import gcd

import numpy as np

from multiconv.engine.geometry import Geometry, Pair
from multiconv.engine.tensors import Array
from multiconv.engine.tiles import fill_padded
from multiconv.engine.workspace import kept, scratch

_TILE_BYTES = 2**22  # Of column planes: smaller tiles cost more calls than they save memory.
_CHUNK = 4096  # Columns a product: its input rows stay in the L1 cache for the next product.
_LINE = 16  # Numbers: planes begin where a cache line does, for the product to write them.
_WAY, _WAYS = 4096, 8  # Bytes: addresses so far apart share a set of the L1, of so many lines.
_FEW = 3  # Planes up to which adding them one by one is faster than one product.


@dataclass(frozen=True, slots=True)
class _Planes:
    """Working memory of tiles of one size.

    Attributes
    ----------
    sums : (G, rows, kw, W)
        Where a product writes, one plane a column of taps.
    carried : tuple of (G, rows, columns) views
        What a shift would take from the end of one row into the next.
    shifted : (kw, G · rows · pitch)
        Each plane from where its column stands in the window, without those that stand on zeros
        wherever the window is.
    ones : (1, kw)
    """

    sums: Array
    carried: tuple[Array, ...]
    shifted: Array
    ones: Array


def write_shifts(planes: Array, filters: Array, g: Geometry, out: Array) -> None:
    """Write each group's one input channel under its one kernel, for one picture.

    Parameters
    ----------
    planes : (G, 1, H, W)
    filters : (G, kh, kw, 1, 1)
    g : Geometry
    out : (G, H′, 1, W′)
        Written in place; contiguous.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> out = np.empty((1, 2, 1, 2))
    >>> planes, g = np.arange(9.0).reshape(1, 1, 3, 3), geometry((3, 3), (2, 2), padding=0)
    >>> write_shifts(planes, np.arange(4.0).reshape(1, 2, 2, 1, 1), g, out)
    >>> out.reshape(2, 2)
    array([[19., 25.],
           [37., 43.]])
    """
    (height, width), stride, kw = g.output_size, g.strides[1], g.kernel_size[1]
    zeros = g.padding_mode == "zeros" or not any(map(any, g.pads))
    copied = not (zeros and planes.flags.c_contiguous) or _collide(g, out.itemsize)
    # Zeros at the sides need not be there.
    bare = replace(g, pads=(g.pads[0], (0, 0))) if copied and zeros else g
    wide = g.input_size[1] + (0 if zeros else sum(g.pads[1]))
    pitch = max(wide, (width - 1) * stride + 1)
    rows_at_once = max(1, _TILE_BYTES // (kw * pitch * out.itemsize))
    tile = -(-height // -(-height // rows_at_once))  # all alike, or nearly
    together = max(1, min(len(planes), rows_at_once // height))
    size, left = (together, tile), g.pads[1][0] if zeros else 0
    key = g, size, wide, left, out.dtype
    laid = kept("shifts", key, lambda: _laid_out(size, pitch, wide, left, g, out))
    columns = np.ascontiguousarray(filters[..., 0, 0].transpose(0, 2, 1))
    for start, top in product(range(0, len(planes), together), range(0, height, tile)):
        some = slice(start, start + together)
        target = out[some, top : top + tile, 0]
        sums = laid.sums[: len(target), : target.shape[1]]
        if copied:
            _multiply(_padded(planes[some], bare, top, len(sums[0])), 0, columns[some], g, sums)
        else:
            _multiply_where_it_is(planes[some, 0], top, columns[some], g, sums)
        _add(laid, target, pitch, stride)


def _collide(g: Geometry, itemsize: int) -> bool:
    """Tell whether the rows of a window share so few sets of the L1 that they do not stay there."""
    return g.kernel_size[0] * gcd(g.input_size[1] * g.dilations[0] * itemsize, _WAY) > _WAY * _WAYS


def _laid_out(
    size: Pair, pitch: int, wide: int, left: int, g: Geometry, out: Array
) -> _Planes:
    """Return working memory for ``size`` groups and rows; ``left`` is padding that is not there."""
    (groups, count), kw, gap, item = size, g.kernel_size[1], g.dilations[1], out.itemsize
    length, reach = groups * count * pitch, (g.output_size[1] - 1) * g.strides[1]
    shifts = [dj * gap - left for dj in range(kw)]
    # A column of taps may stand on zeros wherever the window is.
    used = [dj for dj, shift in enumerate(shifts) if -reach <= shift < wide]
    # Plane after plane, zeros between them: nothing is carried over from before the first row.
    guard = -(-max((abs(shifts[dj]) for dj in used), default=0) // _LINE) * _LINE
    plane = -(-length // _LINE) * _LINE + guard + _LINE
    memory = scratch("columns", (guard + kw * plane,), out.dtype)
    memory[:guard] = 0
    between = (guard + length) * item, (plane * item, item)
    np.ndarray((kw, plane - length), out.dtype, memory, *between).fill(0)
    steps = count * pitch * item, pitch * item, plane * item, item
    sums = np.ndarray((groups, count, kw, pitch), out.dtype, memory, guard * item, steps)
    sums[..., wide:] = 0
    carried = []
    for dj in used:
        shift = shifts[dj]
        if pitch + shift < wide:
            carried.append(sums[:, :, dj, pitch + shift : wide])
        if shift + reach >= pitch:
            carried.append(sums[:, :, dj, : shift + reach - pitch + 1])
    begin = guard + used[0] * plane + shifts[used[0]] if used else 0
    shape, apart = (len(used), length), ((plane + gap) * item, item)
    shifted = np.ndarray(shape, out.dtype, memory, begin * item, apart)
    return _Planes(sums[..., :wide], tuple(carried), shifted, np.ones((1, len(used)), out.dtype))


def _padded(planes: Array, g: Geometry, top: int, count: int) -> Array:
    """Return the padded rows under ``count`` output rows, (G, rows, left + W + right)."""
    rows = (count - 1) * g.strides[0] + (g.kernel_size[0] - 1) * g.dilations[0] + 1
    wide = g.input_size[1] + sum(g.pads[1])
    # An odd number of lines a row: rows above each other lie in different sets of the L1.
    pitch = (-(-wide // _LINE) | 1) * _LINE
    memory = scratch("padded", (len(planes), 1, rows, pitch), planes.dtype)
    fill_padded(memory[..., :wide], planes, g, top * g.strides[0])
    return memory[:, 0]


def _multiply(seen: Array, first: int, columns: Array, g: Geometry, sums: Array) -> None:
    """Write what each column of taps adds, (G, rows, kw, W), at every input column.

    ``seen`` are input rows, (G, rows, W), and ``first`` is the first window's row among them.
    """
    (groups, count, _, wide), (apart, down, across) = sums.shape, seen.strides
    strides = apart, down * g.strides[0], down * g.dilations[0], across
    for left in range(0, wide, _CHUNK):
        some = sums[..., left : left + _CHUNK]
        shape = groups, count, columns.shape[2], some.shape[3]
        windows = np.ndarray(shape, some.dtype, seen, first * down + left * across, strides)
        np.matmul(columns[:, np.newaxis], windows, out=some)


def _multiply_where_it_is(
    planes: Array, top: int, columns: Array, g: Geometry, sums: Array
) -> None:
    """The same for output rows from ``top`` on of planes, (G, H, W), that nothing was added to."""
    step, reach, height = g.strides[0], (g.kernel_size[0] - 1) * g.dilations[0], planes.shape[1]
    count, first = sums.shape[1], top * step - g.pads[0][0]
    # Output rows whose windows lie on the input, then those that reach over it.
    low = min(count, max(0, -(first // step)))
    high = max(low, min(count, (height - 1 - reach - first) // step + 1))
    if high > low:
        _multiply(planes, first + low * step, columns, g, sums[:, low:high])
    for begin, end in ((0, low), (high, count)):
        if begin == end:
            continue
        above, below = first + begin * step, first + (end - 1) * step
        from_row, to_row = max(0, above), min(height, below + reach + 1)
        if from_row < to_row:
            cut = _cut_off(columns, g, from_row - above, below - above, to_row - from_row)
            rows = planes[:, np.newaxis, from_row:to_row]
            np.matmul(cut, rows, out=sums[:, begin:end])
        else:
            sums[:, begin:end] = 0


def _cut_off(columns: Array, g: Geometry, skipped: int, further: int, rows: int) -> Array:
    """Return (G, windows, kw, rows): the taps of several windows on the same rows of the input.

    The first window begins ``skipped`` rows above the first of them, the last one ``further`` below
    the first: each is the kernel between zeros, seen from another place.
    """
    groups, kw, kh = columns.shape
    gap, step, item = g.dilations[0], g.strides[0], columns.itemsize
    side = further + max((kh - 1) * gap + 1, skipped + rows)
    between = np.zeros((groups, kw, side), columns.dtype)
    between[..., further : further + (kh - 1) * gap + 1 : gap] = columns
    apart, down, across = between.strides
    shape, strides = (groups, further // step + 1, kw, rows), (apart, -step * item, down, across)
    return np.ndarray(shape, columns.dtype, between, (further + skipped) * item, strides)


def _add(laid: _Planes, out: Array, pitch: int, stride: int) -> None:
    """Add the planes up into a tile of the output, (G, rows, W′)."""
    for carried in laid.carried:
        carried.fill(0)
    groups, count, width = out.shape
    exact = stride == 1 and width == pitch
    length = groups * count * pitch
    total = out.reshape(-1) if exact else scratch("total", (length,), out.dtype)
    shifted = laid.shifted[:, :length]
    if 1 < len(shifted) <= _FEW:
        np.add(shifted[0], shifted[1], out=total)
        for part in shifted[2:]:
            np.add(total, part, out=total)
    else:
        np.matmul(laid.ones, shifted, out=total[np.newaxis])
    if not exact:
        np.copyto(out, total.reshape(groups, count, pitch)[..., : width * stride : stride])
