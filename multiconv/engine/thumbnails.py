"""Small pictures of many outputs, tenfold cheaper, by linearity."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from multiconv.engine.blas import one_blas_thread
from multiconv.engine.checks import Array, bias_of
from multiconv.engine.geometry import Geometry, Padding, Pair, geometry
from multiconv.engine.layer import checked, laid_out, layer_of
from multiconv.engine.padding import pair
from multiconv.engine.rows import write_rows
from multiconv.engine.scratch import scratch
from multiconv.engine.spectra import reach_of
from multiconv.engine.tiles import fill_padded, lie_by_pixels, rows_for
from multiconv.errors import InvalidValue

_TILE_BYTES = 2**20


def thumbnails(
    x: Array,
    filters: Array,
    fraction: int,
    *,
    bias: Array | None = None,
    strides: int | Pair = (1, 1),
    padding: Padding = "SAME",
    padding_mode: str = "zeros",
    dilations: int | Pair = (1, 1),
    groups: int = 1,
) -> Array:
    """Return the mean of every ``fraction`` × ``fraction`` block of a layer's output.

    The mean of f shifted outputs is the output of the mean of f shifted inputs: the input is
    box-filtered once, and one convolution with f times the strides gives all the means, exact
    before an activation.  Rows and columns short of a whole block are left out.

    Parameters
    ----------
    x, filters, bias, strides, padding, padding_mode, dilations, groups
        As in `conv2d`.
    fraction : int
        The side of a block, in output pixels.

    Raises
    ------
    InvalidValue
        Naming the argument that does not fit.

    Examples
    --------
    >>> x = np.arange(16.0).reshape(4, 4, 1)
    >>> thumbnails(x, np.ones((1, 1, 1, 1)), 2)[..., 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    """
    how = (strides, padding, padding_mode, dilations, groups)
    layer = layer_of(*checked(x, filters, *how), groups)
    g = layer.geometry
    f = pair(fraction, "fraction")[0]
    height, width = (side // f for side in g.output_size)
    if not height or not width:
        raise InvalidValue(
            f"fraction is {f}, but the output has {g.output_size[0]} × {g.output_size[1]} pixels.",
            f"Use {min(g.output_size)} or less.",
            field="fraction",
            limit=f"at most {min(g.output_size)}",
        )
    means = layer.filters / layer.filters.dtype.type(f * f)
    values = bias_of(bias, layer.outputs, x.dtype)
    groups, _, _, _, c_out = means.shape
    count = len(layer.pictures)
    result, targets = laid_out("rows", count, groups, c_out, (height, width), x.dtype)
    channels = x.shape[-1]
    padded_width = g.input_size[1] + sum(g.pads[1])
    tile = max(1, _TILE_BYTES // (f * g.strides[0] * channels * padded_width * x.itemsize))
    with one_blas_thread():
        for at, top in product(range(count), range(0, height, tile)):
            picture, output = layer.pictures[at], targets[at, :, top : top + tile]
            rows = (output.shape[1] * f - 1) * g.strides[0] + reach_of(g, 0) + 1
            own = lie_by_pixels(picture)
            memory, padded = rows_for(
                "box", (*picture.shape[:2], rows, padded_width), picture.dtype, by_pixels=own
            )
            fill_padded(padded, picture, g, top * f * g.strides[0])
            row, pixel = (stride // memory.itemsize for stride in padded.strides[2:])
            down = _boxed(memory.reshape(-1), f, g.strides[0] * row, "down")
            boxed = _boxed(down, f, g.strides[1] * pixel, "across")
            planes = np.ndarray(padded.shape, x.dtype, boxed, 0, padded.strides)
            size = output.shape[1], width
            write_rows(planes, means, _coarse(g, planes, f, size), output)
    if bias is not None:
        result += values
    return result if x.ndim == 4 else result[0]


def _boxed(values: Array, f: int, step: int, way: str) -> Array:
    """Return the sums of f values, ``step`` apart, of flat memory, in scratch memory.

    From the sums of half as many, so that 4 values take two passes and 8 take three.  Flat memory
    adds up three times as fast as its rows; a sum that runs over a row's or a plane's end is
    nobody's, and the coarse layer does not look at it.
    """
    if f == 1:
        return values
    half = _boxed(values, f // 2, step, way)
    total = scratch(f"boxed {way} {f}", values.shape, values.dtype)
    later = f // 2 * step
    np.add(half[:-later], half[later:], out=total[:-later])
    total[-later:] = 0
    if f % 2:
        total[: -(f - 1) * step] += values[(f - 1) * step :]
    return total


def _coarse(g: Geometry, boxed: Array, f: int, output_size: Pair) -> Geometry:
    """Return the geometry of a tile's boxed rows: some are not asked for, the last are nobody's."""
    whole = geometry(
        (boxed.shape[2], boxed.shape[3]),
        g.kernel_size,
        strides=(f * g.strides[0], f * g.strides[1]),
        padding="VALID",
        dilations=g.dilations,
    )
    return replace(whole, output_size=output_size)
