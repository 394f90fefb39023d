"""The range of values that a picture shows: rounded, pooled, its clipping told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import floor, isfinite, log10

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import InvalidValue
from multiconv.imaging.bands import Banded

_LADDER = ("1", "1.5", "2", "3", "5", "7")
_NOISE = 1e-5
_CLIPPED_SHARE = 0.005
_SMALLEST = 1e-30
_DECADE = len(_LADDER)

Map = NDArray[np.floating] | Banded


@dataclass(frozen=True, slots=True)
class Clipping:
    """How many pixels of a map lie outside the range that is shown."""

    below: int
    above: int


def rounded_up(value: float) -> float:
    """Return the least of 1, 1.5, 2, 3, 5, 7 × 10ⁿ that is not below ``value``, but for noise."""
    check_range(value)
    return next(rung for rung in _rungs(value) if rung * (1 + _NOISE) >= value)


def _largest(plane: Map) -> float:
    if isinstance(plane, Banded):
        return max(-plane.summary.low, plane.summary.high)
    return max(-float(plane.min()), float(plane.max()))


def _beyond(plane: Map, bounds: Sequence[float]) -> Iterator[int]:
    """Yield how many pixels are larger in magnitude than each bound."""
    if isinstance(plane, Banded):
        # A decade at a time: it may have to be made for each.
        for some in (bounds[: _DECADE + 2], bounds[_DECADE + 2 :]):
            yield from (below + above for below, above in plane.beyond(some))
    else:
        magnitudes = np.abs(plane)
        yield from (int(np.count_nonzero(magnitudes > bound)) for bound in bounds)


def _rungs(value: float) -> tuple[float, ...]:
    return _rungs_around(floor(log10(value)))


@lru_cache(64)
def _rungs_around(exponent: int) -> tuple[float, ...]:
    decades = range(exponent - 3, exponent + 2)
    return tuple(float(f"{rung}e{n}") for n in decades for rung in _LADDER)


def automatic_range(maps: Sequence[Map]) -> float:
    """Return one range for all maps: rounded up, clipping at most one pixel in two hundred.

    Pixels below a thousandth of the largest do not count: thin lines on a blank map stay strong.
    """
    largest = max((_largest(plane) for plane in maps if plane.size), default=0.0)
    if largest < _SMALLEST:
        return 1.0
    chosen = rounded_up(largest)
    rungs = [rung for rung in reversed(_rungs(largest)) if rung <= chosen]
    bounds = [largest / 1000, *(rung * (1 + _NOISE) for rung in rungs)]
    counts = map(sum, zip(*(_beyond(plane, bounds) for plane in maps), strict=True))
    may_be_clipped = int(_CLIPPED_SHARE * next(counts))
    for rung, count in zip(rungs, counts, strict=True):
        if count > may_be_clipped:
            break
        chosen = rung
    return chosen


def clipping(plane: Map, value_range: float) -> Clipping:
    """Return how many pixels of a map lie below −range and above +range."""
    check_range(value_range)
    edge = value_range * (1 + _NOISE)
    if isinstance(plane, Banded):
        return Clipping(*plane.beyond([edge])[0])
    return Clipping(int(np.count_nonzero(plane < -edge)), int(np.count_nonzero(plane > edge)))


def check_range(value_range: float) -> None:
    """Raise `InvalidValue` unless a range is positive and finite."""
    if not (isfinite(value_range) and value_range > 0):
        raise InvalidValue(
            f"The range is {value_range}.", "Use a number greater than 0.", field="range"
        )
