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

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from math import gcd
from typing import Any, NamedTuple

import numpy as np

from multiconv.engine.banded import Axis, Product, band_of, banded, products_of
from multiconv.engine.finite import Look, telling_rows
from multiconv.engine.geometry import Geometry
from multiconv.engine.tensors import Array
from multiconv.engine.tiles import (
    apart_for,
    fill_padded,
    has_bare_sides,
    lie_by_pixels,
    rows_for,
)
from multiconv.engine.unfold import Place, Unfold, unfold_copied, unfold_in_place
from multiconv.engine.workspace import kept, scratch

_TILE_BYTES = 3 * 2**20  # Smaller tiles unfold more rows twice; larger ones leave the caches.
_SMALL_PRODUCT = 10**6  # OpenBLAS multiplies up to this M·N·K without packing its operands.
_CHUNK = 4096  # Columns a product: rows cut into several are read again for each.
_KEPT = 2**20  # Bytes of kernels, spread out, whose matrix a thread keeps for the next call.


class _Lies(NamedTuple):
    """How planes, (G, C, H, W), lie in memory: strides and size in bytes.

    Attributes
    ----------
    by_pixels, in_place : bool
        Whether pixels lie side by side, and whether rows are unfolded from where they are.
    """

    strides: tuple[int, ...]
    size: int
    by_pixels: bool
    in_place: bool


@dataclass(frozen=True, slots=True)
class _Tile:
    """Rows of the input that are unfolded together.

    Attributes
    ----------
    copied : tuple or None
        Where a padded copy goes, (G, C, rows, W); the groups; the first padded row and the step.
    parts : list of (callable, list of Product)
        Columns of the output, which are unfolded and multiplied one after another.
    telling : index
        The rows of the output that a `Look` is shown.
    """

    copied: tuple[Array, slice, int, int] | None
    parts: list[tuple[Unfold, list[Product]]]
    telling: tuple[slice, slice, int]


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
        Is shown the rows that tell whether planes are finite, of one channel a group.

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
    lies = _Lies(planes.strides, planes.nbytes, by_pixels, bare and memory.flags.c_contiguous)
    merges = out.strides[1] == out.shape[2] * out.strides[2]
    key = lies, filters.shape, g, merges, out.dtype, _TILE_BYTES, _CHUNK
    lay = partial(_laid_out, lies, filters.shape, g, merges, out.dtype)
    small = filters.nbytes * g.dilations[0] <= _KEPT
    copies, tiles = kept("rows", key, lay) if small else lay()
    for kernels in copies:
        kernels[...] = filters.transpose(0, 4, 1, 3, 2)
    for tile in tiles:
        if tile.copied:
            padded, some, first, step = tile.copied
            fill_padded(padded, planes[some], g, first, step)
        for unfold, products in tile.parts:
            unfold(planes, memory)
            for one in products:
                np.matmul(one.matrix, one.blocks, out=out[one.where].reshape(one.shape))
        if look:
            look(out[tile.telling])


def _laid_out(
    lies: _Lies, shape: tuple[int, ...], g: Geometry, merges: bool, dtype: Any
) -> tuple[list[Array], list[_Tile]]:
    """Return where kernels go, and the tiles of the output, whose rows and channels may merge."""
    _, kh, _, _, c_out = shape
    shared = gcd(g.strides[0], g.dilations[0])
    stride, gap = g.strides[0] // shared, g.dilations[0] // shared
    # Rows a dilation apart form pictures of their own, with taps side by side.
    apart = gap if stride == 1 else 1
    copies: list[Array] = []
    tiles: list[_Tile] = []
    matrices: dict[int, Array] = {}
    for first in range(min(apart, g.output_size[0])):
        height = len(range(first, g.output_size[0], apart))
        band = min(height, band_of(c_out, merges=merges and apart == 1))
        span, begin = (kh - 1) * gap // apart + 1, first * shared
        axis = Axis(first, apart, height, begin, shared * apart, stride, gap // apart, span, band)
        if band not in matrices:
            kernels, matrices[band] = banded(shape, axis, dtype)
            copies += kernels
        tiles += _tiles_of(lies, shape, g, axis, matrices[band])
    return copies, tiles


def _tiles_of(
    lies: _Lies, shape: tuple[int, ...], g: Geometry, axis: Axis, matrix: Array
) -> Iterator[_Tile]:
    """Yield a phase's tiles, which share working memory."""
    groups, _, kw, c_in, c_out = shape
    width, band, stride, dtype = g.output_size[1], axis.band, axis.stride, matrix.dtype
    alone, sides = c_in == c_out == 1, g.input_size[1] + sum(g.pads[1])
    least = matrix.shape[3] * dtype.itemsize
    widest = min(_CHUNK, _SMALL_PRODUCT // matrix[0].size, _TILE_BYTES // least)
    chunk = min(width, max(16, widest // 16 * 16))
    # The rows of many channels are too many for the L1 cache in any case.
    pitch = apart_for(matrix.shape[3], chunk, dtype.itemsize) if alone else chunk
    # A padded copy has a row for all the chunks beside each other.
    row = c_in * (kw * pitch + (0 if lies.in_place else sides)) * dtype.itemsize
    fitting = _TILE_BYTES // row
    tile = max(1, (fitting - axis.span) // (band * stride)) * band
    tile = -(-axis.height // -(-axis.height // tile) // band) * band  # all alike, or nearly
    together = max(1, fitting // (min(tile, axis.height) * stride + axis.span))
    line = np.zeros((min(groups, together), c_in, sides), dtype)
    for start, top in product(range(0, groups, together), range(0, axis.height, tile)):
        some = slice(start, min(groups, start + together))
        lines = range(top, min(axis.height, top + tile))
        count, rows = some.stop - start, (len(lines) - 1) * stride + axis.span
        first, copied = axis.begin + top * stride * axis.down, None
        if not lies.in_place:
            around = count, c_in, rows, sides
            memory, padded = rows_for("padded", around, dtype, by_pixels=lies.by_pixels)
            copied = padded, some, first, axis.down
        parts = []
        for left in range(0, width, chunk):
            columns = slice(left, min(width, left + chunk))
            wide = columns.stop - left
            shape = count, rows, c_in, kw, pitch if alone else wide
            unfolded = scratch("unfolded", shape, dtype)
            if lies.in_place:
                at = Place(start, first, axis.down, left, lies.strides, lies.size)
                unfold = unfold_in_place(unfolded[..., :wide], g, at, line[:count])
            else:
                unfold = unfold_copied(unfolded[..., :wide], padded, memory, g, left)
            products = products_of(unfolded, wide, matrix[some], axis, lines, (some, columns))
            parts.append((unfold, list(products)))
        told = telling_rows(g, top, lines.stop) if axis.apart == 1 else axis.rows(lines)
        yield _Tile(copied, parts, (some, told, 0))
