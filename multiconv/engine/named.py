"""The values of the named kernels and of the banks over red, green and blue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Pair

Values = NDArray[np.float64]


@dataclass(frozen=True)
class NamedKernel:
    """A kernel with a name for people: its title and its (kh, kw) values."""

    title: str
    values: Values


@dataclass(frozen=True)
class Bank:
    """A named set of filters over RGB.

    Attributes
    ----------
    title, note : str
        A name, and one sentence, for people.
    kernel_size : (int, int)
    outputs : int
        How many filters the bank has of its own.
    titles : tuple of str
        One per output.
    """

    title: str
    kernel_size: Pair
    outputs: int
    note: str
    titles: tuple[str, ...]


def _named(title: str, *rows: tuple[float, ...]) -> NamedKernel:
    values = np.array(rows, dtype=np.float64)
    values.setflags(write=False)
    return NamedKernel(title, values)


_N = 1 / 9
KERNELS: Mapping[str, NamedKernel] = MappingProxyType(
    {
        "identity": _named("Identity", (0, 0, 0), (0, 1, 0), (0, 0, 0)),
        "soft": _named("Soft", (0.1, 0.1, 0.1), (0.1, 0.2, 0.1), (0.1, 0.1, 0.1)),
        "box": _named("Box", (_N, _N, _N), (_N, _N, _N), (_N, _N, _N)),
        "gaussian": _named(
            "Gaussian", (0.0625, 0.125, 0.0625), (0.125, 0.25, 0.125), (0.0625, 0.125, 0.0625)
        ),
        "sharpen": _named("Sharpen", (0, -1, 0), (-1, 5, -1), (0, -1, 0)),
        "emboss": _named("Emboss", (-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
        "outline": _named("Outline", (-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
        "laplacian": _named("Laplacian", (0, 1, 0), (1, -4, 1), (0, 1, 0)),
        "sobel-x": _named("Sobel x", (-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
        "sobel-y": _named("Sobel y", (-1, -2, -1), (0, 0, 0), (1, 2, 1)),
        "zero": _named("Zero", (0, 0, 0), (0, 0, 0), (0, 0, 0)),
        "shift": _named("Shift", (0, 0, 0), (1, 0, 0), (0, 0, 0)),
    }
)

_PLUS = np.array([[0, -0.1, 0], [-0.1, -0.1, -0.1], [0, -0.1, 0]])
_SOFT, _ZERO = KERNELS["soft"].values, KERNELS["zero"].values


def _times(factor: float, values: Values) -> Values:
    """Return a multiple with at most twelve decimals, so that 0.1 · 0.1 reads 0.01."""
    return (factor * values).round(12)


def _luminance(name: str) -> tuple[Values, Values, Values]:
    red, green, blue = (_times(share, KERNELS[name].values) for share in (0.299, 0.587, 0.114))
    return red, green, blue


def _opposed(name: str) -> tuple[Values, Values, Values]:
    return KERNELS[name].values, -KERNELS[name].values, _ZERO


def _across(name: str) -> tuple[Values, Values, Values]:
    edge = KERNELS[name].values
    return -0.5 * edge, -0.5 * edge, edge


FILTERS: dict[str, dict[str, tuple[Values, Values, Values]]] = {
    "redness": {
        "redness": (_SOFT, -0.5 * _SOFT, _PLUS),
        "greenness": (_PLUS, _SOFT, -0.5 * _SOFT),
        "blueness": (-0.5 * _SOFT, _PLUS, _SOFT),
        "warm against cold": (_SOFT, _ZERO, -_SOFT),
        "brightness": (_times(0.3, _SOFT), _times(0.6, _SOFT), _times(0.1, _SOFT)),
    },
    "blue-yellow": {
        "blue against yellow": (-0.5 * _SOFT, -0.5 * _SOFT, _SOFT),
        "yellow against blue": (0.5 * _SOFT, 0.5 * _SOFT, -_SOFT),
        "blue–yellow edges, left to right": _across("sobel-x"),
        "blue–yellow edges, top to bottom": _across("sobel-y"),
    },
    "luminance-edges": {
        "brightness edges, left to right": _luminance("sobel-x"),
        "brightness edges, top to bottom": _luminance("sobel-y"),
        "brightness, Laplacian": _luminance("laplacian"),
        "brightness, outline": _luminance("outline"),
    },
    "red-green-edges": {
        "red–green edges, left to right": _opposed("sobel-x"),
        "red–green edges, top to bottom": _opposed("sobel-y"),
        "red–green, Laplacian": _opposed("laplacian"),
    },
}

_WORDS = {
    "redness": ("Redness", "Red counts for, green and blue against: white and grey cancel."),
    "blue-yellow": ("Blue against yellow", "Blue counts for, red and green against, half each."),
    "luminance-edges": (
        "Luminance edges",
        "Edges of brightness: where only the colour changes, the three partials cancel.",
    ),
    "red-green-edges": (
        "Red–green edges",
        "Red's edges minus green's: edges of colour that brightness alone can miss.",
    ),
}

BANKS: Mapping[str, Bank] = MappingProxyType(
    {
        name: Bank(_WORDS[name][0], (3, 3), len(own), _WORDS[name][1], tuple(own))
        for name, own in FILTERS.items()
    }
)
