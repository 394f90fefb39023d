"""Layers one behind another: how each is run, and what one value sees of the source.

A value's receptive field comes from the sizes of the layers alone, from the first to the one that
the value is in; with none of them the value is a pixel of the source itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor, gcd
from typing import Any

import numpy as np

from multiconv.engine.activations import activation
from multiconv.engine.checks import Array
from multiconv.engine.conv import conv2d
from multiconv.engine.geometry import Geometry, Pair, source_of
from multiconv.engine.pooling import avg_pool, max_pool
from multiconv.engine.transposed import conv2d_transpose, transposed_outputs, turned_filters

_AT_ONCE = 2**14  # Numbers of an output that an activation is applied to at once.


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
    looked : bool
        The filters are finite, in x's type, and `flushed`: a transposed layer's are not looked at.
    """

    kind: str
    geometry: Geometry
    x: Array
    filters: Array | None = None
    bias: Array | None = None
    groups: int = 1
    activation: str = "identity"
    off: tuple[int, ...] = ()
    looked: bool = False

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
        if g.transposed and self.looked and self.bias is not None:
            summed = transposed_outputs(self.x, self.filters, self.bias, g, self.groups)
        elif g.transposed:
            turned = turned_filters(self.filters, self.groups)
            summed = conv2d_transpose(self.x, turned, output_padding=g.output_padding, **how)
        else:
            summed = conv2d(self.x, self.filters, padding_mode=g.padding_mode, **how)
        if self.activation == "relu":
            return np.maximum(summed, 0, out=summed)  # where it is; nobody else has it
        if self.activation != "identity":
            function = activation(self.activation)
            many = max(1, _AT_ONCE // (summed.size // len(summed)))
            for top in range(0, len(summed), many):  # as relu: it needs room for these rows alone
                summed[top : top + many] = function(summed[top : top + many])
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
    shift: tuple[float, float] = field(default=(0.0, 0.0), compare=False, repr=False)
    """How far its centre lies from its middle: through transposed layers fields differ in size."""

    @property
    def centre(self) -> tuple[float, float]:
        """Its row and column, a jump from that of its neighbour; often between two pixels."""
        down, across = self.shift
        return self.top + (self.height - 1) / 2 + down, self.left + (self.width - 1) / 2 + across


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
        Behind a transposed layer it may be empty: of height or width 0.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> twice = [geometry((9, 9), (3, 3)), geometry((9, 9), (3, 3))]
    >>> receptive_field(twice, 4, 4)
    ReceptiveField(top=2, left=2, height=5, width=5)
    >>> grown = geometry((4, 4), (3, 3), strides=2, transposed=True)
    >>> receptive_field([grown], 2, 3), receptive_field([grown], 2, 3).centre
    (ReceptiveField(top=0, left=1, height=2, width=1), (0.5, 1.0))
    """
    (top, height), (left, width) = (_span(shapes, axis, at) for axis, at in enumerate((i, j)))
    middle = top + (height - 1) / 2, left + (width - 1) / 2
    down, across = (_centre(shapes, axis, at) - middle[axis] for axis, at in enumerate((i, j)))
    return ReceptiveField(top, left, height, width, (down, across))


def _span(shapes: Sequence[Geometry], axis: int, at: int) -> Pair:
    """Return where the field of one output row or column begins, and over how many it goes."""
    if any(shape.transposed for shape in shapes):
        places = {at}
        for shape in reversed(shapes):
            places = {met for place in places for _, met in shape.meetings(axis, place)}
        if not places:
            return round(_centre(shapes, axis, at)), 0
        return min(places), max(places) + 1 - min(places)
    first, extent = at, 1
    for shape in reversed(shapes):
        step, gap = shape.strides[axis], shape.dilations[axis]
        first = first * step - shape.pads[axis][0]
        extent = (extent - 1) * step + (shape.kernel_size[axis] - 1) * gap + 1
    return first, extent


def _centre(shapes: Sequence[Geometry], axis: int, at: int) -> float:
    """Return where the field of one output row or column is centred, each a jump from the last."""
    centre = float(at)
    for shape in reversed(shapes):
        step, reach = shape.strides[axis], (shape.kernel_size[axis] - 1) * shape.dilations[axis]
        middle = reach / 2 - shape.pads[axis][0]
        centre = (centre - middle) / step if shape.transposed else centre * step + middle
    return centre


def jump(shapes: Sequence[Geometry]) -> tuple[Fraction, Fraction]:
    """Return how many source rows and columns lie between the fields of neighbouring pixels.

    Of a convolution that is its stride; a transposed layer's pixels lie so many times as dense.
    """
    down, across = Fraction(1), Fraction(1)
    for shape in shapes:
        steps = [Fraction(step) ** (-1 if shape.transposed else 1) for step in shape.strides]
        down, across = down * steps[0], across * steps[1]
    return down, across


def repeat(shapes: Sequence[Geometry], axis: int) -> int:
    """Return after how many output rows (axis 0) or columns (1) fields are the same, moved on."""
    count, moved = 1, 1
    for shape in reversed(shapes):
        step = shape.strides[axis]
        if shape.transposed:
            times = step // gcd(moved, step)
            count, moved = count * times, moved * times // step
        else:
            moved *= step
    return count


def cell_at(shapes: Sequence[Geometry], row: float, column: float) -> Pair:
    """Return the last layer's output pixel whose field is centred nearest a place of the source.

    Outside the map it is the nearest one inside; between two of them, the later.
    """
    sides, steps = shapes[-1].output_size, jump(shapes)
    i, j = (
        min(max(floor((place - _centre(shapes, axis, 0)) / step + 0.5), 0), side - 1)
        for axis, (place, step, side) in enumerate(zip((row, column), steps, sides, strict=True))
    )
    return i, j


def reached(shapes: Sequence[Geometry], i: int, j: int) -> tuple[Array, Array]:
    """Return the source rows and the source columns that output pixel (i, j) is made of, sorted.

    It is made of every pixel where one of the rows crosses one of the columns.  They are followed
    back through every layer: strides and dilations leave holes, edges cut, and a padding mode
    that is not zeros takes its values from the pixels that it repeats.  Through a transposed layer
    there may be none at all.
    """
    return _followed(shapes, 0, i), _followed(shapes, 1, j)


def _followed(shapes: Sequence[Geometry], axis: int, at: int) -> Array:
    places = {at}
    for shape in reversed(shapes):
        seen = {met for place in places for _, met in shape.meetings(axis, place)}
        side, mode = shape.input_size[axis], shape.padding_mode
        places = {source_of(place, side, mode) for place in seen} - {-1}
    return np.array(sorted(places), np.intp)
