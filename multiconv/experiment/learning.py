"""Learning, as links say it: whose output is the target, at what rate, how many steps so far.

The kernels of every output of the layer begin as the link has them, and each goes towards the same
target; the biases follow.
"""

from __future__ import annotations

from dataclasses import replace

from multiconv.engine.geometry import Pair
from multiconv.errors import InvalidValue
from multiconv.experiment.banks import own_shape
from multiconv.experiment.model import CONV, Experiment, Focus, Layer, Target
from multiconv.experiment.numbers import grouped

SIDE = 7
"""The longest side of a kernel that learns."""

MANY = 60
"""How many steps one button takes."""

USUAL_SHARE = 0.9
"""The rate unless another is said, of the largest stable one."""

START = "zero"
"""The bank that learning is usually begun from."""


def refusal_of(experiment: Experiment) -> InvalidValue | None:
    """Return why nothing can be learned in an experiment, and what that needs; None where it can.

    Whether its target has the output's size is seen only when both are computed.
    """
    layer, focus = experiment.layer, experiment.focus
    if focus.target is None:
        for name, value in (("rate", focus.rate), ("steps", focus.steps or None)):
            if value is not None:
                return InvalidValue(
                    f"{name} is given, but nothing is learned.",
                    f"Leave {name} out, or say what is learned: target=luminance-edges:0.",
                    field=name,
                )
        return None
    stands = _in_the_way(experiment, layer, focus)
    if not stands:
        return None
    return InvalidValue(
        f"target is given, but {stands}.",
        "Learning is shown for one convolution over a picture, of one group, with kernels to "
        f"{SIDE} × {SIDE}, nothing left out, no bias of its own and no activation. Leave target "
        "out, or change that.",
        field="target",
    )


def _in_the_way(experiment: Experiment, layer: Layer, focus: Focus) -> str:
    (height, width), count = layer.kernel_size, len(experiment.layers)
    checks = (
        (experiment.source.z is not None, "a generator has no picture"),
        (count > 1, f"there are {count} layers"),
        (layer.kind != CONV, "the layer is no convolution"),
        (max(height, width) > SIDE, f"the kernels are {height} × {width}"),
        (layer.groups != 1, f"there are {layer.groups} groups"),
        (bool(layer.off), "an input channel is left out"),
        (any(layer.bias), "there is a bias, which follows the weights while they learn"),
        (layer.activation != "identity", "there is an activation"),
        (bool(focus.what_if), "a what-if is on"),
    )
    return next((words for stands, words in checks if stands), "")


def target_layer(experiment: Experiment, target: Target) -> Layer:
    """Return the layer whose only output is the target, over the same picture."""
    layer = experiment.layer
    size, _ = own_shape(target.bank, layer.inputs)
    return replace(
        layer,
        bank=target.bank,
        kernel_size=size,
        outputs=target.k + 1,
        kernels=(),
        bias=(0.0,) * (target.k + 1),
    )


def refuse_size(made: Pair, wanted: Pair) -> None:
    """Refuse a target whose output has another size than the layer's."""
    if made == wanted:
        return
    sides = " × ".join(map(grouped, made)), " × ".join(map(grouped, wanted))
    raise InvalidValue(
        f"target is {sides[0]}, but the output that is to learn it is {sides[1]}.",
        "Choose padding=same, with which both are as large as the picture, or kernels of the "
        "target’s size.",
        field="target",
        limit=sides[1],
    )


def begun(experiment: Experiment, target: Target, outputs: int = 1) -> Experiment:
    """Return the experiment that learns a target from zeros, as it opens: no step is taken yet."""
    size = experiment.layer.kernel_size
    side = size if max(size) <= SIDE and experiment.layer.kind == CONV else (3, 3)
    layer = Layer(bank=START, kernel_size=side, outputs=outputs, bias=(0.0,) * outputs)
    return Experiment(experiment.source.picture, (layer,), Focus(target=target))


def ended(experiment: Experiment) -> Experiment:
    """Return the experiment without learning."""
    return replace(experiment, focus=replace(experiment.focus, target=None, rate=None, steps=0))
