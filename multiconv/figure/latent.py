"""What a generator starts from: two of its pictures and their mix, a seed, a hundred numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from unicodedata import name

from multiconv.experiment.latent import MOST, NUMBERS, SEEDS, Latent
from multiconv.experiment.mixing import (
    INDEX,
    NUMBER,
    SEED,
    SHARE,
    next_point,
    number_shown,
    pair_of,
    share_of,
    share_text,
)
from multiconv.experiment.model import Experiment
from multiconv.experiment.numbers import plain, weight_text
from multiconv.figure.links import Links
from multiconv.tracing.trace import LATENT_RANGE, Trace

SHOWN = (0x1F628, 0x1F60D, 0x1F921, 0x1F430, 0x1F98A, 0x1F349)
"""The pictures in the top bar."""


@dataclass(frozen=True, slots=True)
class Emoji:
    """One of a generator's pictures: as the generator makes it, its name, and where it leads."""

    point: str
    name: str
    picture: str
    link: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Mixing:
    """What the form beside the numbers says: pictures A and B, their mix, the seed, one number.

    A's and B's links lead to another one in its place.  ``index`` is the number that is offered,
    ``at`` where it lies on the bar, from 0 to 1; ``changed`` counts those that were changed,
    ``unchanged`` leads to the mix without.  ``facts`` are what scripts need.
    """

    first: Emoji
    second: Emoji
    share: str
    words: str
    seed: str
    another_seed: str
    index: int
    number: str
    changed: int
    unchanged: str
    title: str
    facts: Mapping[str, Any]
    last: int = NUMBERS - 1
    most: float = MOST
    last_seed: int = SEEDS
    range: float = LATENT_RANGE
    fields: tuple[str, ...] = (SHARE, SEED, INDEX, NUMBER)

    @property
    def at(self) -> tuple[float, float]:
        """Where the offered number begins on a line of all, of length 1, and how long it is."""
        return self.index / NUMBERS, 1 / NUMBERS


def mixing_of(trace: Trace, links: Links) -> Mixing | None:
    """Return what a generator starts from; of a picture there is nothing."""
    experiment = trace.experiment
    z, network = experiment.source.z, experiment.network
    if z is None or network is None or network.z is None:
        return None
    a, b = pair_of(z, network.z)
    share, index, values = share_of(z), number_shown(z), z.numbers()
    seed = "" if z.seed is None else str(z.seed)

    def mixed(first: int, second: int) -> str:
        return _page(links, Latent(z.learned, first, second, share, None, z.changes))

    return Mixing(
        _emoji(links, z, a, mixed(next_point(z, a, b), b)),
        _emoji(links, z, b, mixed(a, next_point(z, b, a))),
        share=share_text(z),
        words=mix_words(z),
        seed=seed,
        another_seed=_page(links, Latent(z.learned, seed=(int(seed or 0) + 1) % (SEEDS + 1))),
        index=index,
        number=weight_text(float(values[index])),
        changed=len(z.changes),
        unchanged=_page(links, replace(z, changes=())) if z.changes else "",
        title=network.title,
        facts={
            "values": [round(float(value), 4) for value in values],
            "pair": [f"{a:X}", f"{b:X}"],
            "index": index,
            "most": MOST,
            "range": LATENT_RANGE,
        },
    )


def mix_words(z: Latent) -> str:
    """Return what the numbers are, as “0.7 A + 0.3 B”."""
    if z.seed is not None:
        return f"random, seed {z.seed}"
    return f"{plain(round(1 - share_of(z), 2))} A + {share_text(z)} B"


def emojis(trace: Trace, links: Links) -> tuple[Emoji, ...]:
    """Return some of a generator's pictures, each a link to it alone; nothing of a picture."""
    z = trace.experiment.source.z
    if z is None:
        return ()
    current = z.first if z.seed is None else None
    return tuple(
        _emoji(links, z, point, _page(links, Latent(z.learned, point)), current=point == current)
        for point in SHOWN
        if point in z.learned.points
    )


def _emoji(links: Links, z: Latent, point: int, link: str, *, current: bool = False) -> Emoji:
    return Emoji(
        f"{point:X}",
        name(chr(point), f"U+{point:X}").lower(),
        links.generated(Latent(z.learned, point)),
        link,
        current,
    )


def _page(links: Links, z: Latent) -> str:
    experiment: Experiment = links.experiment
    return links.page(replace(experiment, source=replace(experiment.source, z=z)))
