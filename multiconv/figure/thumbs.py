"""Many outputs as a numbered strip of small pictures, each of which chooses its channel."""

from __future__ import annotations

from dataclasses import dataclass

from multiconv.experiment.clicks import drawn_size
from multiconv.figure.links import channel_link
from multiconv.figure.outputs import Sheet
from multiconv.tracing.trace import Trace

FEW = 8
"""So many slabs can be told apart in the volumes; beyond, a strip stands below them."""
SIDE = 40
"""The longest side of a small picture, in CSS pixels."""


@dataclass(frozen=True)
class Thumb:
    """One output channel: its number, the page that chooses it, its size and place in the sheet."""

    k: int
    link: str
    left: int
    width: int
    height: int
    chosen: bool


def thumbs_of(trace: Trace, sheet: Sheet | None) -> list[Thumb]:
    """Return a small picture for each output, none where the volumes are enough."""
    if sheet is None:
        return []
    experiment = trace.experiment
    width, height = drawn_size(*trace.layer.geometry.output_size, SIDE)
    return [
        Thumb(
            k,
            channel_link(experiment, k),
            k * sheet.width,
            width,
            height,
            k == experiment.focus.k,
        )
        for k in range(sheet.outputs)
    ]
