"""Deep layers: every window of a tile laid out as one row, times the filters, in one product.

With many input channels the windows' rows are long and the product dwarfs the copying.  A 1 × 1
kernel's windows are the pixels themselves, so that nothing is copied at all.
It stands alone because it can be left out.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from multiconv.engine.checks import Array
from multiconv.engine.geometry import Geometry
from multiconv.engine.padded import fill
from multiconv.engine.scratch import scratch

TILE = 2**20
"""Numbers of the windows laid out at a time."""


def write_pixels(planes: Array, filters: Array, g: Geometry, out: Array) -> None:
    """Write planes, (G, C, H, W), under filters, (G, kh, kw, C, K), into out, (G, H′, K, W′).

    The output's rows and columns must merge without a copy.
    """
    groups, kh, kw, c_in, c_out = filters.shape
    (height, width), dtype = g.output_size, out.dtype
    matrix, taps = filters.reshape(groups, -1, c_out), kh * kw * c_in
    by_pixel = out.transpose(0, 1, 3, 2)
    if (kh, kw, *g.strides, g.pads) == (1, 1, 1, 1, ((0, 0), (0, 0))):
        seen = planes.transpose(0, 2, 3, 1).reshape(groups, height * width, c_in)
        np.matmul(seen, matrix, out=by_pixel.reshape(groups, height * width, c_out))
        return
    (s1, s2), (d1, d2) = g.strides, g.dilations
    wide, tile = g.input_size[1] + sum(g.pads[1]), max(1, TILE // (width * taps))
    for top, group in product(range(0, height, tile), range(groups)):
        count = min(tile, height - top)
        padded = scratch("padded", ((count - 1) * s1 + (kh - 1) * d1 + 1, wide, c_in), dtype)
        fill(padded.transpose(2, 0, 1)[np.newaxis], planes[group : group + 1], g, top * s1)
        windows = scratch("windows", (count, width, kh, kw, c_in), dtype)
        down, across, item = padded.strides
        strides = down * s1, across * s2, down * d1, across * d2, item
        windows[...] = np.ndarray(windows.shape, dtype, padded, 0, strides)
        target = by_pixel[group, top : top + count].reshape(count * width, c_out)
        np.matmul(windows.reshape(count * width, taps), matrix[group], out=target)
