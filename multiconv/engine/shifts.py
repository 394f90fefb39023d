"""One channel in, one out: what each column of taps gives, on planes that are shifted and added.

A column of taps needs no copy of the input: the rows under it are a strided view, and the views
for successive output rows overlap.  One small BLAS product a row, (kw, kh) by (kh, W), gives what
each of the kw columns adds, on a plane of its own.  Those planes add up as flat memory, each from
where its column stands in the window: NumPy adds flat memory three times as fast as rows that do
not touch.  What a shift would carry from the end of one row into the next is set to zero before.
Strides across are steps through the same planes.

Padding with zeros costs nothing: at the sides it is what a shift leaves out, above and below it is
a product with fewer rows.  Other paddings, and pixels that do not lie side by side, are copied a
tile at a time.  Beside unfolding each row once a tap (`rows`), this took 0.8 of the time at 3 × 3,
0.8 to 1.0 at 7 × 7 and 0.6 with strides of 2; at 64² the two are level.  From 11 taps across, or
with more channels out, which share one unfolding, `rows` is ahead or level.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from multiconv.engine.geometry import Geometry
from multiconv.engine.tensors import Array
from multiconv.engine.tiles import fill_padded
from multiconv.engine.workspace import scratch

_TILE_BYTES = 3 * 2**21  # Of column planes: smaller tiles cost more calls than they save memory.
_CHUNK = 4096  # Columns a product: its input rows stay in the L1 cache for the next product.
_LINE = 16  # Numbers: planes begin where a cache line does, for the product to write them.


@dataclass(frozen=True, slots=True)
class _Planes:
    """Working memory of tiles of one size.

    Attributes
    ----------
    sums : (G, rows, kw, W)
        Where a product writes, one plane a column of taps.
    carried : tuple of views
        What a shift would take from the end of one row into the next.
    parts : tuple of (G · rows · pitch / stride,) views
        Each plane from where its column stands in the window.
    """

    sums: Array
    carried: tuple[Array, ...]
    parts: tuple[Array, ...]


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
    (height, width), stride = g.output_size, g.strides[1]
    kh, kw = g.kernel_size
    zeros = g.padding_mode == "zeros" or not any(map(any, g.pads))
    as_they_are = zeros and planes.flags.c_contiguous
    seen_width = g.input_size[1] + (0 if as_they_are else sum(g.pads[1]))
    pitch = max(width, -(-seen_width // stride)) * stride
    rows_at_once = max(1, _TILE_BYTES // (kw * pitch * out.itemsize))
    tile = -(-height // -(-height // rows_at_once))  # all alike, or nearly
    together = max(1, rows_at_once // height)
    columns = np.ascontiguousarray(filters[..., 0, 0].transpose(0, 2, 1))
    laid, size = None, (0, 0)
    for start, top in product(range(0, len(planes), together), range(0, height, tile)):
        some = slice(start, start + together)
        target = out[some, top : top + tile, 0]
        first = top * g.strides[0]
        if as_they_are:
            seen, above = planes[some, 0], first - g.pads[0][0]
        else:
            rows = (target.shape[1] - 1) * g.strides[0] + (kh - 1) * g.dilations[0] + 1
            padded = scratch("padded", (len(target), 1, rows, seen_width), out.dtype)
            fill_padded(padded, planes[some], g, first)
            seen, above = padded[:, 0], 0
        if laid is None or size != target.shape[:2]:
            size = target.shape[:2]
            laid = _laid_out(size, pitch, seen_width, -g.pads[1][0] * as_they_are, g, out.dtype)
        _multiply(seen, above, columns[some], g, laid.sums)
        _add(laid, target, pitch == width * stride)


def _laid_out(
    size: tuple[int, ...], pitch: int, wide: int, left: int, g: Geometry, dtype: Any
) -> _Planes:
    """Return working memory for ``size`` groups and rows; ``left`` is the first window's column."""
    (groups, count), (_, kw), item = size, g.kernel_size, dtype.itemsize
    stride, length = g.strides[1], groups * count * pitch
    shifts = [left + dj * g.dilations[1] for dj in range(kw)]
    reach = (g.output_size[1] - 1) * stride
    # Plane after plane, zeros between them: nothing is carried over from before the first row.
    guard = max(map(abs, shifts)) + stride
    plane = -(-(length + guard) // _LINE) * _LINE
    first = -(-guard // _LINE) * _LINE
    memory = scratch("columns", (first + kw * plane,), dtype)
    memory[:first] = 0
    between = (first + length) * item, (plane * item, item)
    np.ndarray((kw, plane - length), dtype, memory, *between).fill(0)
    steps = count * pitch * item, pitch * item, plane * item, item
    sums = np.ndarray((groups, count, kw, pitch), dtype, memory, first * item, steps)
    if wide < pitch:
        sums[..., wide:] = 0
    carried, parts = [], []
    for dj, shift in enumerate(shifts):
        if shift >= wide or shift + reach < 0:
            continue  # a column of taps that stands on zeros wherever the window is
        if pitch + shift < wide:
            carried.append(sums[:, :, dj, pitch + shift : wide])
        if shift + reach >= pitch:
            carried.append(sums[:, :, dj, : shift + reach - pitch + 1])
        start = first + dj * plane + shift
        parts.append(memory[start : start + length : stride])
    return _Planes(sums[..., :wide], tuple(carried), tuple(parts))


def _add(laid: _Planes, out: Array, exact: bool) -> None:
    """Add the planes up into a tile of the output; exact: their rows are as long as its own."""
    for carried in laid.carried:
        carried.fill(0)
    if not laid.parts:
        out[...] = 0
        return
    first, *others = laid.parts
    total = out.reshape(-1) if exact else scratch("total", first.shape, out.dtype)
    if others:
        np.add(first, others[0], out=total)
    else:
        total[...] = first
    for part in others[1:]:
        np.add(total, part, out=total)
    if not exact:
        np.copyto(out, total.reshape(*out.shape[:2], -1)[..., : out.shape[2]])


def _multiply(seen: Array, above: int, columns: Array, g: Geometry, sums: Array) -> None:
    """Write what each column of taps adds, (G, rows, kw, W), at every input column.

    ``seen`` are input rows, (G, rows, W), and ``above`` is the first window's row among them.
    """
    kh, (groups, count, _, wide) = columns.shape[2], sums.shape
    step, gap = g.strides[0], g.dilations[0]
    side, (apart, down, across) = seen.shape[1], seen.strides
    # Output rows whose taps all lie on the input, then those that reach over it.
    low = min(count, max(0, -(above // step)))
    high = max(low, min(count, (side - 1 - (kh - 1) * gap - above) // step + 1))
    for left in range(0, wide, _CHUNK):
        some = sums[..., left : left + _CHUNK]
        if high > low:
            windows = np.ndarray(
                (groups, high - low, kh, some.shape[3]),
                some.dtype,
                seen,
                (above + low * step) * down + left * across,
                (apart, down * step, down * gap, across),
            )
            np.matmul(columns[:, np.newaxis], windows, out=some[:, low:high])
        for at in (*range(low), *range(high, count)):
            begin = above + at * step
            taps = [di for di in range(kh) if 0 <= begin + di * gap < side]
            if taps:
                used = slice(begin + taps[0] * gap, begin + taps[-1] * gap + 1, gap)
                rows = seen[:, used, left : left + _CHUNK]
                np.matmul(columns[..., taps[0] : taps[-1] + 1], rows, out=some[:, at])
            else:
                some[:, at] = 0
