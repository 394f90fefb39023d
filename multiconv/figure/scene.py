"""What the whole figure is made of, for a file or a notebook."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multiconv.drawing.volumes import Diagram, volumes
from multiconv.engine.trace import LayerTrace
from multiconv.experiment.model import CHANNELS
from multiconv.experiment.words import sentence
from multiconv.figure.output import has_each
from multiconv.filters.banks import NOTICE
from multiconv.imaging import colour
from multiconv.imaging import png as codec
from multiconv.imaging.bands import few
from multiconv.imaging.ranges import own_range
from multiconv.tracing.trace import Trace, Tracer

Plane = NDArray[np.floating]


@dataclass(frozen=True)
class Scene:
    """Everything that the figure shows.

    Attributes
    ----------
    levels : (H, W, C) uint8
        The input as levels 0…255.
    layer : LayerTrace
        Of output channel ``k``.
    outputs : tuple of (H′, W′) arrays
        Every output channel.
    k : int
    pixel : (int, int)
    extent : float
        What the ends of the colours stand for.
    words : str
        The experiment in a sentence.
    each : bool
        Whether every map has a range of its own; ``extent`` is then none's.
    """

    levels: NDArray[np.uint8]
    layer: LayerTrace
    outputs: tuple[Plane, ...]
    k: int
    pixel: tuple[int, int]
    extent: float
    words: str
    each: bool = False

    def extent_of(self, plane: Plane) -> float:
        """Return what the ends of the colours stand for on one map."""
        return own_range(plane) if self.each else self.extent

    @property
    def roles(self) -> tuple[str, ...]:
        """What colours each input channel: its own, where there are three."""
        count = self.levels.shape[2]
        return CHANNELS if count == len(CHANNELS) else ("input",) * count

    def label(self, q: int) -> str:
        """Return what input channel q is called."""
        return self.roles[q].capitalize() if len(self.roles) == len(CHANNELS) else f"Input {q}"

    def diagram(self) -> Diagram:
        """Return the drawing of the volumes."""
        rows, columns, channels = self.levels.shape
        shape = (*self.layer.geometry.output_size, len(self.outputs))
        return volumes((rows, columns, channels), shape, self.k)

    def faces(self, diagram: Diagram) -> Mapping[str, str]:
        """Return the picture on every slab as a ``data:`` URI."""
        inputs = {slab.href: self.grey(slab.index) for slab in diagram.inputs}
        outputs = {slab.href: self.signed(self.outputs[slab.index]) for slab in diagram.outputs}
        return inputs | outputs

    def grey(self, q: int, times: int = 1) -> str:
        """Return input plane q, each pixel ``times`` as large."""
        return uri(codec.png_grey(_enlarged(few(self.levels[:, :, q]), times)))

    def signed(self, plane: Plane, times: int = 1) -> str:
        """Return a map in its colours on light paper, each pixel ``times`` as large."""
        return _coloured(_enlarged(colour.indices(few(plane), self.extent_of(plane)), times))

    def ramp(self, steps: int) -> str:
        """Return the bar of all colours, from one end to the other."""
        return _coloured(colour.indices(np.linspace(-1, 1, steps)[np.newaxis], 1.0))


def _enlarged(plane: NDArray[np.uint8], times: int) -> NDArray[np.uint8]:
    return np.ascontiguousarray(plane.repeat(times, 0).repeat(times, 1))


def _coloured(indices: NDArray[np.uint8]) -> str:
    return uri(codec.png_indexed(indices, colour.opaque_palette(colour.LIGHT_PAPER)))


def uri(body: bytes) -> str:
    """Return a PNG as a ``data:`` URI, so that a file needs nothing else."""
    return "data:image/png;base64," + base64.b64encode(body).decode()


def scene_of(trace: Trace, tracer: Tracer) -> Scene:
    """Return the scene that the page shows."""
    experiment = trace.experiment
    k = experiment.focus.k
    outputs = tuple(
        trace.layer.output if at == k else tracer.output(experiment, at)
        for at in range(experiment.layer.outputs)
    )
    rows, columns = trace.levels.shape[:2]
    words = sentence(experiment, (rows, columns), trace.layer.geometry.output_size)
    if experiment.layer.bank == "dlib":
        words = f"{words} {NOTICE}"
    return Scene(
        trace.levels, trace.layer, outputs, k, trace.pixel, trace.range, words, has_each(trace)
    )
