"""Filters learned from one picture: the principal components of its patches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multiconv.engine.checks import Array
from multiconv.engine.geometry import Pair, pair
from multiconv.errors import InvalidValue
from multiconv.filters.kernels import Values

_MOST_PATCHES = 20_000


@dataclass(frozen=True)
class Components:
    """A picture's principal components, the most telling first.

    Attributes
    ----------
    filters : (kh, kw, C, K) float64
        Of length 1 each, and orthogonal; the largest weight of each is positive.
    explained : tuple of float
        The share of the patches' variance that each explains.
    """

    filters: Values
    explained: tuple[float, ...]


def principal_components(x: Array, kernel_size: Pair, outputs: int) -> Components:
    """Return the ``outputs`` directions in which the patches of a picture differ most.

    The eigenvectors of the covariance of all (kh, kw, C) patches (Pearson,
    *On lines and planes of closest fit*, 1901), of at most 20,000 patches on a
    regular grid.

    Parameters
    ----------
    x : (H, W, C) floats
    kernel_size : (int, int)
    outputs : int
        From 1 to kh · kw · C.

    Raises
    ------
    InvalidValue
        If the picture is smaller than a patch, or ``outputs`` out of bounds.

    Examples
    --------
    >>> x = np.zeros((8, 8, 2))
    >>> x[:, ::2, 0] = 1.0  # the first channel alone differs, from column to column
    >>> found = principal_components(x, (1, 2), 2)
    >>> found.filters[0, :, 0, 0].round(3), [round(share, 3) for share in found.explained]
    (array([ 0.707, -0.707]), [1.0, 0.0])
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
