"""Ordinary kernels: rows unfolded sideways, times a banded matrix for several output rows.

Each padded row is copied kw times, shifted by one tap each.  Taps below each other need no copy:
the unfolded rows under R output rows lie one after another in memory, and the blocks for successive
R rows overlap, a strided view that BLAS takes as it is.  A matrix that holds the kernels R times,
each a row further on, makes R output rows of each block.
"""

from __future__ import annotations

from itertools import product
from math import gcd

import numpy as np

from multiconv.engine.checks import Array
from multiconv.engine.geometry import Geometry
from multiconv.engine.padded import fill
from multiconv.engine.scratch import lines, scratch

PIXELS = 16
"""Output channels from which they are written pixel by pixel: with fewer, registers idle."""

TILE = 2**18
"""Unfolded numbers at a time: smaller tiles copy more rows twice, larger ones leave the cache."""

_BAND = 4  # Output rows times channels a product: fewer idle its registers, more multiply zeros.
_CHUNK = 2048, 64  # Columns a product has at most, and at least where windows are many.


def write_rows(planes: Array, filters: Array, g: Geometry, out: Array) -> None:
    """Write planes, (G, C, H, W), under filters, (G, kh, kw, C, K), into out, (G, H′, K, W′).

    Output rows whose windows lie between each other, by a dilation, are pictures of their own.
    """
    common = gcd(g.strides[0], g.dilations[0])
    apart = g.dilations[0] // common
    for first in range(min(apart, g.output_size[0])):
        stride = g.strides[0] // common
        _write_phase(planes, filters, g, out[:, first::apart], first * g.strides[0], stride)


def _write_phase(
    planes: Array, filters: Array, g: Geometry, out: Array, begin: int, stride: int
) -> None:
    """Write output rows whose windows begin ``stride`` rows apart.

    They see padded rows begin, begin + d₁, …, and no others.
    """
    groups, kh, kw, c_in, c_out = filters.shape
    s2, (d1, d2) = g.strides[1], g.dilations
    height, width, dtype = out.shape[1], out.shape[3], out.dtype
    merges = c_out == 1 or out.strides[1] == c_out * out.strides[2]
    band = min(height, max(1, _BAND // c_out)) if merges else 1
    span = (band - 1) * stride + kh
    matrix = np.zeros((groups, 1, band, c_out, span, c_in, kw), dtype)
    for r in range(band):
        matrix[:, 0, r, :, r * stride : r * stride + kh] = filters.transpose(0, 4, 1, 3, 2)
    matrix = matrix.reshape(groups, 1, band * c_out, span * c_in * kw)
    most, least = _CHUNK
    chunk = min(width, most, max(least, TILE // (c_in * kw * 3 * span)))
    pitch = chunk if chunk < 256 else lines(chunk)
    room = max(span, TILE // (c_in * kw * pitch))
    tile = (room - span) // (band * stride) * band + band
    tile = -(-height // -(-height // tile) // band) * band  # all alike, or nearly
    together = max(1, room // ((tile - band) * stride + span))
    for start, top, left in product(
        range(0, groups, together), range(0, height, tile), range(0, width, chunk)
    ):
        some = slice(start, start + together)
        target = out[some, top : top + tile, :, left : left + chunk]
        n, count, _, wide = target.shape
        rows = (count - 1) * stride + kh
        line = (wide - 1) * s2 + (kw - 1) * d2 + 1
        padded = scratch("padded", (n, c_in, rows, line), dtype)
        fill(padded, planes[some], g, begin + top * stride * d1, left * s2, d1)
        unfolded = scratch("unfolded", (n, rows, c_in, kw, pitch), dtype)
        p0, p1, p2, item = padded.strides
        shifted = (n, rows, c_in, kw, wide), dtype, padded, 0, (p0, p2, p1, d2 * item, s2 * item)
        unfolded[..., :wide] = np.ndarray(*shifted)
        whole = count // band * band
        for at, high, blocks in ((0, band, count // band), (whole, count - whole, 1)):
            if not high or not blocks:
                continue
            taps, (u0, u1, _, u3, _) = ((high - 1) * stride + kh) * c_in * kw, unfolded.strides
            shape, strides = (n, blocks, taps, wide), (u0, high * stride * u1, u3, item)
            seen = np.ndarray(shape, dtype, unfolded, at * stride * u1, strides)
            part = target[:, at : at + blocks * high].reshape(n, blocks, high * c_out, wide)
            np.matmul(matrix[some, :, : high * c_out, :taps], seen, out=part)
