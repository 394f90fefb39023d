"""Maps too large to be held, made a band of rows at a time, as often as they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Pair

Plane = NDArray[np.float32]
Made = Callable[[int, int, int], Plane]

BAND = 2**18
"""Pixels of one band, so that what is made of it stays in the cache of a core."""

LARGE = 2**21
"""Pixels of a plane from which drawings show every n-th of them only."""

LONGEST = 1024
"""The longest side of what a drawing shows of such a plane."""


class Summary(NamedTuple):
    """The least and the largest value of a map, and their mean."""

    low: float
    high: float
    mean: float


class Banded:
    """A map, (H′, W′) float32, made a band at a time; taken for an array, all of it is made."""

    dtype = np.dtype(np.float32)

    def __init__(self, shape: Pair, rows: int, made: Made) -> None:
        self.shape, self.size = shape, shape[0] * shape[1]
        self._rows, self._made = rows, made
        self._counted: dict[float, tuple[int, int]] = {}

    def bands(self) -> Iterator[Plane]:
        """Yield all rows, a band at a time, from the top."""
        for first in range(0, self.shape[0], self._rows):
            yield self._made(first, min(first + self._rows, self.shape[0]), 1)

    @cached_property
    def summary(self) -> Summary:
        """The least and largest value, and the mean."""
        return _summary(self.bands(), self.size)

    def beyond(self, bounds: Sequence[float]) -> list[tuple[int, int]]:
        """Return how many pixels lie below −bound and above it, for each, in one pass or none."""
        new = [bound for bound in bounds if bound not in self._counted]
        counts = dict.fromkeys(new, (0, 0))
        for band in self.bands() if new else ():
            for bound, (below, above) in counts.items():
                more = int(np.count_nonzero(band < -bound)), int(np.count_nonzero(band > bound))
                counts[bound] = below + more[0], above + more[1]
        self._counted |= counts
        return [self._counted[bound] for bound in bounds]

    def every(self, step: int) -> Plane:
        """Return every ``step``-th row and column, without making the others."""
        rows = max(1, self._rows // step) * step
        tops = range(0, self.shape[0], rows)
        return np.vstack([self._made(at, min(at + rows, self.shape[0]), step) for at in tops])

    def __getitem__(self, at: Pair) -> np.float32:
        """Return one pixel."""
        i, j = at
        return cast(np.float32, self._made(i, i + 1, 1)[0, j])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Return all of it at once."""
        return np.concatenate(list(self.bands())).astype(dtype or self.dtype, copy=False)


def bands_of(plane: NDArray[Any] | Banded) -> Iterator[NDArray[Any]]:
    """Yield a map's rows, a band at a time; a small array is one band."""
    if isinstance(plane, Banded):
        yield from plane.bands()
        return
    rows = len(plane) if plane.size <= 2 * BAND else max(1, BAND // plane[0].size)
    for top in range(0, len(plane), rows):
        yield plane[top : top + rows]


def summary(plane: NDArray[Any] | Banded) -> Summary:
    """Return a map's least and largest value and its mean."""
    return plane.summary if isinstance(plane, Banded) else _summary(bands_of(plane), plane.size)


def nothing(shape: Pair) -> Plane:
    """Return a map of zeros that takes no room, read-only."""
    return np.broadcast_to(np.float32(0), shape)


def step_of(shape: Pair, longest: int = LONGEST) -> int:
    """Return n where a drawing takes every n-th pixel of a map."""
    rows, columns = shape
    return 1 if rows * columns < LARGE else -(-max(rows, columns) // longest)


def few(plane: NDArray[Any] | Banded, longest: int = LONGEST) -> NDArray[Any]:
    """Return a map for a drawing: every n-th pixel if it is large, with nothing else made."""
    rows, columns = plane.shape[:2]
    step = step_of((rows, columns), longest)
    return plane.every(step) if isinstance(plane, Banded) else plane[::step, ::step]


def _summary(bands: Iterator[NDArray[Any]], size: int) -> Summary:
    low, high, total = np.inf, -np.inf, 0.0
    for band in bands:
        low, high = min(low, float(band.min())), max(high, float(band.max()))
        total += float(band.sum(dtype=np.float64))
    return Summary(low, high, total / size)


def counts_of(plane: NDArray[np.generic] | Banded, bins: int, low: float, high: float) -> list[int]:
    """Return how many pixels lie in each of equal steps; what lies beyond counts to the last."""
    counts = np.zeros(bins, np.intp)
    for band in bands_of(plane):
        inside = np.clip(np.asarray(band, dtype=np.float64), low, high)
        counts += np.histogram(inside, bins, (low, high))[0]
    return counts.tolist()
