"""Large kernels: products of spectra, in overlapping tiles.

A tile of F × F padded input gives F − k + 1 output rows and columns that no wrap-around has
reached (overlap-save; Oppenheim and Schafer, *Discrete-Time Signal Processing*, 8.7).  The cost a
pixel hardly grows with the kernel, but rounding spreads over the tile: about 1e-7 of its largest
value, also where the exact answer is zero.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from multiconv.engine.checks import Array
from multiconv.engine.geometry import Geometry, Pair
from multiconv.engine.scratch import scratch
from multiconv.engine.tiles import fill_padded

# NumPy 2.4 computes transforms of float32 in float64, in six times the time, unless they are
# scaled: the inverse is by default, the others are under this norm.
_SINGLE: Literal["forward"] = "forward"
_SIDES = tuple(sorted(2**a * 3**b * c for a in range(3, 10) for b in range(4) for c in (1, 5)))


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
    rows, cols = sides_of(g)
    down, across = rows - reach_of(g, 0), cols - reach_of(g, 1)
    padded_width = g.input_size[1] + sum(g.pads[1])
    c_in, half = planes.shape[1], cols // 2 + 1
    for group, own in enumerate(filters):
        kernels = _spectra_of(own, g, (rows, cols))
        across_only = scratch("spectra of rows", (c_in, rows, half), kernels.dtype)
        seen = scratch("seen", (c_in, rows, half), kernels.dtype)
        products = scratch("products", (c_in, rows, half), kernels.dtype)
        values = scratch("values", (down, cols), out.dtype)
        padded = scratch("padded", (1, c_in, rows, padded_width), out.dtype)
        for top in range(0, height, down):
            fill_padded(padded, planes[group : group + 1], g, top)
            for left in range(0, width, across):
                tile = out[group, top : top + down, :, left : left + across]
                window = padded[0, :, :, left : left + cols]
                np.fft.rfft(window, n=cols, norm=_SINGLE, out=across_only)
                np.fft.fft(across_only, axis=-2, norm=_SINGLE, out=seen)
                for k, spectra in enumerate(kernels):
                    np.multiply(seen, spectra, out=products)
                    total = products.sum(axis=0, out=products[0]) if c_in > 1 else products[0]
                    back = np.fft.ifft(total, axis=-2, out=across_only[0])
                    np.fft.irfft(back[:down], n=cols, out=values)
                    # The tile's own norm is taken back here, where no spectrum can overflow by it.
                    found = values[: tile.shape[0], : tile.shape[2]]
                    np.multiply(found, rows * cols, out=tile[:, k])


def _spectra_of(filters: Array, g: Geometry, side: Pair) -> Array:
    """Return the conjugate spectra of a group's kernels, (K, C, F, F // 2 + 1), in scratch memory.

    Fresh arrays of this size are given back to the system and faulted in anew at every call.
    """
    kh, kw, c_in, c_out = filters.shape
    (rows, cols), (d1, d2) = side, g.dilations
    spread = scratch("spread", (c_out, c_in, rows, cols), filters.dtype)
    spread.fill(0)
    spread[..., : (kh - 1) * d1 + 1 : d1, : (kw - 1) * d2 + 1 : d2] = filters.transpose(3, 2, 0, 1)
    kind = np.result_type(filters.dtype, np.complex64)
    spectra = scratch("spectra", (c_out, c_in, rows, cols // 2 + 1), kind)
    np.fft.rfft(spread, norm=_SINGLE, out=spectra)
    np.fft.fft(spectra, axis=-2, norm=_SINGLE, out=spectra)
    spectra *= rows * cols
    return np.conj(spectra, out=spectra)


def reach_of(g: Geometry, axis: int) -> int:
    """Return how far the last tap lies from the first.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> reach_of(geometry((9, 9), (3, 5), dilations=2), 1)
    8
    """
    return (g.kernel_size[axis] - 1) * g.dilations[axis]


def sides_of(g: Geometry) -> Pair:
    """Return the transforms' sides, for tiles of equal size, or nearly.

    They are near 288 down and 160 across, or five times the reach: less of a taller tile is
    overlap, and this one's spectra still stay in the L2 cache (0.9 of the time of 160 × 160).

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> sides_of(geometry((1024, 1024), (31, 31)))
    (288, 160)
    """
    rows, cols = (
        _side(reach_of(g, axis), g.output_size[axis], wanted)
        for axis, wanted in enumerate((288, 160))
    )
    return rows, cols


def _side(reach: int, size: int, wanted: int) -> int:
    tiles = -(-size // (max(wanted, 5 * reach) - reach))
    least = -(-size // tiles) + reach
    return next((side for side in _SIDES if side >= least), least)
