"""From signed values to colours: 8-bit indices into one palette, violet below zero, orange above.

Zero is transparent. The palette is light paper's; a page on dark paper turns its colours and alphas
into others (`dark_matrix`, `dark_alphas`), so that each value stands out as far from either paper.
"""

from __future__ import annotations

from functools import cache
from math import floor

import numpy as np
from numpy.typing import NDArray

from multiconv.imaging.bands import bands_of
from multiconv.imaging.ranges import Map, check_range

ZERO = 127
"""The index of the value 0; indices 0 and 254 are −range and +range, 255 is never used."""

LIGHT_PAPER = (0xFC, 0xFC, 0xFA)
DARK_PAPER = (0x17, 0x19, 0x1C)
VIOLET = (0x86, 0x60, 0xD9)
ORANGE = (0xBC, 0x5E, 0x00)
DARK_VIOLET = (0xA8, 0x8A, 0xFF)
DARK_ORANGE = (0xE8, 0x9C, 0x50)
RED, GREEN, BLUE = HUES = ((255, 0, 0), (0, 255, 0), (0, 0, 255))

Colour = tuple[int, int, int]


@cache
def palette() -> NDArray[np.uint8]:
    """Return the palette of `indices`, (256, 4) uint8 RGBA, transparent at zero."""
    table = np.zeros((256, 4), dtype=np.uint8)
    amounts = np.arange(ZERO + 1) / ZERO
    for colour, places in (
        (VIOLET, ZERO - np.arange(ZERO + 1)),
        (ORANGE, ZERO + np.arange(ZERO + 1)),
    ):
        alphas = np.arange(256)
        # Alpha grows so that the CIE 1976 lightness L* on light paper falls evenly.
        lightnesses = cielab(_laid_over(colour, alphas, LIGHT_PAPER))[:, 0]
        wanted = lightnesses[0] + amounts * (lightnesses[-1] - lightnesses[0])
        table[places, :3] = colour
        table[places, 3] = np.rint(np.interp(-wanted, -lightnesses, alphas))
    table.flags.writeable = False
    return table


def dark_matrix() -> NDArray[np.float64]:
    """Return what makes the palette's colours those for dark paper, as ``feColorMatrix`` has it.

    The two differ most in blue, from which the others follow; alpha is left as it is.
    """
    matrix = np.zeros((4, 5))
    violet, orange = np.array(DARK_VIOLET) / 255, np.array(DARK_ORANGE) / 255
    matrix[:3, 2] = (violet - orange) / ((VIOLET[2] - ORANGE[2]) / 255)
    matrix[:3, 4] = orange - matrix[:3, 2] * ORANGE[2] / 255
    matrix[3, 3] = 1
    return matrix


def dark_alphas(steps: int = 16) -> NDArray[np.float64]:
    """Return what alphas 0 … 1, in equal steps, become on dark paper: for both sides the same.

    Each value's CIE 1976 difference from dark paper is to be its difference from light paper.
    """
    wanted = np.linspace(0, 1, steps + 1)
    alphas = np.arange(256)
    found = [
        np.interp(
            _differences(colour, 255 * wanted, LIGHT_PAPER),
            _differences(dark, alphas, DARK_PAPER),
            alphas / 255,
        )
        for colour, dark in ((VIOLET, DARK_VIOLET), (ORANGE, DARK_ORANGE))
    ]
    return np.asarray(np.mean(found, axis=0), dtype=np.float64)


def tinted_palette(hue: Colour) -> NDArray[np.uint8]:
    """Return 256 opaque levels from black to a hue, (256, 4) uint8."""
    shares = np.arange(256)[:, np.newaxis] / 255
    opaque = np.full((256, 1), 255)
    return np.concatenate([np.rint(shares * np.array(hue)), opaque], axis=1).astype(np.uint8)


def opaque_palette(paper: Colour = LIGHT_PAPER) -> NDArray[np.uint8]:
    """Return `palette` laid over a paper, for pictures that leave the page."""
    table = np.full((256, 4), 255, dtype=np.uint8)
    shares = palette()[:, 3:] / 255
    table[:, :3] = np.rint(palette()[:, :3] * shares + np.array(paper) * (1 - shares))
    return table


def indices(plane: Map, value_range: float) -> NDArray[np.uint8]:
    """Return a map's colour indices: 127 + round(127 · value / range), clipped to 0…254."""
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


def step(value: float, value_range: float, steps: int = 8) -> int:
    """Return a value's coarse step, −steps…steps, for tints; halves go away from zero."""
    check_range(value_range)
    magnitude = floor(min(steps * (abs(value) / value_range), steps) + 0.5)
    return -magnitude if value < 0 else magnitude


def cielab(colours: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return CIE 1976 L*, a* and b* of sRGB colours 0…255, (N, 3), under D65."""
    shares = colours / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    relative = linear @ (to_xyz / to_xyz.sum(axis=1, keepdims=True)).T  # white is 1, 1, 1
    x, y, z = np.where(
        relative > (6 / 29) ** 3, np.cbrt(relative), relative * (29 / 6) ** 2 / 3 + 4 / 29
    ).T
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)]).T


def _differences(colour: Colour, alphas: NDArray[np.number], paper: Colour) -> NDArray[np.float64]:
    lab = cielab(_laid_over(colour, alphas, paper))
    return np.asarray(np.linalg.norm(lab - lab[0], axis=1), dtype=np.float64)


def _laid_over(colour: Colour, alphas: NDArray[np.number], paper: Colour) -> NDArray[np.float64]:
    shares = np.asarray(alphas[:, None] / 255, dtype=np.float64)
    return np.array(colour) * shares + np.array(paper) * (1 - shares)
