"""One channel in, one out: what each column of taps gives, on planes that are shifted and added.

One small product a row gives what each of the kw columns of taps adds (`columns`), on a plane of
its own.  Those planes add up as flat memory, each from where its column stands in the window:
NumPy adds flat memory three times as fast as rows that do not touch.  Seen from there they are also
the rows of one matrix, a plane and a dilation apart, which one product sums (`sums`).  What a shift
would carry from the end of one row into the next is set to zero before.

Sums that a stride steps over are left out at the end.  Beside unfolding each row once a tap
(`rows`), this takes 0.8 to 0.95 of the time, 0.7 to 0.9 with strides of 2; up to three taps across,
and with several channels out, which share one unfolding, `rows` is ahead.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from multiconv.engine.checks import Array
from multiconv.engine.columns import (
    Write,
    products_copied,
    products_in_place,
    stays_in_place,
)
from multiconv.engine.finite import Look, shown
from multiconv.engine.geometry import Geometry
from multiconv.engine.scratch import kept, scratch
from multiconv.engine.sums import BLOCK, sum_of
from multiconv.engine.taps import Taps, taps_for
from multiconv.engine.tiles import LINE, has_bare_sides, whole_lines

_TILE_BYTES = 6 * 2**20  # Of column planes: smaller tiles cost more calls than they save memory.


@dataclass(frozen=True, slots=True)
class _Tile:
    """One tile of an output, all of it laid out but the input and the output.

    Attributes
    ----------
    multiply : callable
        Writes the column planes, given the input planes.
    carried : list of views
        What a shift would take from the end of one row into the next.
    add : callable
        Adds the planes up, given the output as flat memory.
    shown : (bool, index)
        What a `Look` is shown, see there.
    """

    multiply: Write
    carried: list[Array]
    add: Write
    shown: tuple[bool, tuple[slice, slice, slice | int]]


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
    look : Look, optional
        Is shown what tells whether planes are finite.

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
    in_place, dtype = stays_in_place(planes, g), out.dtype
    key = g, len(planes), in_place, dtype, _TILE_BYTES
    taps, tiles = kept("shifts", key, lambda: _laid_out(g, len(planes), in_place, dtype))
    taps.load(filters[..., 0, 0])
    flat = out.reshape(-1)
    for tile in tiles:
        of_input, index = tile.shown
        if look and of_input:
            look(planes[index])
        tile.multiply(planes)
        for carried in tile.carried:
            carried.fill(0)
        tile.add(flat)
        if look and not of_input:
            look(out[index])


def _laid_out(g: Geometry, groups: int, in_place: bool, dtype: Any) -> tuple[Taps, list[_Tile]]:
    """Return the tiles of an output, which share one tile's working memory."""
    (height, width), (_, kw), (_, gap) = g.output_size, g.kernel_size, g.dilations
    reach, item = (width - 1) * g.strides[1], dtype.itemsize
    left, wide = 0, g.input_size[1] + sum(g.pads[1])
    pitch = whole_lines(max(wide, reach + 1))
    if has_bare_sides(g):  # They are not there, and rows lie as close as in the picture.
        left, wide = g.pads[1][0], g.input_size[1]
        pitch = max(wide, reach + 1)
    shifts = range(-left, kw * gap - left, gap)
    at_once = max(1, _TILE_BYTES // (kw * pitch * item))
    rows = -(-height // -(-height // at_once))  # all alike, or nearly
    some = max(1, min(groups, at_once // height))
    length = -(-some * rows * pitch // BLOCK) * BLOCK
    # A column of taps may stand on zeros wherever the window is.
    used = [dj for dj, shift in enumerate(shifts) if -reach <= shift < wide]
    # Plane after plane, zeros between them: nothing is carried over from before the first row.
    # A line more keeps planes of 4 KiB times a number from lying so far apart.
    guard = whole_lines(max((abs(shifts[dj]) for dj in used), default=0))
    plane = length + guard + LINE
    memory = scratch("columns", (guard + kw * plane,), dtype)
    memory[:guard] = 0
    between = (guard + some * rows * pitch) * item, (plane * item, item)
    np.ndarray((kw, plane - some * rows * pitch), dtype, memory, *between).fill(0)
    steps = rows * pitch * item, pitch * item, plane * item, item
    sums = np.ndarray((some, rows, kw, pitch), dtype, memory, guard * item, steps)
    sums[..., wide:] = 0
    begin = guard + used[0] * plane + shifts[used[0]] if used else 0
    apart = (plane + gap) * item, item
    shifted = np.ndarray((len(used), length), dtype, memory, begin * item, apart)
    carried = []
    for dj in used:
        shift = shifts[dj]
        if pitch + shift < wide:
            carried.append(sums[:, :, dj, pitch + shift : wide])
        if shift + reach >= pitch:
            carried.append(sums[:, :, dj, : shift + reach - pitch + 1])
    taps, products = taps_for(g, groups, dtype), products_in_place if in_place else products_copied
    all_tell = g.dilations[0] > 1 or g.kernel_size[0] < 2 * g.strides[0]
    tiles = []
    for start, top in product(range(0, groups, some), range(0, height, rows)):
        into = sums[: groups - start, : height - top, :, :wide]
        last, end = start + len(into), top + into.shape[1]
        tiles.append(
            _Tile(
                products(taps, g, start, top, into),
                carried,
                _adder(shifted, pitch, g, (groups, start, last), range(top, end)),
                shown(g, slice(start, last), range(top, end), before=in_place and all_tell),
            )
        )
    return taps, tiles


def _adder(
    shifted: Array, pitch: int, g: Geometry, places: tuple[int, int, int], rows: range
) -> Write:
    """Return what adds planes up into a tile of the output: groups from place to place of all."""
    (all_groups, start, end), (height, width), stride = places, g.output_size, g.strides[1]
    length = (end - start) * len(rows) * pitch
    if stride == 1 and width == pitch and length >= BLOCK:
        add_up, begin = sum_of(shifted[:, :length]), (start * height + rows.start) * width
        where = slice(begin, begin + length)
        return lambda flat: add_up(flat[where])
    whole = -(-length // BLOCK) * BLOCK
    add_up, total = sum_of(shifted[:, :whole]), scratch("total", (whole,), shifted.dtype)
    wanted = total[:length].reshape(-1, len(rows), pitch)[..., : width * stride : stride]

    def add(flat: Array) -> None:
        add_up(total)
        out = flat.reshape(all_groups, height, width)
        out[start:end, rows.start : rows.stop] = wanted

    return add
