"""Named kernels, and named banks of filters over red, green and blue (HWIO)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from multiconv.engine.geometry import Pair, pair
from multiconv.errors import InvalidValue, NotFound
from multiconv.filters.banks import BANKS, FILTERS, ORIGINAL, Bank
from multiconv.filters.kernels import KERNELS, NamedKernel, Values, fitted
from multiconv.filters.parametric import FAMILIES, FORMS, parsed, written
from multiconv.filters.recognised import name_of, scaled_name_of
from multiconv.filters.teaching import Filter

__all__ = [
    "BANKS",
    "FAMILIES",
    "FORMS",
    "KERNELS",
    "Bank",
    "NamedKernel",
    "bank",
    "bank_titles",
    "fitted",
    "kernel",
    "name_of",
    "own_size",
    "random_filter",
    "scaled_name_of",
    "settled_name",
]


def kernel(name: str, size: Pair | None = None) -> Values:
    """Return the named kernel, a fresh (kh, kw) array, at its own size or fitted to ``size``.

    Names with numbers (`FORMS`) are sampled at ``size``, not cut to it.

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
    if call := parsed(name):
        family, numbers = call
        return FAMILIES[family].values(size or own_size(name), *numbers)
    if name not in KERNELS:
        raise InvalidValue(
            f"There is no kernel named {name[:40]!r}.",
            f"Use one of {', '.join((*KERNELS, *FORMS))}.",
            field="w",
        )
    values = KERNELS[name].values
    return values.copy() if size is None else fitted(values, size)


def own_size(name: str) -> Pair:
    """Return the size at which a named kernel is whole.

    Examples
    --------
    >>> own_size("soft"), own_size("gaussian(1.5)")
    ((3, 3), (7, 7))
    """
    if call := parsed(name):
        family, numbers = call
        side = FAMILIES[family].side(*numbers)
        return side, side
    height, width = kernel(name).shape
    return height, width


def settled_name(name: str) -> str:
    """Return the one way in which links write a kernel's name.

    Examples
    --------
    >>> settled_name("gabor( 45.0, 6)"), settled_name("soft")
    ('gabor(45,6)', 'soft')
    """
    kernel(name, (1, 1))  # refuses what is no name
    call = parsed(name)
    return written(*call) if call else name


def bank_titles(name: str, outputs: int | None = None) -> tuple[str, ...]:
    """Return what each output of a bank shows, for as many outputs as asked.

    Examples
    --------
    >>> bank_titles("red-green-edges", 4)[2:]
    ('red–green, Laplacian', 'redness')
    """
    return tuple(title for title, _ in _members(name, outputs, (1, 1)))


def bank(name: str, kernel_size: Pair | None = None, outputs: int | None = None) -> Values:
    """Return a fresh bank of filters, (kh, kw, 3, K).

    Beyond the bank's own filters come those of the first four banks after it in turn, and then
    random ones, so that no output is blank and no two are the same.

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
    size = BANKS[name].kernel_size if kernel_size is None and name in BANKS else kernel_size
    return _bank(name, size, outputs).copy()


@lru_cache(maxsize=64)
def _bank(name: str, size: Pair | None, outputs: int | None) -> Values:
    members = _members(name, outputs, size or (1, 1))
    filters = (fitted(np.stack(rgb, axis=-1), size or (1, 1)) for _, rgb in members)
    return np.stack(list(filters), axis=-1)


def _members(name: str, outputs: int | None, size: Pair) -> list[tuple[str, Filter]]:
    if name not in FILTERS:
        raise NotFound(
            f"There is no bank of filters named {name!r}.",
            f"Use one of {', '.join(FILTERS)}.",
            field="filters",
        )
    count = BANKS[name].outputs if outputs is None else pair(outputs, "outputs")[0]
    names = list(ORIGINAL) if name in ORIGINAL else []
    turned = names[names.index(name) :] + names[: names.index(name)] if names else [name]
    members = [member for each in turned for member in FILTERS[each].items()]
    for at in range(len(members), count):
        red, green, blue = np.moveaxis(random_filter(at, size), -1, 0)
        members.append((f"random {at}", (red, green, blue)))
    return members[:count]


def random_filter(at: int, size: Pair) -> Values:
    """Return output channel ``at`` of a layer that has not learnt anything yet, (kh, kw, 3).

    Examples
    --------
    >>> random_filter(2, (1, 1))
    array([[[ 0.08,  0.25, -0.35]]])
    """
    return np.stack([kernel(f"random({3 * at + q})", size) for q in range(3)], axis=-1)
