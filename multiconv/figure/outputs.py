"""Many outputs at once: every output in one small picture, and a numbered strip to choose from.

A generator's last three stand beside the picture that they make in colour.  Of many there is one
picture in place of one for each output, and tenfold less arithmetic (`thumbnails`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.activations import activation
from multiconv.engine.geometry import Geometry, Pair
from multiconv.engine.thumbnails import thumbnails
from multiconv.experiment.edit import drawn_size
from multiconv.experiment.maps import GENERATED
from multiconv.experiment.model import CHANNELS, CONV, Experiment
from multiconv.figure.ledger import RowLinks
from multiconv.figure.links import Links
from multiconv.figure.planes import check_sum, is_generated
from multiconv.figure.rows import Pictures, has_each
from multiconv.imaging import colour
from multiconv.imaging.png import png_indexed
from multiconv.imaging.ranges import automatic_range
from multiconv.tracing.large import strip_of
from multiconv.tracing.trace import Trace, Tracer

FEW = 8
"""So many slabs can be told apart in the volumes; beyond, a strip stands below them."""
SIDE = 80
"""The longest side of one output in the sheet, in its pixels."""
THUMB = 40
"""The longest side of one output in the strip, in CSS pixels."""
STRIP = 2**20
"""Pixels of the picture that are worked on at once."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where the sheet is, how many outputs stand on it, and how large one is there and drawn."""

    address: str
    count: int
    height: int
    width: int
    size: Pair


@dataclass(frozen=True, slots=True)
class Third:
    """One of the three outputs that are a picture together: its colour, picture and page."""

    k: int
    role: str
    picture: str
    link: str
    chosen: bool

    @property
    def name(self) -> str:
        """The colour's name."""
        return self.role.capitalize()


@dataclass(frozen=True, slots=True)
class InColour:
    """A generator's last outputs, the ``picture`` they make, the pinned number's level in it."""

    thirds: tuple[Third, ...]
    picture: str
    size: Pair
    level: int

    @property
    def chosen(self) -> Third:
        """The output that is shown large."""
        return next(third for third in self.thirds if third.chosen)


def in_colour_of(trace: Trace, pictures: Pictures, turns: RowLinks) -> InColour | None:
    """Return the outputs of a generator's last layer and their picture; of another layer none."""
    experiment, focus = trace.experiment, trace.experiment.focus
    is_last = focus.layer == len(experiment.layers)
    if not (is_generated(experiment) and is_last and experiment.sums):
        return None
    share = (trace.layer.output[trace.pixel] + np.float32(1)) / np.float32(2)
    thirds = (
        Third(
            k,
            role,
            pictures.map(f"output-{k}", trace.range_of(trace.layer.output), SIDE),
            turns.page(replace(experiment, focus=replace(focus, k=k))),
            k == focus.k,
        )
        for k, role in enumerate(CHANNELS)
    )
    return InColour(
        tuple(thirds),
        pictures.map(GENERATED, 1.0),
        trace.layer.geometry.output_size,
        int(np.rint(np.clip(share, 0, 1) * 255)),
    )


def _fraction(size: Pair) -> int:
    return min(max(1, -(-max(size) // SIDE)), *size)


def sheet_of(trace: Trace, links: Links) -> Sheet | None:
    """Return the sheet that a page shows under its range of colours; None for few outputs."""
    experiment, size = trace.experiment, trace.layer.geometry.output_size
    if experiment.layer.outputs <= FEW or not trace.experiment.sums:
        return None
    height, width = (side // _fraction(size) for side in size)
    address = links.sheet(None if has_each(trace) else trace.range)
    return Sheet(address, experiment.layer.outputs, height, width, drawn_size(*size, THUMB))


def sheet_picture(experiment: Experiment, tracer: Tracer) -> bytes:
    """Return the sheet as a PNG: each output's means, from the left, zero transparent.

    In the first layer the activation is applied to the means: a small picture is close to its map,
    not the same.
    """
    check_sum(experiment)
    shape, layer = tracer.geometry(experiment), experiment.layer
    if experiment.before or layer.kind != CONV or experiment.source.z is not None:
        means = _blocks(tracer.outputs_of(experiment, experiment.focus.layer))
    else:
        levels = tracer.levels(experiment.source)
        means = activation(layer.activation)(_means(experiment, shape, levels))
    outputs = np.moveaxis(means, -1, 0)
    extent = experiment.view.range
    if extent is None and experiment.view.ranges == "shared":
        extent = tracer.trace(experiment).range
    shown: list[NDArray[np.uint8]] = [
        colour.indices(plane, extent or automatic_range((plane,)))
        for plane in map(np.ascontiguousarray, outputs)
    ]
    return png_indexed(np.ascontiguousarray(np.hstack(shown)), colour.palette())


def _blocks(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the means of the blocks of maps, (rows, columns, K)."""
    f = _fraction((maps.shape[0], maps.shape[1]))
    rows, columns = maps.shape[0] // f, maps.shape[1] // f
    blocks = maps[: rows * f, : columns * f].reshape(rows, f, columns, f, -1)
    means: NDArray[np.float32] = blocks.mean(axis=(1, 3), dtype=np.float32)
    return means


def _means(experiment: Experiment, g: Geometry, levels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the means of every output's blocks, (rows, columns, K), a strip at a time."""
    layer = experiment.layer.under(experiment.focus.what_if)
    filters = layer.filters()
    if experiment.focus.what_if == "mean":
        filters /= [max(1, len(layer.adding(k))) for k in range(layer.outputs)]
    f, needed = _fraction(g.output_size), set(range(levels.shape[2])).difference(layer.off)
    blocks, step = g.output_size[0] // f, f * g.strides[0]
    beyond = (g.kernel_size[0] - 1) * g.dilations[0] + 1 - g.strides[0]
    at_once = max(1, STRIP // (levels.shape[1] * step))
    strips = []
    for top in range(0, blocks, at_once):
        bottom = min(top + at_once, blocks)
        means = thumbnails(
            strip_of(levels, g, top * step, bottom * step + beyond, needed),
            filters.astype(np.float32),
            f,
            bias=np.array(layer.bias, np.float32),
            strides=g.strides,
            padding="VALID",
            dilations=g.dilations,
            groups=layer.groups,
        )
        strips.append(means)
    return np.vstack(strips)
