"""Convolution layers: each input channel's partial, and their sum.

``output[b,i,j,k] = bias[k] + Σ_{di,dj,q} input[b, s₁·i + d₁·di, s₂·j + d₂·dj, q]
· filters[di,dj,q,k]``
(Goodfellow, Bengio, Courville, *Deep Learning*, 2016, eq. 9.8): cross-correlation, as all
frameworks compute it.
"""

from __future__ import annotations

import numpy as np

from multiconv.engine.geometry import Geometry, Padding, Pair, geometry
from multiconv.engine.tensors import Array, batch_of, bias_of, channel_of, filters_of

_TILE_BYTES = 2**18


def conv2d(
    x: Array,
    filters: Array,
    *,
    bias: Array | None = None,
    strides: int | Pair = (1, 1),
    padding: Padding = "SAME",
    padding_mode: str = "zeros",
    dilations: int | Pair = (1, 1),
    groups: int = 1,
) -> Array:
    """Return a layer's output, (H′, W′, C_out), with a batch axis where x has one.

    Parameters
    ----------
    x : (H, W, C_in) or (N, H, W, C_in), float32 or float64
    filters : (kh, kw, C_in / groups, C_out)
    bias : (C_out,), optional
    strides, padding, padding_mode, dilations
        As in `geometry`.
    groups : int
        Group g of the outputs sees group g of the inputs only.

    Raises
    ------
    InvalidValue
        Naming the argument that does not fit.

    Examples
    --------
    >>> x = np.stack([np.arange(9.0), np.arange(1.0, 10)], axis=-1).reshape(3, 3, 2)
    >>> filters = np.stack([np.arange(4.0), np.arange(1.0, 5)], axis=-1).reshape(2, 2, 2, 1)
    >>> conv2d(x, filters, padding="VALID")[..., 0]
    array([[ 56.,  72.],
           [104., 120.]])
    """
    batch = batch_of(x)
    filters = filters_of(filters, batch, groups)
    g = geometry(
        (batch.shape[1], batch.shape[2]),
        (filters.shape[0], filters.shape[1]),
        strides=strides,
        padding=padding,
        padding_mode=padding_mode,
        dilations=dilations,
    )
    c_out = filters.shape[3]
    result = np.empty((batch.shape[0], *g.output_size, c_out), batch.dtype)
    result[...] = bias_of(bias, c_out, batch.dtype)
    for picture, output in zip(batch, result, strict=True):
        for q, k, at in _links(filters, groups):
            output[..., k] += partial(picture[..., q], filters[:, :, at, k], g)
    return result if x.ndim == 4 else result[0]


def partials(
    x: Array,
    filters: Array,
    k: int,
    *,
    strides: int | Pair = (1, 1),
    padding: Padding = "SAME",
    padding_mode: str = "zeros",
    dilations: int | Pair = (1, 1),
    groups: int = 1,
) -> Array:
    """Return what each input channel adds to output channel k, (H′, W′, C_in), without bias.

    Their sum over the last axis plus ``bias[k]`` is ``conv2d(...)[..., k]``.  A channel outside
    k's group adds nothing: its partial is zero.

    Parameters
    ----------
    x, filters, strides, padding, padding_mode, dilations, groups
        As in `conv2d`.
    k : int
        The output channel.

    Raises
    ------
    InvalidValue
        Naming the argument that does not fit.

    Examples
    --------
    >>> x = np.stack([np.arange(9.0), np.arange(1.0, 10)], axis=-1).reshape(3, 3, 2)
    >>> filters = np.stack([np.arange(4.0), np.arange(1.0, 5)], axis=-1).reshape(2, 2, 2, 1)
    >>> partials(x, filters, 0, padding="VALID")[..., 1]
    array([[37., 47.],
           [67., 77.]])
    """
    batch = batch_of(x)
    filters = filters_of(filters, batch, groups)
    k = channel_of(k, filters.shape[3])
    g = geometry(
        (batch.shape[1], batch.shape[2]),
        (filters.shape[0], filters.shape[1]),
        strides=strides,
        padding=padding,
        padding_mode=padding_mode,
        dilations=dilations,
    )
    result = np.zeros((batch.shape[0], *g.output_size, batch.shape[3]), batch.dtype)
    for picture, output in zip(batch, result, strict=True):
        for q, _, at in _links(filters[..., k : k + 1], 1, k * groups // filters.shape[3]):
            output[..., q] = partial(picture[..., q], filters[:, :, at, k], g)
    return result if x.ndim == 4 else result[0]


def partial(plane: Array, kernel: Array, g: Geometry) -> Array:
    """Return one channel's partial, (H′, W′), of a plane (H, W) and a kernel (kh, kw).

    Examples
    --------
    >>> g = geometry((3, 3), (2, 2), padding="VALID")
    >>> partial(np.arange(9.0).reshape(3, 3), np.arange(4.0).reshape(2, 2), g)
    array([[19., 25.],
           [37., 43.]])
    """
    padded = _padded(plane, g)
    (height, width), (s1, s2), (d1, d2) = g.output_size, g.strides, g.dilations
    result = np.zeros(g.output_size, plane.dtype)
    rows = max(1, _TILE_BYTES // (width * plane.itemsize))
    product = np.empty((min(rows, height), width), plane.dtype)
    for top in range(0, height, rows):
        tile = result[top : top + rows]
        for (di, dj), weight in np.ndenumerate(kernel):
            first, left = s1 * top + d1 * di, d2 * dj
            seen = padded[first : first + s1 * len(tile) : s1, left : left + s2 * width : s2]
            tile += np.multiply(seen[: len(tile), :width], weight, out=product[: len(tile)])
    return result


def _padded(plane: Array, g: Geometry) -> Array:
    rows, cols = np.array(g.sources(0)), np.array(g.sources(1))
    padded: Array = plane[rows[:, np.newaxis], cols]
    padded[rows < 0] = 0
    padded[:, cols < 0] = 0
    return padded


def _links(filters: Array, groups: int, first: int = 0) -> list[tuple[int, int, int]]:
    """Return (q, k, place of q on the filters' third axis) for every pair that meets."""
    width, share = filters.shape[2], filters.shape[3] // groups
    return [
        ((first + k // share) * width + at, k, at)
        for k in range(filters.shape[3])
        for at in range(width)
    ]
