"""The pictures that come with the program, some made by code; `samples/SOURCES.md` has sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from multiconv.experiment.model import LIMITS
from multiconv.imaging.decode import decode

Pixels = NDArray[np.uint8]

_OWN = "Made by this program's code."

SIDE = 320
RED_OF_THE_EDGE = (248, 56, 60)
GREEN_OF_THE_EDGE = (5, 179, 64)


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture that is always there; where it is ``offered``, in the top bar."""

    title: str
    credit: str
    focus: tuple[float, float]
    maker: Callable[[], Pixels]
    offered: bool = True

    def pixels(self) -> Pixels:
        """Return the picture at its full size, (H, W, 3) uint8, read-only and kept in memory."""
        return _kept(self.maker)


@cache
def _kept(maker: Callable[[], Pixels]) -> Pixels:
    pixels = maker()
    pixels.flags.writeable = False
    return pixels


def _from_file(name: str) -> Callable[[], Pixels]:
    def maker() -> Pixels:
        body = files("multiconv.imaging").joinpath("samples", name).read_bytes()
        return decode(body, LIMITS).pixels

    return maker


def discs() -> Pixels:
    """Return discs of red, green, blue and white on black, (320, 320, 3) uint8."""
    row, col = np.mgrid[:SIDE, :SIDE]
    quarter = SIDE / 4
    distance = np.hypot(row % (SIDE // 2) + 0.5 - quarter, col % (SIDE // 2) + 0.5 - quarter)
    cover = np.clip(62.5 - distance, 0, 1)  # a pixel on the rim is as bright as it is covered
    colours = np.array([[[1, 0, 0], [0, 1, 0]], [[0, 0, 1], [1, 1, 1]]])
    colour = colours[row // (SIDE // 2), col // (SIDE // 2)]
    levels: Pixels = np.rint(255 * cover[..., None] * colour).astype(np.uint8)
    return levels


def edge() -> Pixels:
    """Return a red disc on green whose luminances are equal to the last digit, (320, 320, 3) uint8.

    It is made of blocks of 2 × 2 pixels: at half its size it has no mixed pixel either.
    """
    row, col = np.mgrid[: SIDE // 2, : SIDE // 2] + 0.5
    inside = np.hypot(row - SIDE / 4, col - SIDE / 4) < SIDE / 7
    halves = np.where(inside[..., None], RED_OF_THE_EDGE, GREEN_OF_THE_EDGE)
    return halves.repeat(2, axis=0).repeat(2, axis=1).astype(np.uint8)


def gratings() -> Pixels:
    """Return stripes cos(2π (r² / 2560 + q / 3)) about the centre, (320, 320, 3) uint8.

    The channels q are a third of a stripe apart, so that their sum is flat.
    """
    row, col = np.mgrid[:SIDE, :SIDE] + 0.5 - SIDE / 2
    stripes = (row**2 + col**2) / (2 * 8 * SIDE / 2)
    waves = np.cos(2 * np.pi * (stripes[..., None] + np.arange(3) / 3))
    levels: Pixels = np.rint(127.5 + 127.5 * waves).astype(np.uint8)
    return levels


def grey() -> Pixels:
    """Return a flat grey of 0.6, (320, 320, 3) uint8."""
    return np.full((SIDE, SIDE, 3), round(0.6 * 255), np.uint8)


SAMPLES: Mapping[str, Sample] = MappingProxyType(
    {
        "portrait": Sample(
            "Eileen Collins, astronaut",
            "NASA, Great Images in NASA, as in scikit-image. Public domain.",
            (0.74, 0.165),
            _from_file("portrait.jpg"),
        ),
        "coffee": Sample(
            "A cup of espresso",
            "Rachel Michetti, courtesy of Pikolo Espresso Bar, as in scikit-image. CC0 1.0.",
            (0.5, 0.4),
            _from_file("coffee.jpg"),
        ),
        "cat": Sample(
            "Chelsea, a cat",
            "Stéfan van der Walt, as in scikit-image. CC0 1.0.",
            (0.4, 0.5),
            _from_file("cat.jpg"),
        ),
        "discs": Sample("Discs of red, green, blue and white", _OWN, (0.25, 0.25), discs),
        "edge": Sample("An edge in colour, none in luminance", _OWN, (0.5, 0.2125), edge),
        "gratings": Sample(
            "Stripes of every orientation, in three phases", _OWN, (0.5, 0.75), gratings
        ),
        "grey": Sample("A flat grey", _OWN, (0.5, 0.5), grey, offered=False),
    }
)
"""The samples by name, in the order in which they are offered; one that is not is of challenges."""
