"""Changes of one kernel that stand in its list beside the named kernels, and channels switched off.

A list's value is a kernel's name or one of these words; both are sent as ``preset.<q>``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import InvalidValue
from multiconv.experiment.form import Form
from multiconv.experiment.model import CHANNELS, Layer
from multiconv.experiment.numbers import shown, whole

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Change:
    """What a kernel's list offers: its words, and the change of (layer, q, k)."""

    words: str
    of: Callable[[Layer, int, int], Layer]


def _valued(layer: Layer, q: int, k: int, values: Values) -> Layer:
    return layer.with_kernel(q, k, tuple((values + 0.0).ravel().tolist()))


def _turned(layer: Layer, q: int, k: int) -> Layer:
    return _valued(layer, q, k, layer.kernel(q, k)[::-1, ::-1])


def _negated(layer: Layer, q: int, k: int) -> Layer:
    return _valued(layer, q, k, -layer.kernel(q, k))


def _summing_to_one(layer: Layer, q: int, k: int) -> Layer:
    kernel = layer.kernel(q, k)
    total = float(kernel.sum())
    if abs(total) < 1e-9 * float(np.abs(kernel).max()) or total == 0:
        raise InvalidValue(
            f"The weights of {CHANNELS[q]}'s kernel add up to {shown(total, 0)}, "
            "so no factor makes that 1.",
            "Change a weight so that they add up to something else than 0.",
            field=f"preset.{q}",
        )
    return _valued(layer, q, k, (kernel / total).round(12))


def _copied(layer: Layer, q: int, k: int) -> Layer:
    kernel = layer.kernel(q, k)
    for other in range(len(CHANNELS)):
        layer = _valued(layer, other, k, kernel)
    return layer


def _reset(layer: Layer, q: int, k: int) -> Layer:
    kept = tuple((place, kernel) for place, kernel in layer.kernels if place != (q, k))
    return replace(layer, kernels=kept)


CHANGES: Mapping[str, Change] = MappingProxyType(
    {
        "turn": Change("flip (turn by 180°)", _turned),
        "negate": Change("negate", _negated),
        "sum-to-1": Change("scale to sum 1", _summing_to_one),
        "copy": Change("copy to the other channels", _copied),
        "reset": Change("reset to the filters’ own", _reset),
    }
)
"""The changes by the value that a kernel's list sends for them."""


def changes() -> tuple[tuple[str, str], ...]:
    """Return the changes as (value, words), in the list's order."""
    return tuple((name, change.words) for name, change in CHANGES.items())


def chosen(form: Form) -> dict[int, str]:
    """Return the changes that a form asks for, by input channel.

    Examples
    --------
    >>> chosen(Form({"preset.0": "negate", "preset.1": "soft", "preset.2": ""}))
    {0: 'negate'}
    """
    asked = {q: form.get(f"preset.{q}", "") for q in range(len(CHANNELS))}
    return {q: name for q, name in asked.items() if name in CHANGES}


def changed(layer: Layer, k: int, asked: Mapping[int, str]) -> Layer:
    """Return the layer with the chosen output's kernels changed.

    Raises
    ------
    InvalidValue
        If a kernel cannot be changed so.

    Examples
    --------
    >>> changed(Layer(), 0, {0: "negate"}).kernel(0, 0)[0].tolist()
    [-0.1, -0.1, -0.1]
    """
    for q, name in asked.items():
        layer = CHANGES[name].of(layer, q, k)
    return layer


def nothing_turned(layer: Layer, k: int, asked: Mapping[int, str]) -> bool:
    """Tell whether kernels are to be turned that are the same the other way round.

    Examples
    --------
    >>> nothing_turned(Layer(), 0, {0: "turn"}), nothing_turned(Layer(), 0, {})
    (True, False)
    """
    turned = [layer.kernel(q, k) for q, name in asked.items() if name == "turn"]
    return bool(turned) and all(np.array_equal(kernel, kernel[::-1, ::-1]) for kernel in turned)


def switched(layer: Layer, form: Form) -> Layer:
    """Return the layer with the channels off whose boxes (``on``) are not ticked.

    ``switch`` names every channel that has a box, since a box that is not ticked sends nothing.

    Examples
    --------
    >>> switched(Layer(), Form([("switch", "0"), ("switch", "1"), ("on", "1")])).off
    (0,)
    """
    if "switch" not in form:
        return layer
    boxes, ticked = (set(_channels(form.getlist(name), name)) for name in ("switch", "on"))
    return replace(layer, off=tuple(sorted((set(layer.off) - boxes) | (boxes - ticked))))


def _channels(texts: Iterable[str], field: str) -> list[int]:
    return [whole(text, field, 0, len(CHANNELS) - 1) for text in texts]
