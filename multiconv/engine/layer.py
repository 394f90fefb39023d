"""One layer's arguments, checked and split by groups, and the one place that computes it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from multiconv.engine.banded import PIXELS
from multiconv.engine.blas import one_blas_thread
from multiconv.engine.checks import Array, batch_of, filters_of
from multiconv.engine.finite import Look, reads_all, refuse_non_finite
from multiconv.engine.geometry import Geometry, Padding, Pair, geometry, pair
from multiconv.engine.pixels import write_patches
from multiconv.engine.plan import path_of
from multiconv.engine.rows import write_rows
from multiconv.engine.shifts import write_shifts
from multiconv.engine.spectra import write_spectra

_WORTH = 2**16  # Numbers of one picture: with fewer, a look at its output costs more than at them.
_LOOKING = {"shifts": write_shifts, "rows": write_rows}
_WRITERS: dict[str, Callable[[Array, Array, Geometry, Array], None]] = {
    **_LOOKING,
    "patches": write_patches,
    "spectra": write_spectra,
}


class Layer(NamedTuple):
    """Checked arguments of one convolution.

    Attributes
    ----------
    pictures : (N, G, C, H, W) view of the input
    filters : (G, kh, kw, C, K) view of the filters
    geometry : Geometry
    unseen : array or None
        The whole input, where nobody has looked yet whether its numbers are finite.
    """

    pictures: Array
    filters: Array
    geometry: Geometry
    unseen: Array | None = None

    @property
    def outputs(self) -> int:
        """The number of output channels, all groups together."""
        return int(self.filters.shape[0] * self.filters.shape[-1])

    @property
    def path(self) -> str:
        """Which path computes it, as `plan` tells."""
        c_in, c_out = self.filters.shape[3:]
        return path_of(self.geometry, c_in, c_out, self.filters.itemsize)[0]


def checked(
    x: Array,
    filters: Array,
    strides: int | Pair,
    padding: Padding,
    padding_mode: str,
    dilations: int | Pair,
    groups: int,
    *,
    look: bool = True,
) -> tuple[Array, Array, Geometry]:
    """Return conv2d's x as a batch, its filters in x's type, and their geometry, all checked.

    Where ``look`` is false, whether x is finite is left for `convolved`, as a layer's ``unseen``.

    Examples
    --------
    >>> x, filters = np.ones((5, 6, 4)), np.ones((3, 3, 2, 8), int)
    >>> batch, kernels, g = checked(x, filters, 1, "SAME", "zeros", 1, 2)
    >>> batch.shape, kernels.dtype, g.output_size
    ((1, 5, 6, 4), dtype('float64'), (5, 6))
    """
    batch = batch_of(x, look=look)
    filters = filters_of(filters, batch, groups)
    g = geometry(
        batch.shape[1:3],
        filters.shape[:2],
        strides=strides,
        padding=padding,
        padding_mode=padding_mode,
        dilations=dilations,
    )
    return batch, filters, g


def layer_of(
    batch: Array, filters: Array, g: Geometry, groups: int, unseen: Array | None = None
) -> Layer:
    """Return what was `checked`, split by groups; the arrays stay views.

    Examples
    --------
    >>> x, filters = np.ones((5, 6, 4)), np.ones((3, 3, 2, 8))
    >>> layer_of(*checked(x, filters, 1, "SAME", "zeros", 1, 2), 2).filters.shape
    (2, 3, 3, 2, 4)
    """
    (count, height, width, _), (kh, kw, per_group, c_out) = batch.shape, filters.shape
    pictures = batch.transpose(0, 3, 1, 2).reshape(count, groups, per_group, height, width)
    split = filters.reshape(kh, kw, per_group, groups, c_out // groups).transpose(3, 0, 1, 2, 4)
    return Layer(pictures, split, g, unseen)


def convolved(layer: Layer, threads: int = 1) -> Array:
    """Return the layer's output without bias, (N, H′, W′, G·K).

    The memory behind it has the order that is written fastest: planes for one output channel a
    group, rows of all channels for a few, pixels for many.

    Examples
    --------
    >>> x, filters = np.ones((5, 6, 4)), np.ones((3, 3, 2, 8))
    >>> convolved(layer_of(*checked(x, filters, 1, "SAME", "zeros", 1, 2), 2))[0, 1, 1]
    array([18., 18., 18., 18., 18., 18., 18., 18.])
    """
    g, filters, pictures = layer.geometry, layer.filters, layer.pictures
    groups, c_out = filters.shape[0], filters.shape[-1]
    path = layer.path
    result, targets = laid_out(path, len(pictures), groups, c_out, g.output_size, filters.dtype)
    at_once, _ = pair(threads, "threads")
    if layer.unseen is not None:
        # Rows of one channel among others lie apart, and each would be looked at on its own.
        lie = groups == 1 or pictures.flags.c_contiguous or (c_out < PIXELS and reads_all(g))
        if path in _LOOKING and lie and at_once == 1 and pictures[0].size > _WORTH:
            if _looked_at(layer, path, targets, layer.unseen):
                return result
        else:
            refuse_non_finite(layer.unseen, "x")
    write = _WRITERS[path]
    with one_blas_thread():
        if at_once == 1:
            for planes, target in zip(pictures, targets, strict=True):
                write(planes, filters, g, target)
        else:

            def write_one(at: tuple[int, int]) -> None:
                one = slice(at[1], at[1] + 1)
                write(pictures[at[0], one], filters[one], g, targets[at[0], one])

            with ThreadPoolExecutor(at_once) as pool:
                list(pool.map(write_one, product(range(len(pictures)), range(groups))))
    return result


def _looked_at(layer: Layer, path: str, targets: Array, x: Array) -> bool:
    """Write the output and look at it for x; tell whether that went without overflow."""
    look = Look(x)
    try:
        with one_blas_thread(), np.errstate(over="raise", invalid="raise"):
            for planes, target in zip(layer.pictures, targets, strict=True):
                _LOOKING[path](planes, layer.filters, layer.geometry, target, look)
    except FloatingPointError:
        # Infinity, which is refused, or large numbers, of which the caller's own errstate decides.
        refuse_non_finite(x, "x")
        return False
    return True


def laid_out(
    path: str, count: int, groups: int, c_out: int, size: Pair, dtype: Any
) -> tuple[Array, Array]:
    """Return new memory as (N, H′, W′, G·K), and as the path writes it.

    Examples
    --------
    >>> result, target = laid_out("rows", 1, 2, 4, (5, 6), np.float32)
    >>> result.shape, target.shape
    ((1, 5, 6, 8), (1, 2, 5, 4, 6))
    """
    height, width = size
    if path == "patches" or (path == "rows" and c_out >= PIXELS):
        memory = np.empty((count, height, width, groups, c_out), dtype)
        order = (0, 3, 1, 2, 4) if path == "patches" else (0, 3, 1, 4, 2)
        return memory.reshape(count, height, width, -1), memory.transpose(order)
    if c_out == 1:
        memory = np.empty((count, groups, height, 1, width), dtype)
        return memory[:, :, :, 0].transpose(0, 2, 3, 1), memory
    memory = np.empty((count, height, groups, c_out, width), dtype)
    merged = memory.reshape(count, height, groups * c_out, width)
    return merged.transpose(0, 1, 3, 2), memory.transpose(0, 2, 1, 3, 4)
