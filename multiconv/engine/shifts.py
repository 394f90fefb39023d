"""One channel in, one out: what each column of taps gives, on planes that are shifted and added.

One small product a row gives what each of the kw columns of taps adds (`columns`), on a plane of
its own.  Those planes add up as flat memory, each from where its column stands in the window:
NumPy adds flat memory three times as fast as rows that do not touch.  Seen from there they are also
the rows of one matrix, a plane and a dilation apart: a row of ones times that matrix sums many
planes in one pass, in half the time of adding eleven of them.  What a shift would carry from the
end of one row into the next is set to zero before.

Sums that a stride steps over are left out at the end.  Beside unfolding each row once a tap
(`rows`), this takes 0.75 to 0.95 of the time, 0.6 with strides of 2; with several channels out,
which share one unfolding, `rows` is ahead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from multiconv.engine.columns import (
    LINE,
    columns_of,
    multiply_copied,
    multiply_in_place,
    stays_in_place,
    taps_together,
)
from multiconv.engine.geometry import Geometry, Pair
from multiconv.engine.tensors import Array
from multiconv.engine.workspace import kept, scratch

Look = Callable[[Array], None]

_TILE_BYTES = 2**22  # Of column planes: smaller tiles cost more calls than they save memory.
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


def write_shifts(
    planes: Array, filters: Array, g: Geometry, out: Array, look: Look | None = None
) -> None:
    """Write each group's one input channel under its one kernel, for one picture.

    Parameters
    ----------
    planes : (G, 1, H, W)
    filters : (G, kh, kw, 1, 1)
    g : Geometry
    out : (G, H′, 1, W′)
        Written in place; contiguous.
    look : callable, optional
        Given each row of the input once, ahead of the products that read it.  Such a pass brings
        the rows near at the memory's speed, for which the products would wait: 0.9 of the time at
        1024², 3 × 3.

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
    in_place = stays_in_place(planes, g)
    multiply = multiply_in_place if in_place else multiply_copied
    beside = taps_together(g, in_place)
    columns = columns_of(filters[..., 0, 0], beside)
    left, wide = 0, g.input_size[1] + sum(g.pads[1])
    pitch = -(-max(wide, (width - 1) * stride + 1) // LINE) * LINE
    if in_place:  # The zeros at the sides are not there, and rows lie as close as in the picture.
        left, wide = g.pads[1][0], g.input_size[1]
        pitch = max(wide, (width - 1) * stride + 1)
    rows_at_once = max(1, _TILE_BYTES // (columns.shape[1] * pitch * out.itemsize))
    tile = -(-height // -(-height // rows_at_once))  # all alike, or nearly
    together = max(1, min(len(planes), rows_at_once // height))
    size, gap = (together, tile), g.dilations[1]
    shifts = range(-left, g.kernel_size[1] * gap - left, beside * gap)
    reach = (width - 1) * stride
    key = size, pitch, wide, shifts, reach, out.dtype
    laid = kept("shifts", key, lambda: _laid_out(*key))
    if look and not in_place:  # Padding may take rows from the far end.
        look(planes)
        look = None
    read = 0
    for start, top in product(range(0, len(planes), together), range(0, height, tile)):
        some = slice(start, start + together)
        target = out[some, top : top + tile, 0]
        if look:
            last = top + tile >= height
            further = (top + tile) * g.strides[0] + (g.kernel_size[0] - 1) * g.dilations[0]
            until = g.input_size[0] if last else max(read, further - g.pads[0][0])
            look(planes[some, 0, read:until])
            read = 0 if last else until
        sums = laid.sums[: len(target), : target.shape[1]]
        multiply(planes[some], top, columns[some], g, sums)
        _add(laid, target, pitch, stride)


def _laid_out(size: Pair, pitch: int, wide: int, shifts: range, reach: int, dtype: Any) -> _Planes:
    """Return working memory for ``size`` groups and rows.

    A product writes ``wide`` numbers of a row, which takes ``pitch``.  ``shifts`` say where the
    planes' columns stand in the window, ``reach`` where the last window is.
    """
    (groups, count), kw, item = size, len(shifts), dtype.itemsize
    length = groups * count * pitch
    # A column of taps may stand on zeros wherever the window is.
    used = [dj for dj, shift in enumerate(shifts) if -reach <= shift < wide]
    # Plane after plane, zeros between them: nothing is carried over from before the first row.
    guard = -(-max((abs(shifts[dj]) for dj in used), default=0) // LINE) * LINE
    plane = -(-length // LINE) * LINE + guard + LINE
    memory = scratch("columns", (guard + kw * plane,), dtype)
    memory[:guard] = 0
    between = (guard + length) * item, (plane * item, item)
    np.ndarray((kw, plane - length), dtype, memory, *between).fill(0)
    steps = count * pitch * item, pitch * item, plane * item, item
    sums = np.ndarray((groups, count, kw, pitch), dtype, memory, guard * item, steps)
    sums[..., wide:] = 0
    carried = []
    for dj in used:
        shift = shifts[dj]
        if pitch + shift < wide:
            carried.append(sums[:, :, dj, pitch + shift : wide])
        if shift + reach >= pitch:
            carried.append(sums[:, :, dj, : shift + reach - pitch + 1])
    begin = guard + used[0] * plane + shifts[used[0]] if used else 0
    shape, apart = (len(used), length), ((plane + shifts.step) * item, item)
    shifted = np.ndarray(shape, dtype, memory, begin * item, apart)
    return _Planes(sums[..., :wide], tuple(carried), shifted, np.ones((1, len(used)), dtype))


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
