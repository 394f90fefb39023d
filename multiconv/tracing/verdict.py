"""What a challenge's answer or figure comes to, measured on the trace: its meters and a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.stack import receptive_field
from multiconv.experiment.challenges import Challenge, Criterion, Region, sizes_of
from multiconv.experiment.numbers import decimal, grouped, weight_text
from multiconv.tracing.trace import Trace

Found = tuple[float, str]
"""What was measured, and where."""

PLACE = (118, 26)
"""The pixel that is asked for without green."""

MARGIN = 8
"""So many pixels at each side of a transposed layer's output are not counted."""

SEEN = 15
"""So many pixels a side are to be seen; of two sides the one that is further from it counts."""

NOTHING = 1e-9


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


def _kernels(trace: Trace) -> NDArray[np.float64]:
    """Return the kernels of the chosen output that take part, (kh, kw, channels)."""
    layer, k = trace.experiment.layer, trace.experiment.focus.k
    return layer.all_kernels()[..., list(layer.adding(k)), k]


def _contrast(trace: Trace) -> float:
    return float(trace.layer.output.max()) - float(trace.layer.output.min())


def _from_moved(trace: Trace, channels: Sequence[int], down: int, right: int) -> float:
    """Return how far the output is, in the mean, from channels that are moved and added.

    The outermost pixels, where a neighbour is missing, do not count but on the side they come from.
    """
    moved = (trace.levels[..., list(channels)].sum(axis=2, dtype=np.float64)) / 255
    rows, columns = moved.shape
    output = trace.layer.output[
        max(down, 0) : rows + min(down, 0), max(right, 0) : columns + min(right, 0)
    ]
    source = moved[max(-down, 0) : rows - max(down, 0), max(-right, 0) : columns - max(right, 0)]
    return float(np.abs(output - source).mean())


def _middle(trace: Trace) -> NDArray[np.float64]:
    """Return the output without its margin, where stamps from beyond the picture are missing."""
    inner = slice(MARGIN, -MARGIN)
    return trace.layer.output[inner, inner].astype(np.float64)


def _variation(trace: Trace) -> float:
    """Return the standard deviation by the mean; of a mean of nothing it is without end."""
    middle = _middle(trace)
    mean = abs(float(middle.mean()))
    return float(middle.std()) / mean if mean > NOTHING else inf


def _field(trace: Trace) -> tuple[int, int]:
    """Return the height and width of what a number of the last layer sees."""
    field = receptive_field(trace.shapes, 0, 0)
    return field.height, field.width


MEASURES: Mapping[str, Callable[[Trace, Sequence[Region]], Found]] = {
    "mean": lambda trace, regions: _means(trace, regions, sizes=False)[0],
    "furthest mean": lambda trace, regions: _furthest(_means(trace, regions, sizes=False)),
    "mean size": lambda trace, regions: _means(trace, regions, sizes=True)[0],
    "furthest mean size": lambda trace, regions: _furthest(_means(trace, regions, sizes=True)),
    "weights": lambda trace, _: (float(np.abs(_kernels(trace)).sum()), ""),
    "contrast": lambda trace, _: (_contrast(trace), ""),
    "from moved green": lambda trace, _: (_from_moved(trace, (1,), 0, 1), ""),
    "mean inside": lambda trace, _: (float(_middle(trace).mean()), ""),
    "variation": lambda trace, _: (_variation(trace), ""),
    "left out": lambda trace, _: (len(trace.experiment.layer.off), ""),
    "highest": lambda trace, _: (float(trace.layer.output.max()), ""),
    "field": lambda trace, _: (max(_field(trace), key=lambda side: abs(side - SEEN)), ""),
    "rows": lambda trace, _: (trace.shapes[-1].output_size[0], ""),
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


def _one_channel(trace: Trace, _: Challenge) -> Found | None:
    given = np.abs(_kernels(trace)).sum(axis=(0, 1)) > 0
    return (_contrast(trace), "") if given.sum() == 1 else None


def _equal_weights(trace: Trace, challenge: Challenge) -> Found | None:
    kernels = _kernels(trace)
    if not kernels.any() or np.ptp(kernels) > NOTHING:
        return None
    last = challenge.criteria[-1]
    return MEASURES[last.measure](trace, last.regions)


def _opposite_signs(trace: Trace, _: Challenge) -> Found | None:
    red, green = _kernels(trace)[0, 0, :2]
    return (_contrast(trace), "") if red * green < 0 else None


def _no_edges(trace: Trace, challenge: Challenge) -> Found | None:
    last = challenge.criteria[-1]
    found = _furthest(_means(trace, last.regions[1:], sizes=True))
    return found if found[0] > last.high else None


def _white_edges(trace: Trace, challenge: Challenge) -> Found | None:
    last = challenge.criteria[-1]
    found = _means(trace, last.regions[:1], sizes=True)[0]
    return found if found[0] > last.high else None


def _moved(channels: Sequence[int], down: int, right: int) -> Callable[..., Found | None]:
    """Return what tells that channels were moved so."""

    def found(trace: Trace, challenge: Challenge) -> Found | None:
        apart = _from_moved(trace, channels, down, right)
        return (apart, "") if apart <= challenge.criteria[0].high else None

    return found


def _gaps(trace: Trace, _: Challenge) -> Found | None:
    middle = _middle(trace)
    met = np.abs(middle[:2, :2]) > NOTHING
    return (_variation(trace), "") if met.any() and not met.all() else None


def _uneven(trace: Trace, _: Challenge) -> Found | None:
    down, across = _field(trace)
    return (down, f"{down} × {across}") if down != across else None


SLIPS: Mapping[str, Callable[[Trace, Challenge], Found | None]] = {
    "linear, all but one": _all_but_one,
    "one channel": _one_channel,
    "equal weights": _equal_weights,
    "opposite signs": _opposite_signs,
    "no edges": _no_edges,
    "white edges": _white_edges,
    "moved left": _moved((1,), 0, -1),
    "unmoved": _moved((1,), 0, 0),
    "moved up": _moved((1,), -1, 0),
    "moved down": _moved((1,), 1, 0),
    "red moved": _moved((0,), 0, 1),
    "blue moved": _moved((2,), 0, 1),
    "all moved": _moved((0, 1, 2), 0, 1),
    "gaps": _gaps,
    "uneven": _uneven,
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


def _parameters(_: Trace, seed: int) -> Mapping[str, float]:
    """Return how many numbers a layer of a seed's sizes has, and what is taken for it."""
    side, inputs, outputs = sizes_of(seed)
    taps = side * side
    weights = taps * inputs * outputs
    return {
        "right": weights + outputs,
        "weights": weights,
        "kernels": inputs * outputs,
        "outputs": outputs,
        "one kernel an output": taps * outputs + outputs,
        "no bias": weights,
        "bias a kernel": weights + inputs * outputs,
        "bias an input": weights + inputs,
        "one output": taps * inputs + 1,
        "one output and all biases": taps * inputs + outputs,
        "one kernel an input": taps * inputs,
        "kernels and biases": inputs * outputs + outputs,
    }


def _corner(trace: Trace, _: int) -> Mapping[str, float]:
    """Return what a mean of nine is in the corner, padded with zeros, and what is taken for it."""
    grey = float(trace.layer.output[0, 0])  # padded with nothing: nine pixels of grey
    return {
        "right": grey * 4 / 9,
        "middle": grey,
        "edge": grey * 6 / 9,
        "one": grey / 9,
        "outside": grey * 5 / 9,
        "sum": grey * 4,
        "nothing": 0.0,
    }


PREDICTIONS: Mapping[str, Callable[[Trace, int], Mapping[str, float]]] = {
    "without green": _without_green,
    "parameters": _parameters,
    "corner": _corner,
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
    first = next((each for each in measured if not each.met), None)
    done = first is None  # what the meters say, whatever else is told from the figure
    for slip in challenge.slips:
        if slip.passes == done and (found := SLIPS[slip.measure](trace, challenge)):
            return Verdict(done, _told(slip.words, found, challenge.criteria[-1].places), measured)
    told = first or measured[-1]
    words = first.criterion.failed if first else challenge.after
    return Verdict(done, _told(words, (told.value, told.where), told.criterion.places), measured)


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


def measured_text(value: float, places: int) -> str:
    """Return a measured value for people; what has no end is told as such."""
    return decimal(value, places) if value < inf else "without end"


def _shortest(answer: float) -> str:
    return grouped(answer) if answer == round(answer) else weight_text(answer)


def _told(words: str, found: Found, places: int) -> str:
    told = words.format(value=measured_text(found[0], places), where=found[1])
    return told[0].upper() + told[1:]
