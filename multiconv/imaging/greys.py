"""Greys of 16 and 32 bits and of floats, brought to 8 bits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from multiconv.imaging import notes

_USUAL_TOPS = {"u": (65535,), "i": (255, 65535), "f": (1, 255)}
_ROWS = 16


def levels_of(values: NDArray[Any], clear: float | None, told: list[str]) -> NDArray[np.uint8]:
    """Return greys of many levels as RGB of 8 bits: scaled between two ends, never cut.

    The ends are 0 and 65535 for 16 bits; 0 and the least usual top that holds all
    values (255 or 65535 for integers, 1 or 255 for floats); else the smallest and the
    largest finite value.
    """
    finite = values if np.isfinite(values).all() else values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    usual = _USUAL_TOPS[values.dtype.kind]
    top = next((top for top in usual if low >= 0 and high <= top), None)
    if top is not None:
        low, high = 0.0, float(top)
    told.append(notes.scaled(low, high))
    if finite.size < values.size:
        told.append(notes.NOT_FINITE)
    if clear is not None and (values == clear).any():
        told.append(notes.WHITE)
    scale = 255 / ((high - low) or 1)
    levels = np.empty((*values.shape, 3), dtype=np.uint8)
    for at in range(0, len(values), _ROWS):  # a few rows at a time stay in the cache
        rows = values[at : at + _ROWS]
        scaled = np.subtract(rows, low, dtype=np.float64)
        scaled *= scale
        if finite.size < values.size:
            np.nan_to_num(scaled, copy=False, nan=0, posinf=255, neginf=0)
        if clear is not None:
            scaled[rows == clear] = 255
        grey = np.rint(scaled, out=scaled).astype(np.uint8)
        for q in range(3):  # three strided writes are faster than one that repeats each level
            levels[at : at + _ROWS, :, q] = grey
    return levels
