"""Filters learned from a picture, its patches' principal components, and random ones by seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np

from multiconv.engine.checks import Array
from multiconv.engine.geometry import Pair, pair
from multiconv.errors import InvalidValue, NotFound
from multiconv.filters.kernels import Values

_MOST_PATCHES = 20_000


@dataclass(frozen=True)
class Components:
    """A picture's principal components, the most telling first.

    ``filters``, (kh, kw, C, K), have length 1 each, are orthogonal, and the largest weight of each
    is positive; ``explained`` is the share of the patches' variance that each explains.
    """

    filters: Values
    explained: tuple[float, ...]


def principal_components(x: Array, kernel_size: Pair, outputs: int) -> Components:
    """Return the ``outputs`` directions in which the patches of a picture differ most.

    The eigenvectors of the covariance of all (kh, kw, C) patches (Pearson,
    *On lines and planes of closest fit*, 1901), of at most 20,000 patches on a regular grid.
    """
    height, width = pair(kernel_size, "kernel")
    size = height * width * x.shape[2]
    if height > x.shape[0] or width > x.shape[1]:
        raise InvalidValue(
            f"The picture has {x.shape[0]} × {x.shape[1]} pixels, a patch {height} × {width}.",
            "Use a smaller kernel or a larger picture.",
            field="kernel",
        )
    if not 1 <= outputs <= size:
        raise InvalidValue(
            f"outputs is {outputs}, but patches of {size} numbers have {size} components.",
            f"Use 1 to {size}.",
            field="outputs",
            limit=f"1 to {size}",
        )
    patches = _patches(x, (height, width))
    patches = patches - patches.mean(axis=0)
    values, vectors = np.linalg.eigh(patches.T @ patches / len(patches))  # ascending
    directions = vectors[:, ::-1][:, :outputs]
    largest = np.abs(directions).round(9).argmax(axis=0)
    directions = directions * np.sign(directions[largest, np.arange(outputs)])
    shares = np.clip(values[::-1], 0, None) / max(values.sum(), np.finfo(float).tiny)
    return Components(
        np.ascontiguousarray(directions.reshape(height, width, x.shape[2], outputs)),
        tuple(float(share) for share in shares[:outputs]),
    )


def _patches(x: Array, size: Pair) -> Values:
    """Return patches as rows, (N, kh · kw · C)."""
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(0, 1))  # (H′, W′, C, kh, kw)
    rows, columns = windows.shape[:2]
    step = max(1, int(np.ceil(np.sqrt(rows * columns / _MOST_PATCHES))))
    chosen = windows[::step, ::step].transpose(0, 1, 3, 4, 2)
    return chosen.reshape(-1, size[0] * size[1] * x.shape[2]).astype(np.float64)


BOUNDS: Mapping[str, str] = {
    "glorot": "√(6 / (fan in + fan out)): Glorot and Bengio 2010",
    "he": "√(6 / fan in): He and others 2015",
}
"""How far from zero the uniform numbers of each kind reach, and whose rule that is."""


def seeded(kind: str, seed: int, kernel_size: Pair, outputs: int, channels: int = 3) -> Values:
    """Return random filters, (kh, kw, C, K) float64, uniform between ∓ the kind's bound.

    From the raw 64-bit stream of PCG64, which NumPy promises to keep, so that a link shows the same
    filters in ten years.  Fan in is kh · kw · channels, fan out kh · kw · outputs.
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
