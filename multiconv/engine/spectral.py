"""Large kernels: products of spectra, in overlapping tiles.

A tile of F × F padded input gives F − k + 1 output rows and columns that no wrap-around has
reached (overlap-save; Oppenheim and Schafer, *Discrete-Time Signal Processing*, 8.7).  The cost a
pixel hardly grows with the kernel, but rounding spreads over the tile: about 1e-7 of its largest
value, also where the exact answer is zero.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from multiconv.engine.geometry import Geometry, Pair
from multiconv.engine.tensors import Array
from multiconv.engine.tiles import fill_padded
from multiconv.engine.workspace import scratch

_SIDES = (
    32,
    40,
    48,
    64,
    72,
    80,
    96,
    108,
    128,
    144,
    160,
    180,
    192,
    216,
    240,
    288,
    320,
    384,
    480,
    640,
)


def write_spectra(planes: Array, filters: Array, g: Geometry, out: Array) -> None:
    """Write a grouped convolution of one picture with strides of 1.

    Parameters
    ----------
    planes : (G, C, H, W)
    filters : (G, kh, kw, C, K)
    g : Geometry
        Its strides are (1, 1).
    out : (G, H′, K, W′)
        Written in place.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> out = np.empty((1, 2, 1, 2))
    >>> planes, g = np.arange(9.0).reshape(1, 1, 3, 3), geometry((3, 3), (2, 2), padding=0)
    >>> write_spectra(planes, np.arange(4.0).reshape(1, 2, 2, 1, 1), g, out)
    >>> out.reshape(2, 2).round(6)
    array([[19., 25.],
           [37., 43.]])
    """
    height, width = g.output_size
    reach = tuple((k - 1) * d for k, d in zip(g.kernel_size, g.dilations, strict=True))
    rows, cols = _side(reach[0], height), _side(reach[1], width)
    kernels = _spectra_of(filters, g, (rows, cols))
    down, across = rows - reach[0], cols - reach[1]
    padded_width = g.input_size[1] + sum(g.pads[1])
    c_in, half = planes.shape[1], cols // 2 + 1
    seen = scratch("seen", (c_in, rows, half), kernels.dtype)
    products = scratch("products", (c_in, rows, half), kernels.dtype)
    values = scratch("values", (down, cols), out.dtype)
    for group, top in product(range(len(planes)), range(0, height, down)):
        padded = scratch("padded", (1, c_in, rows, padded_width), out.dtype)
        fill_padded(padded, planes[group : group + 1], g, top)
        for left in range(0, width, across):
            tile = out[group, top : top + down, :, left : left + across]
            np.fft.rfft(padded[0, :, :, left : left + cols], n=cols, out=seen)
            np.fft.fft(seen, axis=-2, out=seen)
            for k in range(tile.shape[1]):
                np.multiply(seen, kernels[group, k], out=products)
                total = products.sum(axis=0, out=products[0]) if c_in > 1 else products[0]
                np.fft.ifft(total, axis=-2, out=total)
                np.fft.irfft(total[:down], n=cols, out=values)
                tile[:, k] = values[: tile.shape[0], : tile.shape[2]]


def _spectra_of(filters: Array, g: Geometry, side: Pair) -> Array:
    """Return the conjugate spectra of the kernels, (G, K, C, F, F // 2 + 1)."""
    groups, kh, kw, c_in, c_out = filters.shape
    spread = np.zeros((groups, c_out, c_in, *side), filters.dtype)
    (d1, d2) = g.dilations
    spread[..., : (kh - 1) * d1 + 1 : d1, : (kw - 1) * d2 + 1 : d2] = filters.transpose(
        0, 4, 3, 1, 2
    )
    spectra: Array = np.conj(np.fft.rfft2(spread))
    return spectra


def _side(reach: int, size: int) -> int:
    """Return the transform's side: near 192, or five times the reach, for tiles of equal size."""
    tiles = -(-size // (max(192, 5 * reach) - reach))
    wanted = -(-size // tiles) + reach
    return next((side for side in _SIDES if side >= wanted), wanted)
