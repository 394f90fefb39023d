"""Convolution layers: each input channel's partial, their sum, and which way it is computed.

The formula is in `definition`.  Four ways compute it, chosen from the shapes alone: `rows` for
ordinary kernels, `columns` for larger ones of one channel in and out, `pixels` for many channels,
`spectra` for the largest kernels.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product

import numpy as np

from multiconv.engine.checks import (
    Array,
    batch_of,
    cast_bias,
    cast_filters,
    channel_of,
    flushed,
)
from multiconv.engine.columns import write_columns
from multiconv.engine.geometry import Geometry, Padding, Pair, geometry, pair
from multiconv.engine.pixels import write_pixels
from multiconv.engine.rows import PIXELS, write_rows
from multiconv.engine.scratch import one_blas_thread
from multiconv.engine.spectra import tile_of, write_spectra

COLUMNS = 9 * 9
"""Taps from which `columns` win; a single row of taps is no product of matrices for BLAS."""

LARGE, ALONE = 17 * 17, 23 * 23
"""Taps from which `spectra` win, with several channels in or out, which share transforms, and for
one: below 17 the sums stay exact in any case, and so far go the kernels of the page.
"""

DEEP = 16
"""Input and output channels of a group from which `pixels` win."""

SCRATCH = 2**25
"""Bytes beside input and output that no way passes, for pictures of a few channels."""

_SMALLEST = 128
"""Output sides below which a tile of spectra is too much padding."""

_WRITERS = {
    "rows": (write_rows, "An ordinary kernel: rows unfolded, several output rows a product."),
    "columns": (write_columns, "One channel in and out: columns of taps, shifted and added."),
    "pixels": (write_pixels, "Many channels, or a 1 × 1 kernel: one large product a tile."),
    "spectra": (write_spectra, "A large kernel: products of spectra."),
}


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
    threads: int = 1,
) -> Array:
    """Return a layer's output, (H′, W′, C_out), with a batch axis where x has one.

    What lies below the smallest normal number of x's type, 1.2e-38 or 2.2e-308, counts as 0.

    Parameters
    ----------
    x : (H, W, C_in) or (N, H, W, C_in), float32 or float64
    filters : (kh, kw, C_in / groups, C_out)
    bias : (C_out,), optional
    strides, padding, padding_mode, dilations
        As in `geometry`.
    groups : int
        Group g of the outputs sees group g of the inputs only.
    threads : int
        Pictures and groups computed side by side; one by default.

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
    batch, kernels, g = checked(x, filters, strides, padding, padding_mode, dilations, groups)
    c_out = kernels.shape[3]
    values = cast_bias(bias, c_out, x.dtype)
    result = _written(*by_group(batch, kernels, groups), g, threads)
    if bias is not None:
        result += values
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
    threads: int = 1,
) -> Array:
    """Return what each input channel adds to output channel k, (H′, W′, C_in), without bias.

    Their sum over the last axis plus ``bias[k]`` is ``conv2d(...)[..., k]``.  A channel outside
    k's group adds nothing: its partial is zero.

    Parameters
    ----------
    x, filters, strides, padding, padding_mode, dilations, groups, threads
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
    batch, kernels, g = checked(x, filters, strides, padding, padding_mode, dilations, groups)
    share, c_out = kernels.shape[2:]
    first = channel_of(k, c_out) // (c_out // groups) * share
    own = batch[..., first : first + share].transpose(0, 3, 1, 2)[:, :, np.newaxis]
    alone = kernels[..., k].transpose(2, 0, 1)[..., np.newaxis, np.newaxis]
    found = _written(own, alone, g, threads)
    if groups > 1:
        whole = np.zeros((*found.shape[:3], groups * share), found.dtype)
        whole[..., first : first + share] = found
        found = whole
    return found if x.ndim == 4 else found[0]


def partial(plane: Array, kernel: Array, g: Geometry) -> Array:
    """Return one channel's partial, (H′, W′), of a plane (H, W) and a kernel (kh, kw).

    The kernel is taken in the plane's type; nobody looks whether the plane is finite.
    """
    batch = batch_of(plane[..., np.newaxis], "plane", look=False)
    own = kernel.astype(plane.dtype, copy=False)[np.newaxis, ..., np.newaxis, np.newaxis]
    return _written(batch.transpose(0, 3, 1, 2)[:, np.newaxis], own, g)[0, ..., 0]


def checked(
    x: Array,
    filters: Array,
    strides: int | Pair,
    padding: Padding,
    padding_mode: str,
    dilations: int | Pair,
    groups: int,
) -> tuple[Array, Array, Geometry]:
    """Return conv2d's x as a batch, its filters in x's type, and their geometry, all checked."""
    batch = flushed(batch_of(x))
    kernels = cast_filters(filters, batch.dtype, batch.shape[3], groups)
    g = geometry(
        batch.shape[1:3],
        kernels.shape[:2],
        strides=strides,
        padding=padding,
        padding_mode=padding_mode,
        dilations=dilations,
    )
    return batch, kernels, g


def by_group(batch: Array, filters: Array, groups: int) -> tuple[Array, Array]:
    """Return views of checked x and filters, (N, G, C, H, W) and (G, kh, kw, C, K)."""
    (count, height, width, _), (kh, kw, share, c_out) = batch.shape, filters.shape
    pictures = batch.transpose(0, 3, 1, 2).reshape(count, groups, share, height, width)
    split = filters.reshape(kh, kw, share, groups, c_out // groups).transpose(3, 0, 1, 2, 4)
    return pictures, split


def _written(pictures: Array, filters: Array, g: Geometry, threads: int = 1) -> Array:
    """Return the output without bias, (N, H′, W′, G·K), of pictures and filters by group."""
    groups, _, _, c_in, c_out = filters.shape
    path = path_of(g, c_in, c_out)
    write, _ = _WRITERS[path]
    by_pixel = path == "pixels" or (path == "rows" and c_out >= PIXELS)
    result, targets = space_for((len(pictures), groups, c_out), g.output_size, filters, by_pixel)
    at_once, _ = pair(threads, "threads")
    with one_blas_thread:
        if at_once == 1:
            for planes, target in zip(pictures, targets, strict=True):
                write(planes, filters, g, target)
            return result

        def write_one(at: tuple[int, int]) -> None:
            one = slice(at[1], at[1] + 1)
            write(pictures[at[0], one], filters[one], g, targets[at[0], one])

        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(write_one, product(range(len(pictures)), range(groups))))
    return result


def space_for(
    counts: tuple[int, int, int], size: Pair, like: Array, by_pixel: bool
) -> tuple[Array, Array]:
    """Return new memory for N pictures of G · K channels, (N, H′, W′, G·K), and (N, G, H′, K, W′).

    It has the order that is written fastest: pixels for many channels a group, rows of all for a
    few, planes for one.
    """
    (count, groups, c_out), (height, width), dtype = counts, size, like.dtype
    if by_pixel:
        memory = np.empty((count, height, width, groups, c_out), dtype)
        return memory.reshape(count, height, width, -1), memory.transpose(0, 3, 1, 4, 2)
    if c_out == 1:
        memory = np.empty((count, groups, height, 1, width), dtype)
        return memory[:, :, :, 0].transpose(0, 2, 3, 1), memory
    memory = np.empty((count, height, groups, c_out, width), dtype)
    merged = memory.reshape(count, height, groups * c_out, width)
    return merged.transpose(0, 1, 3, 2), memory.transpose(0, 2, 1, 3, 4)


@dataclass(frozen=True, slots=True)
class Plan:
    """How one layer will be computed.

    Attributes
    ----------
    path : {"rows", "columns", "pixels", "spectra"}
    reason : str
        Why, as a sentence.
    multiply_adds : int
        What the definition asks for, a picture.
    bytes : int
        The output and, beside it, at most this much scratch together.
    """

    path: str
    reason: str
    multiply_adds: int
    bytes: int


def plan(
    input_shape: tuple[int, ...],
    filters_shape: tuple[int, int, int, int],
    *,
    strides: int | Pair = (1, 1),
    padding: Padding = "SAME",
    padding_mode: str = "zeros",
    dilations: int | Pair = (1, 1),
    groups: int = 1,
    itemsize: int = 4,
) -> Plan:
    """Return how `conv2d` computes such shapes, and what it costs, without computing it.

    Parameters
    ----------
    input_shape : (H, W, C_in) or (N, H, W, C_in)
    filters_shape : (kh, kw, C_in / groups, C_out)
    strides, padding, padding_mode, dilations, groups
        As in `conv2d`.
    itemsize : int
        4 for float32, 8 for float64.

    Examples
    --------
    >>> chosen = plan((256, 256, 3), (3, 3, 3, 16))
    >>> chosen.path, chosen.multiply_adds
    ('rows', 28311552)
    """
    g = geometry(
        (input_shape[-3], input_shape[-2]),
        (filters_shape[0], filters_shape[1]),
        strides=strides,
        padding=padding,
        padding_mode=padding_mode,
        dilations=dilations,
    )
    c_in, c_out = filters_shape[2], filters_shape[3] // groups
    path, (height, width) = path_of(g, c_in, c_out), g.output_size
    multiply_adds = g.multiply_adds(c_in, c_out) * groups
    output = height * width * filters_shape[3] * itemsize
    return Plan(path, _WRITERS[path][1], multiply_adds, output + SCRATCH)


def path_of(g: Geometry, c_in: int, c_out: int) -> str:
    """Return which way computes c_in → c_out channels; the number of groups does not count."""
    kh, kw = g.kernel_size
    alone = c_in == c_out == 1
    as_it_is = (kh, kw) == g.strides == (1, 1) and g.input_size == g.output_size
    if (as_it_is and c_in >= 8) or (min(c_in, c_out) >= DEEP and kh * kw < LARGE):
        return "pixels"
    large = g.strides == (1, 1) and kh * kw >= (ALONE if alone else LARGE)
    if large and min(g.output_size) >= _SMALLEST:
        rows, cols = tile_of(g)
        if 16 * rows * cols * c_in * c_out <= SCRATCH:  # The kernels' spectra, in 64 bits.
            return "spectra"
    return "columns" if alone and min(kh, kw) > 1 and kh * kw >= COLUMNS else "rows"
