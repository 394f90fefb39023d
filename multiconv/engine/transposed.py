"""The transposed convolution: the adjoint of `conv2d`, as generators grow pictures with it.

Input pixel i stamps the whole kernel on the output from row s·i on, tap di at s·i + d·di − before
(Dumoulin and Visin, *A guide to convolution arithmetic*, 2016, chapter 4).  One product makes the
stamps of a tile of pixels, every tap a plane; then the planes are added where they land.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from multiconv.engine.checks import Array, batch_of, cast_bias, cast_filters, flushed
from multiconv.engine.geometry import Padding, Pair, geometry
from multiconv.engine.scratch import one_blas_thread, scratch
from multiconv.errors import InvalidValue

_TILE_BYTES = 2**21


def conv2d_transpose(
    x: Array,
    filters: Array,
    *,
    bias: Array | None = None,
    strides: int | Pair = (1, 1),
    padding: Padding = "SAME",
    output_padding: int | Pair = (0, 0),
    dilations: int | Pair = (1, 1),
    groups: int = 1,
) -> Array:
    """Return the transposed convolution, (H′, W′, C_out), with a batch axis where x has one.

    A side is (n − 1)·s + (k − 1)·d + 1 − before − after + output_padding; SAME gives n·s.

    Parameters
    ----------
    x : (H, W, C_in) or (N, H, W, C_in), float32 or float64
    filters : (kh, kw, C_out / groups, C_in)
        HWOI: the very tensor of the `conv2d` that this is the adjoint of.
    bias : (C_out,), optional
    strides, dilations, groups
        As in `conv2d`.
    padding : "SAME", "VALID", int, (h, w) or ((top, bottom), (left, right))
        What is cut from the result, as in PyTorch and ONNX.
    output_padding : int or (int, int)
        Rows and columns added at the bottom and right, fewer than a stride or dilation.

    Raises
    ------
    InvalidValue
        Naming the argument that does not fit.

    Examples
    --------
    >>> x, filters = np.array([[[1.0], [2.0]]]), np.ones((1, 3, 1, 1))
    >>> conv2d_transpose(x, filters, strides=(1, 2), padding="VALID")[..., 0]
    array([[1., 1., 3., 2., 2.]])
    """
    batch = flushed(batch_of(x))
    split = _by_group(filters, batch, groups)
    _, kh, kw, _, per_group = split.shape
    size = (batch.shape[1], batch.shape[2])
    g = geometry(
        size,
        (kh, kw),
        strides=strides,
        padding=padding,
        dilations=dilations,
        transposed=True,
        output_padding=output_padding,
    )
    steps, gaps, pads, sides = g.strides, g.dilations, g.pads, g.output_size
    count, c_out = len(batch), groups * per_group
    result: Array = np.empty((count, groups, per_group, *sides), batch.dtype)
    result[...] = cast_bias(bias, c_out, batch.dtype).reshape(1, groups, per_group, 1, 1)
    pictures = batch.transpose(0, 3, 1, 2).reshape(count, groups, -1, *size)
    matrix = split.transpose(0, 1, 2, 4, 3).reshape(groups, kh * kw * per_group, -1)
    tile = max(1, _TILE_BYTES // (matrix.shape[1] * size[1] * batch.itemsize))
    with one_blas_thread:
        for b, group, top in product(range(count), range(groups), range(0, size[0], tile)):
            seen = pictures[b, group, :, top : top + tile]
            shape = (kh, kw, per_group, *seen.shape[1:])
            stamps = scratch("stamps", shape, batch.dtype)
            flat = stamps.reshape(matrix.shape[1], -1)
            np.matmul(matrix[group], seen.reshape(len(seen), -1), out=flat)
            for di, dj in np.ndindex(kh, kw):
                rows = top * steps[0] + di * gaps[0] - pads[0][0], steps[0], sides[0]
                cols = dj * gaps[1] - pads[1][0], steps[1], sides[1]
                into, of = zip(_landing(*rows, shape[3]), _landing(*cols, shape[4]), strict=True)
                result[(b, group, slice(None), *into)] += stamps[(di, dj, slice(None), *of)]
    result = result.reshape(count, c_out, *sides).transpose(0, 2, 3, 1)
    return result if x.ndim == 4 else result[0]


def turned_filters(filters: Array, groups: int = 1) -> Array:
    """Return filters as HWOI, (kh, kw, C_out / groups, C_in), from (kh, kw, C_in / groups, C_out).

    The same turns them back.  Without groups it is a view.
    """
    if groups == 1:
        return filters.swapaxes(2, 3)
    kh, kw, share, count = filters.shape
    split = filters.reshape(kh, kw, share, groups, count // groups)
    return split.transpose(0, 1, 4, 3, 2).reshape(kh, kw, count // groups, groups * share)


def _by_group(filters: Array, x: Array, groups: int) -> Array:
    """Return HWOI filters, (kh, kw, C_out / groups, C_in), as (G, kh, kw, C_in / G, C_out / G)."""
    values = np.asarray(filters)
    c_in = x.shape[-1]
    if values.ndim == 4 and values.shape[3] != c_in:
        raise InvalidValue(
            f"filters takes {values.shape[3]} channels, but x has {c_in}.",
            "Use the shape (kh, kw, C_out / groups, C_in).",
            field="filters",
        )
    # HWOI is the HWIO of the convolution whose adjoint this is: its inputs are the outputs here.
    per_group = values.shape[2] if values.ndim == 4 else 1
    cast = cast_filters(values, x.dtype, per_group * max(int(groups), 1), groups)
    kh, kw, _, _ = cast.shape
    return cast.reshape(kh, kw, per_group, groups, c_in // groups).transpose(3, 0, 1, 4, 2)


def _landing(first: int, step: int, side: int, count: int) -> tuple[slice, slice]:
    """Return where on an output side ``count`` values land from ``first`` on, and which do."""
    low = min(count, max(0, -(first // step)))
    high = max(low, min(count, (side - 1 - first) // step + 1))
    place = first + low * step
    return slice(place, place + (high - low) * step, step), slice(low, high)
