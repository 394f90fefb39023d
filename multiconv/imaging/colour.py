"""From signed values to colours, without ever stretching a map in silence.

A map is shown as 8-bit indices into one palette: violet below zero, orange
above it, and zero transparent, so that the same picture is right on light and
on dark paper.
"""

from __future__ import annotations

from math import floor

import numpy as np
from numpy.typing import NDArray

from multiconv.imaging.bands import bands_of
from multiconv.imaging.palettes import (
    DARK_PAPER,
    HUES,
    LIGHT_PAPER,
    ORANGE,
    VIOLET,
    ZERO,
    Colour,
    opaque_palette,
    palette,
    tinted_palette,
)
from multiconv.imaging.ranges import (
    Clipping,
    Map,
    automatic_range,
    check_range,
    clipping,
    rounded_up,
)

__all__ = [
    "DARK_PAPER",
    "HUES",
    "LIGHT_PAPER",
    "ORANGE",
    "VIOLET",
    "ZERO",
    "Clipping",
    "Colour",
    "automatic_range",
    "clipping",
    "indices",
    "levels",
    "opaque_palette",
    "palette",
    "rounded_up",
    "step",
    "tinted_palette",
]


def indices(plane: Map, value_range: float) -> NDArray[np.uint8]:
    """Return a map's colour indices: 127 + round(127 · value / range), clipped to 0…254.

    Parameters
    ----------
    plane : (H, W) finite floats
    value_range : float
        The magnitude that gets the full colour.

    Returns
    -------
    (H, W) uint8

    Raises
    ------
    InvalidValue
        If ``value_range`` is not positive and finite.

    Examples
    --------
    >>> indices(np.array([[-2.0, -1.0, 0.0, 0.5, 1.0]]), 1.0)
    array([[  0,   0, 127, 191, 254]], dtype=uint8)
    """
    check_range(value_range)
    found, top = np.empty(plane.shape, np.uint8), 0
    for band in bands_of(plane):
        with np.errstate(over="ignore"):  # an overflow is infinite, and infinite is clipped
            scaled = band / value_range
        np.clip(scaled, -1, 1, out=scaled)
        scaled *= 127
        np.rint(scaled, out=scaled)
        scaled += ZERO
        found[top : top + len(band)] = scaled
        top += len(band)
    return found


def levels(plane: Map) -> NDArray[np.uint8]:
    """Return the grey levels of a plane whose values 0…1 stand for the levels 0…255.

    Parameters
    ----------
    plane : (H, W) finite floats; what lies outside 0…1 is clipped.

    Returns
    -------
    (H, W) uint8

    Examples
    --------
    >>> levels(np.array([[0.0, 0.2, 1.0, 1.5]]))
    array([[  0,  51, 255, 255]], dtype=uint8)
    """
    found: NDArray[np.uint8] = np.rint(np.clip(plane, 0, 1) * 255).astype(np.uint8)
    return found


def step(value: float, value_range: float, steps: int = 8) -> int:
    """Return a value's coarse step, −steps…steps, for the tints of cells and fields.

    The magnitude ``steps · |value| / range + 1/2`` is floored (halves go away
    from zero), limited to ``steps``, and given the value's sign.

    Parameters
    ----------
    value, value_range : float
    steps : int

    Raises
    ------
    InvalidValue
        If ``value_range`` is not positive and finite.

    Examples
    --------
    >>> [step(value, 1.0) for value in (-1.0, -0.0625, 0.06, 0.1, 0.2, 3.0)]
    [-8, -1, 0, 1, 2, 8]
    """
    check_range(value_range)
    magnitude = floor(min(steps * (abs(value) / value_range), steps) + 0.5)
    return -magnitude if value < 0 else magnitude
