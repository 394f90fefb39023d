"""One map of a trace by its name: its numbers, its colours as bytes, its picture."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multiconv.experiment.maps import map_place
from multiconv.imaging import codec, colour
from multiconv.tracing import Trace, Tracer


@dataclass(frozen=True)
class MapPlane:
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

    def numbers(self) -> NDArray[np.float32]:
        """Return the map's own numbers; an input's levels are divided by 255."""
        if self.values is not None:
            return self.values
        return np.asarray(self.levels, dtype=np.float32) / np.float32(255)

    def bytes_shown(self) -> NDArray[np.uint8]:
        """Return what stands for each pixel on the page: a grey level, or a colour index."""
        if self.values is not None:
            return colour.indices(self.values, self.range)
        return np.ascontiguousarray(self.levels)

    def png(self, *, opaque: bool = False) -> bytes:
        """Return the map as a PNG: transparent where zero, or laid on light paper."""
        shown = self.bytes_shown()
        if self.values is None and self.hue is None:
            return codec.png_grey(shown)
        if self.hue is not None:
            return codec.png_indexed(shown, colour.tinted_palette(self.hue))
        palette = colour.opaque_palette(colour.LIGHT_PAPER) if opaque else colour.palette()
        return codec.png_indexed(shown, palette)


def map_plane(name: str, trace: Trace, tracer: Tracer) -> MapPlane:
    """Return the map called ``name``.

    Names are ``input-<q>``, ``partial-<q>``, ``running-<n>`` (the first n
    partials added), ``sum`` (all of them and the bias) and ``output-<k>`` (after
    the activation).

    Raises
    ------
    NotFound
        If the experiment has no such map.
    """
    kind, channel = map_place(name, trace.experiment.layer.outputs)
    if channel is None:
        return MapPlane(name, trace.range_of(trace.layer.sum), values=trace.layer.sum)
    if kind == "input":
        hue = colour.HUES[channel] if trace.experiment.view.inputs == "tinted" else None
        return MapPlane(name, trace.range, levels=trace.levels[:, :, channel], hue=hue)
    if kind == "running":
        values = trace.layer.running(channel)
    elif kind == "partial":
        partial = trace.layer.partials[channel]
        values = np.zeros_like(trace.layer.sum) if partial is None else partial
    elif channel == trace.experiment.focus.k:
        values = trace.layer.output
    else:
        values = tracer.output(trace.experiment, channel)
    return MapPlane(name, trace.range_of(values), values=values)


def deflated(body: bytes) -> bytes:
    """Return planes packed quickly: runs and frequencies are nearly all there is to gain.

    Examples
    --------
    >>> import zlib
    >>> zlib.decompress(deflated(bytes(1000))) == bytes(1000)
    True
    """
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_RLE)
    return packer.compress(body) + packer.flush()


def map_names(trace: Trace) -> list[str]:
    """Return the names of all maps of an experiment, in the order of the figure."""
    channels = range(trace.levels.shape[2])
    return [
        *(f"input-{q}" for q in channels),
        *(f"partial-{q}" for q in channels),
        "sum",
        *(f"output-{k}" for k in range(trace.experiment.layer.outputs)),
    ]
