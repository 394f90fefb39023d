"""Banks beyond the first four: each shows one thing that filters over colours can do.

Grey is the luma of ITU-R BT.601; the colour differences are those of JPEG (JFIF), which follow
from it; sepia's three mixes are the ones that Microsoft's documentation of `ColorMatrix` made
common; the Gabors stand in three colour directions, as those that AlexNet learnt.
"""

from __future__ import annotations

import numpy as np

from multiconv.filters.kernels import KERNELS, Values
from multiconv.filters.parametric import FAMILIES

Filter = tuple[Values, Values, Values]
"""One output's kernels for red, green and blue, all of one size."""


def times(factor: float, values: Values) -> Values:
    """Return a multiple with at most twelve decimals, so that 0.1 · 0.1 reads 0.01."""
    return (factor * values).round(12)


def _one(q: int, kernel: Values) -> Filter:
    """Return a filter that sees channel q alone."""
    red, green, blue = (kernel if at == q else np.zeros_like(kernel) for at in range(3))
    return red, green, blue


def _mix(*shares: float) -> Filter:
    red, green, blue = (np.array([[share]]) for share in shares)
    return red, green, blue


def _sampled(family: str, *numbers: float, side: int) -> Values:
    return FAMILIES[family].values((side, side), *numbers).round(4) + 0.0


def _surrounded(centre: int, around: int) -> Filter:
    """Return a narrow bell on one channel less a wide one on another, so that grey gives 0."""
    narrow, wide = (_sampled("gaussian", sigma, side=5) for sigma in (0.6, 1.5))
    narrow[2, 2] += wide.sum() - narrow.sum()  # rounding must not break the balance
    planes = [np.zeros((5, 5)) for _ in range(3)]
    planes[centre] += narrow.round(4)
    planes[around] -= wide
    return planes[0], planes[1], planes[2]


def _coloured(angle: float, *shares: float) -> Filter:
    wave = _sampled("gabor", angle, 5.0, side=7)
    wave[3, 3] -= wave.sum()
    red, green, blue = (times(share, wave) + 0.0 for share in shares)
    return red, green, blue


_COLOURS = {"brightness": (0.3, 0.6, 0.1), "red–green": (1, -1, 0), "blue–yellow": (-0.5, -0.5, 1)}
_CHANNELS = ("red", "green", "blue")
_EDGES = {"left to right": "sobel-x", "top to bottom": "sobel-y"}

ADDED: dict[str, dict[str, Filter]] = {
    "one-channel": {
        f"{name} alone": _one(q, KERNELS["soft"].values) for q, name in enumerate(_CHANNELS)
    },
    "mixes": {
        "grey": _mix(0.299, 0.587, 0.114),
        "sepia, red": _mix(0.393, 0.769, 0.189),
        "sepia, green": _mix(0.349, 0.686, 0.168),
        "sepia, blue": _mix(0.272, 0.534, 0.131),
        "mean": _mix(*(1 / 3,) * 3),
        "blue difference": _mix(-0.168736, -0.331264, 0.5),
        "red difference": _mix(0.5, -0.418688, -0.081312),
    },
    "opponent": {
        f"{_CHANNELS[centre]} centre, {_CHANNELS[around]} surround": _surrounded(centre, around)
        for centre, around in ((0, 1), (1, 0), (2, 0), (2, 1), (0, 2), (1, 2))
    },
    "gabors": {
        f"{colour} stripes, {angle}°": _coloured(angle, *shares)
        for colour, shares in _COLOURS.items()
        for angle in (0, 45, 90, 135)
    },
    "depthwise": {
        f"{name} edges, {way}": _one(q, KERNELS[edge].values)
        for q, name in enumerate(_CHANNELS)
        for way, edge in _EDGES.items()
    },
}
