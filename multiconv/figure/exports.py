"""The Export panel: what there is to take, in a few groups."""

from __future__ import annotations

from dataclasses import dataclass, replace

from multiconv.experiment.model import CHANNELS, Experiment
from multiconv.experiment.programs import FILE, LIBRARIES
from multiconv.figure.links import page_link

CITATION = (
    "multiconv: see what each input channel adds to one output channel of a convolution. "
    "Version 0.1.0, 2026."
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to take: words, address, whether a script draws it as PNG at twice the size."""

    words: str
    address: str
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A few things of one kind under a heading."""

    heading: str
    items: tuple[Item, ...]
    note: str = ""


def exports(shown: Experiment) -> list[Group]:
    """Return everything that can be taken away from an experiment.

    Examples
    --------
    >>> [group.heading for group in exports(Experiment())]
    ['Drawings', 'Films', 'Pictures', 'Numbers', 'Programs']
    """
    k = shown.focus.k

    def at(path: str, extra: str = "") -> str:
        link = page_link(shown, path=path)
        return link + (("&" if "?" in link else "?") + extra if extra else "")

    drawings = (
        Item("The figure, SVG", at("/stage.svg")),
        Item("The figure, PNG at 2×", at("/stage.svg"), drawn=True),
        Item("The volumes, SVG", at("/diagram.svg")),
        Item("The volumes, PNG at 2×", at("/diagram.svg"), drawn=True),
    )
    films = tuple(
        Item(f"{words}, {kind}", at(f"/film/{name}.{kind.lower()}"))
        for name, words in (("window", "The sliding window"), ("sum", "The growing sum"))
        for kind in ("GIF", "WebP")
    )
    whole = page_link(_whole(shown), path=f"/maps/output-{k}.png")
    pictures = (
        Item(f"Output {k}", at(f"/maps/output-{k}.png", "paper=1")),
        Item(f"Output {k}, full resolution", f"{whole}{'&' if '?' in whole else '?'}paper=1"),
        *(
            Item(f"What {name} adds", at(f"/maps/partial-{q}.png", "paper=1"))
            for q, name in enumerate(CHANNELS)
        ),
    )
    numbers = (
        Item("Everything, .npz", at(f"/{FILE}")),
        Item(f"Output {k}, .npy", at(f"/maps/output-{k}.npy")),
        Item("The sum before the activation, .npy", at("/maps/sum.npy")),
        *(
            Item(f"What {name} adds, .npy", at(f"/maps/partial-{q}.npy"))
            for q, name in enumerate(CHANNELS)
        ),
        Item("This experiment, JSON", at("/api/experiment")),
        Item("This pixel, JSON", at("/api/probe")),
    )
    programs = tuple(Item(title, at(f"/code/{name}.py")) for name, title in LIBRARIES.items())
    return [
        Group("Drawings", drawings),
        Group("Films", films, "Ready in a second or two; a frame of the window is one pixel."),
        Group("Pictures", pictures),
        Group("Numbers", numbers),
        Group("Programs", programs, f"Each reads {FILE} and prints how far it is from the page."),
    ]


def _whole(shown: Experiment) -> Experiment:
    return replace(shown, source=replace(shown.source, size=None))
