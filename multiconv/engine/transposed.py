"""The transposed convolution: the adjoint of `conv2d`, as generators grow pictures with it.

Input pixel i stamps the whole kernel on the output from row s·i on, tap di at s·i + d·di − before
(Dumoulin and Visin, *A guide to convolution arithmetic*, 2016, chapter 4).  One product makes the
stamps of a tile of pixels, every tap a plane; then the planes are added where they land.  What one
input channel adds is stamped directly, on many channels at once: a product and a sum a tap.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from multiconv.engine.checks import Array, batch_of, cast_bias, cast_filters, channel_of, flushed
from multiconv.engine.geometry import Geometry, Padding, Pair, geometry
from multiconv.engine.scratch import one_blas_thread, scratch
from multiconv.errors import InvalidValue

_TILE_BYTES = 2**21
_AT_ONCE = 2**16  # Numbers of an output: so many channels are stamped at once as hold no more.


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
    inner = inner_filters(filters, batch, groups)
    g = geometry(
        (batch.shape[1], batch.shape[2]),
        (inner.shape[0], inner.shape[1]),
        strides=strides,
        padding=padding,
        dilations=dilations,
        transposed=True,
        output_padding=output_padding,
    )
    result = _whole(batch, inner, g, cast_bias(bias, inner.shape[3], batch.dtype), groups)
    return result if x.ndim == 4 else result[0]


def transposed_outputs(x: Array, filters: Array, bias: Array, g: Geometry, groups: int) -> Array:
    """Return what `conv2d_transpose` does, (H′, W′, C_out), of filters that have been looked at.

    They are as `inner_filters` gives them: (kh, kw, C_in / groups, C_out), in x's type.
    """
    result: Array = _whole(flushed(batch_of(x)), filters, g, bias, groups)[0]
    return result


def _whole(batch: Array, inner: Array, g: Geometry, bias: Array, groups: int) -> Array:
    kh, kw, members, c_out = inner.shape
    per_group, size = c_out // groups, (batch.shape[1], batch.shape[2])
    steps, gaps, pads, sides = g.strides, g.dilations, g.pads, g.output_size
    count = len(batch)
    result: Array = np.empty((count, groups, per_group, *sides), batch.dtype)
    result[...] = bias.reshape(1, groups, per_group, 1, 1)
    pictures = batch.transpose(0, 3, 1, 2).reshape(count, groups, -1, *size)
    split = inner.reshape(kh, kw, members, groups, per_group).transpose(3, 0, 1, 4, 2)
    matrix = split.reshape(groups, kh * kw * per_group, members)
    tile = max(1, _TILE_BYTES // (matrix.shape[1] * size[1] * batch.itemsize))
    with one_blas_thread:
        for b, group, top in product(range(count), range(groups), range(0, size[0], tile)):
            seen = pictures[b, group, :, top : top + tile]
            shape = (kh, kw, per_group, *seen.shape[1:])
            stamps = scratch("stamps", shape, batch.dtype)
            flat = stamps.reshape(matrix.shape[1], -1)
            np.matmul(matrix[group], seen.reshape(len(seen), -1), out=flat)
            first = top * steps[0] - pads[0][0], -pads[1][0]
            rows, cols = (
                [_landing(first[a] + at * gaps[a], steps[a], sides[a], shape[3 + a]) for at in taps]
                for a, taps in enumerate((range(kh), range(kw)))
            )
            for di, (down, of_rows) in enumerate(rows):
                for dj, (across, of_cols) in enumerate(cols):
                    result[b, group, :, down, across] += stamps[di, dj, :, of_rows, of_cols]
    return result.reshape(count, c_out, *sides).transpose(0, 2, 3, 1)


def turned_filters(filters: Array, groups: int = 1) -> Array:
    """Return filters as HWOI, (kh, kw, C_out / groups, C_in), from (kh, kw, C_in / groups, C_out).

    The same turns them back.  Without groups it is a view.
    """
    if groups == 1:
        return filters.swapaxes(2, 3)
    kh, kw, share, count = filters.shape
    split = filters.reshape(kh, kw, share, groups, count // groups)
    return split.transpose(0, 1, 4, 3, 2).reshape(kh, kw, count // groups, groups * share)


def inner_filters(filters: Array, x: Array, groups: int) -> Array:
    """Return HWOI filters as (kh, kw, C_in / groups, C_out) in x's type, checked against x."""
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
    return turned_filters(cast, groups)


def transposed_partials(
    x: Array,
    filters: Array,
    k: int,
    *,
    strides: int | Pair = (1, 1),
    padding: Padding = "SAME",
    output_padding: int | Pair = (0, 0),
    dilations: int | Pair = (1, 1),
    groups: int = 1,
) -> Array:
    """Return what each input channel stamps on output channel k, (H′, W′, C_in), without bias.

    Their sum over the last axis plus ``bias[k]`` is ``conv2d_transpose(...)[..., k]``.  A channel
    outside k's group stamps nothing: its partial is zero.

    Parameters
    ----------
    x, filters, strides, padding, output_padding, dilations, groups
        As in `conv2d_transpose`: filters are HWOI, (kh, kw, C_out / groups, C_in).
    k : int
        The output channel.

    Raises
    ------
    InvalidValue
        Naming the argument that does not fit.

    Examples
    --------
    >>> x, filters = np.array([[[1.0, 3.0], [2.0, 0.0]]]), np.ones((1, 3, 1, 2))
    >>> added = transposed_partials(x, filters, 0, strides=(1, 2), padding="VALID")
    >>> added[..., 0], added[..., 1]
    (array([[1., 1., 3., 2., 2.]]), array([[3., 3., 3., 0., 0.]]))
    """
    batch = flushed(batch_of(x))
    inner = inner_filters(filters, batch, groups)
    share, c_out = inner.shape[2:]
    first = channel_of(k, c_out) // (c_out // groups) * share
    g = geometry(
        (batch.shape[1], batch.shape[2]),
        (inner.shape[0], inner.shape[1]),
        strides=strides,
        padding=padding,
        dilations=dilations,
        transposed=True,
        output_padding=output_padding,
    )
    planes = batch.transpose(0, 3, 1, 2)
    whole: Array = np.zeros((*planes.shape[:2], *g.output_size), batch.dtype)
    kernels = np.ascontiguousarray(inner[..., k].transpose(2, 0, 1))
    for each, added in zip(planes, whole, strict=True):
        _stamp(each[first : first + share], kernels, g, added[first : first + share])
    found: Array = whole.transpose(0, 2, 3, 1)
    return found if x.ndim == 4 else found[0]


def stamped_partial(plane: Array, kernel: Array, g: Geometry) -> Array:
    """Return one channel's partial, (H′, W′), of a plane (H, W) and a kernel (kh, kw)."""
    result: Array = np.zeros((1, *g.output_size), plane.dtype)
    _stamp(plane[np.newaxis], kernel.astype(plane.dtype, copy=False)[np.newaxis], g, result)
    partial: Array = result[0]
    return partial


def _stamp(planes: Array, kernels: Array, g: Geometry, into: Array) -> None:
    """Lay on each plane of ``into``, zeros so far, what its plane stamps, (C, H, W), by its kernel.

    What lands on every s-th row and column lies together, and rows are as far apart there as in a
    copy of the input: then each tap adds one piece of memory to another, and all is sorted once.
    """
    (count, height, width), (high, wide) = planes.shape, into.shape[1:]
    many = max(1, _AT_ONCE // (high * wide))
    rows, cols = (_shifts(g, axis) for axis in (0, 1))
    up, left = (min(shift for _, shift in taps) for taps in (rows, cols))
    deep = height + max(shift for _, shift in rows) - up
    pitch = width + max(shift for _, shift in cols) - left
    size = (height - 1) * pitch + width
    for part in (slice(at, at + many) for at in range(0, count, many)):
        own, result = planes[part], into[part]
        laid = scratch("laid", (len(own), height, pitch), own.dtype)
        laid[:, :, :width], laid[:, :, width:] = own, 0
        values = laid.reshape(len(own), -1)[:, :size]
        stamps = scratch("stamped", values.shape, own.dtype)
        landed = scratch("landed", (*g.strides, len(own), deep * pitch), own.dtype)
        landed[...] = 0
        for (di, (row, down)), (dj, (col, along)) in product(enumerate(rows), enumerate(cols)):
            first = (down - up) * pitch + along - left
            np.multiply(values, kernels[part, di, dj, np.newaxis], out=stamps)
            landed[row, col, :, first : first + size] += stamps
        grids = landed.reshape(*g.strides, len(own), deep, pitch)[..., -up:, -left:]
        for row, col in np.ndindex(*g.strides):
            places = result[:, row :: g.strides[0], col :: g.strides[1]]
            grid = grids[row, col, :, : places.shape[1], : places.shape[2]]
            places[:, : grid.shape[1], : grid.shape[2]] = grid


def _shifts(g: Geometry, axis: int) -> list[Pair]:
    """Return of each tap on which of every s rows or columns it lands, and how many times s on."""
    step, gap, before = g.strides[axis], g.dilations[axis], g.pads[axis][0]
    landings = [divmod(at * gap - before, step) for at in range(g.kernel_size[axis])]
    return [(place, shift) for shift, place in landings]


def _landing(first: int, step: int, side: int, count: int) -> tuple[slice, slice]:
    """Return where on an output side ``count`` values land from ``first`` on, and which do."""
    low = min(count, max(0, -(first // step)))
    high = max(low, min(count, (side - 1 - first) // step + 1))
    place = first + low * step
    return slice(place, place + (high - low) * step, step), slice(low, high)
