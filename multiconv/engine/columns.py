"""Larger kernels of one channel in and out: what each column of taps gives, shifted and added.

A column of taps reads rows as they are: one product, (kw, kh) by (kh, W), makes kw lines of each
output row, and these, each from where its column stands, add up to it.  No input is copied kw
times and no zero multiplied; a larger ``conv.COLUMNS`` switches this off.
It stands alone because it can be left out.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from multiconv.engine.checks import Array
from multiconv.engine.geometry import Geometry
from multiconv.engine.padded import fill
from multiconv.engine.scratch import lines, scratch

TILE = 2**18
"""Numbers of such lines at a time."""


def write_columns(planes: Array, filters: Array, g: Geometry, out: Array) -> None:
    """Write planes, (G, 1, H, W), under filters, (G, kh, kw, 1, 1), into out, (G, H′, 1, W′)."""
    (groups, kh, kw), dtype = filters.shape[:3], out.dtype
    (height, width), (s1, s2), (d1, d2) = g.output_size, g.strides, g.dilations
    columns = np.ascontiguousarray(filters[..., 0, 0].transpose(0, 2, 1))
    ones = np.ones((1, kw), dtype)
    reach = (width - 1) * s2 + 1
    wide = reach + (kw - 1) * d2
    pitch = lines(wide)
    tile = -(-height // -(-height * kw * pitch // TILE))  # all alike, or nearly
    for group, top in product(range(groups), range(0, height, tile)):
        count = min(tile, height - top)
        rows = (count - 1) * s1 + (kh - 1) * d1 + 1
        padded = scratch("padded", (1, 1, rows, pitch), dtype)
        fill(padded[..., :wide], planes[group : group + 1], g, top * s1)
        down, item = padded.strides[2:]
        windows = np.ndarray((count, kh, wide), dtype, padded, 0, (s1 * down, d1 * down, item))
        found = scratch("columns", (count, kw, pitch), dtype)
        np.matmul(columns[group], windows, out=found[..., :wide])
        apart, down, item = found.strides
        shifted = np.ndarray((count, kw, reach), dtype, found, 0, (apart, down + d2 * item, item))
        target = out[group, top : top + count]
        if s2 == 1:
            np.matmul(ones, shifted, out=target)
        else:
            target[...] = np.matmul(ones, shifted)[..., ::s2]
