"""What was taken of a file of weights, how it was read, and all that was left out, by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from multiconv.networks.layout import LAYOUT_WORDS, FilterShape, readings, sides_words
from multiconv.networks.tensors import Shape, Tensor, in_full

_ORDERS = {"rgb": "red, green, blue", "bgr": "blue, green, red; turned round"}
_NORMALISED = re.compile(
    r"(gamma|beta|(running|moving)_(mean|var|variance)|num_batches_tracked)(:0)?$", re.IGNORECASE
)
_WEIGHTS = re.compile(r"(weights?|kernel|filters?)(_\w+)?(:0)?$", re.IGNORECASE)
"""How the names of layers' numbers end; by their shapes some might be pictures as well."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A tensor that was not taken, and what it is."""

    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Tensor, layout, order, outputs, biases; ``left_out`` are all the others, in file order."""

    tensor: str
    shape: Shape
    dtype: str
    layout: str
    order: str
    first: int
    outputs: int
    of: int
    bias: str
    left_out: tuple[LeftOut, ...]

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """What is said of it, a label and a sentence each."""
        last = self.first + self.outputs - 1
        others = self.of - self.outputs
        outputs = f"{self.first} to {last} of {self.of}"
        bias = (
            f"{in_full(self.bias)}, taken along"
            if self.bias
            else "none in the file under a usual name: 0 each"
        )
        return (
            ("Tensor", f"{in_full(self.tensor)}, {sides_words(self.shape)}, {self.dtype}"),
            ("Its axes", LAYOUT_WORDS[self.layout]),
            ("Its channels", _ORDERS[self.order]),
            ("Outputs", outputs + (f"; {others} are left out" if others else "")),
            ("Bias", bias),
        )


def receipt_of(
    tensors: Mapping[str, Tensor],
    name: str,
    reading: FilterShape,
    order: str,
    outputs: tuple[int, int],
    bias: str,
) -> Receipt:
    """Return the receipt of a tensor of a file, of which ``outputs`` are (the first, how many)."""
    normalised = {_before(each) for each in tensors if _NORMALISED.search(each)}
    left_out = []
    for each, tensor in tensors.items():
        if each in {name, bias}:
            continue
        if tensor.problem:
            what = f"not read: {tensor.problem.problem}"
        elif _NORMALISED.search(each) or (_before(each) in normalised and len(tensor.shape) < 2):
            what = f"{sides_words(tensor.shape)}, of a batch normalisation, which is not applied"
        elif len(tensor.shape) > 1:
            layer = bool(readings(tensor.shape)) or _WEIGHTS.search(each)
            kind = "another layer" if layer else "no filters by its shape and name"
            what = f"{sides_words(tensor.shape)}, {kind}"
        elif tensor.shape == (reading.outputs,):
            what = (
                f"{sides_words(tensor.shape)} numbers, as many as outputs; named with bias in "
                "place of the tensor's last word they would be taken along"
            )
        else:
            what = sides_words(tensor.shape)
        left_out.append(LeftOut(each, what))
    first, taken = outputs
    return Receipt(
        name,
        tensors[name].shape,
        tensors[name].dtype,
        reading.layout,
        order,
        first,
        taken,
        reading.outputs,
        bias,
        tuple(left_out),
    )


def _before(name: str) -> str:
    """Return a name without its last word, as bn1 of bn1.weight; a name of one word is its own."""
    return name.rpartition("/" if "/" in name else ".")[0] or name
