"""Rows of the padded input, a tile at a time, so that no padded copy of a picture is made."""

from __future__ import annotations

import numpy as np

from multiconv.engine.geometry import Geometry
from multiconv.engine.tensors import Array
from multiconv.engine.workspace import scratch


def fill_padded(into: Array, planes: Array, g: Geometry, first: int, step: int = 1) -> None:
    """Write padded rows first, first + step, … of planes into ``into``.

    Parameters
    ----------
    into : (G, C, rows, left + W + right)
    planes : (G, C, H, W)
    g : Geometry
    first, step : int
        In rows of the padded input, which may end before ``into`` does: the rest is zero.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> into = np.empty((1, 1, 2, 5))
    >>> planes = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> fill_padded(into, planes, geometry((3, 3), (3, 3)), 0)
    >>> into[0, 0]
    array([[0., 0., 0., 0., 0.],
           [0., 0., 1., 2., 0.]])
    """
    (top, _), (left, _) = g.pads
    side, width = g.input_size
    rows, right = into.shape[2], left + width
    start = first - top
    low = min(rows, max(0, -(start // step)))
    high = max(low, min(rows, (side - 1 - start) // step + 1))
    row = start + low * step
    if high > low:
        last = start + (high - 1) * step
        into[:, :, low:high, left:right] = planes[:, :, row : last + 1 : step]
    zeros = g.padding_mode == "zeros"
    if zeros and low:
        into[:, :, :low] = 0
    if zeros and high < rows:
        into[:, :, high:] = 0
    if not zeros and high - low < rows:
        sources = g.sources(0)
        for beyond in (*range(low), *range(high, rows)):
            at = first + beyond * step
            values = planes[:, :, sources[at]] if at < len(sources) else 0
            into[:, :, beyond, left:right] = values
    if not zeros:
        cols = np.array(g.sources(1)) + left
        into[..., :left] = into[..., cols[:left]]
        into[..., right:] = into[..., cols[right:]]
        return
    if left:
        into[:, :, low:high, :left] = 0
    if into.shape[3] > right:
        into[:, :, low:high, right:] = 0


def rows_for(
    name: str, planes: Array, rows: int, width: int, *, by_pixels: bool
) -> tuple[Array, Array]:
    """Return scratch memory for padded rows of planes, and its view (G, C, rows, width).

    Rows of a picture that lies pixel by pixel are copied fastest to memory that does, too.

    Examples
    --------
    >>> planes = np.zeros((2, 3, 4, 5))
    >>> memory, padded = rows_for("doc", planes, 6, 7, by_pixels=True)
    >>> memory.shape, padded.shape
    ((6, 7, 2, 3), (2, 3, 6, 7))
    """
    channels, sides = planes.shape[:2], (rows, width)
    if by_pixels:
        memory = scratch(name, (*sides, *channels), planes.dtype)
        return memory, memory.transpose(2, 3, 0, 1)
    memory = scratch(name, (*channels, *sides), planes.dtype)
    return memory, memory


def lie_by_pixels(planes: Array) -> bool:
    """Tell whether a picture's channels lie closer together than its pixels.

    Examples
    --------
    >>> x = np.zeros((4, 5, 1, 3))
    >>> lie_by_pixels(x.transpose(2, 3, 0, 1)), lie_by_pixels(x)
    (True, False)
    """
    return planes.strides[1] < planes.strides[3]
