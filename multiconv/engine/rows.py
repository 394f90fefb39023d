"""Ordinary kernels: rows unfolded sideways, and a banded kernel matrix for several output rows.

Each padded input row is copied kw times, shifted by one tap each (`unfold`).  A banded matrix of
the kernels turns each block of such rows into R output rows in one small BLAS product, written
where it belongs (`banded`).

Best up to about 17 taps a side, where `spectral` draws level, and up to 64 channels in and out,
where `patches` does.

Everything but the input, the kernels and the output is laid out beforehand: a call for the geometry
of the call before is left with a few microseconds of Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from math import gcd
from typing import Any

import numpy as np

from multiconv.engine import cuts
from multiconv.engine.banded import PIXELS, Axis, Product, band_of, banded, products_of
from multiconv.engine.checks import Array
from multiconv.engine.cuts import Cut, cut_of
from multiconv.engine.finite import Look, shown
from multiconv.engine.geometry import Geometry
from multiconv.engine.in_place import Place, beside, unfold_in_place
from multiconv.engine.scratch import forget, kept, scratch
from multiconv.engine.tiles import fill_padded, has_bare_sides, lie_by_pixels, rows_for
from multiconv.engine.unfold import Lies, Unfold, unfold_copied

_KEPT = 2**20  # Bytes of kernels, spread out, whose matrix a thread keeps for the next call.
_MANY = 16  # Channels in whose planes are looked at before: 0.75 to 0.95 of the time.
_KEPT_PARTS = 1024  # Chunks of tiles that stay laid out, some 2 kB each.


@dataclass(frozen=True, slots=True)
class _Tile:
    """Rows of the input that are unfolded together.

    Attributes
    ----------
    copied : tuple or None
        Where a padded copy goes, (G, C, rows, W); the groups; the first padded row and the step.
    parts : list of (callable, list of Product)
        Columns of the output, which are unfolded and multiplied one after another.
    shown : (bool, index)
        What a `Look` is shown, see there.
    """

    copied: tuple[Array, slice, int, int] | None
    parts: list[tuple[Unfold, list[Product]]]
    shown: tuple[bool, tuple[slice, slice, slice | int]]


def write_rows(
    planes: Array, filters: Array, g: Geometry, out: Array, look: Look | None = None
) -> None:
    """Write a grouped convolution of one picture.

    Parameters
    ----------
    planes : (G, C, H, W)
    filters : (G, kh, kw, C, K)
    g : Geometry
    out : (G, H′, K, W′)
        Written in place; contiguous in its last axis, or, with `PIXELS` channels, in its third.
    look : Look, optional
        Is shown what tells whether planes are finite.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> out = np.empty((1, 2, 1, 2))
    >>> planes, g = np.arange(9.0).reshape(1, 1, 3, 3), geometry((3, 3), (2, 2), padding=0)
    >>> write_rows(planes, np.arange(4.0).reshape(1, 2, 2, 1, 1), g, out)
    >>> out.reshape(2, 2)
    array([[19., 25.],
           [37., 43.]])
    """
    # A stride leaves out so much that pixels need not be sorted into planes before.
    by_pixels = g.strides[1] > 1 and lie_by_pixels(planes)
    memory, bare = planes.transpose(2, 3, 0, 1) if by_pixels else planes, has_bare_sides(g)
    if memory.flags.c_contiguous:  # Whatever stride an axis of one has.
        memory = memory.reshape(-1).reshape(memory.shape)
        planes = memory.transpose(2, 3, 0, 1) if by_pixels else memory
    lies = Lies(planes.strides, by_pixels, bare and memory.flags.c_contiguous)
    merges = out.strides[1] == out.shape[2] * out.strides[2]
    key = lies, filters.shape, g, merges, out.dtype, cuts.TILE_BYTES, cuts.CHUNK
    lay = partial(_laid_out, lies, filters.shape, g, merges, out.dtype)
    small = filters.nbytes * g.dilations[0] <= _KEPT
    if not small:
        forget("rows")  # What is kept relies on memory that is used now.
    copies, tiles, make = kept("rows", key, lay) if small else lay()
    for kernels in copies:
        kernels[...] = filters.transpose(0, 4, 1, 3, 2)
    for tile in tiles or make():
        of_input, index = tile.shown
        if look and of_input:
            look(planes[index])
        if tile.copied:
            padded, some, first, step = tile.copied
            fill_padded(padded, planes[some], g, first, step)
        for unfold, products in tile.parts:
            unfold(planes, memory)
            for one in products:
                np.matmul(one.matrix, one.blocks, out=out[one.where].reshape(one.shape))
        if look and not of_input:
            look(out[index])


def _laid_out(
    lies: Lies, shape: tuple[int, ...], g: Geometry, merges: bool, dtype: Any
) -> tuple[list[Array], list[_Tile], Callable[[], Iterator[_Tile]]]:
    """Return where kernels go, the output's tiles, if they are few, and what makes them again.

    The output's rows and channels may merge.
    """
    _, kh, _, _, c_out = shape
    shared = gcd(g.strides[0], g.dilations[0])
    stride, gap = g.strides[0] // shared, g.dilations[0] // shared
    # Rows a dilation apart form pictures of their own, with taps side by side.
    apart = gap if stride == 1 else 1
    copies: list[Array] = []
    phases: list[tuple[Axis, Cut, Array]] = []
    matrices: dict[int, Array] = {}
    for first in range(min(apart, g.output_size[0])):
        height = len(range(first, g.output_size[0], apart))
        band = min(height, band_of(c_out, merges=merges and apart == 1))
        span, begin = (kh - 1) * gap // apart + 1, first * shared
        axis = Axis(first, apart, height, begin, shared * apart, stride, gap // apart, span, band)
        if band not in matrices:
            kernels, matrices[band] = banded(shape, axis, dtype)
            copies += kernels
        cut = cut_of(shape, g, axis, dtype.itemsize, copied=not lies.in_place)
        phases.append((axis, cut, matrices[band]))

    def make() -> Iterator[_Tile]:
        for phase in phases:
            yield from _tiles_of(lies, shape, g, *phase, alone=len(phases) == 1)

    few = sum(cut.parts for _, cut, _ in phases) <= _KEPT_PARTS
    return copies, list(make()) if few else [], make


def _tiles_of(
    lies: Lies,
    shape: tuple[int, ...],
    g: Geometry,
    axis: Axis,
    cut: Cut,
    matrix: Array,
    *,
    alone: bool,
) -> Iterator[_Tile]:
    """Yield a phase's tiles, which share working memory, with other phases' unless it is alone."""
    groups, _, kw, c_in, c_out = shape
    width, stride, dtype = g.output_size[1], axis.stride, matrix.dtype
    chunk, pitch, tile, together, _ = cut
    most = min(groups, together) * ((min(tile, axis.height) - 1) * stride + axis.span) * c_in
    lines_of_all = scratch("unfolded", (most, kw, pitch), dtype)
    # Zeros beside the input stay where one chunk covers the width and no other phase writes there.
    once = lies.in_place and alone and chunk >= width
    if once:
        for part in beside(lines_of_all, width, g, 0):
            part.fill(0)
    for start, top in product(range(0, groups, together), range(0, axis.height, tile)):
        some = slice(start, min(groups, start + together))
        lines = range(top, min(axis.height, top + tile))
        count, rows = some.stop - start, (len(lines) - 1) * stride + axis.span
        first, copied = axis.begin + top * stride * axis.down, None
        if not lies.in_place:
            around = count, c_in, rows, g.input_size[1] + sum(g.pads[1])
            memory, padded = rows_for("padded", around, dtype, by_pixels=lies.by_pixels)
            copied = padded, some, first, axis.down
        parts = []
        for left in range(0, width, chunk):
            columns = slice(left, min(width, left + chunk))
            wide = columns.stop - left
            unfolded = lines_of_all[: count * rows * c_in].reshape(count, rows, c_in, kw, pitch)
            if lies.in_place:
                at = Place(start, first, axis.down, left, lies.strides)
                zeros = [] if once else beside(unfolded, wide, g, left)
                unfold = unfold_in_place(unfolded, wide, g, at, zeros)
            else:
                unfold = unfold_copied(unfolded[..., :wide], padded, memory, g, left)
            products = products_of(unfolded, wide, matrix[some], axis, lines, (some, columns))
            parts.append((unfold, list(products)))
        # Rows of many channels lie far apart, and pixels of many outputs do, too.
        before = c_out >= PIXELS or (c_in >= _MANY and (groups == 1 or lies.in_place))
        yield _Tile(copied, parts, shown(g, some, axis.rows(lines), before=before))
