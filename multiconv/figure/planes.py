"""One map of a trace by its name: its numbers, its colours as bytes, its picture."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import IO, Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Pair
from multiconv.errors import NotFound
from multiconv.experiment.maps import (
    GENERATED,
    Z_MAP,
    edges_place,
    face_place,
    learned_place,
    map_place,
)
from multiconv.experiment.model import CHANNELS, Experiment
from multiconv.imaging import colour
from multiconv.imaging.bands import BAND, Banded, bands_of, few, nothing
from multiconv.imaging.png import png_grey, png_indexed, png_rgb
from multiconv.imaging.ranges import automatic_range
from multiconv.tracing.learning import Learning
from multiconv.tracing.trace import LATENT_RANGE, Trace


@dataclass(frozen=True)
class Map:
    """A map, (H, W), with the range its colours stand for: levels 0…255 uint8, or float32 values.

    ``hue`` is what an input's level 255 looks like where inputs are tinted.
    """

    name: str
    plane: NDArray[Any] | Banded
    range: float
    hue: colour.Colour | None = None

    @property
    def shape(self) -> Pair:
        """The map's (height, width)."""
        height, width = self.plane.shape
        return height, width

    @property
    def has_levels(self) -> bool:
        """Whether it is a picture's plane."""
        return self.plane.dtype == np.uint8

    def numbers(self) -> NDArray[np.float32] | Banded:
        """Return the map's own numbers; an input's levels are divided by 255."""
        if not self.has_levels:
            return self.plane
        levels = np.asarray(self.plane)

        def scaled(first: int, stop: int, every: int) -> NDArray[np.float32]:
            return levels[first:stop:every, ::every].astype(np.float32) / np.float32(255)

        return Banded(self.shape, max(1, BAND // levels.shape[1]), scaled)

    def bytes_shown(self) -> NDArray[np.uint8]:
        """Return what stands for each pixel on the page: a grey level, or a colour index."""
        if self.has_levels:
            return np.ascontiguousarray(self.plane)
        return colour.indices(cast(NDArray[np.float32], self.plane), self.range)

    def npy(self) -> bytes:
        """Return the map's numbers as NumPy saves them."""
        file = io.BytesIO()
        write_npy(file, self.shape, bands_of(self.numbers()))
        return file.getvalue()  # not a copy

    def png(self, *, opaque: bool = False, times: int = 1) -> bytes:
        """Return the map as a PNG, each pixel ``times`` as large.

        Zero is transparent, or where it is to be opaque all is laid on light paper.
        """
        shown = self.bytes_shown()
        if times > 1:
            shown = np.ascontiguousarray(shown.repeat(times, 0).repeat(times, 1))
        if self.hue is not None:
            return png_indexed(shown, colour.tinted_palette(self.hue))
        if self.has_levels:
            return png_grey(shown)
        palette = colour.opaque_palette(colour.LIGHT_PAPER) if opaque else colour.palette()
        return png_indexed(shown, palette)


def is_generated(experiment: Experiment) -> bool:
    """Tell whether the outputs of the last layer are a picture in colour."""
    return experiment.source.z is not None and experiment.layers[-1].outputs == len(CHANNELS)


class Outputs(Protocol):
    """Where every output channel of an experiment is; a `Tracer` is one."""

    def output(self, experiment: Experiment, k: int) -> NDArray[np.float32]:
        """Return output channel k after the activation, (H′, W′)."""

    def outputs_of(self, experiment: Experiment, n: int) -> NDArray[np.float32]:
        """Return every output of layer n after its activation, (H′, W′, K); of 0 the picture."""


def generated_shares(experiment: Experiment, outputs: Outputs) -> NDArray[np.float32]:
    """Return a generator's picture, (H, W, 3) from 0 to 1, where its last layer keeps to ±1."""
    if not is_generated(experiment):
        raise NotFound(
            "There is no picture in colour: that is a generator’s, of three outputs.",
            "Ask for output-<k>, or open network=emoji.",
            field="map",
        )
    made = outputs.outputs_of(experiment, len(experiment.layers))
    shares: NDArray[np.float32] = (made + np.float32(1)) / np.float32(2)
    return shares


def generated_picture(experiment: Experiment, outputs: Outputs) -> NDArray[np.uint8]:
    """Return a generator's picture in levels, (H, W, 3)."""
    shares = generated_shares(experiment, outputs)
    return np.rint(np.clip(shares, 0, 1) * 255).astype(np.uint8)


def face_map(name: str, experiment: Experiment, outputs: Outputs) -> Map | None:
    """Return the map ``layer-<n>-<k>`` under a range of its own; None of another name.

    Of a generator ``z`` are its numbers, ``generated`` its picture's planes one below the other;
    ``edges-<n>`` are the first column and row of all outputs of layer n, an output a column.
    """
    if n := edges_place(name, experiment):
        made = outputs.outputs_of(experiment, n)
        edges = np.vstack([made[:, 0], made[0]])
        return Map(name, edges, automatic_range((edges,)))
    if name == GENERATED:
        levels = generated_picture(experiment, outputs)
        return Map(name, np.vstack(list(levels.transpose(2, 0, 1))), 1.0)
    if name == Z_MAP and experiment.source.z is not None:
        return Map(name, outputs.outputs_of(experiment, 0).reshape(-1, 1), LATENT_RANGE)
    place = face_place(name, experiment)
    if not place:
        return None
    n, k = place
    plane: NDArray[Any] | Banded
    if len(experiment.layers) == 1:  # of a large picture it is made a band at a time
        check_sum(experiment)
        plane = outputs.output(experiment, k)
    else:
        plane = np.ascontiguousarray(outputs.outputs_of(experiment, n)[:, :, k])
    return Map(name, plane, automatic_range((plane,)))


def map_plane(name: str, trace: Trace, outputs: Outputs) -> Map:
    """Return the map called ``name``, or raise NotFound if the experiment has no such map.

    ``running-<n>`` are the first n partials added, ``sum`` all of them and the bias, ``rest`` those
    without a row, ``for`` and ``against`` the positive and the negative parts of all,
    ``subtotals`` what each adds at the pinned pixel, in a row whose range is the largest;
    ``layer-<n>-<k>`` is output k of layer n.
    """
    if face := face_map(name, trace.experiment, outputs):
        return face
    if (place := learned_place(name, trace.asked)) is not None and trace.learning:
        return learned_map(name, place, trace, trace.learning)
    kind, channel = map_place(name, trace.experiment.layer)
    layer = trace.layer
    if kind not in {"input", "partial"}:
        check_sum(trace.experiment)
    if kind == "subtotals":
        every = [trace.subtotal(q) for q in range(len(layer.partials))]
        plane: NDArray[Any] = np.array([every], np.float32)
        return Map(name, plane, float(np.abs(plane).max()) or 1.0)
    if kind == "rest":
        plane = layer.rest(trace.rows)
    elif kind in {"for", "against"}:
        plane = layer.signed(1 if kind == "for" else -1)
    elif channel is None:
        plane = layer.sum
    elif kind == "input":
        plane = trace.inputs[:, :, channel]
        if plane.dtype == np.uint8:
            hue = colour.HUES[channel] if trace.experiment.view.inputs == "tinted" else None
            return Map(name, plane, trace.range, hue)
        return Map(name, plane, trace.input_range(plane))
    elif kind == "running":
        plane = layer.running(channel)
    elif kind == "partial":
        partial = layer.partials[channel]
        plane = nothing(layer.geometry.output_size) if partial is None else partial
        return Map(name, plane, trace.partial_range(plane))
    elif channel == trace.experiment.focus.k:
        plane = layer.output
    else:
        plane = outputs.output(trace.experiment, channel)
    return Map(name, plane, trace.range_of(plane))


def learned_map(name: str, place: tuple[int, ...], trace: Trace, learning: Learning) -> Map:
    """Return what a layer that learns has besides: its target, the error, a weight's products.

    Error and target have one range with the output; products, at their ``place``, their own.
    """
    if place:
        products = learning.product(place[0], place[1], place[2]).astype(np.float32)
        return Map(name, products, automatic_range((products,)))
    plane = learning.target.astype(np.float32)
    if name == "error":
        plane = trace.layer.output - plane
    return Map(name, plane, learning.asked.view.range or learning.range)


def check_sum(experiment: Experiment) -> None:
    """Raise `NotFound` where a what-if leaves the partials apart, so that there is no output."""
    if not experiment.sums:
        raise NotFound(
            "With if=apart nothing is summed, so there is neither a sum nor an output.",
            "Ask for partial-<q>, or leave if out.",
            field="if",
        )


def write_npy(
    file: IO[bytes], shape: tuple[int, ...], bands: Iterable[Any], kind: str = "<f4"
) -> None:
    """Write an array as NumPy saves it, a band at a time."""
    header = {"descr": kind, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    for band in bands:
        file.write(np.ascontiguousarray(band, kind).data)


@dataclass(frozen=True)
class Inline:
    """A figure's pictures as data within it, so that a file needs nothing else.

    Of what a drawing takes of a map it takes every n-th pixel, ``every``.
    """

    trace: Trace
    outputs: Outputs
    every: int = 1

    def map(self, name: str, _extent: float, longest: int = 0, /) -> str:
        """Return a map under its own range, enlarged by whole pixels as far as it is drawn."""
        if name == "photo":
            shares = self.outputs.outputs_of(self.trace.experiment, 0)
            every = max(self.every, max(shares.shape) // max(longest, 1)) if longest else self.every
            return inline(png_rgb(np.rint(shares[::every, ::every] * 255).astype(np.uint8)))
        if name == GENERATED:
            return inline(png_rgb(generated_picture(self.trace.experiment, self.outputs)))
        found = map_plane(name, self.trace, self.outputs)
        small = replace(found, plane=few(found.plane)[:: self.every, :: self.every])
        return inline(small.png(opaque=True, times=max(1, longest // max(small.shape))))

    def rest(self, _rows: tuple[int, ...], extent: float, longest: int = 0, /) -> str:
        """Return the map of the rest, of the trace's own rows."""
        return self.map("rest", extent, longest)


def inline(body: bytes) -> str:
    """Return a PNG as a ``data:`` address."""
    return "data:image/png;base64," + base64.b64encode(body).decode()


class Absent:
    """The pictures of maps that a what-if leaves without: nothing, as data."""

    def map(self, _name: str, _extent: float, _longest: int = 0, /) -> str:
        """Return an empty picture."""
        return inline(png_indexed(np.full((1, 1), colour.ZERO, np.uint8), colour.palette()))

    def rest(self, _rows: tuple[int, ...], extent: float, _longest: int = 0, /) -> str:
        """Return an empty picture."""
        return self.map("rest", extent)


def ramp() -> str:
    """Return the colour bar as a picture, one pixel a colour."""
    colours = np.arange(2 * colour.ZERO + 1, dtype=np.uint8)[np.newaxis]
    return inline(png_indexed(colours, colour.palette()))


def dark_colours() -> dict[str, str]:
    """Return what turns maps into their colours on dark paper, as an SVG filter's numbers."""
    tables = {"matrix": colour.dark_matrix(), "alphas": colour.dark_alphas()}
    return {name: " ".join(f"{each:.4g}" for each in table.flat) for name, table in tables.items()}


def outputs_worth(names: Sequence[str]) -> int:
    """Return how many outputs' work some maps are: of inputs none, of partials one in three."""
    kinds = [name.partition("-")[0] for name in names]
    partials, inputs = kinds.count("partial"), kinds.count("input")
    return max(1, len(names) - inputs - partials + -(-partials // len(CHANNELS)))


def planes_held(names: Sequence[str], *, packed: bool) -> int:
    """Return an answer's bytes a pixel: these maps, room to grow, one picture."""
    count = len(names)
    return count + -(-count // 8) + 2 + (count + 1) * packed


def map_names(trace: Trace) -> list[str]:
    """Return the names of all maps of an experiment, in the order of the figure."""
    channels, outputs = range(trace.inputs.shape[2]), range(trace.experiment.layer.outputs)
    return [
        *(f"input-{q}" for q in channels),
        *(f"partial-{q}" for q in channels),
        *(["sum", *(f"output-{k}" for k in outputs)] if trace.experiment.sums else []),
        *(["target", "error"] if trace.learning else []),
    ]
