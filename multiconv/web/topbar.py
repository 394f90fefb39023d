"""What stands in the top bar: the samples as links, and what can be taken away."""

from __future__ import annotations

from dataclasses import dataclass, replace

from multiconv.experiment.model import Experiment
from multiconv.experiment.query import to_query
from multiconv.imaging.samples import SAMPLES
from multiconv.web.links import page_link


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


def exports(experiment: Experiment) -> list[tuple[str, str]]:
    """Return what can be taken away, as (words, address)."""
    k = experiment.focus.k

    def at(path: str, extra: str = "") -> str:
        link = page_link(experiment, path=path)
        return link + (("&" if "?" in link else "?") + extra if extra else "")

    return [
        ("The diagram, SVG", at("/diagram.svg")),
        (f"Output channel {k}, PNG", at(f"/maps/output-{k}.png", "paper=1")),
        (f"Output channel {k}, numbers (.npy)", at(f"/maps/output-{k}.npy")),
        ("The sum before the activation, numbers (.npy)", at("/maps/sum.npy")),
        *(
            (f"What {name} adds, numbers (.npy)", at(f"/maps/partial-{q}.npy"))
            for q, name in enumerate(("red", "green", "blue"))
        ),
        ("This experiment, JSON", at("/api/experiment")),
        ("This pixel, JSON", at("/api/probe")),
    ]
