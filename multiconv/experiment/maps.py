"""The maps of an experiment by name, and what of the experiment each one's pixels depend on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from multiconv.errors import NotFound
from multiconv.experiment.banks import own_shape
from multiconv.experiment.fields import LAYER_TURNS, Field, fields_of, usual
from multiconv.experiment.model import Experiment, Focus, Layer, Network, Source, View
from multiconv.experiment.numbers import quoted

GENERATED = "generated"
"""The map of a generator's three last outputs together, in colour."""

Z_MAP = "z"
"""The map of a generator's numbers, one below the other."""

_LEARNED = re.compile(r"target|error|product-(0|[1-9][0-9]?)-([0-6])-([0-6])")
_MAP = re.compile(
    r"(input|partial|output|running)-(0|[1-9][0-9]{0,3})|(sum|for|against|rest|subtotals)"
)
_EDGES = re.compile(r"edges-([1-9][0-9]?)")
_FACE = re.compile(r"layer-([1-9][0-9]?)-(0|[1-9][0-9]{0,3})")
_SOURCE, _FOCUS, _VIEW = map(fields_of, ("source", "focus", "view"))


def map_place(name: str, layer: Layer) -> tuple[str, int | None]:
    """Return a map's kind and channel: q of ``input`` and ``partial``, k of ``output``.

    Of ``running`` it is the number of input channels that have been added; ``sum``, ``for``,
    ``against``, ``rest`` and ``subtotals`` have None.
    """
    match = _MAP.fullmatch(name)
    if match and match[3] and (match[3] != "rest" or layer.has_rest):
        return match[3], None
    inputs, outputs = layer.inputs, layer.outputs
    counts = {"output": outputs, "running": inputs + 1}
    if match and match[2] and int(match[2]) < counts.get(match[1], inputs):
        return match[1], int(match[2])
    raise NotFound(
        f"There is no map {quoted(name)}.",
        f"Use input-<q> or partial-<q> with q from 0 to {inputs - 1}, "
        f"running-<n> with n from 0 to {inputs}, for, against, "
        f"{'rest, ' if layer.has_rest else ''}subtotals, sum, "
        f"or output-<k> with k from 0 to {outputs - 1}.",
        field="map",
    )


def face_place(name: str, experiment: Experiment) -> tuple[int, int] | None:
    """Return n and k of ``layer-<n>-<k>``, which is output k of layer n; None of another name."""
    match = _FACE.fullmatch(name)
    if not match:
        return None
    n, k, layers = int(match[1]), int(match[2]), experiment.layers
    if n > len(layers):
        raise NotFound(
            f"There is no layer {n}.", f"Choose one from 1 to {len(layers)}.", field="map"
        )
    if k >= layers[n - 1].outputs:
        raise NotFound(
            f"Layer {n} has no output {k}.",
            f"Choose one from 0 to {layers[n - 1].outputs - 1}.",
            field="map",
        )
    return n, k


def edges_place(name: str, experiment: Experiment) -> int | None:
    """Return n of ``edges-<n>``, the sides of layer n's outputs; None of another name."""
    match = _EDGES.fullmatch(name)
    if not match:
        return None
    face_place(f"layer-{match[1]}-0", experiment)  # refuses a layer that is not there
    return int(match[1])


def learned_place(name: str, experiment: Experiment) -> tuple[int, ...] | None:
    """Return q, di, dj of ``product-<q>-<di>-<dj>``, nothing of ``target`` and ``error``.

    They are maps of what learns alone; None of another name.
    """
    match = _LEARNED.fullmatch(name)
    if not match:
        return None
    place = tuple(int(text) for text in match.groups() if text)
    sides = (experiment.layer.inputs, *experiment.layer.kernel_size)
    if any(at >= side for at, side in zip(place, sides, strict=False)):
        raise NotFound(
            f"There is no map {quoted(name)}.",
            f"Use product-<q>-<di>-<dj> with q to {sides[0] - 1}, di to {sides[1] - 1} and dj to "
            f"{sides[2] - 1}.",
            field="map",
        )
    if experiment.focus.target is None:
        raise NotFound(
            f"There is no map {quoted(name)}, since nothing is learned.",
            "Say what is: target=luminance-edges:0.",
            field="target",
        )
    return place


def _up_to(experiment: Experiment, n: int) -> Experiment:
    """Return what the outputs of layer n depend on."""
    focus = experiment.focus
    supposed = focus.what_if and focus.layer <= n
    kept = Focus(layer=focus.layer, what_if=focus.what_if) if supposed else Focus()
    return Experiment(
        experiment.source,
        (*experiment.layers[:n], *_behind(experiment, n, experiment.layers[n - 1].outputs)),
        kept,
        network=experiment.network,
    )


def _behind(experiment: Experiment, n: int, given: int) -> tuple[Layer, ...]:
    """Return what stands behind layer n where that does not count: a network's own, or nothing."""
    own = experiment.network.layers[n:] if experiment.network else ()
    return experiment.layers[n:] if own and own[0].inputs != given else own


def pixels_experiment(
    experiment: Experiment, map_name: str, colour_range: float | None
) -> Experiment:
    """Return `experiment` reduced to what one map's pixels depend on, so that its URL says no more.

    Editing green's kernel leaves the URL of red's map as it was.  What `FIELDS` says not to act on
    the map is as usual.  ``colour_range`` is the range of its colours; a picture's plane has none.
    """
    if place := face_place(map_name, experiment):
        return _up_to(experiment, place[0])
    if n := edges_place(map_name, experiment):
        return _up_to(experiment, n)
    if map_name == GENERATED:
        return _up_to(experiment, len(experiment.layers))
    if map_name == Z_MAP:
        given = experiment.layers[0].inputs
        layers = _behind(experiment, 0, given) or experiment.layers
        return Experiment(experiment.source, layers, network=experiment.network)
    if map_name in {"influence", "counted"}:
        return replace(_up_to(experiment, experiment.focus.layer), focus=experiment.focus)
    layer, focus = experiment.layer, experiment.focus
    learns = focus.target is not None and not map_name.startswith("input")
    if learned_place(map_name, experiment) is not None or learns:  # every weight depends on all
        kept = replace(focus, k=_k_of(map_name, focus.k), i=None, j=None)
        return replace(experiment, focus=kept, view=View(colour_range))
    kind, channel = map_place(map_name, layer)
    # Before the sum a mean and partials that are left apart are as they are without.
    without = kind not in {"input", "sum", "output"} and focus.what_if in {"mean", "apart"}
    if kind != "input":
        k = channel if kind == "output" and channel is not None else focus.k
        added: Collection[int] = range(layer.inputs)
        if kind == "partial" and channel is not None:
            added = range(channel, channel + 1)
        elif kind == "running" and channel is not None:
            added = range(channel)
        elif kind == "rest" and isinstance(focus.rows, tuple):
            added = sorted({*added}.difference(focus.rows))
        own = experiment.network.layers[focus.layer - 1] if experiment.network else None
        layer = _of_output(layer, k, added, shared=focus.what_if == "shared", own=own)
    seen = acting(experiment, kind, layer)
    if kind == "input":
        told = experiment.before and colour_range != seen.layer.extent
        return replace(seen, view=replace(seen.view, range=colour_range)) if told else seen
    view, kept = replace(seen.view, range=colour_range), seen.focus
    if kind == "rest" and focus.rows is None:  # which have none is seen at the pixel
        kept = replace(kept, i=focus.i, j=focus.j)
    return replace(seen, view=view, focus=replace(kept, what_if="") if without else kept)


def _k_of(map_name: str, chosen: int) -> int:
    kind, _, channel = map_name.partition("-")
    return int(channel) if kind == "output" else chosen


def acting(experiment: Experiment, kind: str, layer: Layer | None = None) -> Experiment:
    """Return `experiment` with what `FIELDS` says to act on maps of a kind, all else as usual.

    ``layer`` is the opened one, if it is another than the experiment's.
    """
    network, n = experiment.network, experiment.focus.layer
    kept = _acting_layer(layer or experiment.layer, kind, network, n)
    return Experiment(
        Source(**_acting(_SOURCE, experiment.source, kind)),
        (*experiment.before, kept, *_behind(experiment, n, kept.outputs)),
        Focus(**_acting(_FOCUS, experiment.focus, kind)),
        View(**_acting(_VIEW, experiment.view, kind)),
        network,
    )


def _acting(rows: Iterable[Field], owner: object, kind: str) -> dict[str, Any]:
    return {row.place: getattr(owner, row.place) for row in rows if kind in row.maps}


def _acting_layer(layer: Layer, kind: str, network: Network | None, n: int) -> Layer:
    kept = SimpleNamespace(inputs=layer.inputs, kernels=() if kind == "input" else layer.kernels)
    if network and kind == "input":
        # A network's filters are of no use over other inputs than its own.
        own = network.layers[n - 1]
        return own if own.inputs == layer.inputs else replace(layer, kernels=())
    for row in LAYER_TURNS:
        acts = kind in row.maps
        usually = usual(row, kept, network, n)
        setattr(kept, row.place, getattr(layer, row.place) if acts else usually)
    return Layer(**vars(kept))


def _of_output(
    layer: Layer, k: int, added: Collection[int], *, shared: bool, own: Layer | None
) -> Layer:
    """Return a layer with what of it makes output k out of the input channels that are added.

    ``shared``: out of the kernel of the first that adds, wherever that is.  What does not count is
    as in a network's ``own`` layer, where there is one.
    """
    # With one group, output k is the same however many outputs stand beside it; with more,
    # their number decides which group k is in.
    fewest = max(own_shape(layer.bank, layer.inputs)[1], k + 1)
    outputs = fewest if layer.groups == 1 and own is None else layer.outputs
    bias = [0.0] * outputs if own is None else list(own.with_outputs(outputs).bias)
    bias[k] = layer.bias[k]
    needed = {*added, *layer.adding(k)[:1]} if shared else added
    return replace(
        layer,
        outputs=outputs,
        kernels=tuple(item for item in layer.kernels if item[0][0] in needed and item[0][1] == k),
        bias=tuple(bias),
        off=layer.off if shared else tuple(q for q in layer.off if q in added),
    )
