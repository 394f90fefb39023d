"""The values of every map on demand: its range, its mean and where its histogram is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from multiconv.experiment.model import CHANNELS, View
from multiconv.figure.links import map_link
from multiconv.figure.rows import MapView, Row
from multiconv.tracing.trace import Trace


@dataclass(frozen=True)
class Values:
    """One map's line: what it is called, its values in words, its histogram's address."""

    called: str
    words: str
    address: str


def values_of(trace: Trace, rows: list[Row], output: MapView, build: str) -> list[Values]:
    """Return the values of the inputs, the partials and the output, in the figure's order."""
    grey = replace(trace.experiment, view=View())  # a histogram has no tint

    def line(view: MapView, extent: float) -> Values:
        called, _, words = view.alt.partition(": ")
        address = map_link(grey, view.name, extent, build, ending="svg")
        return Values(called, words, address)

    partials = [
        line(rows[q].partial, trace.range_of(plane))
        for q, plane in enumerate(trace.layer.partials)
        if plane is not None
    ]
    return [
        *(line(rows[q].plane, trace.range) for q in range(len(CHANNELS))),
        *partials,
        line(output, trace.range_of(trace.layer.output)),
    ]
