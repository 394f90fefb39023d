"""Many channels: the windows of a tile laid out as rows of numbers, times the filters.

A window's numbers lie as the filters' do, row of taps by row of taps, all channels of a tap
together.  Where the output is wide they are unfolded sideways alone: each column keeps its taps of
all input rows, one after another, so that the windows of a column overlap in memory, and every
output row is a product of its own.  Narrow outputs have whole windows laid out, and one product a
tile.  A 1 × 1 kernel's windows are the pixels themselves, so that nothing is copied at all.  Where
BLAS takes small products as they lie, each of these is made of such.
It stands alone because it can be left out.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from multiconv.engine.checks import Array
from multiconv.engine.geometry import Geometry
from multiconv.engine.padded import fill
from multiconv.engine.scratch import scratch, unpacked_products

TILE = 2**19
"""Numbers of the windows laid out at a time."""

FEWEST = 16
"""Windows that a small product needs lest what it begins with is most of it."""

WIDE = 96
"""Columns from which a product of one output row is large enough."""


def write_pixels(planes: Array, filters: Array, g: Geometry, out: Array) -> None:
    """Write planes, (G, C, H, W), under filters, (G, kh, kw, C, K), into out, (G, H′, K, W′).

    The output's rows and columns must merge without a copy.
    """
    groups, kh, kw, c_in, c_out = filters.shape
    (height, width), dtype = g.output_size, out.dtype
    matrix, by_pixel = filters.reshape(groups, -1, c_out), out.transpose(0, 1, 3, 2)
    if (kh, kw, *g.strides, g.pads) == (1, 1, 1, 1, ((0, 0), (0, 0))):
        seen = planes.transpose(0, 2, 3, 1).reshape(groups, height * width, c_in)
        for group, target in enumerate(by_pixel.reshape(groups, height * width, c_out)):
            _multiply(seen[group : group + 1], matrix[group], target[np.newaxis])
        return
    (s1, s2), (d1, d2) = g.strides, g.dilations
    narrow, run = width < WIDE, kw * c_in
    sideways = not narrow and d1 == 1
    chunk = width if narrow else min(width, max(WIDE, TILE // (2 * kh * run)))
    room = TILE // (chunk * run)
    most = (room - kh) // s1 + 1 if sideways else room // kh
    tile = -(-height // -(-height // max(1, most)))  # all alike, or nearly
    for group, top, left in product(range(groups), range(0, height, tile), range(0, width, chunk)):
        target = by_pixel[group, top : top + tile, left : left + chunk]
        count, wide, _ = target.shape
        rows, line = (count - 1) * s1 + (kh - 1) * d1 + 1, (wide - 1) * s2 + (kw - 1) * d2 + 1
        padded = scratch("padded", (rows, line, c_in), dtype)
        into = padded.transpose(2, 0, 1)[np.newaxis]
        fill(into, planes[group : group + 1], g, top * s1, left * s2)
        down, across, item = padded.strides
        if sideways:
            taps = scratch("windows", (wide, rows, kw, c_in), dtype)
            along = (across * s2, down, across * d2, item)
            taps[...] = np.ndarray(taps.shape, dtype, padded, 0, along)
            column, row, _, item = taps.strides
            windows = np.ndarray((count, wide, kh * run), dtype, taps, 0, (s1 * row, column, item))
        else:
            taps = scratch("windows", (count, wide, kh, kw, c_in), dtype)
            each = (down * s1, across * s2, down * d1, across * d2, item)
            taps[...] = np.ndarray(taps.shape, dtype, padded, 0, each)
            windows = taps.reshape(count, wide, kh * run)
        if narrow:
            windows, target = windows.reshape(1, -1, kh * run), target.reshape(1, -1, c_out)
        _multiply(windows, matrix[group], target)


def _multiply(windows: Array, matrix: Array, out: Array) -> None:
    """Write windows, (B, n, taps), times a matrix, (taps, K), into out, (B, n, K)."""
    (many, count, taps), c_out = windows.shape, matrix.shape[1]
    most = unpacked_products() // (taps * c_out)
    if most < FEWEST or count <= most:
        np.matmul(windows, matrix, out=out)
        return
    piece = -(-count // -(-count // most))  # all alike, or nearly
    if many == 1:  # all but a rest at once
        whole = count // piece * piece
        each = windows[0, :whole].reshape(-1, piece, taps)
        np.matmul(each, matrix, out=out[0, :whole].reshape(-1, piece, c_out))
        windows, out = windows[:, whole:], out[:, whole:]
    for at in range(0, windows.shape[1], piece):
        np.matmul(windows[:, at : at + piece], matrix, out=out[:, at : at + piece])
