"""Every output in one small picture, side by side, for strips and for slabs that close up.

One answer in place of one for each output, and tenfold less arithmetic (`thumbnails`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.activations import activation
from multiconv.engine.geometry import Geometry, Pair
from multiconv.engine.thumbnails import thumbnails
from multiconv.experiment.link import to_query
from multiconv.experiment.model import Experiment, Focus, Layer, View
from multiconv.imaging import colour
from multiconv.imaging import png as codec
from multiconv.tracing.large import strip_of
from multiconv.tracing.trace import Trace, Tracer

SIDE = 80
"""The longest side of one output in the sheet, in its pixels."""
STRIP = 2**20
"""Pixels of the picture that are worked on at once."""


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
    means = _means(experiment.layer, tracer.geometry(experiment), tracer.levels(experiment.source))
    outputs = np.moveaxis(activation(experiment.layer.activation)(means), -1, 0)
    extent = experiment.view.range
    if extent is None and experiment.view.ranges == "shared":
        extent = tracer.trace(experiment).range
    shown: list[NDArray[np.uint8]] = [
        colour.indices(plane, extent or colour.automatic_range((plane,)))
        for plane in map(np.ascontiguousarray, outputs)
    ]
    return codec.png_indexed(np.ascontiguousarray(np.hstack(shown)), colour.palette())


def _means(layer: Layer, g: Geometry, levels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the means of every output's blocks, (rows, columns, K), a strip at a time."""
    f, needed = _fraction(g.output_size), set(range(levels.shape[2])).difference(layer.off)
    blocks, step = g.output_size[0] // f, f * g.strides[0]
    beyond = (g.kernel_size[0] - 1) * g.dilations[0] + 1 - g.strides[0]
    at_once = max(1, STRIP // (levels.shape[1] * step))
    strips = []
    for top in range(0, blocks, at_once):
        bottom = min(top + at_once, blocks)
        means = thumbnails(
            strip_of(levels, g, top * step, bottom * step + beyond, needed),
            layer.filters().astype(np.float32),
            f,
            bias=np.array(layer.bias, np.float32),
            strides=g.strides,
            padding="VALID",
            dilations=g.dilations,
            groups=layer.groups,
        )
        strips.append(means)
    return np.vstack(strips)
