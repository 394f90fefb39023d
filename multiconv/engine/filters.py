"""Named kernels, and named banks of filters over red, green and blue (HWIO)."""

from __future__ import annotations

import numpy as np

from multiconv.engine.geometry import Pair, pair
from multiconv.engine.named import BANKS, FILTERS, KERNELS, Bank, NamedKernel, Values
from multiconv.errors import InvalidValue, NotFound

__all__ = [
    "BANKS",
    "KERNELS",
    "Bank",
    "NamedKernel",
    "bank",
    "bank_titles",
    "fitted",
    "kernel",
    "name_of",
    "scaled_name_of",
]


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
    if name not in FILTERS:
        raise NotFound(
            f"There is no bank of filters named {name!r}.",
            f"Use one of {', '.join(FILTERS)}.",
            field="filters",
        )
    count = BANKS[name].outputs if outputs is None else pair(outputs, "outputs")[0]
    names = list(FILTERS)
    turned = names[names.index(name) :] + names[: names.index(name)]
    members = [member for each in turned for member in FILTERS[each].items()]
    return [members[at % len(members)] for at in range(count)]
