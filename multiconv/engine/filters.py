"""Named kernels, and named banks of filters over red, green and blue (HWIO)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Pair, pair
from multiconv.errors import InvalidValue, NotFound

Values = NDArray[np.float64]


@dataclass(frozen=True)
class NamedKernel:
    """A kernel with a name for people: its title and its (kh, kw) values."""

    title: str
    values: Values


@dataclass(frozen=True)
class Bank:
    """A named set of filters over RGB.

    Attributes
    ----------
    title, note : str
        A name, and one sentence, for people.
    kernel_size : (int, int)
    outputs : int
        How many filters the bank has of its own.
    titles : tuple of str
        One per output.
    """

    title: str
    kernel_size: Pair
    outputs: int
    note: str
    titles: tuple[str, ...]


def _named(title: str, *rows: tuple[float, ...]) -> NamedKernel:
    values = np.array(rows, dtype=np.float64)
    values.setflags(write=False)
    return NamedKernel(title, values)


_N = 1 / 9
KERNELS: Mapping[str, NamedKernel] = MappingProxyType(
    {
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
    }
)

_PLUS = np.array([[0, -0.1, 0], [-0.1, -0.1, -0.1], [0, -0.1, 0]])
_SOFT, _ZERO = KERNELS["soft"].values, KERNELS["zero"].values


def _luminance(name: str) -> tuple[Values, Values, Values]:
    red, green, blue = (share * KERNELS[name].values for share in (0.299, 0.587, 0.114))
    return red, green, blue


def _opposed(name: str) -> tuple[Values, Values, Values]:
    return KERNELS[name].values, -KERNELS[name].values, _ZERO


def _across(name: str) -> tuple[Values, Values, Values]:
    edge = KERNELS[name].values
    return -0.5 * edge, -0.5 * edge, edge


_FILTERS: dict[str, dict[str, tuple[Values, Values, Values]]] = {
    "redness": {
        "redness": (_SOFT, -0.5 * _SOFT, _PLUS),
        "greenness": (_PLUS, _SOFT, -0.5 * _SOFT),
        "blueness": (-0.5 * _SOFT, _PLUS, _SOFT),
        "warm against cold": (_SOFT, _ZERO, -_SOFT),
        "brightness": (0.3 * _SOFT, 0.6 * _SOFT, 0.1 * _SOFT),
    },
    "blue-yellow": {
        "blue against yellow": (-0.5 * _SOFT, -0.5 * _SOFT, _SOFT),
        "yellow against blue": (0.5 * _SOFT, 0.5 * _SOFT, -_SOFT),
        "blue–yellow edges, left to right": _across("sobel-x"),
        "blue–yellow edges, top to bottom": _across("sobel-y"),
    },
    "luminance-edges": {
        "brightness edges, left to right": _luminance("sobel-x"),
        "brightness edges, top to bottom": _luminance("sobel-y"),
        "brightness, Laplacian": _luminance("laplacian"),
        "brightness, outline": _luminance("outline"),
    },
    "red-green-edges": {
        "red–green edges, left to right": _opposed("sobel-x"),
        "red–green edges, top to bottom": _opposed("sobel-y"),
        "red–green, Laplacian": _opposed("laplacian"),
    },
}

_WORDS = {
    "redness": ("Redness", "Red counts for, green and blue against: white and grey cancel."),
    "blue-yellow": ("Blue against yellow", "Blue counts for, red and green against, half each."),
    "luminance-edges": (
        "Luminance edges",
        "Edges of brightness: where only the colour changes, the three partials cancel.",
    ),
    "red-green-edges": (
        "Red–green edges",
        "Red's edges minus green's: edges of colour that brightness alone can miss.",
    ),
}

BANKS: Mapping[str, Bank] = MappingProxyType(
    {
        name: Bank(_WORDS[name][0], (3, 3), len(own), _WORDS[name][1], tuple(own))
        for name, own in _FILTERS.items()
    }
)


def fitted(kernel: Values, size: Pair) -> Values:
    """Return kernel padded with zeros or cropped about its centre, index (side − 1) // 2.

    Parameters
    ----------
    kernel : (kh, kw) or (kh, kw, …) array
    size : (int, int)

    Examples
    --------
    >>> fitted(np.array([[1.0, 2.0], [3.0, 4.0]]), (3, 3))
    array([[0., 0., 0.],
           [0., 1., 2.],
           [0., 3., 4.]])
    """
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


def kernel(name: str, size: Pair | None = None) -> Values:
    """Return the named kernel, a fresh (kh, kw) array, at its own size or fitted to ``size``.

    Raises
    ------
    InvalidValue
        For an unknown name, with the known ones.

    Examples
    --------
    >>> kernel("laplacian")
    array([[ 0.,  1.,  0.],
           [ 1., -4.,  1.],
           [ 0.,  1.,  0.]])
    """
    if name not in KERNELS:
        raise InvalidValue(
            f"There is no kernel named {name!r}.", f"Use one of {', '.join(KERNELS)}.", field="w"
        )
    values = KERNELS[name].values
    return values.copy() if size is None else fitted(values, size)


def scaled_name_of(array: Values) -> tuple[float, str] | None:
    """Return (factor, name) where ``array`` is a named kernel times a factor, else None.

    A name stands only where the array is large enough for all of that kernel's taps.

    Examples
    --------
    >>> scaled_name_of(-0.5 * kernel("soft", (5, 5)))
    (-0.5, 'soft')
    """
    if not array.any():
        return 1.0, "zero"
    for name, named in KERNELS.items():
        values = fitted(named.values, (array.shape[0], array.shape[1]))
        if not values.any() or np.count_nonzero(values) < np.count_nonzero(named.values):
            continue
        peak = np.unravel_index(np.argmax(np.abs(values)), values.shape)
        factor = round(float(array[peak] / values[peak]), 12)
        if factor and np.allclose(array, factor * values, rtol=1e-12, atol=0):
            return factor, name
    return None


def name_of(array: Values) -> str | None:
    """Return the name of the kernel that ``array`` is, at its size, else None.

    Examples
    --------
    >>> name_of(np.array([[1.0]])), name_of(np.array([[2.0]]))
    ('identity', None)
    """
    factor, name = scaled_name_of(array) or (0.0, None)
    return name if factor == 1 else None


def bank_titles(name: str, outputs: int | None = None) -> tuple[str, ...]:
    """Return what each output of a bank shows, for as many outputs as asked.

    Examples
    --------
    >>> bank_titles("red-green-edges", 4)[2:]
    ('red–green, Laplacian', 'redness')
    """
    return tuple(title for title, _ in _members(name, outputs))


def bank(name: str, kernel_size: Pair | None = None, outputs: int | None = None) -> Values:
    """Return a fresh bank of filters, (kh, kw, 3, K).

    Beyond the bank's own filters come those of the banks after it, in turn.

    Raises
    ------
    NotFound
        For an unknown name, naming the field ``filters``.
    InvalidValue
        Where ``outputs`` is no whole number of 1 or more.

    Examples
    --------
    >>> bank("redness").shape, bank("redness", (5, 5), 16).shape
    ((3, 3, 3, 5), (5, 5, 3, 16))
    >>> [round(float(total), 6) for total in bank("redness")[..., 0].sum(axis=(0, 1))]
    [1.0, -0.5, -0.5]
    """
    own = np.stack([np.stack(rgb, axis=-1) for _, rgb in _members(name, outputs)], axis=-1)
    return own if kernel_size is None else fitted(own, kernel_size)


def _members(name: str, outputs: int | None) -> list[tuple[str, tuple[Values, Values, Values]]]:
    if name not in _FILTERS:
        raise NotFound(
            f"There is no bank of filters named {name!r}.",
            f"Use one of {', '.join(_FILTERS)}.",
            field="filters",
        )
    count = BANKS[name].outputs if outputs is None else pair(outputs, "outputs")[0]
    names = list(_FILTERS)
    turned = names[names.index(name) :] + names[: names.index(name)]
    members = [member for each in turned for member in _FILTERS[each].items()]
    return [members[at % len(members)] for at in range(count)]
