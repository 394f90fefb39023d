"""Which named kernel an array is, or is a multiple of."""

from __future__ import annotations

import numpy as np

from multiconv.filters.kernels import KERNELS, Values, fitted


def scaled_name_of(array: Values) -> tuple[float, str] | None:
    """Return (factor, name) where ``array`` is a named kernel times a factor, else None.

    A name stands only where the array is large enough for all of that kernel's taps.

    Examples
    --------
    >>> scaled_name_of(-0.5 * fitted(KERNELS["soft"].values, (5, 5)))
    (-0.5, 'soft')
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
        if factor and np.allclose(array, factor * values, rtol=1e-12, atol=0):
            multiples.append((factor, name))
    # A ridge is −1 times the Laplacian too: a name of its own comes first.
    return min(multiples, key=lambda found: found[0] != 1, default=None)


def name_of(array: Values) -> str | None:
    """Return the name of the kernel that ``array`` is, at its size, else None.

    Examples
    --------
    >>> name_of(np.array([[1.0]])), name_of(np.array([[2.0]]))
    ('identity', None)
    """
    factor, name = scaled_name_of(array) or (0.0, None)
    return name if factor == 1 else None
