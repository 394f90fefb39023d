"""The formula as plain loops: read this first.

``output[i,j,k] = bias[k] + Σ_{di,dj,q} x[s₁·i + d₁·di, s₂·j + d₂·dj, q] · filters[di,dj,q,k]``
(Goodfellow, Bengio, Courville, *Deep Learning*, 2016, eq. 9.8): cross-correlation, as all
frameworks compute it.  What one q adds is that channel's partial.  `conv` computes the same
thousands of times as fast; this module stands alone so that the formula can be read without it.

A transposed layer has the same loops.  Its window is those inputs whose stamps reach the pixel:
``output[i,j,k] = bias[k] + Σ_{i′,j′,q} x[i′, j′, q] · filters[i + p − s₁·i′, j + p − s₂·j′, q, k]``
with a dilation of 1 and p rows and columns cut off above and at the left.
"""

from __future__ import annotations

import numpy as np

from multiconv.engine.checks import Array
from multiconv.engine.geometry import Geometry


def partials_by_loops(x: Array, filters: Array, k: int, g: Geometry, groups: int = 1) -> Array:
    """Return what each input channel adds to output channel k, (H′, W′, C_in), in 64 bits.

    Group n of the outputs sees the n-th part of the input channels alone: the others add nothing.
    """
    height, width = g.output_size
    share, c_out = filters.shape[2:]
    first = k * groups // c_out * share
    added = np.zeros((height, width, x.shape[2]))
    for i in range(height):
        for j in range(width):
            window = g.window_of(i, j)
            for row, di in zip(window.source_rows, window.row_taps, strict=True):
                for col, dj in zip(window.source_cols, window.col_taps, strict=True):
                    if row < 0 or col < 0:
                        continue  # A zero of the padding.
                    for q in range(share):
                        value = float(x[row, col, first + q])
                        added[i, j, first + q] += value * float(filters[di, dj, q, k])
    return added


def conv2d_by_loops(x: Array, filters: Array, bias: Array, g: Geometry, groups: int = 1) -> Array:
    """Return a layer's output, (H′, W′, C_out), in 64 bits: the partials' sum and the bias."""
    output = np.empty((*g.output_size, filters.shape[3]))
    for k in range(filters.shape[3]):
        output[..., k] = partials_by_loops(x, filters, k, g, groups).sum(axis=2) + bias[k]
    return output
