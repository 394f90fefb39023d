"""The pictures that come with the program; ``samples/SOURCES.md`` tells their sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from multiconv.experiment.model import LIMITS
from multiconv.imaging import cards
from multiconv.imaging.decode import decoded

Pixels = NDArray[np.uint8]

_OWN = "Made by this program's code."


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture that is always there."""

    title: str
    credit: str
    focus: tuple[float, float]
    maker: Callable[[], Pixels]

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
        return decoded(body, LIMITS).pixels

    return maker


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
        "discs": Sample("Discs of red, green, blue and white", _OWN, (0.25, 0.25), cards.discs),
        "edge": Sample("An edge in colour, none in luminance", _OWN, (0.5, 0.2125), cards.edge),
        "gratings": Sample(
            "Stripes of every orientation, in three phases", _OWN, (0.5, 0.75), cards.gratings
        ),
    }
)
"""The samples by name, in the order in which they are offered."""
