"""The range of values that a picture shows: rounded, pooled, its clipping told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, isfinite, log10

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import InvalidValue

_LADDER = ("1", "1.5", "2", "3", "5", "7", "10")
_NOISE = 1e-5
_CLIPPED_SHARE = 0.005
_SMALLEST = 1e-30
_MOST_VALUES = 2**19

Map = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Clipping:
    """How many pixels of a map lie outside the range that is shown."""

    below: int
    above: int


def rounded_up(value: float) -> float:
    """Return the least of 1, 1.5, 2, 3, 5, 7 × 10ⁿ that is not below ``value``.

    A hundred-thousandth over a rung is taken for floating noise.

    Parameters
    ----------
    value : float
        Positive and finite.

    Raises
    ------
    InvalidValue
        If ``value`` is not positive and finite.

    Examples
    --------
    >>> [rounded_up(value) for value in (0.0301, 0.3, 1.0000001, 1.2, 800.0)]
    [0.05, 0.3, 1.0, 1.5, 1000.0]
    """
    check_range(value)
    exponent = floor(log10(value))
    rungs = (float(f"{rung}e{exponent}") for rung in _LADDER)
    return next((rung for rung in rungs if rung * (1 + _NOISE) >= value), 10.0 * value)


def automatic_range(maps: Sequence[Map]) -> float:
    """Return one range for all maps: rounded up, clipping at most one pixel in two hundred.

    The maps are pooled.  Pixels smaller than a thousandth of the largest do not
    count as pixels to be clipped or not, so that a few thin lines on a blank
    map keep their strength.  Very large maps are thinned to half a million
    values by a regular stride first.

    Parameters
    ----------
    maps : sequence of (H, W) finite floats

    Returns
    -------
    float
        1.0 if there is nothing but zeros.

    Examples
    --------
    >>> automatic_range([np.array([[0.0, 0.25]]), np.array([[-1.2, 0.5]])])
    1.5
    """
    stride = max(1, sum(plane.size for plane in maps) // _MOST_VALUES)
    thinned = [np.abs(plane.ravel()[::stride]) for plane in maps if plane.size]
    values = np.concatenate(thinned) if thinned else np.zeros(1)
    largest = float(values.max())
    if largest < _SMALLEST:
        return 1.0
    counted = values[values > largest / 1000]
    place = counted.size - 1 - int(_CLIPPED_SHARE * counted.size)
    return rounded_up(float(np.partition(counted, place)[place]))


def clipping(plane: Map, value_range: float) -> Clipping:
    """Return how many pixels of a map lie below −range and above +range.

    Parameters
    ----------
    plane : (H, W) finite floats
    value_range : float

    Raises
    ------
    InvalidValue
        If ``value_range`` is not positive and finite.

    Examples
    --------
    >>> clipping(np.array([[-1.5, -1.0, 0.0, 1.0000001, 2.0, 3.0]]), 1.0)
    Clipping(below=1, above=2)
    """
    check_range(value_range)
    edge = value_range * (1 + _NOISE)
    return Clipping(int(np.count_nonzero(plane < -edge)), int(np.count_nonzero(plane > edge)))


def check_range(value_range: float) -> None:
    """Raise `InvalidValue` unless a range is positive and finite."""
    if not (isfinite(value_range) and value_range > 0):
        raise InvalidValue(
            f"The range is {value_range}.", "Use a number greater than 0.", field="range"
        )
