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

import numpy as np

from multiconv.engine.geometry import Geometry
from multiconv.engine.tensors import Array
from multiconv.engine.tiles import fill_padded
from multiconv.engine.workspace import scratch

_TILE_BYTES = 2**22  # Of column planes: smaller tiles cost more in calls than they save in memory.
_CHUNK = 4096  # Columns a product: its input rows stay in the L1 cache for the next product.
_LINE = 16  # Numbers: planes begin where a cache line does, for the product to write them.


@dataclass(frozen=True, slots=True)
class _Seen:
    """Input rows as a tile reads them, (G, rows, W), and where its first window stands there."""

    rows: Array
    top: int
    left: int


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
    tile, together = min(height, rows_at_once), max(1, rows_at_once // height)
    columns = np.ascontiguousarray(filters[..., 0, 0].transpose(0, 2, 1))
    for start, top in product(range(0, len(planes), together), range(0, height, tile)):
        some = slice(start, start + together)
        target = out[some, top : top + tile, 0]
        first = top * g.strides[0]
        if as_they_are:
            seen = _Seen(planes[some, 0], first - g.pads[0][0], -g.pads[1][0])
        else:
            rows = (target.shape[1] - 1) * g.strides[0] + (kh - 1) * g.dilations[0] + 1
            padded = scratch("padded", (len(target), 1, rows, seen_width), out.dtype)
            fill_padded(padded, planes[some], g, first)
            seen = _Seen(padded[:, 0], 0, 0)
        _write_tile(seen, columns[some], g, target, pitch)


def _write_tile(seen: _Seen, columns: Array, g: Geometry, out: Array, pitch: int) -> None:
    kw, (groups, count, width), wide = columns.shape[1], out.shape, seen.rows.shape[2]
    stride, size, item = g.strides[1], groups * count * pitch, out.itemsize
    shifts = [seen.left + dj * g.dilations[1] for dj in range(kw)]
    reach = (width - 1) * stride
    # Plane after plane, zeros between them: nothing is carried over from before the first row.
    guard = max(map(abs, shifts)) + stride
    plane = -(-(size + guard) // _LINE) * _LINE
    first = -(-guard // _LINE) * _LINE
    memory = scratch("columns", (first + kw * plane,), out.dtype)
    memory[:first] = 0
    between = np.ndarray(
        (kw, plane - size), out.dtype, memory, (first + size) * item, (plane * item, item)
    )
    between[...] = 0
    steps = count * pitch * item, pitch * item, plane * item, item
    sums = np.ndarray((groups, count, kw, pitch), out.dtype, memory, first * item, steps)
    _multiply(seen, columns, g, sums[..., :wide])
    parts = []
    for dj, shift in enumerate(shifts):
        if shift >= wide or shift + reach < 0:
            continue  # a column of taps that stands on zeros wherever the window is
        if shift < 0:
            sums[:, :, dj, shift:] = 0
        if shift + reach >= wide:
            sums[:, :, dj, : max(0, shift)] = 0
            sums[:, :, dj, wide:] = 0
        start = first + dj * plane + shift
        parts.append(memory[start : start + size : stride])
    exact = pitch == width * stride
    total = out.reshape(-1) if exact else scratch("total", (size // stride,), out.dtype)
    if len(parts) < 2:
        total[...] = parts[0] if parts else 0
    else:
        np.add(parts[0], parts[1], out=total)
        for part in parts[2:]:
            np.add(total, part, out=total)
    if not exact:
        np.copyto(out, total.reshape(groups, count, -1)[..., :width])


def _multiply(seen: _Seen, columns: Array, g: Geometry, sums: Array) -> None:
    """Write what each column of taps adds, (G, rows, kw, W), at every input column."""
    kh, (groups, count, _, wide) = columns.shape[2], sums.shape
    step, gap = g.strides[0], g.dilations[0]
    side, (apart, down, across) = seen.rows.shape[1], seen.rows.strides
    # Output rows whose taps all lie on the input, then those that reach over it.
    low = min(count, max(0, -(seen.top // step)))
    high = max(low, min(count, (side - 1 - (kh - 1) * gap - seen.top) // step + 1))
    for left in range(0, wide, _CHUNK):
        some = sums[..., left : left + _CHUNK]
        if high > low:
            windows = np.ndarray(
                (groups, high - low, kh, some.shape[3]),
                some.dtype,
                seen.rows,
                (seen.top + low * step) * down + left * across,
                (apart, down * step, down * gap, across),
            )
            np.matmul(columns[:, np.newaxis], windows, out=some[:, low:high])
        for at in (*range(low), *range(high, count)):
            begin = seen.top + at * step
            taps = [di for di in range(kh) if 0 <= begin + di * gap < side]
            if taps:
                used = slice(begin + taps[0] * gap, begin + taps[-1] * gap + 1, gap)
                rows = seen.rows[:, used, left : left + _CHUNK]
                np.matmul(columns[..., taps[0] : taps[-1] + 1], rows, out=some[:, at])
            else:
                some[:, at] = 0
