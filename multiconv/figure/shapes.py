"""How a layer's sizes come about, in a line that people can check."""

from __future__ import annotations

from multiconv.drawing.marks import unused
from multiconv.engine.geometry import Geometry
from multiconv.experiment.model import Layer


def shape_words(shape: Geometry, layer: Layer) -> str:
    """Return the output's size as a formula with its numbers, the padding, and what is unused.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from multiconv.engine.geometry import geometry
    >>> half = replace(Layer(), strides=(2, 2))
    >>> shape_words(geometry((160, 160), (3, 3), strides=(2, 2)), half)
    'out = ⌈160 / 2⌉ = 80; pads 0 before and 1 after'
    """
    rows, columns = (_side(shape, axis, layer.padding == "SAME") for axis in (0, 1))
    told = [f"out = {rows}" if rows == columns else f"rows = {rows}; columns = {columns}"]
    if layer.padding == "SAME":
        told.append(_pads(shape))
    down, across = unused(shape)
    left = [
        f"{count} {noun}{'s' * (count != 1)}"
        for count, noun in ((down, "row"), (across, "column"))
        if count
    ]
    if left:
        told.append(f"the last {' and '.join(left)} are not reached")
    return "; ".join(told)


def _side(shape: Geometry, axis: int, same: bool) -> str:
    n, k, s, d = (
        pair[axis] for pair in (shape.input_size, shape.kernel_size, shape.strides, shape.dilations)
    )
    (before, after), out = shape.pads[axis], shape.output_size[axis]
    if same:
        return f"⌈{n} / {s}⌉ = {out}"
    padded = f"{n} + {before} + {after}" if before or after else f"{n}"
    reach = f"({k} − 1)·{d} − 1" if d > 1 else f"{k}"
    return f"⌊({padded} − {reach}) / {s}⌋ + 1 = {out}"


def _pads(shape: Geometry) -> str:
    (top, bottom), (left, right) = shape.pads
    if (top, bottom) == (left, right):
        if top == bottom:
            return f"pads {top} on every side" if top else "no padding is needed"
        return f"pads {top} before and {bottom} after"
    return f"pads {top} above, {bottom} below, {left} left, {right} right"
