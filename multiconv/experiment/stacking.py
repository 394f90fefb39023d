"""One's own stack: a layer more behind the opened one, or one less, and another one opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from multiconv.engine.geometry import Geometry, Pair
from multiconv.engine.stack import cell_at, receptive_field
from multiconv.errors import InvalidValue
from multiconv.experiment.banks import NO_BANK, own_shape
from multiconv.experiment.kinds import Options, choice, simplest
from multiconv.experiment.model import (
    AVG_POOL,
    CONV,
    LIMITS,
    MAX_POOL,
    TRANSPOSED,
    Experiment,
    Focus,
    Layer,
    chain,
)
from multiconv.experiment.numbers import whole
from multiconv.experiment.words import size_words
from multiconv.filters.fitting import FITTING

GeometryOf = Callable[[Experiment], Geometry]
"""What has the sizes of an experiment's opened layer."""

REMOVE = "remove"
"""What the form's button sends as ``do`` to take the opened layer away."""

TURNED = "turned"
"""What adds the layer that is the adjoint of the opened one."""

FURTHER: Options = (
    *(
        (name, f"convolution: {each.title[0].lower()}{each.title[1:]}")
        for name, each in FITTING.items()
    ),
    (MAX_POOL, "max pooling"),
    (AVG_POOL, "average pooling"),
    (TRANSPOSED, "transposed convolution: each map twice as large"),
    (TURNED, "this layer turned around: the same kernels, the other way"),
)
"""What a further layer may be, by what the form's list sends as ``add``, with its words."""


def new_layer(text: str, inputs: int) -> Layer:
    """Return a further layer over so many channels, that is not made of the opened one."""
    choice(text, "add", [name for name, _ in FURTHER])
    if text == TRANSPOSED:
        size, outputs = own_shape("twice", inputs)
        zeros = (0.0,) * outputs
        return Layer("twice", size, outputs, (), zeros, (2, 2), inputs=inputs, kind=TRANSPOSED)
    if text in FITTING:
        size, outputs = own_shape(text, inputs)
        zeros = (0.0,) * outputs
        return Layer(text, kernel_size=size, outputs=outputs, bias=zeros, inputs=inputs)
    size = own_shape(NO_BANK)[0]
    pooling = Layer(NO_BANK, kernel_size=size, strides=size, padding="VALID", kind=text)
    return pooling.with_inputs(inputs)


def turned_around(layer: Layer, shape: Geometry, n: int = 1) -> Layer:
    """Return the adjoint of layer n, of that size: from its outputs back to its inputs.

    It has the same kernels, strides and padding; what was an input is an output, the transposed
    layer's pads are cut where the convolution's were added, and where its stride left rows and
    columns over, as many are padded.  It has no bias and no activation, which are not linear.
    """
    if layer.pools or layer.padding_mode != "zeros":
        pooling, mode = "which is a pooling and has no kernels", layer.padding_mode
        why = pooling if layer.pools else f"whose padding_mode is {mode}: its padding is no zeros"
        raise InvalidValue(
            f"There is no layer that turns around layer {n}, {why}.",
            "Choose another layer to add." if layer.pools else "Set “Pad with” to zeros before.",
            field="add",
        )
    kernels, zeros = layer.all_kernels(), np.zeros(layer.kernel_size)
    found = {
        (k, q): zeros if q in layer.off or q not in layer.group_of(k) else kernels[:, :, q, k]
        for k in range(layer.outputs)
        for q in range(layer.inputs)
    }
    turned = Layer(
        "zero",
        layer.kernel_size,
        layer.inputs,
        tuple(
            (at, tuple(each.ravel().tolist())) for at, each in sorted(found.items()) if each.any()
        ),
        (0.0,) * layer.inputs,
        layer.strides,
        layer.padding,
        dilations=layer.dilations,
        groups=layer.groups,
        inputs=layer.outputs,
        kind=CONV if layer.transposed else TRANSPOSED,
    )
    if turned.geometry(shape.output_size).output_size == shape.input_size:
        return turned
    if turned.padding == "SAME":  # of another size it is another padding
        turned = replace(turned, padding=simplest(shape.pads))
    if turned.transposed:
        lacking = np.subtract(shape.input_size, turned.geometry(shape.output_size).output_size)
        turned = replace(turned, output_padding=(int(lacking[0]), int(lacking[1])))
    if turned.geometry(shape.output_size).output_size != shape.input_size:
        raise InvalidValue(
            f"Layer {n} turned around would not make {size_words(shape.input_size)} out of "
            f"{size_words(shape.output_size)} again, since its output padding is as large as its "
            "stride.",
            "Choose a smaller output padding before.",
            field="add",
        )
    return turned


def with_added(experiment: Experiment, text: str, shape: Geometry) -> Experiment:
    """Return the experiment with a layer behind the opened one, of that size; it is opened then."""
    n, layers = experiment.focus.layer, experiment.layers
    _refuse_of_a_generator(experiment, "add")
    if len(layers) == LIMITS.layers:
        raise InvalidValue(
            f"There are {len(layers)} layers, and no more can be shown.",
            "Remove one first.",
            field="add",
            limit=f"{LIMITS.layers} layers",
        )
    if text == TURNED:
        added = turned_around(experiment.layer, shape, n)
    else:
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
        there = with_added(experiment, form["add"], shapes_seen(experiment, geometry_of)[-1])
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
