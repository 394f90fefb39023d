"""One kernel for each channel, as the products of its columns of taps read it (`columns`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from multiconv.engine.checks import Array
from multiconv.engine.geometry import Geometry


@dataclass(frozen=True, slots=True)
class Taps:
    """Working memory for kernels.

    Attributes
    ----------
    columns : (G, kw, kh)
    spread : (G, kw, n)
        A dilation apart and between zeros, as many as windows reach out of the input: seen from
        further on, the kernel is cut off.
    within : (G, kw, kh) view of spread
    """

    columns: Array
    spread: Array
    within: Array

    def load(self, kernels: Array) -> None:
        """Take kernels, (G, kh, kw)."""
        self.columns[...] = kernels.transpose(0, 2, 1)
        self.within[...] = self.columns


def taps_for(g: Geometry, groups: int, dtype: Any) -> Taps:
    """Return working memory for the kernels of so many groups.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> taps = taps_for(geometry((9, 9), (2, 2), padding=1, dilations=2), 1, float)
    >>> taps.load(np.arange(1.0, 5).reshape(1, 2, 2))
    >>> taps.columns[0, 0], taps.spread[0, 0]
    (array([1., 3.]), array([0., 1., 0., 3., 0.]))
    """
    (kh, kw), gap, (before, after) = g.kernel_size, g.dilations[0], g.pads[0]
    reach = (kh - 1) * gap + 1
    spread = np.zeros((groups, kw, after + reach + before), dtype)
    within = spread[..., after : after + reach : gap]
    return Taps(np.empty((groups, kw, kh), dtype), spread, within)


def cut_off(spread: Array, g: Geometry, skipped: int, windows: int, rows: int) -> Array:
    """Return (G, windows, kw, rows): the taps of several windows on the same rows of the input.

    The first window begins ``skipped`` rows above the first of them.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> g = geometry((9, 9), (3, 3))
    >>> taps = taps_for(g, 1, float)
    >>> taps.load(np.arange(9.0).reshape(1, 3, 3))
    >>> cut_off(taps.spread, g, 1, 1, 2)[0, 0]
    array([[3., 6.],
           [4., 7.],
           [5., 8.]])
    """
    (groups, kw, _), (apart, down, across) = spread.shape, spread.strides
    strides = apart, -g.strides[0] * across, down, across
    first = spread[..., g.pads[0][1] + skipped :]
    return np.lib.stride_tricks.as_strided(first, (groups, windows, kw, rows), strides)
