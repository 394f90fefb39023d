"""Random filters as networks begin with, the same for the same seed everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from types import MappingProxyType

import numpy as np

from multiconv.engine.geometry import Pair
from multiconv.errors import NotFound
from multiconv.filters.kernels import Values

BOUNDS: Mapping[str, str] = MappingProxyType(
    {
        "glorot": "√(6 / (fan in + fan out)): Glorot and Bengio 2010",
        "he": "√(6 / fan in): He and others 2015",
    }
)
"""How far from zero the uniform numbers of each kind reach, and whose rule that is."""


def seeded(kind: str, seed: int, kernel_size: Pair, outputs: int, channels: int = 3) -> Values:
    """Return random filters, (kh, kw, C, K) float64, uniform between ∓ the kind's bound.

    Parameters
    ----------
    kind : {"glorot", "he"}
    seed : int
        0 or more.
    kernel_size : (int, int)
    outputs, channels : int
        fan in = kh · kw · channels, fan out = kh · kw · outputs.

    Raises
    ------
    NotFound
        For another kind.

    Notes
    -----
    The raw 64-bit stream of PCG64 is used, which NumPy promises to keep, so
    that a link shows the same filters in ten years.

    Examples
    --------
    >>> filters = seeded("he", 7, (3, 3), 4)
    >>> filters.shape, bool(np.abs(filters).max() <= (6 / 27) ** 0.5)
    ((3, 3, 3, 4), True)
    """
    if kind not in BOUNDS:
        raise NotFound(
            f"There are no random filters of the kind {kind!r}.",
            f"Use {' or '.join(BOUNDS)}.",
            field="filters",
        )
    height, width = kernel_size
    fan_in, fan_out = (height * width * count for count in (channels, outputs))
    bound = sqrt(6 / (fan_in + (fan_out if kind == "glorot" else 0)))
    raw = np.random.PCG64(seed).random_raw(height * width * channels * outputs)
    shares = (raw >> np.uint64(11)) * 2.0**-53  # the upper 53 bits: 0 … 1
    values = np.asarray((2 * shares - 1) * bound, dtype=np.float64)
    return values.reshape(height, width, channels, outputs)
