"""Banks that fit any number of input channels: one map each, their mean, untrained, zeros.

It stands alone beside `banks`, whose filters are for red, green and blue.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np

from multiconv.engine.geometry import Pair
from multiconv.filters.kernels import Values

SIDE = 3
"""The side of their kernels, unless another is asked for."""


@dataclass(frozen=True)
class Fitting:
    """A bank by its title, its number of outputs for so many inputs, its filters and their side.

    These are made of a kernel size, inputs and outputs, (kh, kw, C, K); the first outputs are the
    same however many there are.
    """

    title: str
    outputs: Callable[[int], int]
    filters: Callable[[Pair, int, int], Values]
    side: int = SIDE


def _each(size: Pair, inputs: int, outputs: int) -> Values:
    """Return output k as input k alone; beyond the inputs they come again."""
    filters = np.zeros((*size, inputs, outputs))
    every = np.arange(outputs)
    filters[(size[0] - 1) // 2, (size[1] - 1) // 2, every % inputs, every] = 1
    return filters


def _mean(size: Pair, inputs: int, outputs: int) -> Values:
    filters = np.zeros((*size, inputs, outputs))
    filters[(size[0] - 1) // 2, (size[1] - 1) // 2] = 1 / inputs
    return filters


def _zero(size: Pair, inputs: int, outputs: int) -> Values:
    return np.zeros((*size, inputs, outputs))


def _he(seed: int) -> Fitting:
    def filters(size: Pair, inputs: int, outputs: int) -> Values:
        # From the raw stream of PCG64, as `learned.seeded`, an output after the other.
        count = size[0] * size[1] * inputs
        shares = (np.random.PCG64(seed).random_raw(count * outputs) >> np.uint64(11)) * 2.0**-53
        values = (2 * shares - 1) * sqrt(6 / count)
        return np.ascontiguousarray(values.reshape(outputs, inputs, *size).transpose(2, 3, 1, 0))

    return Fitting(f"Untrained, He, seed {seed}", lambda _: 8, filters)


FITTING: Mapping[str, Fitting] = {
    "each": Fitting("One map each", lambda inputs: inputs, _each),
    "mean": Fitting("Their mean", lambda _: 1, _mean),
    "he(1)": _he(1),
    "zero": Fitting("Zeros", lambda _: 4, _zero),
}
"""Those that are offered, by the names that links have for them; he(seed) takes any seed."""


def _twice(size: Pair, inputs: int, outputs: int) -> Values:
    """Return output k as input k alone, stamped so that a flat map stays flat, twice as large.

    Every other number of a side adds up to 1, and so do those between: no chequerboard.  Of five
    they are 1 2 2 2 1, by 4.
    """
    filters = np.zeros((*size, inputs, outputs))
    down, across = (
        np.convolve([1.0, 1.0], np.full(side - 1, 1 / (side - 1))) if side > 1 else np.ones(1)
        for side in size
    )
    every = np.arange(outputs)
    filters[:, :, every % inputs, every] = np.outer(down, across)[..., np.newaxis]
    return filters


ENLARGING: Mapping[str, Fitting] = {
    "twice": Fitting("Each map twice as large", lambda inputs: inputs, _twice, side=5),
}
"""Those that are offered to transposed layers besides, whose stride is to be 2."""

_HE = re.compile(r"he\((0|[1-9][0-9]{0,8})\)")


def fitting(name: str) -> Fitting | None:
    """Return a bank by its name; None for a name that is none's."""
    seed = _HE.fullmatch(name)
    return _he(int(seed[1])) if seed else FITTING.get(name) or ENLARGING.get(name)
