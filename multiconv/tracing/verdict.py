"""What a challenge's answer or figure comes to, measured on the trace: its meters and a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multiconv.experiment.challenges import Challenge, Criterion, Region
from multiconv.experiment.numbers import decimal, grouped, weight_text
from multiconv.tracing.trace import Trace

Found = tuple[float, str]
"""What was measured, and where."""

PLACE = (118, 26)
"""The pixel that is asked for without green."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one criterion measured, and whether it is met."""

    criterion: Criterion
    value: float
    where: str
    met: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a challenge is done, what there is to say of it, and what was measured."""

    done: bool
    words: str
    measured: tuple[Measurement, ...] = ()


def inside(region: Region, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Return the pixels whose middles lie in a region."""
    row, column = np.ogrid[: size[0], : size[1]]
    distance = np.hypot(row + 0.5 - region.row, column + 0.5 - region.column)
    return (distance <= region.outer) & (distance >= region.inner)


def _means(trace: Trace, regions: Sequence[Region], *, sizes: bool) -> list[Found]:
    """Return the mean of the output, or of its sizes, in each region."""
    output = trace.layer.output
    seen = np.abs(output) if sizes else output
    return [
        (float(seen[inside(each, output.shape)].mean(dtype=np.float64)), each.words)
        for each in regions
    ]


def _furthest(found: Sequence[Found]) -> Found:
    return max(found, key=lambda each: abs(each[0]))


MEASURES: Mapping[str, Callable[[Trace, Sequence[Region]], Found]] = {
    "mean": lambda trace, regions: _means(trace, regions, sizes=False)[0],
    "furthest mean": lambda trace, regions: _furthest(_means(trace, regions, sizes=False)),
}
"""What criteria measure, of the opened layer's chosen output."""


def _measured(trace: Trace, criterion: Criterion) -> Measurement:
    value, where = MEASURES[criterion.measure](trace, criterion.regions)
    # Of a highest alone it is the size that counts: below zero is as far from it as above.
    counted = abs(value) if criterion.measure.startswith("furthest") else value
    return Measurement(criterion, value, where, criterion.low <= counted <= criterion.high)


def _all_but_one(trace: Trace, challenge: Challenge) -> Found | None:
    """Return what alone is wrong of what a layer without an activation made, if one is."""
    layer, k = trace.experiment.layer, trace.experiment.focus.k
    if layer.activation != "identity" or not layer.all_kernels()[..., k].any():
        return None
    wrong = []
    for criterion in challenge.criteria:
        for value, where in _means(trace, criterion.regions, sizes=False):
            if criterion.measure.startswith("furthest"):
                met = abs(value) <= criterion.high
            else:
                met = criterion.low <= value <= criterion.high
            wrong += [] if met else [(value, where)]
    return wrong[0] if len(wrong) == 1 else None


SLIPS: Mapping[str, Callable[[Trace, Challenge], Found | None]] = {
    "linear, all but one": _all_but_one,
}
"""Mistakes that are told from a figure: what was found, or None where it is not made."""


def _without_green(trace: Trace, _: int) -> Mapping[str, float]:
    """Return what row 118, column 26 is without green, and what it is taken for."""
    planes = [np.zeros(1) if each is None else each[PLACE] for each in trace.layer.partials]
    red, green, blue = (float(each) for each in planes)
    return {
        "right": red + blue,
        "all": red + green + blue,
        "minus": red - abs(green) + blue - abs(green),
        "mean of two": (red + blue) / 2,
        "mean of three": (red + blue) / 3,
        "red": red,
        "green": green,
        "blue": blue,
    }


PREDICTIONS: Mapping[str, Callable[[Trace, int], Mapping[str, float]]] = {
    "without green": _without_green,
}
"""What is right of what is to be predicted, under ``right``, and wrong numbers by their names."""


def predictions(trace: Trace, challenge: Challenge) -> Mapping[str, float]:
    """Return the numbers that a challenge speaks of; of one that is to be made there are none."""
    if not challenge.prediction:
        return {}
    return PREDICTIONS[challenge.prediction](trace, trace.experiment.view.seed)


def verdict_of(trace: Trace, challenge: Challenge) -> Verdict | None:
    """Return the verdict on a figure that stands on a challenge's ground; None before an answer."""
    if challenge.prediction:
        answer = trace.experiment.view.answer
        return (
            None if answer is None else _on_answer(answer, challenge, predictions(trace, challenge))
        )
    measured = tuple(_measured(trace, each) for each in challenge.criteria)
    if all(each.met for each in measured):
        return Verdict(True, challenge.after, measured)
    for slip in challenge.slips:
        if found := SLIPS[slip.measure](trace, challenge):
            return Verdict(False, _told(slip.words, found, 2), measured)
    first = next(each for each in measured if not each.met)
    return Verdict(
        False,
        _told(first.criterion.failed, (first.value, first.where), first.criterion.places),
        measured,
    )


def _on_answer(answer: float, challenge: Challenge, numbers: Mapping[str, float]) -> Verdict:
    texts = {
        name: grouped(value) if challenge.counts else decimal(value, challenge.places, signed=True)
        for name, value in numbers.items()
    }
    if abs(answer - numbers["right"]) <= challenge.near:
        return Verdict(True, challenge.after.format(**texts))
    for name, words in challenge.wrong:
        if abs(answer - numbers[name]) <= challenge.near:
            return Verdict(False, words.format(**texts))
    return Verdict(False, f"Not {_shortest(answer)}. {challenge.hint}")


def _shortest(answer: float) -> str:
    return grouped(answer) if answer == round(answer) else weight_text(answer)


def _told(words: str, found: Found, places: int) -> str:
    told = words.format(value=decimal(found[0], places, signed=True), where=found[1])
    return told[0].upper() + told[1:]
