"""The palette of signed maps: violet, transparent zero, orange."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

ZERO = 127
"""The index of the value 0; indices 0 and 254 are −range and +range, 255 is never used."""

LIGHT_PAPER = (0xFC, 0xFC, 0xFA)
DARK_PAPER = (0x17, 0x19, 0x1C)
VIOLET = (0x86, 0x60, 0xD9)
ORANGE = (0xBC, 0x5E, 0x00)
RED, GREEN, BLUE = HUES = ((255, 0, 0), (0, 255, 0), (0, 0, 255))

Colour = tuple[int, int, int]


@cache
def palette() -> NDArray[np.uint8]:
    """Return the palette of `indices`, (256, 4) uint8 RGBA, transparent at zero.

    Alpha grows so that the CIE 1976 lightness L* on light paper falls evenly.

    Examples
    --------
    >>> palette()[[0, 127, 254]]
    array([[134,  96, 217, 255],
           [188,  94,   0,   0],
           [188,  94,   0, 255]], dtype=uint8)
    """
    table = np.zeros((256, 4), dtype=np.uint8)
    amounts = np.arange(ZERO + 1) / ZERO
    for colour, places in (
        (VIOLET, ZERO - np.arange(ZERO + 1)),
        (ORANGE, ZERO + np.arange(ZERO + 1)),
    ):
        alphas = np.arange(256)
        lightnesses = lightness(_laid_over(colour, alphas, LIGHT_PAPER))
        wanted = lightnesses[0] + amounts * (lightnesses[-1] - lightnesses[0])
        table[places, :3] = colour
        table[places, 3] = np.rint(np.interp(-wanted, -lightnesses, alphas))
    table.flags.writeable = False
    return table


def tinted_palette(hue: Colour) -> NDArray[np.uint8]:
    """Return 256 opaque levels from black to a hue, (256, 4) uint8.

    Examples
    --------
    >>> tinted_palette(RED)[[0, 51, 255]].tolist()
    [[0, 0, 0, 255], [51, 0, 0, 255], [255, 0, 0, 255]]
    """
    shares = np.arange(256)[:, np.newaxis] / 255
    opaque = np.full((256, 1), 255)
    return np.concatenate([np.rint(shares * np.array(hue)), opaque], axis=1).astype(np.uint8)


def opaque_palette(paper: Colour = LIGHT_PAPER) -> NDArray[np.uint8]:
    """Return `palette` laid over a paper, for pictures that leave the page.

    Parameters
    ----------
    paper : RGB levels 0…255

    Returns
    -------
    (256, 4) uint8, alpha 255 everywhere

    Examples
    --------
    >>> opaque_palette()[127]
    array([252, 252, 250, 255], dtype=uint8)
    """
    table = np.full((256, 4), 255, dtype=np.uint8)
    shares = palette()[:, 3:] / 255
    table[:, :3] = np.rint(palette()[:, :3] * shares + np.array(paper) * (1 - shares))
    return table


def luminance(colours: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the relative luminance Y, 0…1, of sRGB colours 0…255 (IEC 61966-2-1).

    Parameters
    ----------
    colours : (..., 3)

    Examples
    --------
    >>> luminance(np.array([[0.0, 0.0, 0.0], [255.0, 255.0, 255.0]])).round(6)
    array([0., 1.])
    """
    shares = np.asarray(colours, dtype=np.float64) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]), dtype=np.float64)


def lightness(colours: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the CIE 1976 lightness L*, 0…100, of sRGB colours 0…255.

    Parameters
    ----------
    colours : (..., 3)

    Examples
    --------
    >>> lightness(np.array([119.0, 119.0, 119.0])).round(1)
    np.float64(50.0)
    """
    relative = luminance(colours)
    return np.where(
        relative > (6 / 29) ** 3, 116 * np.cbrt(relative) - 16, relative * (29 / 3) ** 3
    )


def _laid_over(colour: Colour, alphas: NDArray[np.integer], paper: Colour) -> NDArray[np.float64]:
    shares = alphas[:, None] / 255
    return np.array(colour) * shares + np.array(paper) * (1 - shares)
