"""Small pictures of many outputs, tenfold cheaper, by linearity."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from multiconv.engine.checks import Array, cast_bias, flushed
from multiconv.engine.conv import by_group, checked, space_for
from multiconv.engine.geometry import Geometry, Padding, Pair, geometry, pair
from multiconv.engine.padded import fill
from multiconv.engine.rows import PIXELS, write_rows
from multiconv.engine.scratch import one_blas_thread, scratch
from multiconv.errors import InvalidValue

_TILE = 2**18  # Numbers of the padded input at a time.


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
    >>> import numpy as np
    >>> x = np.arange(16.0).reshape(4, 4, 1)
    >>> thumbnails(x, np.ones((1, 1, 1, 1)), 2)[..., 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    """
    batch, kernels, g = checked(x, filters, strides, padding, padding_mode, dilations, groups)
    f = pair(fraction, "fraction")[0]
    height, width = (side // f for side in g.output_size)
    if not height or not width:
        raise InvalidValue(
            f"fraction is {f}, but the output has {g.output_size[0]} × {g.output_size[1]} pixels.",
            f"Use {min(g.output_size)} or less.",
            field="fraction",
            limit=f"at most {min(g.output_size)}",
        )
    values = cast_bias(bias, kernels.shape[3], x.dtype)
    pictures, means = by_group(batch, flushed(kernels / kernels.dtype.type(f * f)), groups)
    count, _, share, _, _ = pictures.shape
    c_out = means.shape[4]
    result, targets = space_for((count, groups, c_out), (height, width), means, c_out >= PIXELS)
    (s1, s2), wide = g.strides, g.input_size[1] + sum(g.pads[1])
    tile = max(1, _TILE // (f * s1 * groups * share * wide))
    by_pixel = batch.strides[3] < batch.strides[2]  # As the input lies, rows are copied fastest.
    order = (2, 3, 0, 1) if by_pixel else (0, 1, 2, 3)
    with one_blas_thread:
        for at, top in product(range(count), range(0, height, tile)):
            output = targets[at, :, top : top + tile]
            rows = (output.shape[1] * f - 1) * s1 + (g.kernel_size[0] - 1) * g.dilations[0] + 1
            shape = (rows, wide, groups, share) if by_pixel else (groups, share, rows, wide)
            box = scratch("box", shape, x.dtype)
            padded = box.transpose(order)
            fill(padded, pictures[at], g, top * f * s1)
            row, pixel = (stride // box.itemsize for stride in padded.strides[2:])
            down = _boxed(box.reshape(-1), f, s1 * row, "down")
            boxed = _boxed(down, f, s2 * pixel, "across").reshape(shape).transpose(order)
            coarse = _coarse(g, rows, f, (output.shape[1], width))
            write_rows(boxed, means, coarse, output)
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
    total[:-later] = half[:-later]
    total[:-later] += half[later:]
    total[-later:] = 0
    if f % 2:
        total[: -(f - 1) * step] += values[(f - 1) * step :]
    return total


def _coarse(g: Geometry, rows: int, f: int, output_size: Pair) -> Geometry:
    """Return the geometry of a tile's boxed rows: some are not asked for, the last are nobody's."""
    whole = geometry(
        (rows, g.input_size[1] + sum(g.pads[1])),
        g.kernel_size,
        strides=(f * g.strides[0], f * g.strides[1]),
        padding="VALID",
        dilations=g.dilations,
    )
    return replace(whole, output_size=output_size)
