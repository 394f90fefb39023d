"""What a person does beyond typing numbers: changes of one kernel, what-ifs, boxes.

A kernel's list offers changes beside the named kernels; both are sent as ``preset.<q>``.  A what-if
is a state of the experiment that leaves its kernels as they are; a button of the form, sent as
``do``, leads there and back.  Boxes switch input channels off.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import InvalidValue
from multiconv.experiment.fields import WHAT_IFS
from multiconv.experiment.kernels import channel_name
from multiconv.experiment.maps import pixels_experiment
from multiconv.experiment.model import Experiment, Layer, Rows, chain
from multiconv.experiment.numbers import decimal, whole

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Change:
    """What a kernel's list offers: its words, and the opened layer after it (experiment, q)."""

    words: str
    of: Callable[[Experiment, int], Layer]


def _valued(layer: Layer, q: int, k: int, values: Values) -> Layer:
    return layer.with_kernel(q, k, tuple((values + 0.0).ravel().tolist()))


def _kernel(experiment: Experiment, q: int) -> Values:
    return experiment.layer.kernel(q, experiment.focus.k)


def _one(values: Callable[[Values], Values]) -> Callable[[Experiment, int], Layer]:
    """Return the change of one kernel to what ``values`` makes of it."""
    return lambda shown, q: _valued(shown.layer, q, shown.focus.k, values(_kernel(shown, q)))


def _summing_to_one(shown: Experiment, q: int) -> Layer:
    kernel = _kernel(shown, q)
    total = float(kernel.sum())
    name = channel_name(q, shown.focus.layer, shown.layer.inputs)
    if abs(total) < 1e-9 * float(np.abs(kernel).max()) or total == 0:
        raise InvalidValue(
            f"The weights of {name}'s kernel add up to {decimal(total, 0)}, "
            "so no factor makes that 1.",
            "Change a weight so that they add up to something else than 0.",
            field=f"preset.{q}",
        )
    return _valued(shown.layer, q, shown.focus.k, (kernel / total).round(12))


def _copied(shown: Experiment, q: int) -> Layer:
    layer = shown.layer
    for other in range(layer.inputs):
        layer = _valued(layer, other, shown.focus.k, _kernel(shown, q))
    return layer


def _reset(shown: Experiment, q: int) -> Layer:
    at = (q, shown.focus.k)
    rest = tuple((place, kernel) for place, kernel in shown.layer.kernels if place != at)
    return replace(shown.layer, kernels=rest)


CHANGES: Mapping[str, Change] = {
    "turn": Change("flip (turn by 180°)", _one(lambda kernel: kernel[::-1, ::-1])),
    "negate": Change("negate", _one(np.negative)),
    "sum-to-1": Change("scale to sum 1", _summing_to_one),
    "copy": Change("copy to the other channels", _copied),
    "reset": Change("reset to the filters’ own", _reset),
}
"""The changes by the value that a kernel's list sends for them, in its order."""

SUM, RESCALE = "sum", "rescale"
"""What else the form's buttons send as ``do``: back to the sum, and to the automatic range."""


def after_action(name: str | None, experiment: Experiment) -> Experiment:
    """Return the experiment after a button of the form; ``apply`` and None change nothing."""
    if name in {None, "", "apply"}:
        return experiment
    if name == RESCALE:
        return rescaled(experiment)
    if name != SUM and name not in WHAT_IFS:
        raise InvalidValue(
            f"do is “{(name or '')[:20]}”, which the form cannot do.",
            f"Use apply or one of {', '.join((*WHAT_IFS, SUM, RESCALE))}.",
            field="do",
        )
    what_if = "" if name == SUM else name or ""
    return replace(experiment, focus=replace(experiment.focus, what_if=what_if))


@dataclass(frozen=True, slots=True)
class Held:
    """What is to hold still under an edit: the colours' range, the gain, and which rows there are.

    Where no channel is without a row, ``rows`` are None, and so is the gain of few channels.
    """

    range: float
    gain: int | None = None
    rows: tuple[int, ...] | None = None


def with_held(experiment: Experiment, held: Held) -> Experiment:
    """Return the experiment with its range, its gain and its rows fixed, where they are not."""
    view, focus = experiment.view, experiment.focus
    if view.range is None and view.ranges != "each":
        view = replace(view, range=held.range, gain=view.gain or held.gain)
    if focus.rows is None:
        focus = replace(focus, rows=held.rows)
    return replace(experiment, view=view, focus=focus)


def turned(experiment: Experiment, held: Held, rows: Rows) -> Experiment:
    """Return the experiment with other rows; of a choice the range is held too."""
    chosen = replace(experiment, focus=replace(experiment.focus, rows=rows))
    return with_held(chosen, held) if isinstance(rows, tuple) else chosen


def rescaled(experiment: Experiment) -> Experiment:
    """Return the experiment with its range of colours, and its gain, automatic."""
    return replace(experiment, view=replace(experiment.view, range=None, gain=None))


def holds(before: Experiment, now: Experiment) -> bool:
    """Tell whether a change is one that the colours' range and the rows are to hold still under.

    That is one of the shown values, and of nothing that has its range chosen or sought anew: the
    range itself, the picture, another output, or another bank.
    """
    same = ("source", "before", "view", "focus.k", "focus.layer", "layer.bank")
    if now.focus.target:  # the target's range holds still by itself
        return False
    view, settled = now.view, now.focus.rows is not None or not now.layer.has_rest
    if settled and (view.range is not None or view.ranges == "each"):
        return False
    if any(attrgetter(place)(before) != attrgetter(place)(now) for place in same):
        return False
    output = f"output-{now.focus.k}"
    return pixels_experiment(before, output, None) != pixels_experiment(now, output, None)


def turns_nothing(layer: Layer, k: int, asked: Mapping[int, str]) -> bool:
    """Tell whether kernels are to be turned that are the same the other way round."""
    turned = [layer.kernel(q, k) for q, name in asked.items() if name == "turn"]
    return bool(turned) and all(np.array_equal(kernel, kernel[::-1, ::-1]) for kernel in turned)


def with_switches(layer: Layer, boxes: list[str], ticked: list[str]) -> Layer:
    """Return the layer with the channels off whose boxes are not ticked.

    ``boxes`` names every channel that has one, since a box that is not ticked sends nothing.
    """
    there, on = (
        {whole(text, name, 0, layer.inputs - 1) for text in texts}
        for name, texts in (("switch", boxes), ("on", ticked))
    )
    return replace(layer, off=tuple(sorted((set(layer.off) - there) | (there - on))))


def unchanged(experiment: Experiment, n: int) -> Layer:
    """Return layer n as its network has it; in a stack of one's own, with no channel left out."""
    if experiment.network:
        return experiment.network.layers[n - 1]
    return replace(experiment.layers[n - 1], off=())


def undone(experiment: Experiment, *numbers: int) -> Experiment:
    """Return the experiment with these layers, or all, as they were, and the others over them."""
    layers = chain(
        (
            unchanged(experiment, n) if n in numbers or not numbers else layer
            for n, layer in enumerate(experiment.layers, 1)
        ),
        experiment.source.channels,
    )
    focus = experiment.focus
    opened, rows = layers[focus.layer - 1], focus.rows
    if isinstance(rows, tuple):
        rows = tuple(q for q in rows if q < opened.inputs) or None
    sized = [(layer.kernel_size, layer.how()) for layer in layers]
    same = sized == [(layer.kernel_size, layer.how()) for layer in experiment.layers]
    focus = replace(
        focus,
        k=min(focus.k, opened.outputs - 1),
        i=focus.i if same else None,
        j=focus.j if same else None,
        others=tuple((n, k) for n, k in focus.others if k < layers[n - 1].outputs),
        rows=rows,
    )
    return replace(experiment, layers=layers, focus=focus)
