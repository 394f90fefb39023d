"""The maps of an experiment by name, and what of the experiment each one's pixels depend on."""

from __future__ import annotations

import re
from dataclasses import replace

from multiconv.errors import NotFound
from multiconv.experiment.banks import own_shape
from multiconv.experiment.model import CHANNELS, Experiment, Focus, Layer, View
from multiconv.experiment.numbers import quoted

_MAP = re.compile(r"(input|partial|output|running)-(0|[1-9][0-9]{0,3})|sum")


def map_place(name: str, outputs: int) -> tuple[str, int | None]:
    """Return a map's kind and channel: q of ``input`` and ``partial``, k of ``output``.

    Of ``running`` it is the number of input channels that have been added.

    Raises
    ------
    NotFound
        If an experiment with that many outputs has no such map.

    Examples
    --------
    >>> map_place("partial-2", 5), map_place("sum", 5)
    (('partial', 2), ('sum', None))
    """
    match = _MAP.fullmatch(name)
    if match and match[1] is None:
        return "sum", None
    counts = {"output": outputs, "running": len(CHANNELS) + 1}
    if match and int(match[2]) < counts.get(match[1], len(CHANNELS)):
        return match[1], int(match[2])
    raise NotFound(
        f"There is no map {quoted(name)}.",
        f"Use input-<q> or partial-<q> with q from 0 to {len(CHANNELS) - 1}, "
        f"running-<n> with n from 0 to {len(CHANNELS)}, sum, "
        f"or output-<k> with k from 0 to {outputs - 1}.",
        field="map",
    )


def pixels_experiment(
    experiment: Experiment, map_name: str, colour_range: float | None
) -> Experiment:
    """Return `experiment` reduced to what one map's pixels depend on, so that its URL says no more.

    Editing green's kernel then leaves the URL of red's map as it was.

    Parameters
    ----------
    experiment : Experiment
    map_name : str
        ``input-<q>``, ``partial-<q>``, ``running-<n>``, ``sum`` or ``output-<k>``.
    colour_range : float or None
        The range of the map's colours; an input plane has none.

    Raises
    ------
    NotFound
        If there is no such map.

    Examples
    --------
    >>> start = Experiment()
    >>> edited = start.with_layer(start.layer.with_kernel(1, 0, "zero"))
    >>> pixels_experiment(edited, "partial-0", 1.0) == pixels_experiment(start, "partial-0", 1.0)
    True
    """
    kind, channel = map_place(map_name, experiment.layer.outputs)
    if kind == "input":
        return Experiment(source=experiment.source, view=View(inputs=experiment.view.inputs))
    k = channel if kind == "output" and channel is not None else experiment.focus.k
    layer = _of_output(experiment.layer, k)
    if kind in {"partial", "running"} and channel is not None:
        added = (channel,) if kind == "partial" else range(channel)
        layer = replace(
            layer,
            kernels=tuple(item for item in layer.kernels if item[0][0] in added),
            bias=(0.0,) * layer.outputs,
            off=tuple(q for q in layer.off if q in added),
        )
    if kind != "output":
        layer = replace(layer, activation="identity")
    return Experiment(
        source=experiment.source,
        layers=(layer,),
        focus=Focus(k=k if kind != "output" else 0),
        view=View(range=colour_range),
    )


def _of_output(layer: Layer, k: int) -> Layer:
    # With one group, output k is the same however many outputs stand beside it; with more,
    # their number decides which group k is in.
    fewest = max(own_shape(layer.bank)[1], k + 1)
    outputs = fewest if layer.groups == 1 else layer.outputs
    bias = [0.0] * outputs
    bias[k] = layer.bias[k]
    return replace(
        layer,
        outputs=outputs,
        kernels=tuple(item for item in layer.kernels if item[0][1] == k),
        bias=tuple(bias),
    )
