"""How much one value of a stack changes with each number of the source: its gradient.

It is followed back layer by layer, over the part of each map that the value is made of and no
more: through an activation by its slope, through a convolution by its adjoint (`transposed`) and
through a transposed layer by the convolution that it is the adjoint of, through a pooling to the
winners or in equal shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from multiconv.engine.activations import slope
from multiconv.engine.checks import Array
from multiconv.engine.conv import conv2d
from multiconv.engine.geometry import Geometry, Pair, source_of
from multiconv.engine.padded import fill
from multiconv.engine.stack import Passage
from multiconv.engine.transposed import conv2d_transpose, turned_filters


def influence(passages: Sequence[Passage], k: int, i: int, j: int) -> Array:
    """Return the gradient of the last layer's output (i, j) of channel k, (H, W, C) of the source.

    The value is the one after the activation: where a ReLU made it 0, the gradient is 0 too.

    Parameters
    ----------
    passages : sequence of Passage
        The layers, from the first on, in the type of their inputs.
    k, i, j : int
        An output channel, row and column of the last one.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> x, filters = np.ones((1, 5, 1)), np.array([-1.0, 2, 3]).reshape(1, 3, 1, 1)
    >>> layer = Passage("conv", geometry((1, 5), (1, 3)), x, filters, activation="relu")
    >>> influence([layer], 0, 0, 0)[..., 0]
    array([[2., 3., 0., 0., 0.]])
    """
    last, source = passages[-1], passages[0].x
    channels = last.x.shape[2] if last.filters is None else last.filters.shape[3]
    error = np.zeros((1, 1, channels), source.dtype)
    error[..., k] = 1
    corner = i, j
    for passage in reversed(passages):
        error[..., list(passage.off)] = 0
        if passage.filters is not None and passage.geometry.transposed:
            corner, error = _unstamped(passage, passage.filters, corner, error)
            if not error.size:
                return np.zeros_like(source)
            continue
        if passage.filters is not None and passage.activation != "identity":
            x = _padded(passage, corner, error)
            before = conv2d(x, passage.filters, bias=passage.bias, **_how(passage))
            for line, sums in zip(error, before, strict=True):
                line *= slope(passage.activation, sums)
        box = _spread(passage, corner, error)
        row, column = _first(passage, corner)
        top, box = _folded(box, passage.geometry, 0, row)
        left, error = _folded(box, passage.geometry, 1, column)
        corner = top, left
    result = np.zeros_like(source)
    (top, left), (height, width, _) = corner, error.shape
    result[top : top + height, left : left + width] = error
    return result


def _unstamped(passage: Passage, filters: Array, corner: Pair, error: Array) -> tuple[Pair, Array]:
    """Return where the inputs begin that stamp on a box of outputs, and what comes to them of it.

    None may: then it is a box of no rows or columns.
    """
    turned, how = turned_filters(filters, passage.groups), _how(passage)
    sides = [
        _stamping(passage.geometry, axis, at, error.shape[axis]) for axis, at in enumerate(corner)
    ]
    inputs, sizes, stamped, shared = zip(*sides, strict=True)
    x, place = passage.x[inputs], (inputs[0].start, inputs[1].start)
    if passage.activation != "identity":
        sums = np.zeros_like(error)
        sums += 0 if passage.bias is None else passage.bias
        if x.size:
            sums[shared] += conv2d_transpose(x, turned, **how)[stamped]
        error = error * slope(passage.activation, sums)
    if not x.size:
        return place, np.zeros_like(x)
    whole = np.zeros((*sizes, error.shape[2]), error.dtype)
    whole[stamped] = error[shared]
    return place, conv2d(whole, turned, **how)


def _stamping(g: Geometry, axis: int, first: int, count: int) -> tuple[slice, int, slice, slice]:
    """Return the inputs that stamp on so many output lines from ``first`` on, and over how many.

    Then which of the lines they stamp on, and which of those asked for, are the same.
    """
    step, first = g.strides[axis], first + g.pads[axis][0]  # counted on the output before its cut
    reach = (g.kernel_size[axis] - 1) * g.dilations[axis]
    low = max(-((reach - first) // step), 0)
    high = max(low, min((first + count - 1) // step + 1, g.input_size[axis]))
    begin, size = low * step - first, (high - 1 - low) * step + reach + 1
    onto, stop = max(begin, 0), max(min(begin + size, count), 0)
    return slice(low, high), size, slice(onto - begin, stop - begin), slice(onto, stop)


def _padded(passage: Passage, corner: Pair, error: Array) -> Array:
    """Return the padded inputs under a box of outputs, (rows, columns, C_in)."""
    g, x = passage.geometry, passage.x
    sides = [
        (side - 1) * step + (kernel - 1) * gap + 1
        for side, step, kernel, gap in zip(
            error.shape[:2], g.strides, g.kernel_size, g.dilations, strict=True
        )
    ]
    into: Array = np.empty((1, x.shape[2], *sides), x.dtype)
    fill(into, x.transpose(2, 0, 1)[np.newaxis], g, *_first(passage, corner))
    return np.asarray(into[0].transpose(1, 2, 0))


def _first(passage: Passage, corner: Pair) -> Pair:
    """Return the first padded row and column under a box of outputs that begins at a corner."""
    (s1, s2), (i, j) = passage.geometry.strides, corner
    return i * s1, j * s2


def _how(passage: Passage) -> dict[str, Any]:
    g = passage.geometry
    how = {"strides": g.strides, "dilations": g.dilations, "groups": passage.groups}
    return {**how, "padding": "VALID"}


def _spread(passage: Passage, corner: Pair, error: Array) -> Array:
    """Return what of a box of outputs' error comes to the padded inputs under it."""
    if passage.filters is not None:
        return conv2d_transpose(error, passage.filters, **_how(passage))
    g, x = passage.geometry, _padded(passage, corner, error)
    result = np.zeros_like(x)
    (s1, s2), (d1, d2), (height, width) = g.strides, g.dilations, error.shape[:2]
    taps = [
        np.s_[di : di + (height - 1) * s1 + 1 : s1, dj : dj + (width - 1) * s2 + 1 : s2]
        for di in range(0, g.kernel_size[0] * d1, d1)
        for dj in range(0, g.kernel_size[1] * d2, d2)
    ]
    rows, cols = (
        np.arange(x.shape[axis]) + first - g.pads[axis][0]
        for axis, first in enumerate(_first(passage, corner))
    )
    on_rows, on_cols = (
        (rows >= 0) & (rows < g.input_size[0]),
        (cols >= 0) & (cols < g.input_size[1]),
    )
    seen = (on_rows[:, np.newaxis] & on_cols)[..., np.newaxis]
    if passage.kind == "avg_pool":
        count = np.zeros((height, width, 1), error.dtype)
        for tap in taps:
            count += seen[tap]
        share = error / count
        for tap in taps:
            result[tap] += share
        return result
    np.copyto(x, -np.inf, where=~seen)
    largest, free = np.full_like(error, -np.inf), np.ones(error.shape, bool)
    for tap in taps:
        np.maximum(largest, x[tap], out=largest)
    for tap in taps:  # Of equal ones the first takes all, as in PyTorch.
        wins = x[tap] == largest
        wins &= free
        np.add(result[tap], error, out=result[tap], where=wins)
        free ^= wins
    return result


def _folded(box: Array, g: Geometry, axis: int, first: int) -> tuple[int, Array]:
    """Return where a box of padded inputs begins on the inputs along an axis, and the box there.

    What lies in the padding is added to where the padding's values come from, or is nothing.
    """
    side, mode, first = g.input_size[axis], g.padding_mode, first - g.pads[axis][0]
    lines = np.moveaxis(box, axis, 0)
    places = [source_of(first + at, side, mode) for at in range(len(lines))]
    there = [place for place in places if place >= 0] or [0]
    low, high = max(first, 0), min(first + len(lines), side)
    begin = min(there)
    result: Array = np.zeros((max(there) + 1 - begin, *lines.shape[1:]), box.dtype)
    if low < high:
        result[low - begin : high - begin] = lines[low - first : high - first]
    for at, place in enumerate(places):
        if place >= 0 and not low <= first + at < high:
            result[place - begin] += lines[at]
    return begin, np.moveaxis(result, 0, axis)
