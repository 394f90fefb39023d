"""Every output in one small picture, side by side, for strips and for slabs that close up.

One answer in place of one for each output, and tenfold less arithmetic (`thumbnails`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.activations import activation
from multiconv.engine.geometry import Pair
from multiconv.engine.thumbnails import thumbnails
from multiconv.experiment.model import Experiment, Focus, View
from multiconv.experiment.query import to_query
from multiconv.imaging import codec, colour
from multiconv.tracing import Trace, Tracer

SIDE = 80
"""The longest side of one output in the sheet, in its pixels."""


@dataclass(frozen=True)
class Sheet:
    """Where the sheet is, and the size of one output in it."""

    address: str
    height: int
    width: int
    outputs: int

    @property
    def length(self) -> int:
        """The width of the whole sheet."""
        return self.width * self.outputs


def _fraction(size: Pair) -> int:
    return min(max(1, -(-max(size) // SIDE)), *size)


def sheet_of(trace: Trace, build: str) -> Sheet:
    """Return the sheet that a page shows, under the page's range of colours."""
    experiment, size = trace.experiment, trace.layer.geometry.output_size
    view = experiment.view
    seen = View(ranges="each") if view.ranges == "each" and not view.range else View(trace.range)
    query = to_query(replace(experiment, focus=Focus(), view=seen))
    height, width = (side // _fraction(size) for side in size)
    address = f"/maps/outputs.png?{query}{'&' if query else ''}v={build}"
    return Sheet(address, height, width, experiment.layer.outputs)


def sheet_picture(experiment: Experiment, tracer: Tracer) -> bytes:
    """Return the sheet as a PNG: each output's means, from the left, zero transparent.

    The activation is applied to the means, so that a small picture is close to its map, not
    the same.
    """
    layer, shape = experiment.layer, tracer.geometry(experiment)
    x = tracer.levels(experiment.source).astype(np.float32) / np.float32(255)
    x[..., list(layer.off)] = 0
    means = thumbnails(
        x,
        layer.filters().astype(np.float32),
        _fraction(shape.output_size),
        bias=np.array(layer.bias, np.float32),
        strides=layer.strides,
        padding=layer.padding,
        padding_mode=layer.padding_mode,
        dilations=layer.dilations,
        groups=layer.groups,
    )
    outputs = np.moveaxis(activation(layer.activation)(means), -1, 0)
    extent = experiment.view.range
    if extent is None and experiment.view.ranges == "shared":
        extent = tracer.trace(experiment).range
    shown: list[NDArray[np.uint8]] = [
        colour.indices(plane, extent or colour.automatic_range((plane,)))
        for plane in map(np.ascontiguousarray, outputs)
    ]
    return codec.png_indexed(np.ascontiguousarray(np.hstack(shown)), colour.palette())
