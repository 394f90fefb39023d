"""A map's histogram as a drawing: how many of its pixels have which value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multiconv.imaging.bands import Banded, bands_of

WIDTH, HEIGHT = 256, 64
BINS = 64


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars as one SVG path, left to right from ``low`` to ``high``, the tallest as high as the box.

    ``zero`` is where the value 0 stands, None if it lies outside; ``most`` is the tallest bar's
    number of pixels.
    """

    path: str
    low: float
    high: float
    zero: float | None
    most: int


def histogram(plane: NDArray[np.generic] | Banded, low: float, high: float) -> Histogram:
    """Return a map's histogram between two values; what lies beyond counts to the last bars."""
    counts = np.zeros(BINS, np.intp)
    for band in bands_of(plane):
        inside = np.clip(np.asarray(band, dtype=np.float64), low, high)
        counts += np.histogram(inside, BINS, (low, high))[0]
    most, bar = int(counts.max()), WIDTH // BINS
    path = "".join(
        f"M{at * bar} {HEIGHT}v-{round(HEIGHT * count / most, 2):g}h{bar}V{HEIGHT}Z"
        for at, count in enumerate(counts.tolist())
        if count
    )
    zero = round(-low / (high - low) * WIDTH, 2) if low <= 0 <= high else None
    return Histogram(path, low, high, zero, most)
