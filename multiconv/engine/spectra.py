"""Large kernels: products of spectra, in overlapping tiles.

A tile of F × F padded input gives F − k + 1 output rows and columns that no wrap-around has
reached (overlap-save; Oppenheim and Schafer, *Discrete-Time Signal Processing*, 8.7).  The cost a
pixel hardly grows with the kernel, but rounding spreads over the tile, with its largest value.  So
the transforms have 64 bits, which keep it below what the products of float32 round; and what can
have no negative sum has none.  It stands alone because it can be left out.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from multiconv.engine.checks import Array
from multiconv.engine.geometry import Geometry, Pair
from multiconv.engine.padded import fill
from multiconv.engine.scratch import scratch

_SIDES = tuple(sorted(2**a * 3**b * c for a in range(3, 10) for b in range(4) for c in (1, 5)))
_WANTED = 288, 160  # Less of a taller tile is overlap, and this one's spectra stay near.


def write_spectra(planes: Array, filters: Array, g: Geometry, out: Array) -> None:
    """Write planes, (G, C, H, W), under filters, (G, kh, kw, C, K), into out, (G, H′, K, W′).

    Strides are 1.
    """
    (height, width), (c_in, c_out) = g.output_size, filters.shape[3:]
    rows, cols = tile_of(g)
    down, across = rows - _reach(g, 0), cols - _reach(g, 1)
    shape = c_in, rows, cols // 2 + 1
    spread = scratch("spread", (c_out, c_in, rows, cols), np.float64)
    kernels, seen, work = (
        scratch(name, (*more, *shape), np.complex128)
        for name, more in (("kernels", (c_out,)), ("seen", ()), ("work", ()))
    )
    values = scratch("values", (down, cols), np.float64)
    padded = scratch("padded", (1, c_in, rows, cols), np.float64)
    for group, own in enumerate(filters):
        spread.fill(0)
        spread[..., : rows - down + 1 : g.dilations[0], : cols - across + 1 : g.dilations[1]] = (
            own.transpose(3, 2, 0, 1)
        )
        np.fft.rfft(spread, out=kernels)
        np.conj(np.fft.fft(kernels, axis=-2, out=kernels), out=kernels)
        for top, left in product(range(0, height, down), range(0, width, across)):
            fill(padded, planes[group : group + 1], g, top, left)
            np.fft.fft(np.fft.rfft(padded[0], out=work), axis=-2, out=seen)
            tile = out[group, top : top + down, :, left : left + across]
            for k, spectrum in enumerate(kernels):
                np.multiply(seen, spectrum, out=work)
                total = work[0] if c_in == 1 else work.sum(axis=0)
                back = np.fft.ifft(total, axis=-2, out=total)[:down]
                np.fft.irfft(back, n=cols, out=values)
                tile[:, k] = values[: tile.shape[0], : tile.shape[2]]
        if own.min() >= 0 and planes[group].min() >= 0:
            np.maximum(out[group], 0, out=out[group])


def tile_of(g: Geometry) -> Pair:
    """Return the transforms' sides, for tiles of equal size, or nearly."""
    rows, cols = (
        _side(_reach(g, axis), g.output_size[axis], wanted) for axis, wanted in enumerate(_WANTED)
    )
    return rows, cols


def _side(reach: int, size: int, wanted: int) -> int:
    tiles = -(-size // (max(wanted, 5 * reach) - reach))
    least = -(-size // tiles) + reach
    return next((side for side in _SIDES if side >= least), least)


def _reach(g: Geometry, axis: int) -> int:
    """Return how far the last tap lies from the first."""
    return (g.kernel_size[axis] - 1) * g.dilations[axis]
