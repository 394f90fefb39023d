"""The table of a stack's layers, beside the values of the opened one: shapes, numbers, work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from multiconv.engine.geometry import Geometry
from multiconv.engine.stack import jump, receptive_field
from multiconv.experiment.model import Layer
from multiconv.experiment.numbers import grouped
from multiconv.experiment.words import (
    KIND_WORDS,
    activation_words,
    both_words,
    layer_name,
    size_words,
)
from multiconv.tracing.trace import Trace


@dataclass(frozen=True, slots=True)
class LayerRow:
    """What one layer is, in words; ``parameters`` says what they are counted from.

    ``sees`` and ``jump`` are of the photograph: the side of a number's receptive field, and how
    far those of neighbours lie apart.
    """

    name: str
    kind: str
    takes: str
    gives: str
    kernel: str
    stride: str
    padding: str
    parameters: str
    work: str
    sees: str
    jump: str
    opened: bool


@dataclass(frozen=True, slots=True)
class LayerTable:
    """A row for each layer, and what they come to together."""

    rows: tuple[LayerRow, ...]
    parameters: str
    work: str


def layer_table(trace: Trace) -> LayerTable | None:
    """Return the table of a stack; a single layer is said beside its output."""
    layers, shapes = trace.experiment.layers, trace.shapes
    if len(layers) < 2:
        return None
    return LayerTable(
        tuple(
            _row(n, layer, shapes[:n], opened=n == trace.experiment.focus.layer)
            for n, layer in enumerate(layers, 1)
        ),
        grouped(sum(layer.parameters for layer in layers)),
        grouped(sum(map(_work, layers, shapes))),
    )


def _row(n: int, layer: Layer, shapes: Sequence[Geometry], *, opened: bool) -> LayerRow:
    """Return the row of layer n from the sizes of all as far as it."""
    shape, field = shapes[-1], receptive_field(shapes, 0, 0)
    kind, kernel = KIND_WORDS[layer.kind], size_words(layer.kernel_size)
    if layer.activation != "identity":
        kind += f", then {activation_words(layer.activation)}"
    if layer.dilations != (1, 1):
        kernel += f", dilation {both_words(layer.dilations)}"
    return LayerRow(
        layer_name(n, layer),
        kind,
        f"{size_words(shape.input_size)} × {layer.inputs}",
        f"{size_words(shape.output_size)} × {layer.outputs}",
        kernel,
        both_words(layer.strides),
        _pads(shape),
        parameter_words(layer),
        grouped(_work(layer, shape)),
        size_words((field.height, field.width)),
        both_words(jump(shapes)),
        opened,
    )


def parameter_words(layer: Layer) -> str:
    """Return how many numbers a layer has and what they are the product of."""
    if layer.pools:
        return "none"
    factors = (*layer.kernel_size, layer.inputs // layer.groups, layer.outputs)
    return f"{grouped(layer.parameters)} = {'·'.join(map(str, factors))} + {layer.outputs}"


def _work(layer: Layer, shape: Geometry) -> int:
    return shape.multiply_adds(layer.inputs // layer.groups, layer.outputs)


def _pads(shape: Geometry) -> str:
    """Return the padding down and across, where before and after differ as 0 / 1."""
    down, across = (
        str(before) if before == after else f"{before} / {after}" for before, after in shape.pads
    )
    return down if down == across else f"{down} × {across}"
