"""Which tensor of a file is a bank of filters over three channels, and which way round it lies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import prod

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import InvalidValue
from multiconv.experiment.model import CHANNELS, LIMITS
from multiconv.experiment.numbers import quoted
from multiconv.networks.tensors import Shape, Tensor, refused

LAYOUTS = {"hwio": (0, 1, 2, 3), "oihw": (2, 3, 1, 0)}
"""Where height, width, in and out lie; HWIO is TensorFlow's and JAX's, OIHW PyTorch's."""


def readings(shape: Shape) -> list[str]:
    """Return the layouts in which a shape is a bank: (64, 3, 7, 7) is OIHW, (3, 3, 3, 3) either.

    Where one reading has square kernels and the other has not, the square one is meant.
    """
    fits = {}
    for name, axes in LAYOUTS.items() if len(shape) == 4 else ():
        height, width, channels, outputs = (shape[axis] for axis in axes)
        if channels == len(CHANNELS) and outputs and _fit(height, width):
            fits[name] = height == width
    square = [name for name, is_square in fits.items() if is_square]
    return square or list(fits)


def _fit(*sides: int) -> bool:
    return all(1 <= side <= LIMITS.kernel_side for side in sides)


def chosen(tensors: Mapping[str, Tensor], name: str) -> str:
    """Return the name of the tensor that is meant; without a name, the only one that fits.

    Raises
    ------
    InvalidValue
        If none fits, several fit, or the named one is not there.
    """
    if name:
        if name not in tensors:
            known = _names(list(tensors))
            raise refused(
                f"There is no tensor {quoted(name)}.", f"The file has {known}.", field="tensor"
            )
        return name
    fitting = [each for each, tensor in tensors.items() if readings(tensor.shape)]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise _none_fits(tensors)
    raise refused(
        f"{len(fitting)} tensors of the file could be meant.",
        f"Name one and send the file again: {_names(fitting)}.",
        field="tensor",
    )


def bank_from(
    tensor: Tensor, name: str, layout: str, order: str, first: int
) -> NDArray[np.float64]:
    """Return a tensor as a bank, (kh, kw, 3, K) float64, with at most as many K as a layer has.

    ``layout`` is auto, hwio or oihw; ``order`` rgb or bgr, as the input channels lie; ``first``
    the first output that is taken.

    Raises
    ------
    InvalidValue
        For a shape that is none of the layout, a choice that is not known, or
        numbers that are not finite or too large.
    """
    axes = LAYOUTS[_layout(tensor.shape, name, layout)]
    if order not in {"rgb", "bgr"}:
        raise refused(f"order is {quoted(order)}.", "Use rgb or bgr.", field="order")
    bank = np.asarray(tensor.read(), dtype=np.float64).transpose(axes)
    if first >= bank.shape[3]:
        raise refused(
            f"first is {first}, but there are {bank.shape[3]} filters.",
            f"Choose 0 to {bank.shape[3] - 1}.",
            field="first",
        )
    bank = bank[:, :, :: -1 if order == "bgr" else 1, first : first + LIMITS.outputs]
    if not _usable(bank):
        raise refused(
            f"{quoted(name)} has weights that are not finite or beyond ±{LIMITS.weight:,.0f}.",
            "Send finite weights.",
        )
    return np.ascontiguousarray(bank + 0.0)


def bias_of(
    tensors: Mapping[str, Tensor], name: str, first: int, bank: NDArray[np.float64]
) -> tuple[float, ...]:
    """Return the biases that stand beside a tensor of filters in its file, 0 where there are none.

    They are looked for under its name with ``bias`` for ``weight`` or ``kernel``, as PyTorch and
    Keras call them; what has not one number for each of its outputs is another layer's.

    Raises
    ------
    InvalidValue
        For numbers that are not finite or too large.
    """
    outputs, total = int(bank.shape[3]), prod(tensors[name].shape) // prod(bank.shape[:3])
    beside = re.sub(r"(weights?|kernel)(?=(:0)?$)", "bias", name)
    tensor = tensors.get(beside)
    if beside == name or tensor is None or tensor.shape != (total,):
        return (0.0,) * outputs
    found = np.asarray(tensor.read(), dtype=np.float64)[first : first + outputs]
    if not _usable(found):
        raise refused(
            f"{quoted(beside)} has numbers that are not finite or beyond ±{LIMITS.weight:,.0f}.",
            "Send finite biases, or leave them out.",
        )
    return tuple(float(number) + 0.0 for number in found)


def _usable(numbers: NDArray[np.float64]) -> bool:
    return bool((np.abs(numbers) <= LIMITS.weight).all())  # NaN is not below the limit either


def _layout(shape: Shape, name: str, asked: str) -> str:
    fits = readings(shape)
    if asked != "auto":
        if asked not in LAYOUTS:
            raise refused(f"layout is {quoted(asked)}.", "Use auto, hwio or oihw.", field="layout")
        sides = [shape[axis] for axis in LAYOUTS[asked]] if len(shape) == 4 else [0, 0, 0]
        if sides[2] != len(CHANNELS) or not _fit(*sides[:2]):
            raise _unfit(name, shape)
        return asked
    if not fits:
        raise _unfit(name, shape)
    if len(fits) > 1:
        raise refused(
            f"{quoted(name)} is {_words(shape)}: that can be read in both layouts.",
            "Choose hwio (TensorFlow, JAX) or oihw (PyTorch) and send the file again.",
            field="layout",
        )
    return fits[0]


def _words(shape: Shape) -> str:
    return " × ".join(map(str, shape[:8])) or "a single number"


def _names(names: list[str]) -> str:
    return ", ".join(quoted(each) for each in names[:12])


def _unfit(name: str, shape: Shape) -> InvalidValue:
    return refused(
        f"{quoted(name)} is {_words(shape)}, no bank of filters over three channels.",
        f"Send height × width × 3 × outputs or outputs × 3 × height × width, "
        f"sides to {LIMITS.kernel_side}.",
    )


def _none_fits(tensors: Mapping[str, Tensor]) -> InvalidValue:
    if len(tensors) == 1:
        ((name, tensor),) = tensors.items()
        return _unfit(name, tensor.shape)
    remedy = "Save the first layer's filters with numpy.save."
    if tensors:
        shapes = [f"{quoted(name)} {_words(each.shape)}" for name, each in tensors.items()]
        remedy = (
            "Send height × width × 3 × outputs or outputs × 3 × height × width. "
            f"It has {', '.join(shapes[:6])}."
        )
    return refused("No tensor of the file is a bank of filters over three channels.", remedy)
