"""Ordinary kernels: rows unfolded sideways, and a banded kernel matrix for several output rows.

Each padded input row is copied kw times, shifted by one tap each.  The taps of all the rows under
R output rows then lie one after another in memory, and the blocks for successive R rows overlap:
a strided view, no copy.  A banded matrix of the kernels turns each block into R output rows in one
small BLAS product, written where it belongs.  Rows that need no padding are unfolded from the
input itself, a twentieth to an eighth faster.  Unfolding an input that is to be padded tap by tap,
without a padded copy of the tile, was up to a third slower: it passes through memory once a tap.

Best up to about 17 taps a side, where `spectral` draws level, and up to 64 channels in and out,
where `patches` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import gcd

import numpy as np

from multiconv.engine.geometry import Geometry
from multiconv.engine.tensors import Array
from multiconv.engine.tiles import fill_padded, lie_by_pixels, rows_for
from multiconv.engine.workspace import scratch

PIXELS = 16
"""Output channels from which they are written pixel by pixel: OpenBLAS then multiplies at 100
GFLOP/s instead of 95, and the output passes through memory in its own order (0.6 to 0.9 of the
time); with fewer the registers are not full (1.3 to 1.7 times).
"""

_TILE_BYTES = 2**21  # Smaller tiles unfold more rows twice; larger ones leave the L2 cache.
_SMALL_PRODUCT = 10**6  # OpenBLAS multiplies up to this M·N·K without packing its operands.
_CHUNK = 512
_ROWS = 4  # Output rows times channels a product: fewer idle its registers, more multiply zeros;
# for one output of 3 rows of taps half as many, a tenth faster at 3 × 3 and slower at 5 × 5.


@dataclass(frozen=True, slots=True)
class _Step:
    """One axis of work: every ``stride``-th of the input rows read, taps ``gap`` apart."""

    first: int
    step: int
    stride: int
    gap: int
    band: int


@dataclass(frozen=True, slots=True)
class _Rows:
    """A tile's padded rows, (G, C, rows, W), somewhere in contiguous memory."""

    memory: Array
    offset: int
    strides: tuple[int, ...]


def write_rows(planes: Array, filters: Array, g: Geometry, out: Array) -> None:
    """Write a grouped convolution of one picture.

    Parameters
    ----------
    planes : (G, C, H, W)
    filters : (G, kh, kw, C, K)
    g : Geometry
    out : (G, H′, K, W′)
        Written in place; contiguous in its last axis, or, with `PIXELS` channels, in its third.

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
    shared = gcd(g.strides[0], g.dilations[0])
    stride, gap = g.strides[0] // shared, g.dilations[0] // shared
    # Rows a dilation apart form pictures of their own, with taps side by side.
    phases = gap if stride == 1 else 1
    c_out = filters.shape[-1]
    for phase in range(min(phases, g.output_size[0])):
        mine = out[:, phase::phases]
        merges = c_out == 1 or mine.strides[1] == c_out * mine.strides[2]
        rows = _ROWS // 2 if c_out == 1 and filters.shape[1] <= 3 else max(1, _ROWS // c_out)
        band = rows if merges else 1
        step = _Step(phase * shared, shared * phases, stride, gap // phases, band)
        _write_phase(planes, filters, g, mine, step)


def _write_phase(planes: Array, filters: Array, g: Geometry, out: Array, step: _Step) -> None:
    groups, kh, kw, c_in, c_out = filters.shape
    height, width = out.shape[1], out.shape[3]
    band, stride = min(height, step.band), step.stride
    matrix = _banded(filters, band, stride, step.gap)
    if c_out >= PIXELS:  # BLAS reads it as it writes, all the channels of a tap side by side.
        matrix = np.ascontiguousarray(matrix.transpose(0, 2, 1)).transpose(0, 2, 1)
    matrix = matrix[:, np.newaxis]
    span = (kh - 1) * step.gap + 1
    column = c_in * kw * out.itemsize
    least = ((band - 1) * stride + span) * column
    widest = min(_CHUNK, _SMALL_PRODUCT // matrix[0].size, _TILE_BYTES // least)
    chunk = min(width, max(16, widest // 16 * 16))
    fitting = _TILE_BYTES // (column * chunk)
    tile = max(1, (fitting - span) // (band * stride)) * band
    together = max(1, fitting // (min(tile, height) * stride + span))
    padded_width = g.input_size[1] + sum(g.pads[1])
    # A stride leaves out so much that pixels need not be sorted into planes before.
    by_pixels = g.strides[1] > 1 and lie_by_pixels(planes)
    # Without padding, rows are unfolded from where they are.
    memory = planes.transpose(2, 3, 0, 1) if by_pixels else planes
    as_they_are = memory.flags.c_contiguous and not any(map(any, g.pads))
    for start, top in product(range(0, groups, together), range(0, height, tile)):
        some = slice(start, start + together)
        target = out[some, top : top + tile]
        rows = (target.shape[1] - 1) * stride + span
        first = step.first + top * stride * step.step
        if as_they_are:
            s0, s1, s2, s3 = planes.strides
            seen = _Rows(memory, start * s0 + first * s2, (s0, s1, s2 * step.step, s3))
        else:
            copy, padded = rows_for("padded", planes[some], rows, padded_width, by_pixels=by_pixels)
            fill_padded(padded, planes[some], g, first, step.step)
            seen = _Rows(copy, 0, padded.strides)
        for left in range(0, width, chunk):
            part = target[..., left : left + chunk]
            shape = len(target), rows, c_in, kw, part.shape[-1]
            _multiply(matrix[some], _unfolded(seen, g, left, shape), part, band, stride, span)


def _unfolded(seen: _Rows, g: Geometry, left: int, shape: tuple[int, ...]) -> Array:
    """Return (G, rows, C, kw, W′): every row once for each tap, shifted, from column left on."""
    s0, s1, s2, s3 = seen.strides
    strides = s0, s2, s1, s3 * g.dilations[1], s3 * g.strides[1]
    dtype = seen.memory.dtype
    shifted = np.ndarray(shape, dtype, seen.memory, seen.offset + left * strides[-1], strides)
    unfolded = scratch("unfolded", shape, dtype)
    np.copyto(unfolded, shifted)
    return unfolded


def _multiply(
    matrix: Array, unfolded: Array, out: Array, band: int, stride: int, span: int
) -> None:
    groups, height, c_out, width = out.shape
    s0, s1, _, s3, s4 = unfolded.strides
    taps = s1 // s3
    whole = height // band * band
    for first, rows, blocks in ((0, band, height // band), (whole, height - whole, 1)):
        if not rows or not blocks:
            continue
        used = ((rows - 1) * stride + span) * taps
        overlapping = np.ndarray(
            (groups, blocks, used, width),
            unfolded.dtype,
            unfolded,
            first * stride * s1,
            (s0, s1 * rows * stride, s3, s4),
        )
        target = out[:, first : first + blocks * rows]
        target = target.reshape(groups, blocks, rows * c_out, width)
        np.matmul(matrix[..., : rows * c_out, :used], overlapping, out=target)


def _banded(filters: Array, band: int, stride: int, gap: int) -> Array:
    """Return (G, band·K, rows·C·kw): one row of the matrix per output row and channel."""
    groups, kh, kw, c_in, c_out = filters.shape
    rows = (band - 1) * stride + (kh - 1) * gap + 1
    matrix = np.zeros((groups, band, c_out, rows, c_in, kw), filters.dtype)
    for r in range(band):
        first = r * stride
        matrix[:, r, :, first : first + (kh - 1) * gap + 1 : gap] = filters.transpose(0, 4, 1, 3, 2)
    return matrix.reshape(groups, band * c_out, rows * c_in * kw)
