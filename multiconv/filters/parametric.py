"""Kernels that a name with numbers describes: ``gaussian(1.5)``, ``gabor(45,6)``, ``random(7)``.

They are sampled at the size that is asked for; without one, at a size that shows them whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, cos, radians, sin
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Pair
from multiconv.errors import InvalidValue

Values = NDArray[np.float64]

_LARGEST = 15
_CALL = re.compile(r"([a-z]+)\(([^()]*)\)")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,7}(?:\.[0-9]{0,6})?")


@dataclass(frozen=True)
class Parameter:
    """A number between the brackets: what it is called, its bounds, whether it is whole."""

    name: str
    lowest: float
    highest: float
    whole: bool = False

    @property
    def bounds(self) -> str:
        """The bounds as messages write them."""
        return f"{self.lowest:g} to {self.highest:.0f}".replace("-", "\u2212")


@dataclass(frozen=True)
class Family:
    """Kernels of one kind.

    Attributes
    ----------
    title : str
        The kind, for people.
    parameters : tuple of Parameter
    values : callable
        ((kh, kw), *numbers) → (kh, kw) float64.
    side : callable
        numbers → the side that shows the kernel whole.
    """

    title: str
    parameters: tuple[Parameter, ...]
    values: Callable[..., Values]
    side: Callable[..., int]


def _offsets(side: int) -> Values:
    return np.arange(side, dtype=np.float64) - (side - 1) / 2


def _gaussian(size: Pair, sigma: float) -> Values:
    """Return exp(−(x² + y²) / 2σ²) over its sum, about the middle as `cv2.getGaussianKernel`."""
    y, x = np.meshgrid(_offsets(size[0]), _offsets(size[1]), indexing="ij")
    bell: Values = np.exp(-(x**2 + y**2) / (2 * sigma**2))
    return np.asarray(bell / bell.sum())


def _gabor(size: Pair, angle: float, wavelength: float) -> Values:
    """Return a wave under a bell, less its mean so that a flat picture gives 0.

    exp(−(u² + γ²v²) / 2σ²) · cos(2πu / λ) with u = x cos θ + y sin θ, v = y cos θ − x sin θ
    (Daugman 1985, in the letters of `cv2.getGaborKernel`), σ = λ / 2 and γ = 1 / 2.  At 0°
    the stripes stand upright; y runs down.
    """
    theta, sigma = radians(angle), wavelength / 2
    y, x = np.meshgrid(_offsets(size[0]), _offsets(size[1]), indexing="ij")
    u, v = x * cos(theta) + y * sin(theta), y * cos(theta) - x * sin(theta)
    wave = np.exp(-(u**2 + v**2 / 4) / (2 * sigma**2)) * np.cos(2 * np.pi * u / wavelength)
    return np.asarray(wave - wave.mean())


def _motion(size: Pair, angle: float) -> Values:
    """Return a line through the middle, counter-clockwise from the right, that sums to 1.

    One point for each step along the longer direction, shared by its two nearest neighbours
    across it, as a line is drawn with soft edges.
    """
    rows, columns = size
    right, up = cos(radians(angle)), sin(radians(angle))
    line = np.zeros(size)
    along_rows = abs(up) * (columns - 1) > abs(right) * (rows - 1)
    count = rows if along_rows else columns
    slope = -right / up if along_rows else -up / right
    for at, offset in enumerate(_offsets(count)):
        other = ((columns if along_rows else rows) - 1) / 2 + round(slope, 12) * offset
        near = int(np.floor(other + 1e-9))
        for place, share in ((near, 1 - (other - near)), (near + 1, other - near)):
            if share > 1e-9:
                line[(at, place) if along_rows else (place, at)] += share
    return np.asarray(line / line.sum())


def _random(size: Pair, seed: float) -> Values:
    """Return numbers spread evenly from −1 to 1, of two decimals, the same everywhere for a seed.

    Raw numbers of PCG64, whose stream NumPy promises never to change.
    """
    raw = np.random.PCG64(int(seed)).random_raw(size[0] * size[1])
    even = (np.asarray(raw, np.uint64) >> np.uint64(11)).astype(np.float64) / 2**53
    return (even * 2 - 1).round(2).reshape(size) + 0.0


def _odd(side: float) -> int:
    return min(2 * ceil(side / 2) + 1, _LARGEST)


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "gaussian": Family(
            "Gaussian", (Parameter("sigma", 0.2, 10),), _gaussian, lambda sigma: _odd(4 * sigma)
        ),
        "gabor": Family(
            "Gabor",
            (Parameter("angle", -360, 360), Parameter("wavelength", 2, 30)),
            _gabor,
            lambda _, wavelength: _odd(1.5 * wavelength),
        ),
        "motion": Family("Motion", (Parameter("angle", -360, 360),), _motion, lambda _: 7),
        "random": Family("Random", (Parameter("seed", 0, 999_999, True),), _random, lambda _: 1),
    }
)

FORMS = ("gaussian(sigma)", "gabor(angle,wavelength)", "motion(angle)", "random(seed)")
"""How the families are written, for people."""


def parsed(name: str) -> tuple[str, tuple[float, ...]] | None:
    """Return a family's name and its numbers; None where ``name`` has no brackets.

    Raises
    ------
    InvalidValue
        For an unknown family, or numbers that it cannot have.

    Examples
    --------
    >>> parsed("gabor(45, 6)"), parsed("soft")
    (('gabor', (45.0, 6.0)), None)
    """
    if "(" not in name:
        return None
    match = _CALL.fullmatch(name.replace("\u2212", "-").replace(" ", ""))
    if match is None or match[1] not in FAMILIES:
        raise _refused(f"There is no kernel written {name[:40]!r}.", f"Write {', '.join(FORMS)}.")
    family, texts = FAMILIES[match[1]], match[2].split(",")
    if len(texts) != len(family.parameters):
        raise _refused(
            f"{match[1]} is given {len(texts)} numbers.",
            f"Write {next(form for form in FORMS if form.startswith(match[1]))}.",
        )
    numbers = (
        _number(match[1], text, each) for text, each in zip(texts, family.parameters, strict=True)
    )
    return match[1], tuple(numbers)


def _number(family: str, text: str, parameter: Parameter) -> float:
    value = float(text) if _DECIMAL.fullmatch(text) else float("nan")
    fits = parameter.lowest <= value <= parameter.highest
    if not fits or (parameter.whole and value != int(value)):
        kind = "whole number" if parameter.whole else "number"
        raise _refused(
            f"The {parameter.name} of {family} is {text[:20]!r}.",
            f"Write a {kind} from {parameter.bounds}.",
            limit=parameter.bounds,
        )
    return value + 0.0


def _refused(problem: str, remedy: str, limit: str | None = None) -> InvalidValue:
    return InvalidValue(problem, remedy, field="w", limit=limit)


def written(family: str, numbers: tuple[float, ...]) -> str:
    """Return the one way in which links write a kernel of a family.

    Examples
    --------
    >>> written("gaussian", (1.5,)), written("gabor", (-45.0, 6.0))
    ('gaussian(1.5)', 'gabor(-45,6)')
    """
    texts = (f"{number:.6f}".rstrip("0").rstrip(".") for number in numbers)
    return f"{family}({','.join(texts)})"
