"""The range of values that a picture shows: rounded, pooled, its clipping told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, isfinite, log10

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import InvalidValue

_LADDER = ("1", "1.5", "2", "3", "5", "7")
_NOISE = 1e-5
_CLIPPED_SHARE = 0.005
_SMALLEST = 1e-30

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
    return next(rung for rung in _rungs(value) if rung * (1 + _NOISE) >= value)


def _rungs(value: float) -> list[float]:
    exponent = floor(log10(value))
    return [float(f"{rung}e{n}") for n in range(exponent - 3, exponent + 2) for rung in _LADDER]


def automatic_range(maps: Sequence[Map]) -> float:
    """Return one range for all maps: rounded up, clipping at most one pixel in two hundred.

    The maps are pooled.  Pixels smaller than a thousandth of the largest do not
    count as pixels to be clipped or not, so that a few thin lines on a blank
    map keep their strength.

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
    magnitudes = [np.abs(plane) for plane in maps]
    largest = max((float(values.max()) for values in magnitudes if values.size), default=0.0)
    if largest < _SMALLEST:
        return 1.0

    def beyond(bound: float) -> int:
        return sum(int(np.count_nonzero(values > bound)) for values in magnitudes)

    may_be_clipped = int(_CLIPPED_SHARE * beyond(largest / 1000))
    chosen = rounded_up(largest)
    for rung in reversed([rung for rung in _rungs(largest) if rung < chosen]):
        if beyond(rung * (1 + _NOISE)) > may_be_clipped:
            break
        chosen = rung
    return chosen


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
