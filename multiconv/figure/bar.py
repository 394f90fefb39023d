"""What stands in the top bar: the samples as links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from multiconv.figure.links import Links
from multiconv.imaging.samples import SAMPLES


@dataclass(frozen=True, slots=True)
class SampleLink:
    """A sample in the top bar."""

    title: str
    address: str
    picture: str
    chosen: bool


def samples(links: Links) -> Iterator[SampleLink]:
    """Yield links that show each sample with the same filters, its own pixel first."""
    for name, sample in SAMPLES.items():
        image = f"sample:{name}"
        chosen = links.experiment.source.image == image
        yield SampleLink(sample.title, links.sample(image), links.thumbnail(image), chosen)
