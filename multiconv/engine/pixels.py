"""Deep layers: every window of a tile laid out as one row, times the filters, in one product.

With many input channels the windows' rows are long and the product dwarfs the copying.  A 1 × 1
kernel's windows are the pixels themselves, so that nothing is copied at all.
"""

from __future__ import annotations

import numpy as np

from multiconv.engine.checks import Array
from multiconv.engine.geometry import Geometry
from multiconv.engine.scratch import scratch
from multiconv.engine.tiles import fill_padded

TILE_BYTES = 2**22


def write_patches(planes: Array, filters: Array, g: Geometry, out: Array) -> None:
    """Write a grouped convolution of one picture.

    Parameters
    ----------
    planes : (G, C, H, W)
    filters : (G, kh, kw, C, K)
    g : Geometry
    out : (G, H′, W′, K)
        Written in place; its first two spatial axes must merge without a copy.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> out = np.empty((1, 2, 2, 1))
    >>> planes, g = np.arange(9.0).reshape(1, 1, 3, 3), geometry((3, 3), (2, 2), padding=0)
    >>> write_patches(planes, np.arange(4.0).reshape(1, 2, 2, 1, 1), g, out)
    >>> out.reshape(2, 2)
    array([[19., 25.],
           [37., 43.]])
    """
    groups, kh, kw, c_in, c_out = filters.shape
    height, width = g.output_size
    matrix = filters.reshape(groups, kh * kw * c_in, c_out)
    if (kh, kw, *g.strides, g.pads) == (1, 1, 1, 1, ((0, 0), (0, 0))):
        pixels = planes.transpose(0, 2, 3, 1).reshape(groups, height * width, c_in)
        np.matmul(pixels, matrix, out=out.reshape(groups, height * width, c_out))
        return
    taps = kh * kw * c_in
    tile = max(1, TILE_BYTES // (width * taps * out.itemsize))
    padded_width = g.input_size[1] + sum(g.pads[1])
    (s1, s2), (d1, d2) = g.strides, g.dilations
    for top in range(0, height, tile):
        count = min(tile, height - top)
        rows = (count - 1) * s1 + (kh - 1) * d1 + 1
        padded = scratch("padded", (rows, padded_width, c_in), out.dtype)
        windows = scratch("windows", (count, width, kh, kw, c_in), out.dtype)
        t0, t1, t2 = padded.strides
        seen = np.ndarray(
            windows.shape, padded.dtype, padded, 0, (t0 * s1, t1 * s2, t0 * d1, t1 * d2, t2)
        )
        for group in range(groups):
            fill_padded(
                padded.transpose(2, 0, 1)[np.newaxis], planes[group, np.newaxis], g, top * s1
            )
            windows[...] = seen
            target = out[group, top : top + count].reshape(count * width, c_out)
            np.matmul(windows.reshape(count * width, taps), matrix[group], out=target)
