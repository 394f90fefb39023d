"""What a person does to kernels beyond typing numbers: changes of one, what-ifs on a whole filter.

A kernel's list offers changes beside the named kernels; both are sent as ``preset.<q>``.  A what-if
is a button of the form, sent as ``do``.  Boxes switch input channels off.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import InvalidValue
from multiconv.experiment.kernels import channel_name
from multiconv.experiment.model import LIMITS, Layer
from multiconv.experiment.numbers import decimal, whole

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Change:
    """What a kernel's list offers: its words, and the change of (layer, q, k)."""

    words: str
    of: Callable[[Layer, int, int], Layer]


@dataclass(frozen=True, slots=True)
class Action:
    """A button: its words, what it does in a sentence, and the change of (layer, k)."""

    words: str
    hint: str
    of: Callable[[Layer, int], Layer]


def _valued(layer: Layer, q: int, k: int, values: Values) -> Layer:
    return layer.with_kernel(q, k, tuple((values + 0.0).ravel().tolist()))


def _one(values: Callable[[Values], Values]) -> Callable[[Layer, int, int], Layer]:
    """Return the change of one kernel to what ``values`` makes of it."""
    return lambda layer, q, k: _valued(layer, q, k, values(layer.kernel(q, k)))


def _each(values: Callable[[Values, int], Values]) -> Callable[[Layer, int], Layer]:
    """Return the change of a filter's kernels to what ``values`` makes of (kernel, inputs)."""

    def change(layer: Layer, k: int) -> Layer:
        changed = layer
        for q in range(layer.inputs):
            changed = _valued(changed, q, k, values(layer.kernel(q, k), layer.inputs))
        return changed

    return change


def _summing_to_one(layer: Layer, q: int, k: int) -> Layer:
    kernel = layer.kernel(q, k)
    total = float(kernel.sum())
    if abs(total) < 1e-9 * float(np.abs(kernel).max()) or total == 0:
        raise InvalidValue(
            f"The weights of {channel_name(q)}'s kernel add up to {decimal(total, 0)}, "
            "so no factor makes that 1.",
            "Change a weight so that they add up to something else than 0.",
            field=f"preset.{q}",
        )
    return _valued(layer, q, k, (kernel / total).round(12))


def _copied(layer: Layer, q: int, k: int) -> Layer:
    kernel = layer.kernel(q, k)
    return _each(lambda *_: kernel)(layer, k)


def _reset(layer: Layer, q: int, k: int) -> Layer:
    rest = tuple((place, kernel) for place, kernel in layer.kernels if place != (q, k))
    return replace(layer, kernels=rest)


def _depthwise(layer: Layer, _: int) -> Layer:
    """Return the layer with a group for each channel, and a multiple of them as outputs."""
    n = layer.inputs
    outputs = min(-(-layer.outputs // n) * n, LIMITS.outputs // n * n)
    return replace(layer.with_outputs(outputs), groups=n)


CHANGES: Mapping[str, Change] = {
    "turn": Change("flip (turn by 180°)", _one(lambda kernel: kernel[::-1, ::-1])),
    "negate": Change("negate", _one(np.negative)),
    "sum-to-1": Change("scale to sum 1", _summing_to_one),
    "copy": Change("copy to the other channels", _copied),
    "reset": Change("reset to the filters’ own", _reset),
}
"""The changes by the value that a kernel's list sends for them, in its order."""

ACTIONS: Mapping[str, Action] = {
    "mean": Action(
        "mean",
        "Divide this filter's kernels by 3: the sum becomes the mean",
        _each(lambda kernel, inputs: kernel / inputs),
    ),
    "sum": Action(
        "sum",
        "Multiply this filter's kernels by 3: back from the mean",
        _each(lambda kernel, inputs: (kernel * inputs).round(15)),
    ),
    "share": Action(
        "one kernel for all",
        "Give green and blue the kernel of red",
        lambda layer, k: _copied(layer, 0, k),
    ),
    "flip": Action(
        "turned by 180°",
        "Turn this filter's kernels, as convolution does",
        _each(lambda kernel, _: kernel[::-1, ::-1]),
    ),
    "depthwise": Action("no sum", "Three groups: each output sees one channel", _depthwise),
    "together": Action(
        "sum over all",
        "One group: each output sees every channel",
        lambda layer, _: replace(layer, groups=1),
    ),
}
"""The what-ifs by the value that the form's button sends as ``do``."""


def after_action(name: str | None, layer: Layer, k: int) -> Layer:
    """Return the layer after the what-if of that name; ``apply`` and None change nothing."""
    if name in {None, "", "apply"}:
        return layer
    if name not in ACTIONS:
        raise InvalidValue(
            f"do is “{(name or '')[:20]}”, which the form cannot do.",
            f"Use apply or one of {', '.join(ACTIONS)}.",
            field="do",
        )
    return ACTIONS[name].of(layer, k)


def action_notice(name: str | None, before: Layer, after: Layer) -> str:
    """Return what a what-if did beyond what it says, as a word that `Edit.notices` may hold."""
    if name == "flip" and np.array_equal(after.all_kernels(), before.all_kernels()):
        return "symmetric"
    return "rounded" if name == "depthwise" and after.outputs != before.outputs else ""


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
