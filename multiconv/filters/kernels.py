"""Kernels by name: fixed ones, those that a name with numbers describes, and their names again.

Ridge, outline, sharpen, box, both Gaussians and unsharp are those of Wikipedia's article
“Kernel (image processing)”; Sobel (1968), Prewitt (1970), Roberts (1963) and Scharr (2000) are
laid on as OpenCV and SciPy do, so that x answers where the right is brighter.  Names with numbers,
``gaussian(1.5)``, ``gabor(45,6)``, ``random(7)``, are sampled at the size that is asked for;
without one, at a size that shows them whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Pair, pair
from multiconv.errors import InvalidValue

Values = NDArray[np.float64]


@dataclass(frozen=True)
class NamedKernel:
    """A kernel with a name for people: its title and its (kh, kw) values."""

    title: str
    values: Values


def _named(title: str, *rows: tuple[float, ...]) -> NamedKernel:
    values = np.array(rows, dtype=np.float64)
    values.setflags(write=False)
    return NamedKernel(title, values)


def _outer(title: str, line: tuple[float, ...], scale: float) -> NamedKernel:
    return _named(title, *((np.outer(line, line) * scale).tolist()))


_N = 1 / 9
_PASCAL = (1, 4, 6, 4, 1)
_UNSHARP = -np.outer(_PASCAL, _PASCAL) / 256
_UNSHARP[2, 2] = 476 / 256
KERNELS: Mapping[str, NamedKernel] = {
    "identity": _named("Identity", (0, 0, 0), (0, 1, 0), (0, 0, 0)),
    "soft": _named("Soft", (0.1, 0.1, 0.1), (0.1, 0.2, 0.1), (0.1, 0.1, 0.1)),
    "box": _named("Box", (_N, _N, _N), (_N, _N, _N), (_N, _N, _N)),
    "gaussian": _named(
        "Gaussian", (0.0625, 0.125, 0.0625), (0.125, 0.25, 0.125), (0.0625, 0.125, 0.0625)
    ),
    "sharpen": _named("Sharpen", (0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    "emboss": _named("Emboss", (-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
    "outline": _named("Outline", (-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
    "laplacian": _named("Laplacian", (0, 1, 0), (1, -4, 1), (0, 1, 0)),
    "sobel-x": _named("Sobel x", (-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    "sobel-y": _named("Sobel y", (-1, -2, -1), (0, 0, 0), (1, 2, 1)),
    "zero": _named("Zero", (0, 0, 0), (0, 0, 0), (0, 0, 0)),
    "shift": _named("Shift", (0, 0, 0), (1, 0, 0), (0, 0, 0)),
    "plus": _named("Plus", (0, 0.2, 0), (0.2, 0.2, 0.2), (0, 0.2, 0)),
    "ridge": _named("Ridge", (0, -1, 0), (-1, 4, -1), (0, -1, 0)),
    "prewitt-x": _named("Prewitt x", (-1, 0, 1), (-1, 0, 1), (-1, 0, 1)),
    "prewitt-y": _named("Prewitt y", (-1, -1, -1), (0, 0, 0), (1, 1, 1)),
    "scharr-x": _named("Scharr x", (-3, 0, 3), (-10, 0, 10), (-3, 0, 3)),
    "scharr-y": _named("Scharr y", (-3, -10, -3), (0, 0, 0), (3, 10, 3)),
    "roberts-1": _named("Roberts ↘", (1, 0), (0, -1)),
    "roberts-2": _named("Roberts ↙", (0, 1), (-1, 0)),
    "box-5": _outer("Box 5 × 5", (1, 1, 1, 1, 1), 1 / 25),
    "gaussian-5": _outer("Gaussian 5 × 5", _PASCAL, 1 / 256),
    "unsharp": _named("Unsharp 5 × 5", *_UNSHARP.tolist()),
}

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
    """Kernels of one kind: ``values`` of (size, *numbers), whole at the ``side`` of (*numbers).

    ``offered`` are the numbers that lists offer, each with its words; any others can be typed.
    """

    parameters: tuple[Parameter, ...]
    values: Callable[..., Values]
    side: Callable[..., int]
    offered: Mapping[str, str]


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


FAMILIES: Mapping[str, Family] = {
    "gaussian": Family(
        (Parameter("sigma", 0.2, 10),),
        _gaussian,
        lambda sigma: _odd(4 * sigma),
        {"1": "Gaussian, σ = 1", "2": "Gaussian, σ = 2"},
    ),
    "gabor": Family(
        (Parameter("angle", -360, 360), Parameter("wavelength", 2, 30)),
        _gabor,
        lambda _, wavelength: _odd(1.5 * wavelength),
        {
            "0,4": "Gabor, upright stripes",
            "45,4": "Gabor, slanting stripes",
            "90,4": "Gabor, level stripes",
        },
    ),
    "motion": Family(
        (Parameter("angle", -360, 360),),
        _motion,
        lambda _: 7,
        {"0": "Motion blur, sideways", "45": "Motion blur, slanting"},
    ),
    "random": Family(
        (Parameter("seed", 0, 999_999, True),),
        _random,
        lambda _: 1,
        {"1": "Random 1", "2": "Random 2", "3": "Random 3"},
    ),
}


def _form(family: str) -> str:
    return f"{family}({','.join(each.name for each in FAMILIES[family].parameters)})"


FORMS = tuple(map(_form, FAMILIES))
"""How the families are written, for people."""


def kernel(name: str, size: Pair | None = None) -> Values:
    """Return the named kernel, a fresh (kh, kw) array, at its own size or fitted to ``size``.

    Names with numbers (`FORMS`) are sampled at ``size``, not cut to it; capitals do not count.

    Raises
    ------
    InvalidValue
        For an unknown name, with the known ones, and for numbers out of bounds.

    Examples
    --------
    >>> kernel("laplacian")
    array([[ 0.,  1.,  0.],
           [ 1., -4.,  1.],
           [ 0.,  1.,  0.]])
    >>> kernel("motion(45)", (3, 3)).round(3)
    array([[0.   , 0.   , 0.333],
           [0.   , 0.333, 0.   ],
           [0.333, 0.   , 0.   ]])
    """
    if call := _call_of(name):
        family, numbers = call
        return FAMILIES[family].values(size or own_size(name), *numbers)
    if (known := _known(name)) not in KERNELS:
        raise InvalidValue(
            f"There is no kernel named {name[:40]!r}.",
            f"Use one of {', '.join((*KERNELS, *FORMS))}.",
            field="w",
        )
    values = KERNELS[known].values
    return values.copy() if size is None else fitted(values, size)


def own_size(name: str) -> Pair:
    """Return the size at which a named kernel is whole."""
    if call := _call_of(name):
        family, numbers = call
        side = FAMILIES[family].side(*numbers)
        return side, side
    height, width = kernel(name).shape
    return height, width


def settled_name(name: str) -> str:
    """Return the one way in which links write a kernel's name."""
    kernel(name, (1, 1))  # refuses what is no name
    call = _call_of(name)
    return _spelling(*call) if call else _known(name)


def _known(name: str) -> str:
    """Return a kernel's name out of one in any capitals, or out of its title."""
    return re.sub(r"[\s_]+", "-", name.strip().lower())


def scaled_name_of(array: Values) -> tuple[float, str] | None:
    """Return (factor, name) where ``array`` is a named kernel times a factor, else None.

    A name stands only where the array is large enough for all of that kernel's taps.
    """
    if not array.any():
        return 1.0, "zero"
    multiples = []
    for name, named in KERNELS.items():
        values = fitted(named.values, (array.shape[0], array.shape[1]))
        if not values.any() or np.count_nonzero(values) < np.count_nonzero(named.values):
            continue
        peak = np.unravel_index(np.argmax(np.abs(values)), values.shape)
        factor = round(float(array[peak] / values[peak]), 12)
        if factor and (np.abs(array - factor * values) <= 1e-12 * np.abs(factor * values)).all():
            multiples.append((factor, name))
    # A ridge is −1 times the Laplacian too: a name of its own comes first.
    return min(multiples, key=lambda found: found[0] != 1, default=None)


def name_of(array: Values) -> str | None:
    """Return the name of the kernel that ``array`` is, at its size, else None."""
    factor, name = scaled_name_of(array) or (0.0, None)
    return name if factor == 1 else None


def fitted(kernel: Values, size: Pair) -> Values:
    """Return a kernel, (kh, kw, …), padded with zeros or cropped about index (side − 1) // 2."""
    height, width = pair(size, "kernel")
    result = np.zeros((height, width, *kernel.shape[2:]))
    (into_rows, of_rows), (into_cols, of_cols) = (
        _overlap(new, old) for new, old in zip((height, width), kernel.shape[:2], strict=True)
    )
    result[into_rows, into_cols] = kernel[of_rows, of_cols]
    return result


def _overlap(new: int, old: int) -> tuple[slice, slice]:
    shift = (new - 1) // 2 - (old - 1) // 2
    first, stop = max(shift, 0), min(old + shift, new)
    return slice(first, stop), slice(first - shift, stop - shift)


def _call_of(name: str) -> tuple[str, tuple[float, ...]] | None:
    """Return a family's name and its numbers; None where ``name`` has no brackets."""
    if "(" not in name:
        return None
    match = _CALL.fullmatch(name.lower().replace("\u2212", "-").replace(" ", ""))
    if match is None or match[1] not in FAMILIES:
        raise _refused(f"There is no kernel written {name[:40]!r}.", f"Write {', '.join(FORMS)}.")
    family, texts = FAMILIES[match[1]], match[2].split(",")
    if len(texts) != len(family.parameters):
        raise _refused(
            f"{match[1]} is given {len(texts)} numbers.",
            f"Write {_form(match[1])}.",
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


def _spelling(family: str, numbers: tuple[float, ...]) -> str:
    """Return the one way in which links write a kernel of a family."""
    texts = (f"{number:.6f}".rstrip("0").rstrip(".") for number in numbers)
    return f"{family}({','.join(texts)})"
