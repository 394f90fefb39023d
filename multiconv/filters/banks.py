"""The values of the named banks of filters over red, green and blue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from multiconv.engine.geometry import Pair
from multiconv.filters.kernels import KERNELS
from multiconv.filters.teaching import ADDED, Filter, times
from multiconv.filters.trained import NOTICE, trained


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
    groups : int
        Into how many groups the bank means the channels to fall.
    """

    title: str
    kernel_size: Pair
    outputs: int
    note: str
    titles: tuple[str, ...]
    groups: int = 1


_PLUS = np.array([[0, -0.1, 0], [-0.1, -0.1, -0.1], [0, -0.1, 0]])
_SOFT, _ZERO = KERNELS["soft"].values, KERNELS["zero"].values


def _luminance(name: str) -> Filter:
    red, green, blue = (times(share, KERNELS[name].values) for share in (0.299, 0.587, 0.114))
    return red, green, blue


def _opposed(name: str) -> Filter:
    return KERNELS[name].values, -KERNELS[name].values, _ZERO


def _across(name: str) -> Filter:
    edge = KERNELS[name].values
    return -0.5 * edge, -0.5 * edge, edge


ORIGINAL: dict[str, dict[str, Filter]] = {
    "redness": {
        "redness": (_SOFT, -0.5 * _SOFT, _PLUS),
        "greenness": (_PLUS, _SOFT, -0.5 * _SOFT),
        "blueness": (-0.5 * _SOFT, _PLUS, _SOFT),
        "warm against cold": (_SOFT, _ZERO, -_SOFT),
        "brightness": (times(0.3, _SOFT), times(0.6, _SOFT), times(0.1, _SOFT)),
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


def _trained(k: int) -> Filter:
    red, green, blue = (trained()[:, :, q, k] for q in range(3))
    return red, green, blue


TRAINED = {"dlib": {f"trained {k}": _trained(k) for k in range(trained().shape[3])}}

FILTERS: dict[str, dict[str, Filter]] = ORIGINAL | ADDED | TRAINED

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
    "one-channel": ("One channel only", "Each output sees one channel; the other two add nothing."),
    "mixes": (
        "Mixes, 1 × 1",
        "No neighbours, only colours mixed: a grey, a sepia picture's three channels, and Y′CbCr.",
    ),
    "opponent": (
        "Centre against surround",
        "One colour in the middle against another around it, as cells of the retina answer.",
    ),
    "gabors": (
        "Coloured Gabors",
        "Stripes at four angles in brightness, red–green and blue–yellow, as first layers learn.",
    ),
    "depthwise": (
        "Depthwise edges",
        "Three groups: every output belongs to one channel, and nothing is summed across colours.",
    ),
    "dlib": ("Trained on faces, 7 × 7", NOTICE),
}


def _size(own: Mapping[str, Filter]) -> Pair:
    height, width = next(iter(own.values()))[0].shape
    return height, width


BANKS: Mapping[str, Bank] = MappingProxyType(
    {
        name: Bank(
            _WORDS[name][0],
            _size(own),
            len(own),
            _WORDS[name][1],
            tuple(own),
            groups=3 if name == "depthwise" else 1,
        )
        for name, own in FILTERS.items()
    }
)
