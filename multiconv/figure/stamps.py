"""A transposed layer’s input, one pixel after another: what each stamps on the output."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from multiconv.drawing.beam import Stamp
from multiconv.drawing.marks import Mark
from multiconv.engine.geometry import Geometry
from multiconv.errors import NotFound, TooLarge
from multiconv.experiment.words import size_words
from multiconv.figure.planes import Map
from multiconv.figure.steps import Pace, paces_of
from multiconv.tracing.trace import Trace

MOST = 2**20
"""So many numbers are told of what all input pixels stamp; stamps.js asks for no more."""


@dataclass(frozen=True, slots=True)
class Stamps:
    """The number of the last input pixel, counted row by row from 0, and the paces."""

    last: int
    paces: tuple[Pace, ...]


def stamps_of(trace: Trace) -> Stamps | None:
    """Return how the input is gone over; None of a layer that is not a transposed one."""
    shape = trace.layer.geometry
    if not shape.transposed:
        return None
    count = prod(shape.input_size)
    return Stamps(count - 1, paces_of(count))


def stamp_of(shape: Geometry, i: int, j: int) -> Stamp | None:
    """Return the stamp whose middle lies nearest an output pixel that it reaches, if one does."""
    window = shape.window_of(i, j).on_input()
    if not (shape.transposed and window.rows and window.cols):
        return None
    row, top, height = _nearest(shape, 0, i, window.rows)
    column, left, width = _nearest(shape, 1, j, window.cols)
    words = f"stamp {size_words(shape.kernel_size)}"
    return Stamp(Mark(row, column, 1, 1), Mark(top, left, height, width), words)


def _nearest(shape: Geometry, axis: int, at: int, places: tuple[int, ...]) -> tuple[int, int, int]:
    """Return an input row or column, and where on the output it stamps how many."""
    stride, before, last = shape.strides[axis], shape.pads[axis][0], shape.output_size[axis] - 1
    span = (shape.kernel_size[axis] - 1) * shape.dilations[axis]
    place = min(places, key=lambda each: abs(2 * (each * stride - before - at) + span))
    start = place * stride - before
    first, end = max(start, 0), min(start + span, last)
    return place, first, end - first + 1


def stamps_map(trace: Trace) -> Map:
    """Return what every input pixel stamps, all channels together, each stamp by itself.

    The stamps stand side by side as their pixels do, (H·kh, W·kw): laid where they belong, they
    add up to the sum without its bias.
    """
    shape, layer = trace.layer.geometry, trace.layer
    if not shape.transposed:
        raise NotFound(
            "Nothing is stamped: the layer is not a transposed one.",
            "Ask for the map of a transposed layer.",
            field="map",
        )
    size = tuple(n * k for n, k in zip(shape.input_size, shape.kernel_size, strict=True))
    if prod(size) > MOST:
        raise TooLarge(
            f"What {prod(shape.input_size):,} input pixels stamp is {prod(size):,} numbers.",
            "Use a smaller picture or kernel.",
            field="map",
            limit=f"{MOST:,} numbers",
        )
    adding = [q for q, each in enumerate(layer.partials) if each is not None]
    values = trace.inputs[:, :, adding].astype(np.float64)
    if trace.inputs.dtype == np.uint8:
        values /= 255
    each = np.einsum("yxq,abq->yaxb", values, layer.filters[:, :, adding]) / layer.divisor
    plane = each.reshape(size).astype(np.float32)
    return Map("stamps", plane, trace.range_of(trace.layer.sum))
