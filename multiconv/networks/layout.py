"""Which tensor of a file is a bank of filters over three channels, and which way round it lies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Pair
from multiconv.errors import InvalidValue
from multiconv.experiment.model import CHANNELS, LIMITS
from multiconv.experiment.numbers import quoted
from multiconv.networks.tensors import Shape, Tensor, in_full, refused

LAYOUTS = {"hwio": (0, 1, 2, 3), "oihw": (2, 3, 1, 0), "ohwi": (1, 2, 3, 0)}
"""Where height, width, in and out lie."""

LAYOUT_WORDS = {
    "hwio": "height, width, in, out (TensorFlow, Keras, JAX)",
    "oihw": "out, in, height, width (PyTorch, ONNX)",
    "ohwi": "out, height, width, in (TensorFlow Lite, MLX)",
}

_LINE = 7
"""The longest kernel of one row or column that networks have; such a length is odd."""


@dataclass(frozen=True, slots=True)
class FilterShape:
    """A shape as a layer's filters: what its axes are, and what the layer then takes and gives."""

    layout: str
    kernel_size: Pair
    inputs: int
    outputs: int

    @property
    def square(self) -> bool:
        """Whether its kernels are as high as wide, as nearly all are."""
        return self.kernel_size[0] == self.kernel_size[1]

    @property
    def line(self) -> bool:
        """Whether its kernels are one row or column of a length that networks have."""
        short, long = sorted(self.kernel_size)
        return short == 1 and long <= _LINE and long % 2 == 1


def reading_of(shape: Shape, layout: str) -> FilterShape | None:
    """Return a shape read in one layout, None where it is no layer's filters in it."""
    if len(shape) != 4 or not all(shape):
        return None
    height, width, inputs, outputs = (shape[axis] for axis in LAYOUTS[layout])
    if max(height, width) > LIMITS.kernel_side:
        return None
    return FilterShape(layout, (height, width), inputs, outputs)


def readings(shape: Shape) -> list[FilterShape]:
    """Return the ways in which a shape is a layer's filters, over however many channels.

    Square kernels are meant where there are some, and lines over a picture may be.  OHWI is so
    rare that only what is square in it alone, and can be no HWIO, is read so unasked.
    """
    usual = [found for layout in ("hwio", "oihw") if (found := reading_of(shape, layout))]
    square = [each for each in usual if each.square]
    rare = reading_of(shape, "ohwi")
    if not square and rare and rare.square and usual and shape[0] > LIMITS.kernel_side:
        square = [rare]
    if not square:
        return usual or ([rare] if rare else [])
    return square + [each for each in _over_three(usual) if each.line and not each.square]


def _over_three(found: list[FilterShape]) -> list[FilterShape]:
    return [each for each in found if each.inputs == len(CHANNELS)]


def chosen(tensors: Mapping[str, Tensor], name: str) -> str:
    """Return the name of the tensor that is meant; without a name, the only one that fits.

    One that can only be a bank over three channels goes before those that may be another layer.

    Raises
    ------
    InvalidValue
        If none fits, several fit, or the named one is not there.
    """
    if name:
        if name not in tensors:
            known = _names(list(tensors))
            raise refused(
                f"There is no tensor {in_full(name)}.", f"The file has {known}.", field="tensor"
            )
        return name
    fitting = [each for each, tensor in tensors.items() if _over_three(readings(tensor.shape))]
    fitting = [each for each in fitting if not _of_another_kind(each)] or fitting
    certain = [each for each in fitting if len(readings(tensors[each].shape)) == 1]
    for found in (certain, fitting):
        if len(found) == 1:
            return found[0]
    if not fitting:
        raise _none_fits(tensors)
    raise refused(
        f"{len(fitting)} tensors of the file could be meant.",
        f"Name one and send the file again: {_names(fitting)}.",
        field="tensor",
    )


def taken_as(tensor: Tensor, name: str, layout: str) -> FilterShape:
    """Return how a tensor is read: in the ``layout`` asked for, or with auto in the only one.

    Raises
    ------
    InvalidValue
        Where it can be read in several, or is no bank over three channels in any.
    """
    if tensor.problem:
        raise tensor.problem
    if layout != "auto" and layout not in LAYOUTS:
        known = f"Use auto, {', '.join(LAYOUTS)}."
        raise refused(f"layout is {quoted(layout)}.", known, field="layout")
    if layout == "auto" and (kind := _of_another_kind(name)):
        raise refused(f"{in_full(name)} is, by its name, of {kind[0]}.", kind[1], field="layout")
    asked = None if layout == "auto" else reading_of(tensor.shape, layout)
    found = readings(tensor.shape) if layout == "auto" else [asked] if asked else []
    if not _over_three(found):
        raise _unfit(name, tensor.shape, found)
    if len(found) == 1:
        return found[0]
    as_either = " or ".join(_layer_words(each) for each in found)
    raise refused(
        f"{in_full(name)} is {sides_words(tensor.shape)}: that can be read in both layouts, as "
        f"{as_either}.",
        "Choose hwio (TensorFlow, Keras, JAX) or oihw (PyTorch, ONNX) and send the file again."
        f"{_hint(name)}",
        field="layout",
    )


_KINDS = {
    "depthwise": (
        "a depthwise layer, height × width × channels × kernels a channel",
        "Send numpy.repeat(w.reshape(*w.shape[:2], 1, -1), 3, axis=2) and set 3 groups in the "
        "figure; or choose its layout here if it is a usual layer.",
    ),
    "transpose|deconv|upconv": (
        "a transposed convolution, whose axes have in and out the other way round",
        "Send a layer that takes a picture; or choose its layout here if it is a usual layer.",
    ),
}


def _of_another_kind(name: str) -> tuple[str, str] | None:
    """Return what a name says of a tensor that is no usual layer's, and the remedy."""
    found = (told for words, told in _KINDS.items() if re.search(words, name.lower()))
    return next(found, None)


def _hint(name: str) -> str:
    """Return whose way a name is written, which tells a person but decides nothing."""
    if re.search(r"(^|[./])(kernel|weights)(:0)?$", name):
        return f" {in_full(name)} is a name as TensorFlow, Keras and JAX give them."
    if re.search(r"(^|\.)weight$", name):
        return f" {in_full(name)} is a name as PyTorch gives them."
    return ""


def bank_from(
    tensor: Tensor, name: str, reading: FilterShape, order: str, first: int
) -> NDArray[np.float64]:
    """Return a tensor as a bank, (kh, kw, 3, K) float64, with at most as many K as a layer has.

    ``order`` is rgb or bgr, as the input channels lie; ``first`` the first output that is taken.

    Raises
    ------
    InvalidValue
        For a choice that is not known, or numbers that are not finite or too large.
    """
    if order not in {"rgb", "bgr"}:
        raise refused(f"order is {quoted(order)}.", "Use rgb or bgr.", field="order")
    if first >= reading.outputs:
        raise refused(
            f"first is {first}, but there are {reading.outputs} filters.",
            f"Choose 0 to {reading.outputs - 1}.",
            field="first",
        )
    every = np.asarray(tensor.read()).transpose(LAYOUTS[reading.layout])
    some = every[:, :, :: -1 if order == "bgr" else 1, first : first + LIMITS.outputs]
    bank = some.astype(np.float64)
    if not _usable(bank):
        raise refused(
            f"{in_full(name)} has weights that are not finite or beyond ±{LIMITS.weight:,.0f}.",
            "Send finite weights.",
        )
    return np.ascontiguousarray(bank + 0.0)


_FILTERS = re.compile(r"(weights?|kernels?|filters?|w)(?P<after>(:0|_0|/.attributes/.*)?)$")
_BIASES = ("bias", "biases", "b")


def bias_name(tensors: Mapping[str, Tensor], name: str, outputs: int) -> str:
    """Return the name of the biases that stand beside a tensor of filters, empty without any.

    They are looked for under its name with a usual word for biases in place of the one for
    filters; what has not one number for each of its outputs is another layer's.
    """
    match = _FILTERS.search(name.lower())
    if match:
        before, after = name.lower()[: match.start()], match["after"]
        usual = {f"{before}{word}{after}" for word in _BIASES}
    else:
        joints = [f"{name.lower()}{joint}" for joint in "._/"]
        usual = {f"{joint}{word}" for joint in (*joints, "") for word in _BIASES}
    for each, tensor in tensors.items():
        if each != name and each.lower() in usual and tensor.shape == (outputs,):
            return each
    return ""


def bias_from(tensor: Tensor, name: str, first: int, outputs: int) -> tuple[float, ...]:
    """Return so many biases from the first on.

    Raises
    ------
    InvalidValue
        For numbers that are not finite or too large.
    """
    found = np.asarray(tensor.read(), dtype=np.float64)[first : first + outputs]
    if not _usable(found):
        raise refused(
            f"{in_full(name)} has numbers that are not finite or beyond ±{LIMITS.weight:,.0f}.",
            "Send finite biases, or leave them out.",
        )
    return tuple(float(number) + 0.0 for number in found)


def _usable(numbers: NDArray[np.float64]) -> bool:
    return bool((np.abs(numbers) <= LIMITS.weight).all())  # NaN is not below the limit either


def sides_words(shape: Shape) -> str:
    """Return a shape as 64 × 3 × 7 × 7."""
    return " × ".join(map(str, shape[:8])) or "a single number"


def _names(names: list[str]) -> str:
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return ", ".join(in_full(each) for each in names[:12]) + more


def _layer_words(reading: FilterShape) -> str:
    """Return what a reading says, as 8 filters of 3 × 3 over 1 input channel (oihw)."""
    height, width = reading.kernel_size
    filters = "1 filter" if reading.outputs == 1 else f"{reading.outputs} filters"
    channels = "1 input channel" if reading.inputs == 1 else f"{reading.inputs} input channels"
    return f"{filters} of {height} × {width} over {channels} ({reading.layout})"


def _unfit(name: str, shape: Shape, found: list[FilterShape]) -> InvalidValue:
    if not found or prod(shape) == 0:
        return refused(
            f"{in_full(name)} is {sides_words(shape)}, no bank of filters over three channels.",
            f"Send height × width × 3 × outputs or outputs × 3 × height × width, "
            f"sides to {LIMITS.kernel_side}.",
        )
    return refused(
        f"{in_full(name)} is {sides_words(shape)}, a layer of "
        f"{' or '.join(_layer_words(each) for each in found)}; a picture has 3.",
        _remedy(found[0]),
    )


def _remedy(reading: FilterShape) -> str:
    """Return how a layer over another number of channels comes to three."""
    axis = LAYOUTS[reading.layout][2]
    if reading.inputs == 1:
        return (
            f"To see it on the mean of red, green and blue, send numpy.repeat(w, 3, axis={axis}) "
            "/ 3; without / 3 and with 3 groups it is a depthwise layer of theirs."
        )
    if reading.inputs == 4:
        three = ", ".join([":"] * axis + [":3"])
        return f"If the fourth is alpha or depth, leave it out: send w[{three}]."
    return "Send the first layer of the network, the one that takes red, green and blue."


def _none_fits(tensors: Mapping[str, Tensor]) -> InvalidValue:
    layers = {name: found for name, each in tensors.items() if (found := readings(each.shape))}
    if layers or len(tensors) == 1:
        name = next(iter(layers or tensors))
        return _unfit(name, tensors[name].shape, layers.get(name, []))
    remedy = "Save the first layer's filters with numpy.save."
    if tensors:
        shapes = [f"{in_full(name)} {sides_words(each.shape)}" for name, each in tensors.items()]
        remedy = (
            "Send height × width × 3 × outputs or outputs × 3 × height × width. "
            f"It has {', '.join(shapes[:6])}."
        )
    return refused("No tensor of the file is a bank of filters over three channels.", remedy)
