"""The values of every map on demand: its range, its mean and where its histogram is."""

from __future__ import annotations

from dataclasses import dataclass

from multiconv.figure.links import Links
from multiconv.figure.rows import MapPicture
from multiconv.figure.stage import Figure
from multiconv.tracing.trace import Trace


@dataclass(frozen=True, slots=True)
class Values:
    """One map's line: what it is called, its values in words, its histogram's address."""

    called: str
    words: str
    address: str


def values_of(trace: Trace, figure: Figure, links: Links) -> tuple[Values, ...]:
    """Return the values of the inputs, the partials and the output, in the figure's order."""

    def line(picture: MapPicture, extent: float) -> Values:
        return Values(picture.called, picture.values, links.histogram(picture.name, extent))

    rows, partials = figure.working.rows, trace.layer.partials
    return (
        *(line(row.plane, trace.range) for row in rows),
        *(
            line(row.partial, trace.range_of(plane))
            for row in rows
            if (plane := partials[row.channel.q]) is not None
        ),
        line(figure.output.picture, trace.range_of(trace.layer.output)),
    )
