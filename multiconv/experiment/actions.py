"""What-ifs on the chosen filter: mean for sum, one kernel for all, turned, no sum."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import InvalidValue
from multiconv.experiment.happened import ROUNDED, SYMMETRIC
from multiconv.experiment.model import CHANNELS, LIMITS, Layer

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Action:
    """A button: its words, what it does in a sentence, and the change of the layer."""

    words: str
    told: str
    change: Callable[[Layer, int], Layer]


def _with_kernels(layer: Layer, k: int, change: Callable[[int], Values]) -> Layer:
    """Return the layer with each of output k's kernels replaced by what ``change`` gives for q."""
    kernels = [change(q) for q in range(len(CHANNELS))]
    for q, values in enumerate(kernels):
        layer = layer.with_kernel(q, k, tuple((values + 0.0).ravel().tolist()))
    return layer


def _mean(layer: Layer, k: int) -> Layer:
    return _with_kernels(layer, k, lambda q: layer.kernel(q, k) / len(CHANNELS))


def _sum(layer: Layer, k: int) -> Layer:
    return _with_kernels(layer, k, lambda q: (layer.kernel(q, k) * len(CHANNELS)).round(15))


def _share(layer: Layer, k: int) -> Layer:
    return _with_kernels(layer, k, lambda _: layer.kernel(0, k))


def _flip(layer: Layer, k: int) -> Layer:
    return _with_kernels(layer, k, lambda q: layer.kernel(q, k)[::-1, ::-1])


def _depthwise(layer: Layer, _: int) -> Layer:
    """Return the layer with a group for each channel, and outputs in threes."""
    channels = len(CHANNELS)
    outputs = min(-(-layer.outputs // channels) * channels, LIMITS.outputs // channels * channels)
    bias = (*layer.bias, *(0.0,) * channels)[:outputs]
    kernels = tuple((place, kernel) for place, kernel in layer.kernels if place[1] < outputs)
    return replace(layer, groups=channels, outputs=outputs, bias=bias, kernels=kernels)


def _together(layer: Layer, _: int) -> Layer:
    return replace(layer, groups=1)


ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "mean": Action(
            "mean", "Divide this filter's kernels by 3: the sum becomes the mean", _mean
        ),
        "sum": Action("sum", "Multiply this filter's kernels by 3: back from the mean", _sum),
        "share": Action("one kernel for all", "Give green and blue the kernel of red", _share),
        "flip": Action("turned by 180°", "Turn this filter's kernels, as convolution does", _flip),
        "depthwise": Action("no sum", "Three groups: each output sees one channel", _depthwise),
        "together": Action("sum over all", "One group: each output sees every channel", _together),
    }
)
"""The what-ifs by the value that the form's button sends as ``do``."""


def acted(name: str | None, layer: Layer, k: int) -> Layer:
    """Return the layer after the what-if of that name; ``apply`` and None change nothing.

    Parameters
    ----------
    name : str or None
        The form's ``do``.
    layer : Layer
    k : int
        The chosen output.

    Raises
    ------
    InvalidValue
        For a name that is no what-if.

    Examples
    --------
    >>> acted("mean", Layer(), 0).kernel(2, 0).sum().round(6)
    np.float64(-0.166667)
    >>> acted("depthwise", Layer(), 0).outputs
    6
    """
    if name in {None, "", "apply"}:
        return layer
    if name not in ACTIONS:
        raise InvalidValue(
            f"do is “{(name or '')[:20]}”, which the form cannot do.",
            f"Use apply or one of {', '.join(ACTIONS)}.",
            field="do",
        )
    return ACTIONS[name].change(layer, k)


def noted(name: str | None, before: Layer, after: Layer) -> str:
    """Return what a what-if did beyond what it says, as the word that fragments have for it.

    Examples
    --------
    >>> noted("flip", Layer(), acted("flip", Layer(), 0))
    'symmetric'
    >>> noted("depthwise", Layer(), acted("depthwise", Layer(), 0))
    'rounded'
    """
    if name == "flip" and np.array_equal(after.all_kernels(), before.all_kernels()):
        return SYMMETRIC
    return ROUNDED if name == "depthwise" and after.outputs != before.outputs else ""
