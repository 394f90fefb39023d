"""The gradient to the filters: of each weight, the sum of error × what the weight multiplied.

It is the other half of `conv2d_transpose`, which carries an error back to a layer's input: a
correlation too, of the input with the error in the kernel's place, as far apart as the strides are.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from multiconv.engine.checks import Array, batch_of, flushed
from multiconv.engine.conv import by_group
from multiconv.engine.geometry import Geometry, Padding, Pair, geometry, pair
from multiconv.engine.padded import fill
from multiconv.engine.scratch import one_blas_thread
from multiconv.errors import InvalidValue


def filter_gradient(
    x: Array,
    error: Array,
    kernel_size: int | Pair,
    *,
    strides: int | Pair = (1, 1),
    padding: Padding = "SAME",
    padding_mode: str = "zeros",
    dilations: int | Pair = (1, 1),
    groups: int = 1,
) -> Array:
    """Return how a loss changes with each weight of `conv2d`, (kh, kw, C_in / groups, C_out).

    That of weight (di, dj, q, k) is Σ error[i, j, k] · x[s₁·i + d₁·di, s₂·j + d₂·dj, q], over the
    pictures of a batch too.

    Parameters
    ----------
    x : (H, W, C_in) or (N, H, W, C_in), float32 or float64
    error : (H′, W′, C_out) or (N, H′, W′, C_out)
        How the loss changes with each output; 2 / N · (output − target) of a mean square of N.
    kernel_size : int or (int, int)
    strides, padding, padding_mode, dilations, groups
        As in `conv2d`.

    Raises
    ------
    InvalidValue
        Naming the argument that does not fit.

    Examples
    --------
    >>> x, error = np.arange(9.0).reshape(3, 3, 1), np.array([[[1.0], [0.0]], [[0.0], [10.0]]])
    >>> filter_gradient(x, error, 2, padding="VALID")[..., 0, 0]
    array([[40., 51.],
           [73., 84.]])
    """
    batch = flushed(batch_of(x))
    size = (batch.shape[1], batch.shape[2])
    g = geometry(
        size,
        pair(kernel_size, "kernel"),
        strides=strides,
        padding=padding,
        padding_mode=padding_mode,
        dilations=dilations,
    )
    errors, (kh, kw) = _errors(x, error, g, groups), g.kernel_size
    share, c_out = batch.shape[3] // groups, errors.shape[3]
    like: Array = np.empty((kh, kw, share, c_out), batch.dtype)
    pictures, _ = by_group(batch, like, groups)
    slopes = np.ascontiguousarray(errors).reshape(len(batch), -1, groups, c_out // groups)
    result: Array = np.zeros((kh, kw, share, groups, c_out // groups), batch.dtype)
    with one_blas_thread:
        for b, group in np.ndindex(len(batch), groups):
            taps = shifted(pictures[b, group], g)
            for (di, dj), seen in zip(product(range(kh), range(kw)), taps, strict=True):
                result[di, dj, :, group] += seen.reshape(share, -1) @ slopes[b, :, group]
    return result.reshape(kh, kw, share, c_out)


def shifted(planes: Array, g: Geometry) -> Iterator[Array]:
    """Yield for each tap, row by row, what it meets: planes (C, H′, W′), one after the other.

    They lie in the same memory: one is gone when the next is asked for.
    """
    (high, wide), (s1, s2), (d1, d2) = g.output_size, g.strides, g.dilations
    sides = [side + sum(pads) for side, pads in zip(g.input_size, g.pads, strict=True)]
    padded: Array = np.empty((len(planes), *sides), planes.dtype)
    fill(padded[np.newaxis], planes[np.newaxis], g, 0)
    seen: Array = np.empty((len(planes), high, wide), planes.dtype)
    for di, dj in np.ndindex(*g.kernel_size):
        top, left = di * d1, dj * d2
        seen[...] = padded[:, top : top + high * s1 : s1, left : left + wide * s2 : s2][
            :, :high, :wide
        ]
        yield seen


def _errors(x: Array, error: Array, g: Geometry, groups: int) -> Array:
    """Return the error as a batch, checked against x and the layer's output."""
    errors = batch_of(error, "error")
    c_in, c_out = x.shape[-1], errors.shape[3]
    if isinstance(groups, bool) or groups < 1 or c_in % groups or c_out % groups:
        raise InvalidValue(
            f"groups is {groups}, with {c_in} input and {c_out} output channels.",
            "Use a whole number that divides both.",
            field="groups",
        )
    wanted = (*x.shape[:-3], *g.output_size)
    if error.shape[:-1] != wanted or error.dtype != x.dtype:
        raise InvalidValue(
            f"error has the shape {error.shape} and the type {error.dtype}, but the output of such "
            f"a layer is {(*wanted, 'C_out')} of {x.dtype}.".replace("'", ""),
            "Give one number for each number of the output, in x’s type.",
            field="error",
        )
    return errors
