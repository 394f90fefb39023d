"""One channel in, one out: what each column of taps gives, on planes that are shifted and added.

One small product a row gives what each of the kw columns of taps adds (`columns`), on a plane of
its own.  Those planes add up as flat memory, each from where its column stands in the window:
NumPy adds flat memory three times as fast as rows that do not touch.  Seen from there they are also
the rows of one matrix, a plane and a dilation apart: a row of ones times that matrix sums many
planes in one pass, in 0.5 to 0.7 of the time of adding eleven of them.  What a shift would carry
from the end of one row into the next is set to zero before.

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
from multiconv.engine.geometry import Geometry
from multiconv.engine.tensors import Array
from multiconv.engine.workspace import kept, scratch

Look = Callable[[Array], None]

_TILE_BYTES = 2**22  # Of column planes: smaller tiles cost more calls than they save memory.
_FEW = 9  # Planes up to which they are added one by one.  One product would be faster from 5 on
# (0.9 to 0.95 of the time), but BLAS adds in an order that depends on where the tile ends: up to
# here, a picture's numbers are the same to the last bit in tiles, bands and threads.


@dataclass(frozen=True, slots=True)
class _Tiles:
    """How an output is cut into tiles, and the working memory of one.

    Attributes
    ----------
    groups, rows : int
        Of a tile; only the last ones may be smaller.
    pitch : int
        From one row of a plane to the next, in numbers.
    sums : (G, rows, P, W)
        Where a product writes: P planes, one for each column of taps, or for two of them together.
    carried : tuple of (G, rows, columns) views
        What a shift would take from the end of one row into the next.
    shifted : (P or fewer, G · rows · pitch)
        Each plane from where its column stands in the window, without those that stand on zeros
        wherever the window is.
    ones : (1, P or fewer)
    """

    groups: int
    rows: int
    pitch: int
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
        Given every row of the input, ahead of the products that read it.  Such a pass brings rows
        near at the memory's speed, for which the products would wait: 0.9 of the time at 1024²,
        3 × 3.

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
    in_place = stays_in_place(planes, g)
    beside = taps_together(g, in_place)
    columns = columns_of(filters[..., 0, 0], beside)
    multiply = multiply_in_place if in_place else multiply_copied
    key = g, len(planes), in_place, beside, out.dtype, _TILE_BYTES
    tiles = kept("shifts", key, lambda: _tiles_of(g, len(planes), in_place, beside, out.dtype))
    if look and not in_place:  # Padding may take rows from the far end.
        look(planes)
        look = None
    firsts = range(0, len(planes), tiles.groups), range(0, g.output_size[0], tiles.rows)
    for start, top in product(*firsts):
        some = slice(start, start + tiles.groups)
        if look:
            look(planes[some, 0, _read_before(g, top) : _read_before(g, top + tiles.rows)])
        target = out[some, top : top + tiles.rows, 0]
        sums = tiles.sums[: len(target), : target.shape[1]]
        multiply(planes[some], top, columns[some], g, sums)
        _add(tiles, target, g.strides[1])


def _read_before(g: Geometry, row: int) -> int:
    """Return how many input rows the output rows before ``row`` read, all if it is the last."""
    if row >= g.output_size[0]:
        return g.input_size[0]
    further = (row - 1) * g.strides[0] + (g.kernel_size[0] - 1) * g.dilations[0] + 1
    return max(0, further - g.pads[0][0]) if row else 0


def _tiles_of(g: Geometry, groups: int, in_place: bool, beside: int, dtype: Any) -> _Tiles:
    """Return the tiles of an output, and working memory for one of them."""
    (height, width), (_, kw), (_, gap) = g.output_size, g.kernel_size, g.dilations
    reach, item = (width - 1) * g.strides[1], dtype.itemsize
    left, wide = 0, g.input_size[1] + sum(g.pads[1])
    pitch = -(-max(wide, reach + 1) // LINE) * LINE
    if in_place:  # The zeros at the sides are not there, and rows lie as close as in the picture.
        left, wide = g.pads[1][0], g.input_size[1]
        pitch = max(wide, reach + 1)
    shifts = range(-left, kw * gap - left, beside * gap)
    at_once = max(1, _TILE_BYTES // (len(shifts) * pitch * item))
    rows = -(-height // -(-height // at_once))  # all alike, or nearly
    groups = max(1, min(groups, at_once // height))
    length = groups * rows * pitch
    # A column of taps may stand on zeros wherever the window is.
    used = [dj for dj, shift in enumerate(shifts) if -reach <= shift < wide]
    # Plane after plane, zeros between them: nothing is carried over from before the first row.
    guard = -(-max((abs(shifts[dj]) for dj in used), default=0) // LINE) * LINE
    plane = -(-length // LINE) * LINE + guard + LINE
    memory = scratch("columns", (guard + len(shifts) * plane,), dtype)
    memory[:guard] = 0
    between = (guard + length) * item, (plane * item, item)
    np.ndarray((len(shifts), plane - length), dtype, memory, *between).fill(0)
    steps = rows * pitch * item, pitch * item, plane * item, item
    sums = np.ndarray((groups, rows, len(shifts), pitch), dtype, memory, guard * item, steps)
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
    ones = np.ones((1, len(used)), dtype)
    return _Tiles(groups, rows, pitch, sums[..., :wide], tuple(carried), shifted, ones)


def _add(tiles: _Tiles, out: Array, stride: int) -> None:
    """Add the planes up into a tile of the output, (G, rows, W′)."""
    for carried in tiles.carried:
        carried.fill(0)
    groups, rows, width = out.shape
    exact = stride == 1 and width == tiles.pitch
    length = groups * rows * tiles.pitch
    total = out.reshape(-1) if exact else scratch("total", (length,), out.dtype)
    shifted = tiles.shifted[:, :length]
    if 1 < len(shifted) <= _FEW:
        first, second, *others = shifted
        np.add(first, second, out=total)
        for part in others:
            np.add(total, part, out=total)
    else:
        np.matmul(tiles.ones, shifted, out=total[np.newaxis])
    if not exact:
        np.copyto(out, total.reshape(groups, rows, -1)[..., : width * stride : stride])
