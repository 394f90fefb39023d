"""Many outputs as a numbered strip of small pictures, each of which chooses its channel."""

from __future__ import annotations

from dataclasses import dataclass

from multiconv.tracing import Trace
from multiconv.web.clicks import drawn_size
from multiconv.web.links import channel_link, map_link

FEW = 8
"""So many slabs can be told apart in the volumes; beyond, a strip stands below them."""
SIDE = 40
"""The longest side of a small picture, in CSS pixels."""


@dataclass(frozen=True)
class Thumb:
    """One output channel: its number, the page that chooses it, its picture and its size."""

    k: int
    link: str
    picture: str
    width: int
    height: int
    chosen: bool


def thumbs_of(trace: Trace, build: str) -> list[Thumb]:
    """Return a small picture for each output, none where the volumes are enough.

    Their addresses are those of the slabs' pictures, so nothing more is fetched.
    """
    experiment = trace.experiment
    outputs = experiment.layer.outputs
    width, height = drawn_size(*trace.layer.geometry.output_size, SIDE)
    return [
        Thumb(
            k,
            channel_link(experiment, k),
            map_link(experiment, f"output-{k}", trace.range, build),
            width,
            height,
            k == experiment.focus.k,
        )
        for k in range(outputs if outputs > FEW else 0)
    ]
