"""The strip above the stage: a challenge in one sentence, what is answered or measured, and said.

It stands where the link has a challenge; the figure then bears its regions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from urllib.parse import parse_qsl, quote

from multiconv.drawing.marks import circle_path
from multiconv.experiment.challenges import (
    CHALLENGES,
    SEEDS,
    Challenge,
    Criterion,
    challenge_of,
    sizes_of,
)
from multiconv.experiment.edit import Form
from multiconv.experiment.grounds import ground_of, left_ground, returned
from multiconv.experiment.link import read
from multiconv.experiment.model import Experiment, View
from multiconv.experiment.numbers import plain
from multiconv.experiment.transit import Pairs
from multiconv.figure.links import Links
from multiconv.figure.stage import Figure
from multiconv.networks.shipped import network
from multiconv.tracing.trace import Trace
from multiconv.tracing.verdict import Measurement, measured_text, verdict_of

BESIDE = {"answer", "seed", "embed"}
"""What a link says of a challenge without saying anything of its figure."""
_WIDE = 120
"""How wide a meter is drawn, in CSS pixels."""


@dataclass(frozen=True, slots=True)
class Meter:
    """One thing measured: what, its value, what is asked, and where both lie along a line."""

    words: str
    value: str
    asked: str
    met: bool
    at: float
    allowed: tuple[float, float]
    width: int = _WIDE


@dataclass(frozen=True, slots=True)
class TaskStrip:
    """What the strip says; ``said`` is the verdict, ``done`` whether it is passed.

    ``left`` tells of a figure that is no longer the challenge's, and ``back`` leads to it; a
    ``field`` is answered with a number, and holds its text; ``others`` asks it of other sizes.
    """

    called: str
    title: str
    task: str
    left: str
    back: str
    field: str | None
    meters: tuple[Meter, ...]
    said: str
    done: bool
    see: str
    others: str
    leave: str
    before: str
    after: str


def task_strip_of(trace: Trace, links: Links, form: Form | None = None) -> TaskStrip | None:
    """Return the strip of a trace; None where the link has no challenge."""
    experiment = trace.asked
    number = experiment.view.challenge
    challenge = challenge_of(number)
    if challenge is None or number is None:
        return None
    ground = ground_of(challenge, network)
    home = returned(challenge, experiment, ground)
    left = left_ground(home, experiment)
    found = None if left else verdict_of(trace, challenge)
    measured = found.measured if found else ()
    untouched = experiment.layers == ground.layers
    asked = challenge.prediction and not left
    answer = experiment.view.answer
    typed = (form or Form()).get("answer", "" if answer is None else plain(answer))
    return TaskStrip(
        f"Challenge {number} of {len(CHALLENGES)}",
        challenge.title,
        _task(challenge, experiment.view.seed),
        _left_words(left),
        links.page(_restarted(home, number)) if left else "",
        typed.replace("-", "−") if asked else None,
        tuple(_meter(each) for each in measured),
        found.words if found and not (measured and untouched) else "",
        bool(found and found.done),
        links.page(replace(_see(challenge), view=experiment.view))
        if challenge.see and found and found.done
        else "",
        links.page(_of_others(experiment)) if challenge.sized and not left else "",
        links.page(replace(experiment, view=_without(experiment.view))),
        links.beside(_opening(number - 1)),
        links.beside(_opening(number + 1)),
    )


def outlined(figure: Figure, trace: Trace) -> Figure:
    """Return the figure with a challenge's regions on its inputs and its output."""
    challenge = challenge_of(trace.asked.view.challenge)
    regions = [each for one in challenge.criteria for each in one.regions] if challenge else []
    if not regions or left_by(trace, challenge):
        return figure
    circles = {
        (each.row, each.column, radius)
        for each in regions
        for radius in (each.inner, each.outer)
        if radius
    }
    path = "".join(circle_path(*circle) for circle in sorted(circles))
    rows = tuple(replace(row, plane=replace(row.plane, outlines=path)) for row in figure.rows)
    picture = replace(figure.output.picture, outlines=path)
    return replace(figure, rows=rows, output=replace(figure.output, picture=picture))


def left_by(trace: Trace, challenge: Challenge | None) -> tuple[str, ...]:
    """Return what of a trace is not a challenge's any more, in words."""
    if challenge is None:
        return ()
    experiment = trace.asked
    return left_ground(returned(challenge, experiment, ground_of(challenge, network)), experiment)


def challenge_link(number: int) -> str:
    """Return the page on which a challenge begins."""
    link = CHALLENGES[number - 1].link
    return f"/?{link}{'&' * bool(link)}challenge={number}"


@dataclass(frozen=True, slots=True)
class Task:
    """A challenge as the page of all lists it."""

    number: int
    title: str
    task: str
    kind: str
    teaches: str
    link: str


def challenges_offered() -> tuple[Task, ...]:
    """Return all challenges in their order, with where each begins."""
    return tuple(
        Task(
            number,
            each.title,
            _task(each, 0),
            "predict" if each.prediction else "make",
            each.teaches,
            challenge_link(number),
        )
        for number, each in enumerate(CHALLENGES, 1)
    )


def opening(asked: Pairs) -> str:
    """Return where a challenge begins of whose figure a link says nothing; "" where it is there."""
    given = dict(asked)
    challenge = given.pop("challenge", "")
    if len(given) + 1 != len(asked) or not given.keys() <= BESIDE:
        return ""
    link = _opening(int(challenge)) if challenge.isascii() and challenge.isdigit() else ""
    if not link or link == f"/?challenge={challenge}":
        return ""
    return "&".join((link, *(f"{name}={quote(text)}" for name, text in given.items())))


def _opening(number: int) -> str:
    return challenge_link(number) if 1 <= number <= len(CHALLENGES) else ""


def _without(view: View) -> View:
    return replace(view, challenge=None, answer=None, seed=0)


def _of_others(experiment: Experiment) -> Experiment:
    """Return a challenge's figure with the sizes of the next seed."""
    seed = (experiment.view.seed + 1) % (SEEDS + 1)
    return replace(experiment, view=replace(experiment.view, answer=None, seed=seed))


def _restarted(home: Experiment, number: int) -> Experiment:
    """Return the ground to go back to: colours and pixel are its own, and the answer stays."""
    view = View(challenge=number, answer=home.view.answer, seed=home.view.seed)
    return replace(home, view=view)


def _see(challenge: Challenge) -> Experiment:
    """Return what shows that an answer is right."""
    return read(parse_qsl(challenge.see), networks=network)


def _task(challenge: Challenge, seed: int) -> str:
    if not challenge.sized:
        return challenge.task
    kernel, inputs, outputs = sizes_of(seed)
    return challenge.task.format(kernel=kernel, inputs=inputs, outputs=outputs)


def _left_words(left: tuple[str, ...]) -> str:
    if not left:
        return ""
    return f"This is not the challenge’s figure any more. What is not as it was: {', '.join(left)}."


def _meter(found: Measurement) -> Meter:
    criterion = found.criterion
    low, high = criterion.low, criterion.high
    first, last = criterion.scale or (0.0, 2 * low if high == inf else 4 * high)

    def along(value: float) -> float:
        return round(_WIDE * min(max((value - first) / (last - first), 0.0), 1.0), 1)

    begin, end = along(low), along(high)
    return Meter(
        criterion.words,
        measured_text(found.value, criterion.places),
        _asked(criterion),
        found.met,
        along(_counted(found)),
        (max(0, begin - 1.5), max(3.0, end - begin)),
    )


def _counted(found: Measurement) -> float:
    return abs(found.value) if found.criterion.measure.startswith("furthest") else found.value


def _asked(criterion: Criterion) -> str:
    if criterion.asked:
        return criterion.asked
    if criterion.low == criterion.high:
        return f"exactly {plain(criterion.low)}"
    if criterion.high == inf:
        return f"at least {plain(criterion.low)}"
    return f"at most {plain(criterion.high)}"
