"""Other working sizes for the face network, which finds faces of one size: a link for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Protocol

from multiconv.engine.geometry import Geometry, Pair
from multiconv.errors import MultiConvError
from multiconv.experiment.model import Experiment, Network, Source, View
from multiconv.experiment.words import size_words
from multiconv.figure.faces import NETWORK
from multiconv.figure.layers import Stacked
from multiconv.figure.links import Links, address_of
from multiconv.tracing.trace import Trace

LARGEST, SMALLEST = 752, 80
"""The longest sides that are tried: at more it is too much work, at less no face is left."""


class Measured(Stacked, Protocol):
    """Where sizes are known before there are numbers; a `Tracer` is one."""

    def own_size(self, source: Source) -> Pair:
        """Return a picture's own height and width."""

    def shapes(self, experiment: Experiment) -> tuple[Geometry, ...]:
        """Return the sizes of every layer, or refuse the picture."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One size: the picture's sides at it, its page, and where the last layer's scores are."""

    side: int
    words: str
    link: str
    scores: str
    current: bool


def trials_of(trace: Trace, links: Links, measured: Measured | None) -> tuple[Trial, ...]:
    """Return the sizes to try, the usual and the present one, the largest first.

    Of other experiments there are none.
    """
    experiment = trace.experiment
    network = _finder(experiment)
    if measured is None or network is None:
        return ()
    last = replace(experiment.opening(len(experiment.layers)), view=View())
    some = _sized(last, SMALLEST - 1)  # no size of `_sides` but where it is the only one
    page = links.page(some)
    scores = Links(some, links.build, links.root).numbers(f"output-{some.focus.k}")
    now, found = max(trace.shapes[0].input_size), []
    own = max(measured.own_size(experiment.source))
    usual = min(network.size, own)
    for side in sorted({*_sides(own), usual, now}, reverse=True):
        sized = _sized(last, side)
        try:
            measured.geometry(sized)
            size = measured.shapes(sized)[0].input_size
        except MultiConvError:
            continue  # a narrow picture has too few pixels left
        said = "" if side == network.size else f"size={side}"
        link, numbers = _at_size(page, said), _at_size(scores, said)
        found.append(Trial(side, size_words(size), link, numbers, side == now))
    return tuple(found)


def untried(trace: Trace, measured: Measured | None) -> str:
    """Return that a picture is larger than what is tried, and what to do; else nothing."""
    if measured is None or not _finder(trace.experiment):
        return ""
    own = max(measured.own_size(trace.experiment.source))
    if own <= LARGEST:
        return ""
    return (
        f"The largest that is tried is {LARGEST} pixels long, and this picture is {own}: a face "
        "may be found at a larger working size, which stands under More, or in a part cut out."
    )


def _finder(experiment: Experiment) -> Network | None:
    """Return the network that finds one size alone, where it is the experiment's."""
    network = experiment.network
    return network if network is not None and network.name == NETWORK else None


def _sized(experiment: Experiment, side: int) -> Experiment:
    return replace(experiment, source=replace(experiment.source, size=side))


def _at_size(address: str, said: str) -> str:
    """Return an address with another size than the one it was written with.

    To write the query of a whole network anew would cost more than all else here.
    """
    path, _, query = address.partition("?")
    parts = (said if part == f"size={SMALLEST - 1}" else part for part in query.split("&"))
    return address_of(path, *parts)


def _sides(own: int) -> Iterator[int]:
    """Yield longest sides, each 5/6 of the one before; a picture is never enlarged."""
    largest = min(own, LARGEST)
    for step in count():
        side = round(largest * (5 / 6) ** step)
        if step and side < SMALLEST:
            return
        yield side
