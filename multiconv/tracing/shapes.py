"""The sizes of every layer of a stack, or why the picture does not go through it.

It stands alone since it computes with sizes only, where `trace` computes with numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from multiconv.engine.geometry import Geometry, Pair
from multiconv.engine.pooling import refuse_padding_alone
from multiconv.errors import InvalidValue, TooLarge
from multiconv.experiment.link import prefix
from multiconv.experiment.model import Layer
from multiconv.experiment.words import kind_words, size_words


def shapes_of(layers: Sequence[Layer], size: Pair) -> tuple[Geometry, ...]:
    """Return each layer's sizes over a picture; of several the one that does not fit is named."""
    shapes: list[Geometry] = []
    for n, layer in enumerate(layers, 1):
        try:
            shapes.append(_shape(layer, size))
        except InvalidValue as error:
            raise error if len(layers) == 1 else _of_layer(error, n, layer, size) from error
        size = shapes[-1].output_size
    return tuple(shapes)


def _shape(layer: Layer, size: Pair) -> Geometry:
    shape = layer.geometry(size)
    if layer.pools:
        refuse_padding_alone(shape)
    return shape


def _of_layer(error: InvalidValue, n: int, layer: Layer, size: Pair) -> InvalidValue:
    problem = error.problem[0].lower() + error.problem[1:]
    return InvalidValue(
        f"Layer {n} ({kind_words(layer)}) takes {layer.inputs} channels of {size_words(size)}: "
        f"{problem}",
        error.remedy,
        field=f"{prefix(n)}{error.field}",
        limit=error.limit,
    )


def smallest(run: Callable[[int], object], most: int) -> int | None:
    """Return the smallest working size, to ``most``, that ``run`` has pixels for; None for none."""
    low, high, found = 1, most, None
    while low <= high:
        size = (low + high) // 2
        try:
            run(size)
        except InvalidValue:
            low = size + 1
        else:
            found, high = size, size - 1
    return found


def largest(run: Callable[[int], object], most: int) -> int | None:
    """Return the largest working size that is neither too small for ``run`` nor too much."""
    low, high, found = 1, most, None
    while low <= high:
        size = (low + high) // 2
        try:
            run(size)
        except TooLarge:
            high = size - 1
        except InvalidValue:
            low = size + 1
        else:
            found, low = size, size + 1
    return found
