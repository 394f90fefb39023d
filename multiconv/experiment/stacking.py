"""One's own stack: a layer more behind the opened one, or one less, and another one opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from multiconv.engine.geometry import Geometry, Pair
from multiconv.engine.stack import cell_at, receptive_field
from multiconv.errors import InvalidValue
from multiconv.experiment.banks import NO_BANK, own_shape
from multiconv.experiment.kinds import Options, choice
from multiconv.experiment.model import AVG_POOL, LIMITS, MAX_POOL, Experiment, Focus, Layer, chain
from multiconv.experiment.numbers import whole
from multiconv.filters.fitting import FITTING

GeometryOf = Callable[[Experiment], Geometry]
"""What has the sizes of an experiment's opened layer."""

REMOVE = "remove"
"""What the form's button sends as ``do`` to take the opened layer away."""

FURTHER: Options = (
    *(
        (name, f"convolution: {each.title[0].lower()}{each.title[1:]}")
        for name, each in FITTING.items()
    ),
    (MAX_POOL, "max pooling"),
    (AVG_POOL, "average pooling"),
)
"""What a further layer may be, by what the form's list sends as ``add``, with its words."""


def new_layer(text: str, inputs: int) -> Layer:
    """Return a further layer over so many channels."""
    choice(text, "add", [name for name, _ in FURTHER])
    if text in FITTING:
        size, outputs = own_shape(text, inputs)
        zeros = (0.0,) * outputs
        return Layer(text, kernel_size=size, outputs=outputs, bias=zeros, inputs=inputs)
    size = own_shape(NO_BANK)[0]
    pooling = Layer(NO_BANK, kernel_size=size, strides=size, padding="VALID", kind=text)
    return pooling.with_inputs(inputs)


def with_added(experiment: Experiment, text: str) -> Experiment:
    """Return the experiment with a layer behind the opened one, which is opened then."""
    n, layers = experiment.focus.layer, experiment.layers
    _refuse_of_a_generator(experiment, "add")
    if len(layers) == LIMITS.layers:
        raise InvalidValue(
            f"There are {len(layers)} layers, and no more can be shown.",
            "Remove one first.",
            field="add",
            limit=f"{LIMITS.layers} layers",
        )
    added = new_layer(text, experiment.layer.outputs)
    chosen = {at + (at > n): k for at, k in _chosen(experiment).items()}
    return _stack(experiment, (*layers[:n], added, *layers[n:]), n + 1, chosen)


def without_opened(experiment: Experiment) -> Experiment:
    """Return the experiment without the opened layer; the one before it is opened."""
    n, layers = experiment.focus.layer, experiment.layers
    _refuse_of_a_generator(experiment, "do")
    if len(layers) == 1:
        raise InvalidValue("There is one layer alone.", "Add another before.", field="do")
    chosen = {at - (at > n): k for at, k in _chosen(experiment).items() if at != n}
    return _stack(experiment, (*layers[: n - 1], *layers[n:]), max(1, n - 1), chosen)


def _refuse_of_a_generator(experiment: Experiment, field: str) -> None:
    """Refuse another stack of layers over numbers, which a link has for a generator alone."""
    if experiment.source.z is not None:
        raise InvalidValue(
            "A generator’s layers stay as many as they are: its numbers are made for them.",
            "Change what its layers have, or stack layers over a picture.",
            field=field,
        )


def _chosen(experiment: Experiment) -> dict[int, int]:
    return {n: experiment.k_of(n) for n in range(1, len(experiment.layers) + 1)}


def _stack(
    experiment: Experiment, layers: Sequence[Layer], opened: int, chosen: dict[int, int]
) -> Experiment:
    """Return layers as an experiment, each over what the one before puts out.

    A network's are one's own from then on.
    """
    linked = chain(layers)
    k = {n: min(chosen.get(n, 0), layer.outputs - 1) for n, layer in enumerate(linked, 1)}
    others = tuple((n, other) for n, other in k.items() if other and n != opened)
    focus = Focus(k[opened], layer=opened, others=others)
    view = replace(experiment.view, range=None, gain=None)
    return replace(experiment, layers=linked, focus=focus, view=view, network=None)


def shapes_seen(experiment: Experiment, geometry_of: GeometryOf) -> list[Geometry]:
    """Return the sizes of the layers up to the opened one."""
    shapes = [geometry_of(replace(experiment, focus=Focus()))]
    for layer in (*experiment.before, experiment.layer)[1:]:
        shapes.append(layer.geometry(shapes[-1].output_size))
    return shapes


def over_photo(experiment: Experiment, geometry_of: GeometryOf, at: Pair, longest: int) -> Pair:
    """Return the opened layer's pixel whose field is centred nearest a place on the photograph.

    The photograph's longest side is so long there.
    """
    shapes = shapes_seen(experiment, geometry_of)
    scale = max(shapes[0].input_size) / longest
    return cell_at(shapes, int(at[0] * scale), int(at[1] * scale))


def restacked(
    form: Mapping[str, str], experiment: Experiment, geometry_of: GeometryOf
) -> Experiment:
    """Return the experiment with a layer more or less, or another one opened, if asked for.

    A pixel that the link names keeps its place on the photograph.
    """
    there = experiment
    if form.get("add"):
        there = with_added(experiment, form["add"])
    elif form.get("do") == REMOVE:
        there = without_opened(experiment)
    elif "layer" in form:
        n = whole(form["layer"], "layer", 1, len(experiment.layers))
        there = experiment.opening(n) if n != experiment.focus.layer else experiment
    focus = experiment.focus
    if there == experiment or focus.i is None or focus.j is None:
        return there
    before, now = (shapes_seen(each, geometry_of) for each in (experiment, there))
    sides = before[-1].output_size
    place = receptive_field(before, min(focus.i, sides[0] - 1), min(focus.j, sides[1] - 1)).centre
    i, j = cell_at(now, *place)
    return replace(there, focus=replace(there.focus, i=i, j=j))
