"""One map of a trace by its name: its numbers, its colours as bytes, its picture."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from multiconv.experiment.maps import map_place
from multiconv.experiment.model import CHANNELS, Experiment
from multiconv.imaging import colour
from multiconv.imaging.bands import BAND, Banded, bands_of, few, nothing
from multiconv.imaging.png import png_grey, png_indexed
from multiconv.tracing.trace import Trace


@dataclass(frozen=True)
class Map:
    """A map with the range its colours stand for.

    ``levels`` is set for an input plane, (H, W) uint8 0…255; ``values`` for
    every other, (H, W) float32.  ``hue`` is what an input's level 255 looks
    like where inputs are tinted.
    """

    name: str
    range: float
    levels: NDArray[np.uint8] | None = None
    values: NDArray[np.float32] | None = None
    hue: colour.Colour | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The map's (height, width)."""
        return np.asarray(self.levels).shape if self.values is None else self.values.shape

    def numbers(self) -> NDArray[np.float32] | Banded:
        """Return the map's own numbers; an input's levels are divided by 255."""
        if self.values is not None:
            return self.values
        levels = np.asarray(self.levels)

        def scaled(first: int, stop: int, every: int) -> NDArray[np.float32]:
            return levels[first:stop:every, ::every].astype(np.float32) / np.float32(255)

        rows = max(1, BAND // levels.shape[1])
        return Banded((levels.shape[0], levels.shape[1]), rows, scaled)

    def bytes_shown(self) -> NDArray[np.uint8]:
        """Return what stands for each pixel on the page: a grey level, or a colour index."""
        if self.values is not None:
            return colour.indices(self.values, self.range)
        return np.ascontiguousarray(self.levels)

    def npy(self) -> bytes:
        """Return the map's numbers as NumPy saves them."""
        file, numbers = io.BytesIO(), self.numbers()
        header = {"descr": "<f4", "fortran_order": False, "shape": self.shape}
        np.lib.format.write_array_header_1_0(file, header)
        for band in bands_of(numbers):
            file.write(np.ascontiguousarray(band, "<f4").data)
        return file.getvalue()  # not a copy

    def png(self, *, opaque: bool = False, times: int = 1) -> bytes:
        """Return the map as a PNG, each pixel ``times`` as large.

        Zero is transparent, or where it is to be opaque all is laid on light paper.
        """
        shown = self.bytes_shown()
        if times > 1:
            shown = np.ascontiguousarray(shown.repeat(times, 0).repeat(times, 1))
        if self.values is None and self.hue is None:
            return png_grey(shown)
        if self.hue is not None:
            return png_indexed(shown, colour.tinted_palette(self.hue))
        palette = colour.opaque_palette(colour.LIGHT_PAPER) if opaque else colour.palette()
        return png_indexed(shown, palette)


class Outputs(Protocol):
    """Where every output channel of an experiment is; a `Tracer` is one."""

    def output(self, experiment: Experiment, k: int) -> NDArray[np.float32]:
        """Return output channel k after the activation, (H′, W′)."""


def map_plane(name: str, trace: Trace, outputs: Outputs) -> Map:
    """Return the map called ``name``, or raise NotFound if the experiment has no such map.

    Names are ``input-<q>``, ``partial-<q>``, ``running-<n>`` (the first n
    partials added), ``sum`` (all of them and the bias) and ``output-<k>`` (after
    the activation).
    """
    kind, channel = map_place(name, trace.experiment.layer)
    if channel is None:
        return Map(name, trace.range_of(trace.layer.sum), values=trace.layer.sum)
    if kind == "input":
        if trace.inputs.dtype != np.uint8:  # what the layer before puts out
            plane = cast(NDArray[np.float32], trace.inputs[:, :, channel])
            return Map(name, trace.range_of(plane), values=plane)
        hue = colour.HUES[channel] if trace.experiment.view.inputs == "tinted" else None
        return Map(name, trace.range, levels=trace.levels[:, :, channel], hue=hue)
    if kind == "running":
        values = trace.layer.running(channel)
    elif kind == "partial":
        partial = trace.layer.partials[channel]
        values = nothing(trace.layer.geometry.output_size) if partial is None else partial
    elif channel == trace.experiment.focus.k:
        values = trace.layer.output
    else:
        values = outputs.output(trace.experiment, channel)
    return Map(name, trace.range_of(values), values=values)


@dataclass(frozen=True)
class Inline:
    """A figure's pictures as data within it, so that a file needs nothing else."""

    trace: Trace
    outputs: Outputs

    def map(self, name: str, _extent: float, longest: int = 0, /) -> str:
        """Return a map under its own range, enlarged by whole pixels as far as it is drawn."""
        found = map_plane(name, self.trace, self.outputs)
        if found.values is None:
            small = replace(found, levels=few(np.asarray(found.levels)))
        else:
            small = replace(found, values=few(found.values))
        return inline(small.png(opaque=True, times=max(1, longest // max(small.shape))))


def inline(body: bytes) -> str:
    """Return a PNG as a ``data:`` address."""
    return "data:image/png;base64," + base64.b64encode(body).decode()


def ramp() -> str:
    """Return the colour bar as a picture, one pixel a colour."""
    colours = np.arange(2 * colour.ZERO + 1, dtype=np.uint8)[np.newaxis]
    return inline(png_indexed(colours, colour.palette()))


def outputs_worth(names: Sequence[str]) -> int:
    """Return how many outputs' work some maps are: of inputs none, of partials one in three.

    Examples
    --------
    >>> outputs_worth(["input-0", "partial-0", "partial-1", "sum"])
    2
    """
    kinds = [name.partition("-")[0] for name in names]
    partials, inputs = kinds.count("partial"), kinds.count("input")
    return max(1, len(names) - inputs - partials + -(-partials // len(CHANNELS)))


def planes_held(names: Sequence[str], *, packed: bool) -> int:
    """Return the bytes a pixel that an answer of these maps holds: it, room to grow, one picture.

    Examples
    --------
    >>> planes_held(["sum"] * 8, packed=True)
    20
    """
    count = len(names)
    return count + -(-count // 8) + 2 + (count + 1) * packed


def map_names(trace: Trace) -> list[str]:
    """Return the names of all maps of an experiment, in the order of the figure."""
    channels = range(trace.levels.shape[2])
    return [
        *(f"input-{q}" for q in channels),
        *(f"partial-{q}" for q in channels),
        "sum",
        *(f"output-{k}" for k in range(trace.experiment.layer.outputs)),
    ]
