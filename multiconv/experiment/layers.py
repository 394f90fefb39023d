"""The layer that a link's parameters describe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from multiconv.engine.activations import ACTIVATIONS
from multiconv.engine.geometry import PADDING_MODES
from multiconv.errors import InvalidValue
from multiconv.experiment import fields
from multiconv.experiment.banks import Bank, bank_of, own_groups, own_shape
from multiconv.experiment.kernels import laid_over
from multiconv.experiment.model import CHANNELS, Layer, Limits
from multiconv.experiment.numbers import whole


def layer_of(given: Mapping[str, str], kernels: Mapping[str, list[str]], limits: Limits) -> Layer:
    """Return the layer of a link: its parameters by name, its kernels by place.

    Raises
    ------
    MultiConvError
        For a value that cannot be used, naming the parameter.

    Examples
    --------
    >>> from multiconv.experiment.model import LIMITS
    >>> layer_of({"filters": "mixes"}, {"w.0.0": ["0.5"]}, LIMITS).kernels
    (((0, 0), (0.5,)),)
    """
    start = Layer()
    bank = bank_of(given["filters"]) if "filters" in given else start.bank
    own_size, own_outputs = own_shape(bank)
    ranged = {
        "kernel": (own_size, limits.kernel_side),
        "strides": (start.strides, limits.stride),
        "dilations": (start.dilations, limits.dilation),
    }
    kernel_size, strides, dilations = (
        fields.sides(given[field], field, 1, highest) if field in given else otherwise
        for field, (otherwise, highest) in ranged.items()
    )
    outputs = whole(given.get("outputs", str(own_outputs)), "outputs", 1, limits.outputs)
    layer = Layer(
        bank=bank,
        kernel_size=kernel_size,
        outputs=outputs,
        bias=fields.biases(given["bias"], outputs, limits) if "bias" in given else (0.0,) * outputs,
        strides=strides,
        padding=fields.padding(given["padding"], limits) if "padding" in given else start.padding,
        padding_mode=fields.choice(
            given.get("padding_mode", start.padding_mode), "padding_mode", PADDING_MODES
        ),
        dilations=dilations,
        groups=_groups(given.get("groups"), bank, outputs),
        activation=fields.choice(
            given.get("activation", start.activation), "activation", ACTIVATIONS
        ),
        off=fields.channels(given["off"], "off", len(CHANNELS)) if "off" in given else (),
    )
    return replace(layer, kernels=laid_over(kernels, layer, limits))


def _groups(text: str | None, bank: Bank, outputs: int) -> int:
    if text is None:
        return own_groups(bank, outputs)
    groups = whole(text, "groups", 1, len(CHANNELS))
    if len(CHANNELS) % groups or outputs % groups:
        raise InvalidValue(
            f"groups is {groups}, but it must divide both the {len(CHANNELS)} input channels "
            f"and the {outputs} output channels.",
            f"Use 1, or {len(CHANNELS)} with a number of outputs that {len(CHANNELS)} divides.",
            field="groups",
            limit=f"1 or {len(CHANNELS)}",
        )
    return groups
