"""Pooling: the largest, or the mean, of each window, one channel at a time."""

from __future__ import annotations

import numpy as np

from multiconv.engine.checks import Array, batch_of, flushed
from multiconv.engine.geometry import Geometry, Padding, Pair, geometry, pads_of, pair
from multiconv.errors import InvalidValue

_TILE_BYTES = 2**22


def max_pool(
    x: Array,
    size: int | Pair,
    *,
    strides: int | Pair | None = None,
    padding: Padding = "VALID",
    dilations: int | Pair = (1, 1),
    ceil_mode: bool = False,
) -> Array:
    """Return each window's largest value, (H′, W′, C); padding never wins.

    Every geometry that PyTorch takes gives what PyTorch gives.

    Parameters
    ----------
    x : (H, W, C) or (N, H, W, C), float32 or float64
    size : int or (int, int)
        The window's height and width.
    strides : int or (int, int), optional
        The window's own size unless given.
    padding, dilations
        As in `conv2d`.
    ceil_mode : bool
        Keep a last window that the input only partly fills (PyTorch's rule: where it starts
        inside the input or the padding before it), an only one that is larger than the input too.

    Raises
    ------
    InvalidValue
        Naming the argument; also where a window holds nothing but padding, unless padding is at
        most half of what the window spans: PyTorch takes that, and the value is −∞.

    Examples
    --------
    >>> max_pool(np.arange(16.0).reshape(4, 4, 1), 2)[..., 0]
    array([[ 5.,  7.],
           [13., 15.]])
    """
    batch = batch_of(x)
    g = _geometry(batch, size, strides, padding, dilations, ceil_mode)
    refuse_padding_alone(g, largest=True)
    largest = _pooled(batch, g, np.maximum, -np.inf)
    return largest if x.ndim == 4 else largest[0]


def avg_pool(
    x: Array,
    size: int | Pair,
    *,
    strides: int | Pair | None = None,
    padding: Padding = "VALID",
    dilations: int | Pair = (1, 1),
    ceil_mode: bool = False,
    count_include_pad: bool = False,
) -> Array:
    """Return each window's mean, (H′, W′, C), of its pixels or, if asked, of its padding too.

    Every geometry that PyTorch takes gives what PyTorch gives; what lies below the smallest
    normal number counts as 0, as in `conv2d`.

    Parameters
    ----------
    x, size, strides, padding, dilations, ceil_mode
        As in `max_pool`.
    count_include_pad : bool
        Divide by the taps on padding as well, which count as zeros.

    Raises
    ------
    InvalidValue
        Naming the argument; also where a window would hold nothing but padding.

    Examples
    --------
    >>> avg_pool(np.ones((3, 3, 1)), 2, padding="SAME", count_include_pad=True)[..., 0]
    array([[1.  , 0.5 ],
           [0.5 , 0.25]])
    """
    batch = flushed(batch_of(x))
    g = _geometry(batch, size, strides, padding, dilations, ceil_mode)
    refuse_padding_alone(g)
    total = _pooled(batch, g, np.add, 0.0)
    rows, cols = (_counts(g, axis, count_include_pad) for axis in (0, 1))
    total /= (rows[:, np.newaxis] * cols)[..., np.newaxis].astype(total.dtype)
    return total if x.ndim == 4 else total[0]


def _geometry(
    batch: Array,
    size: int | Pair,
    strides: int | Pair | None,
    padding: Padding,
    dilations: int | Pair,
    ceil_mode: bool,
) -> Geometry:
    input_size, window = (batch.shape[1], batch.shape[2]), pair(size, "size")
    steps = pair(window if strides is None else strides, "strides")
    gaps = pair(dilations, "dilations")
    pads = pads_of(padding, input_size, window, steps, gaps)
    if ceil_mode:
        sides = zip(input_size, window, steps, pads, gaps, strict=True)
        high, wide = (_ceiling(*side) for side in sides)
        if min(high, wide) >= 1:
            return Geometry(input_size, window, steps, pads, gaps, "zeros", (high, wide))
    return geometry(input_size, window, strides=steps, padding=pads, dilations=gaps)


def _ceiling(n: int, k: int, s: int, pads: Pair, d: int) -> int:
    out = -(-(n + sum(pads) - (k - 1) * d - 1) // s) + 1
    return out - 1 if (out - 1) * s >= n + pads[0] else out


def _most_padded(g: Geometry) -> int:
    """Return by how much padding exceeds half of what the window spans, PyTorch's limit."""
    sides = zip(g.kernel_size, g.dilations, g.pads, strict=True)
    return max(max(pads) - ((k - 1) * d + 1) // 2 for k, d, pads in sides)


def refuse_padding_alone(g: Geometry, *, largest: bool = False) -> None:
    """Refuse windows that hold nothing but padding; of the ``largest`` values as PyTorch does."""
    if largest and _most_padded(g) <= 0:
        return
    if not all(_counts(g, axis, False).all() for axis in (0, 1)):
        raise InvalidValue(
            f"With padding {g.pads} a window of {g.kernel_size} holds nothing but padding.",
            "Use less padding or a larger window.",
            field="padding",
        )


def _pooled(batch: Array, g: Geometry, gather: np.ufunc, nothing: float) -> Array:
    count, _, width, channels = batch.shape
    result = np.full((count, *g.output_size, channels), nothing, batch.dtype)
    tile = max(1, _TILE_BYTES // (width * channels * batch.itemsize))
    for picture, output in zip(batch, result, strict=True):
        for top in range(0, g.output_size[0], tile):
            part = output[top : top + tile]
            rows = np.full((len(part), width, channels), nothing, batch.dtype)
            for into, of in _reaches(g, 0, top, len(part)):
                gather(rows[into], picture[of], out=rows[into])
            for into, of in _reaches(g, 1, 0, part.shape[1]):
                gather(part[:, into], rows[:, of], out=part[:, into])
    return result


def _reaches(g: Geometry, axis: int, first: int, count: int) -> list[tuple[slice, slice]]:
    """Return, for each tap, which of the outputs it serves and the input pixels it takes."""
    n, s = g.input_size[axis], g.strides[axis]
    found = []
    for tap in range(g.kernel_size[axis]):
        start = first * s + tap * g.dilations[axis] - g.pads[axis][0]
        low = max(0, -(start // s))
        high = min(count, (n - 1 - start) // s + 1)
        if low < high:
            place = start + low * s
            found.append((slice(low, high), slice(place, place + (high - low - 1) * s + 1, s)))
    return found


def _counts(g: Geometry, axis: int, with_pad: bool) -> Array:
    """Return how many taps of each window count along one axis."""
    before, after = g.pads[axis] if with_pad else (0, 0)
    at = np.arange(g.output_size[axis])[:, np.newaxis] * g.strides[axis] - g.pads[axis][0]
    places = at + np.arange(g.kernel_size[axis]) * g.dilations[axis]
    inside: Array = (places >= -before) & (places < g.input_size[axis] + after)
    found: Array = inside.sum(axis=1)
    return found
