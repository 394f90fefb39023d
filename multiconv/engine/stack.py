"""Layers one behind another: how each is run, and what one value sees of the source.

A value's receptive field comes from the sizes of the layers alone, from the first to the one that
the value is in; with none of them the value is a pixel of the source itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, prod
from typing import Any

import numpy as np

from multiconv.engine.activations import activation
from multiconv.engine.checks import Array
from multiconv.engine.conv import conv2d
from multiconv.engine.geometry import Geometry, Pair, source_of
from multiconv.engine.pooling import avg_pool, max_pool
from multiconv.engine.transposed import conv2d_transpose, turned_filters


@dataclass(frozen=True)
class Passage:
    """One layer of a stack and what it is given.

    Attributes
    ----------
    kind : {"conv", "transposed", "max_pool", "avg_pool"}
    geometry : Geometry
    x : (H, W, C_in) array
    filters : (kh, kw, C_in / groups, C_out) array, optional
        Of a convolution or a transposed one; zeros where a channel is left out.
    bias : (C_out,) array, optional
    groups : int
    activation : str
        Of a convolution or a transposed one; a pooling has none.
    off : tuple of int
        The channels that a pooling leaves out: their outputs are 0.
    """

    kind: str
    geometry: Geometry
    x: Array
    filters: Array | None = None
    bias: Array | None = None
    groups: int = 1
    activation: str = "identity"
    off: tuple[int, ...] = ()

    def output(self) -> Array:
        """Return what the layer puts out, (H′, W′, C_out), after its activation."""
        g = self.geometry
        if self.filters is None:
            pool = max_pool if self.kind == "max_pool" else avg_pool
            pooled = pool(
                self.x, g.kernel_size, strides=g.strides, padding=g.pads, dilations=g.dilations
            )
            pooled[..., list(self.off)] = 0
            return pooled
        how: dict[str, Any] = {
            "bias": self.bias,
            "strides": g.strides,
            "padding": g.pads,
            "dilations": g.dilations,
            "groups": self.groups,
        }
        if g.transposed:
            turned = turned_filters(self.filters, self.groups)
            summed = conv2d_transpose(self.x, turned, output_padding=g.output_padding, **how)
        else:
            summed = conv2d(self.x, self.filters, padding_mode=g.padding_mode, **how)
        if self.activation == "relu":
            return np.maximum(summed, 0, out=summed)  # where it is; nobody else has it
        if self.activation != "identity":
            function = activation(self.activation)
            for row in summed:  # as relu: what a function needs besides is of one row
                row[...] = function(row)
        return summed


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """The box of the source behind one value, in its pixels; beyond its edges it is padding.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> first, second = geometry((8, 8), (3, 3), strides=2, padding=1), geometry((4, 4), (3, 3))
    >>> receptive_field([first, second], 0, 1)
    ReceptiveField(top=-3, left=-1, height=7, width=7)
    """

    top: int
    left: int
    height: int
    width: int

    @property
    def centre(self) -> tuple[float, float]:
        """The row and column of its middle; of an even side it lies between two pixels."""
        return self.top + (self.height - 1) / 2, self.left + (self.width - 1) / 2


def receptive_field(shapes: Sequence[Geometry], i: int, j: int) -> ReceptiveField:
    """Return the box that output pixel (i, j) of the last layer sees, not clipped to the source.

    Parameters
    ----------
    shapes : sequence of Geometry
        The layers' sizes, from the first on.
    i, j : int
        A row and a column of the last one's output.

    Returns
    -------
    ReceptiveField
        With ``top``, ``left``, ``height``, ``width`` and ``centre``, in pixels of the source.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> twice = [geometry((9, 9), (3, 3)), geometry((9, 9), (3, 3))]
    >>> receptive_field(twice, 4, 4)
    ReceptiveField(top=2, left=2, height=5, width=5)
    """
    (top, height), (left, width) = (_span(shapes, axis, at) for axis, at in enumerate((i, j)))
    return ReceptiveField(top, left, height, width)


def _span(shapes: Sequence[Geometry], axis: int, at: int) -> Pair:
    """Return where the field of one output row or column begins, and over how many it goes."""
    first, extent = at, 1
    for shape in reversed(shapes):
        step, gap = shape.strides[axis], shape.dilations[axis]
        first = first * step - shape.pads[axis][0]
        extent = (extent - 1) * step + (shape.kernel_size[axis] - 1) * gap + 1
    return first, extent


def jump(shapes: Sequence[Geometry]) -> Pair:
    """Return how many source rows and columns lie between the fields of neighbouring pixels."""
    down, across = (prod(shape.strides[axis] for shape in shapes) for axis in (0, 1))
    return down, across


def cell_at(shapes: Sequence[Geometry], row: float, column: float) -> Pair:
    """Return the last layer's output pixel whose field is centred nearest a place of the source.

    Outside the map it is the nearest one inside; between two of them, the later.
    """
    sides, steps = shapes[-1].output_size, jump(shapes)
    offsets = receptive_field(shapes, 0, 0).centre
    i, j = (
        min(max(floor((place - offset) / step + 0.5), 0), side - 1)
        for place, offset, step, side in zip((row, column), offsets, steps, sides, strict=True)
    )
    return i, j


def reached(shapes: Sequence[Geometry], i: int, j: int) -> tuple[Array, Array]:
    """Return the source rows and the source columns that output pixel (i, j) is made of, sorted.

    It is made of every pixel where one of the rows crosses one of the columns.  They are followed
    back through every layer: strides and dilations leave holes, edges cut, and a padding mode
    that is not zeros takes its values from the pixels that it repeats.
    """
    return _followed(shapes, 0, i), _followed(shapes, 1, j)


def _followed(shapes: Sequence[Geometry], axis: int, at: int) -> Array:
    places = {at}
    for shape in reversed(shapes):
        taps = range(shape.kernel_size[axis])
        step, gap, before = shape.strides[axis], shape.dilations[axis], shape.pads[axis][0]
        seen = {place * step - before + tap * gap for place in places for tap in taps}
        side, mode = shape.input_size[axis], shape.padding_mode
        places = {source_of(place, side, mode) for place in seen} - {-1}
    return np.array(sorted(places), np.intp)
