"""The sizes of every layer of a stack and its price, or why the picture does not go through it.

Nothing here has a picture's numbers: what is refused is refused before there are any.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf

from multiconv.engine.geometry import Geometry, Pair
from multiconv.engine.pooling import refuse_padding_alone
from multiconv.errors import InvalidValue, TooLarge
from multiconv.experiment.link import prefix
from multiconv.experiment.model import Experiment, Layer, Limits, Source
from multiconv.experiment.words import kind_words, size_words
from multiconv.store.pictures import Store
from multiconv.tracing.cost import SHOWN, Stack, check_work
from multiconv.tracing.pictures import own_size_of, size_of


@lru_cache(256)
def shapes_of(layers: tuple[Layer, ...], size: Pair) -> tuple[Geometry, ...]:
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


@dataclass(frozen=True, slots=True)
class Sizes:
    """What stacks over the pictures of a store measure and cost, within limits.

    ``whole`` is the most bytes of arrays that are held whole.
    """

    store: Store
    limits: Limits
    whole: int

    def shapes(self, experiment: Experiment, *, told: bool = True) -> tuple[Geometry, ...]:
        """Return the sizes of every layer, before any number is there.

        Of a picture that is too small for them it is ``told`` which size is not.
        """
        source, layers = experiment.source, experiment.layers
        if source.z is not None:
            return shapes_of(layers, (1, 1))
        if source.size is None and len(layers) > 1:
            raise self._whole_refused(experiment)
        size = size_of(source, self.store)
        try:
            return shapes_of(layers, size)
        except InvalidValue as error:
            if not told or len(layers) == 1:
                raise
            raise InvalidValue(
                error.problem,
                f"{error.remedy} {self._enough(experiment)}",
                field=error.field,
                limit=error.limit,
            ) from error

    def _longest(self, source: Source) -> int:
        return min(max(own_size_of(source, self.store)), self.limits.working_size)

    def _enough(self, experiment: Experiment) -> str:
        """Return which working size these layers have pixels for."""
        most = self._longest(experiment.source)
        found = smallest(lambda size: self.shapes(_at_size(experiment, size), told=False), most)
        if found is None:
            return f"This picture, at most {most} pixels long, is too small at every size."
        return f"The smallest size that goes through all layers is size={found}."

    def _whole_refused(self, experiment: Experiment) -> InvalidValue:
        count, found = len(experiment.layers), self._largest(experiment, 1, None)
        return InvalidValue(
            f"size is full, but the whole picture is worked on with one layer, not with {count}.",
            f"Write size={found}, the largest that fits." if found else "Leave out layers.",
            field="size",
            limit=f"{found} pixels" if found else None,
        )

    def _largest(
        self, experiment: Experiment, outputs: int, upto: int | None, backward: bool = False
    ) -> int | None:
        """Return the largest working size at which the layers are not too much work."""

        def run(size: int) -> None:
            self._priced(_at_size(experiment, size), outputs, SHOWN, upto, backward)

        return largest(run, self._longest(experiment.source))

    def stack(
        self,
        experiment: Experiment,
        outputs: int = 1,
        held: int = SHOWN,
        upto: int | None = None,
        *,
        backward: bool = False,
    ) -> Stack:
        """Return the layers up to one with their sizes, their work found allowed.

        That is the opened one, if no other is asked for, ``upto``, to be held whole; ``backward``
        its value is followed back.
        """
        try:
            return self._priced(experiment, outputs, held, upto, backward)
        except TooLarge as error:
            if len(experiment.layers) == 1 or experiment.source.z is not None:
                raise
            found = self._largest(experiment, outputs, upto, backward)
            remedy = f" The largest size that fits is size={found}." if found else ""
            raise TooLarge(
                error.problem, f"{error.remedy}{remedy}", field=error.field, limit=error.limit
            ) from error

    def _priced(
        self, experiment: Experiment, outputs: int, held: int, upto: int | None, backward: bool
    ) -> Stack:
        shapes = self.shapes(experiment)
        stack = list(zip(shapes, experiment.layers, strict=True))[: upto or experiment.focus.layer]
        check_work(
            stack,
            outputs,
            self.limits,
            whole=inf if upto else self.whole,
            held=held,
            backward=backward,
        )
        return stack


def _at_size(experiment: Experiment, size: int) -> Experiment:
    return replace(experiment, source=replace(experiment.source, size=size))
