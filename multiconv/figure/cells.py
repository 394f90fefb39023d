"""The weights of one kernel as squares with their tints and, where there is room, their numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multiconv.experiment.numbers import weight_text
from multiconv.imaging.colour import ORANGE, VIOLET, step

SIDE = 160
"""A kernel stands in a square of this side."""

_LARGEST, _NUMBERED = 52.0, 20
_SHARES = (0, 0.09, 0.17, 0.24, 0.31, 0.38, 0.45, 0.52, 0.58)  # the style sheet's tints


@dataclass(frozen=True, slots=True)
class Weight:
    """One weight: its square, its colour, its number where there is room."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    text: str


def weights(
    kernel: NDArray[np.float64], extent: float, x: float, y: float
) -> tuple[tuple[Weight, ...], float]:
    """Return a kernel's squares within the square at (x, y), and the size of their numbers.

    Examples
    --------
    >>> squares, size = weights(np.array([[0.5, -1.0]]), 1.0, 0, 0)
    >>> [(square.text, square.fill) for square in squares]
    [('0.5', '#eacdb0'), ('−1', '#b9a3e9')]
    """
    height, width = kernel.shape
    side = min(SIDE / max(height, width), _LARGEST)
    top, left = y + (SIDE - side * height) / 2, x + (SIDE - side * width) / 2
    gap = 3 if side > _NUMBERED else 0.5
    squares = tuple(
        Weight(
            round(left + side * dj, 2),
            round(top + side * di, 2),
            round(side - gap, 2),
            round(side - gap, 2),
            _tint(step(float(kernel[di, dj]), extent)),
            weight_text(float(kernel[di, dj])) if side > _NUMBERED else "",
        )
        for di in range(height)
        for dj in range(width)
    )
    longest = max(len(square.text) for square in squares)
    return squares, round(min(13.0, (side - gap) / max(longest, 1) / 0.62), 2)


def _tint(steps: int) -> str:
    """Return the colour of a coarse step, as the page tints its fields, on white."""
    share, ink = _SHARES[abs(steps)], ORANGE if steps > 0 else VIOLET
    return "#" + "".join(f"{round(255 + (part - 255) * share):02x}" for part in ink)
