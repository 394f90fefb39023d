"""Greys of many levels to 8 bits. It stands alone: no picture of 8 bits comes here."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from multiconv.imaging import notes

Levels = NDArray[np.uint8]

_USUAL_TOPS = {"u": (255, 65535, 2**32 - 1), "i": (255, 65535), "f": (1, 255)}
_ROWS = 16  # a few at a time stay in the cache


class Scale(NamedTuple):
    """How values become levels of 8 bits."""

    low: float
    high: float
    inverted: bool = False
    clear: float | None = None
    table: Levels | None = None

    def levels(self, values: NDArray[Any]) -> Levels:
        """Return (H, W) levels of values; not cut, but for infinite ones."""
        levels = np.empty(values.shape, dtype=np.uint8)
        table = None
        if values.dtype == np.uint16 and values.size > 2**16:  # each value then is met many times
            table = self._levels(np.arange(2**16, dtype=np.uint16))
        for at in range(0, len(values), _ROWS):
            rows = values[at : at + _ROWS]
            levels[at : at + _ROWS] = self._levels(rows) if table is None else table.take(rows)
        return levels

    def _levels(self, rows: NDArray[Any]) -> Levels:
        scaled = np.subtract(rows, self.low, dtype=np.float64)
        scaled *= 255 / ((self.high - self.low) or 1)
        if self.inverted:
            np.subtract(255, scaled, out=scaled)
        if rows.dtype.kind == "f":
            np.nan_to_num(scaled, copy=False, nan=0, posinf=255, neginf=0)
        if self.table is not None:
            scaled = np.interp(scaled, np.arange(256), self.table)
        if self.clear is not None:
            scaled[rows == self.clear] = 255
        levels: Levels = np.rint(scaled, out=scaled).astype(np.uint8)
        return levels


def scale_of(values: NDArray[Any], top: int, told: list[str]) -> Scale:
    """Return between which ends values are scaled, and tell.

    They are 0 and the least usual top that holds all values, else the least and largest finite.
    """
    is_finite = values.dtype.kind != "f" or np.isfinite(values).all()
    finite = values if is_finite else values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    usual = (top,) if values.dtype == np.uint16 else _USUAL_TOPS[values.dtype.kind]
    found = next((top for top in usual if low >= 0 and high <= top), None)
    if found is not None:
        low, high = 0.0, float(found)
    told.append(notes.scaled(low, high))
    if finite.size < values.size:
        told.append(notes.NOT_FINITE)
    return Scale(low, high)
