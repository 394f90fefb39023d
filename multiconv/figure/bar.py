"""What stands in the top bar: the samples as links."""

from __future__ import annotations

from dataclasses import dataclass, replace

from multiconv.experiment.link import to_query
from multiconv.experiment.model import Experiment
from multiconv.figure.links import page_link
from multiconv.imaging.samples import SAMPLES


@dataclass(frozen=True)
class SampleLink:
    """A sample in the top bar."""

    name: str
    title: str
    address: str
    picture: str
    chosen: bool


def samples(experiment: Experiment, build: str) -> list[SampleLink]:
    """Return links that show each sample with the same filters, its own pixel first."""
    links = []
    for name, sample in SAMPLES.items():
        image = f"sample:{name}"
        there = replace(
            experiment,
            source=replace(experiment.source, image=image),
            focus=replace(experiment.focus, i=None, j=None),
        )
        small = to_query(Experiment(source=replace(experiment.source, image=image, size=72)))
        links.append(
            SampleLink(
                name,
                sample.title,
                page_link(there),
                f"/maps/input.png?{small}&v={build}",
                experiment.source.image == image,
            )
        )
    return links
