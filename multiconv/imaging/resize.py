"""Smaller pictures, by the mean over areas."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def resized(pixels: Pixels, longest: int | None) -> Pixels:
    """Return pixels shrunk so that the longest side has at most so many; never enlarged.

    Means of areas never overshoot at edges: a filter finds no rims that the picture has not.
    """
    height, width = pixels.shape[:2]
    if longest is None or longest >= max(height, width):
        return pixels
    rows, cols = resized_size((height, width), longest)
    high = _shrunk(pixels, rows)  # (H′, W, 3)
    wide = _shrunk(high.transpose(1, 0, 2), cols)  # (W′, H′, 3)
    return np.ascontiguousarray(np.rint(wide).astype(np.uint8).transpose(1, 0, 2))


def resized_size(size: tuple[int, int], longest: int | None) -> tuple[int, int]:
    """Return the (height, width) that `resized` gives a picture of that (height, width)."""
    if longest is None or longest >= max(size):
        return size
    rows, cols = (max(1, round(side * longest / max(size))) for side in size)
    return rows, cols


def _shrunk(pixels: NDArray[Any], new: int) -> NDArray[np.float32]:
    """Return the means over ``new`` equal stretches of the first axis, (new, W, 3)."""
    old = len(pixels)
    edges = np.arange(new + 1) * (old / new)
    left, right = edges[:-1], edges[1:]
    means = np.zeros((new, *pixels.shape[1:]), dtype=np.float32)
    for tap in range(ceil(old / new) + 1):
        at = np.floor(left) + tap
        cover = np.clip(np.minimum(right, at + 1) - np.maximum(left, at), 0, 1) * (new / old)
        rows = pixels[np.minimum(at.astype(int), old - 1)]
        means += rows * cover[:, None, None].astype(np.float32)
    return means
