"""The tour above the stage: eight steps, each an experiment, words, and the part they speak of.

It stands where the link has ``tour``; whatever one tries there keeps the step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from multiconv.experiment.kinds import TOUR_STEPS
from multiconv.experiment.link import read, to_query
from multiconv.experiment.model import Experiment
from multiconv.figure.links import Links
from multiconv.figure.stage import Figure
from multiconv.networks.shipped import network

START = "/?tour=1"
"""Where the tour begins."""


@dataclass(frozen=True, slots=True)
class TourStep:
    """One step: its experiment's query, what is said and tried, and the part that is outlined.

    ``part`` names a class of the stage, ``there`` the id that a link leads to.
    """

    query: str
    title: str
    words: str
    tried: str
    part: str
    there: str


STOPS = (
    TourStep(
        "",
        "A colour picture is three grey ones",
        "The outlined pictures say how red, how green and how blue each pixel is. White is much of "
        "all three; the orange suit has much red and little blue.",
        "Click a place on one of them: the same pixel is marked on all.",
        "planes",
        "working",
    ),
    TourStep(
        "w.0.0=sobel-x&w.1.0=zero&w.2.0=zero",
        "A kernel slides over one channel",
        "The outlined nine numbers are laid on red’s picture, multiplied with the nine pixels "
        "beneath, and added up: one pixel of what red adds. These find upright edges.",
        "Change one of the nine, and what red adds changes everywhere.",
        "kernel",
        "row-0",
    ),
    TourStep(
        "",
        "Three channels have three kernels",
        "No two of the outlined kernels are the same. Each slides over its own channel and makes "
        "a partial picture of its own: orange is above zero, violet below.",
        "Change a number of green’s kernel: red’s and blue’s partial pictures stay as they are.",
        "kernels",
        "working",
    ),
    TourStep(
        "off=1&i=110&j=129",
        "The partial pictures are added",
        "Pixel by pixel, and nothing else: that is the output. Green is left out here, so the "
        "helmet’s white rim, at the marker, is orange.",
        "Tick Green. Its violet cancels that: the rim becomes blank, the orange suit stays.",
        "sum",
        "result",
    ),
    TourStep(
        "i=110&j=129",
        "One pixel, all its numbers",
        "In the outlined tables is the whole of one output pixel, on the helmet’s white rim: three "
        "times nine products, a subtotal for each channel, and their sum, nearly 0.",
        "Click the orange suit, and read the same line there.",
        "pixel",
        "pixel",
    ),
    TourStep(
        "bias=0.5,0,0,0,0",
        "A bias comes last, and once",
        "One number more belongs to the output, not to its channels. Here it is 0.5: every pixel "
        "of the output is higher by that, and no partial picture has changed.",
        "Set the outlined bias to 0, and then to −0.5.",
        "bias",
        "result",
    ),
    TourStep(
        "image=sample:discs&k=1",
        "Another filter makes another output",
        "The three kernels of one output are its filter. This is output 1, with three kernels and "
        "a bias of its own, over four discs: it answers to green, so the green disc alone is "
        "orange.",
        "Choose another of the outlined outputs.",
        "outputs",
        "working",
    ),
    TourStep(
        "network=faces",
        "So it goes on in every layer",
        "The last layer of a network that finds faces: 45 channels, so 45 kernels and 45 "
        "subtotals, one bar for each. They are added, and so is a bias: above zero is "
        "a face.",
        "Click the background, and see the bars for and against.",
        "ledger",
        "ledger",
    ),
)


@dataclass(frozen=True, slots=True)
class Tour:
    """What is said at one step, and where its links lead; ``again`` is empty where nothing changed.

    ``there`` leads to the part, on the step's own page where this one has none such; ``leave`` to
    the opening experiment, with scripts to where the tour was begun; ``waiting`` is the challenge
    that the link has besides, and where it stands alone.
    """

    number: int
    steps: int
    stop: TourStep
    there: str
    before: str
    after: str
    again: str
    leave: str
    waiting: tuple[int, str] | None = None


def tour_of(experiment: Experiment, links: Links, figure: Figure) -> Tour | None:
    """Return the step that an experiment's link asks for, if it does."""
    number = experiment.view.tour
    if number is None:
        return None
    as_it_was = links.page(stop_of(number))
    stop = STOPS[number - 1]
    return Tour(
        number,
        TOUR_STEPS,
        stop,
        f"{'' if _is_on(figure, stop.there) else as_it_was}#{stop.there}",
        links.page(stop_of(number - 1)) if number > 1 else "",
        links.page(stop_of(number + 1)) if number < TOUR_STEPS else "",
        "" if links.at("/") == as_it_was else as_it_was,
        links.page(Experiment()),
        _waiting(experiment, links),
    )


def _is_on(figure: Figure, there: str) -> bool:
    """Tell whether a figure has the part of that id: not each has a ledger, or every row."""
    if there.startswith("row-"):
        return there in {f"row-{row.channel.q}" for row in figure.rows}
    return there != "ledger" or figure.ledger is not None


def _waiting(experiment: Experiment, links: Links) -> tuple[int, str] | None:
    number = experiment.view.challenge
    if number is None:
        return None
    return number, links.page(replace(experiment, view=replace(experiment.view, tour=None)))


def stop_of(number: int) -> Experiment:
    """Return the experiment that a step opens."""
    pairs = [tuple(pair.split("=", 1)) for pair in STOPS[number - 1].query.split("&") if pair]
    experiment = read(((name, text) for name, text in pairs), networks=network)
    return replace(experiment, view=replace(experiment.view, tour=number))


def stop_link(number: int) -> str:
    """Return the page of a step."""
    return f"/?{to_query(stop_of(number))}"
