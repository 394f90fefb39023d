"""A map's histogram as a drawing: how many of its pixels have which value.

It stands alone because the page does not draw it: it is a file of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 256, 64
BINS = 64


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars as one SVG path, the tallest as high as the box, and where 0 stands, if it does."""

    path: str
    zero: float | None


def histogram(counts: Sequence[int], low: float, high: float) -> Histogram:
    """Return the histogram of so many pixels in each of equal steps from ``low`` to ``high``."""
    most, bar = max(counts), WIDTH // BINS
    path = "".join(
        f"M{at * bar} {HEIGHT}v-{round(HEIGHT * count / most, 2):g}h{bar}V{HEIGHT}Z"
        for at, count in enumerate(counts)
        if count
    )
    zero = round(-low / (high - low) * WIDTH, 2) if low <= 0 <= high else None
    return Histogram(path, zero)
