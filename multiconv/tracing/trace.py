"""From an experiment to every number behind its picture, with the one cache.

What a page, a map, a diagram or the API shows is read off a `Trace`.  The cache holds input
planes, the outputs of the layers before the opened one, and its partials, each by what it depends
on: after one changed weight only that partial and the sums that hold it are computed.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import prod
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.checks import flushed, refuse_non_finite
from multiconv.engine.conv import partial as partial_of
from multiconv.engine.conv import partials as partials_of
from multiconv.engine.geometry import Geometry
from multiconv.engine.probe import Probe, probe
from multiconv.engine.stack import cell_at, receptive_field
from multiconv.engine.trace import LayerTrace, trace_layer, trace_pool
from multiconv.engine.transposed import stamped_partial, transposed_partials, turned_filters
from multiconv.errors import InvalidValue, MultiConvError, TooLarge
from multiconv.experiment.banks import PLANES
from multiconv.experiment.changes import Held
from multiconv.experiment.model import (
    LIMITS,
    MAX_POOL,
    MOST,
    Experiment,
    Focus,
    Layer,
    Limits,
    Network,
    Source,
)
from multiconv.imaging.ranges import Clipping, automatic_range, clipping
from multiconv.store.pictures import Store
from multiconv.tracing.cache import ArrayCache
from multiconv.tracing.cost import AT_ONCE_BYTES, SHOWN, WHOLE_BYTES, Stack, is_banded
from multiconv.tracing.large import banded_trace
from multiconv.tracing.learning import Learning, learning_of
from multiconv.tracing.pictures import (
    Scaled,
    is_sample,
    levels_of,
    own_size_of,
    pinned,
    planes_in_ones,
    planes_of,
)
from multiconv.tracing.shapes import Sizes

Plane = NDArray[np.float32]

FEW = 3
"""Partials that are made one by one; more of them are one call of the engine."""

IN_ONE_BYTES = 2**20
"""Of a transposed layer's partials that take no more, all are made, and kept, as one array."""

GAINS = (100, 10)
"""How many times as strong as their sum what many channels add may be drawn."""

LATENT_RANGE = 2.5
"""What the ends of the colours stand for on a generator's numbers."""

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Trace:
    """One experiment and every intermediate of its opened layer's chosen output channel.

    ``inputs`` are the layer's input maps, (H, W, C): a picture's levels, uint8 0…255, of which the
    layer works on ``levels / 255``, or float32: what the layer before puts out, or a generator's
    numbers.  ``range`` is what
    the ends of the colour bar stand for, shared by the partials and their sum.  ``shapes`` are the
    sizes of every layer, those behind the opened one too.
    """

    experiment: Experiment
    inputs: NDArray[np.uint8] | NDArray[np.float32]
    layer: LayerTrace
    range: float
    pixel: tuple[int, int]
    shapes: tuple[Geometry, ...] = ()
    learning: Learning | None = None

    @property
    def asked(self) -> Experiment:
        """The experiment as its link says it: of a layer that learns, as it began."""
        return self.learning.asked if self.learning else self.experiment

    @property
    def levels(self) -> NDArray[np.uint8]:
        """The picture's levels, (H, W, C) uint8; a deeper layer has none."""
        if self.inputs.dtype != np.uint8:
            raise TypeError("the inputs of a deeper layer are no levels")
        return cast("NDArray[np.uint8]", self.inputs)

    @cached_property
    def maps(self) -> tuple[Plane, ...]:
        """The planes that share one range: every partial, then the output if there is one."""
        return _maps(self.layer, self.experiment)

    @cached_property
    def ranges(self) -> tuple[float, ...]:
        """The range that each of `maps` is shown in."""
        last = len(self.maps) - self.experiment.sums
        return tuple(
            self.partial_range(plane) if at < last else self.range_of(plane)
            for at, plane in enumerate(self.maps)
        )

    @cached_property
    def clipped(self) -> tuple[Clipping, ...]:
        """How much of each of `maps` lies beyond the range that it is shown in."""
        return tuple(map(clipping, self.maps, self.ranges))

    @cached_property
    def rows(self) -> tuple[int, ...]:
        """The input channels that have a row: those chosen, or that add most at the pixel."""
        chosen, every = self.experiment.focus.rows, range(len(self.layer.partials))
        if self.experiment.layer.pools:
            return (self.experiment.focus.k,)
        if not self.experiment.layer.has_rest:
            return tuple(every)
        if isinstance(chosen, tuple):
            return chosen
        return tuple(sorted(sorted(every, key=lambda q: -abs(self.subtotal(q)))[:MOST]))

    def subtotal(self, q: int) -> float:
        """Return what input channel q adds at the pinned pixel."""
        partial = self.layer.partials[q]
        return 0.0 if partial is None else float(partial[self.pixel])

    @cached_property
    def gain(self) -> int:
        """How many times as strong as their sum what one of many channels adds is drawn."""
        view = self.experiment.view
        if view.gain is not None or view.range is not None or view.ranges == "each":
            return view.gain or 1
        if len(self.layer.partials) <= PLANES:
            return 1
        partials = [each for each in self.layer.partials if each is not None]
        extent = automatic_range(partials) * (1 - _ROUNDING)
        return next((gain for gain in GAINS if extent * gain <= self.range), 1)

    @cached_property
    def held(self) -> Held:
        """What an edit of values is to leave as it is."""
        many = len(self.layer.partials) > PLANES
        rows = self.rows if self.experiment.layer.has_rest else None
        return Held(self.range, self.gain if many else None, rows)

    def partial_range(self, plane: Plane) -> float:
        """Return what the ends of the colours stand for on what one channel adds."""
        return self.range_of(plane) / self.gain

    def input_range(self, plane: NDArray[Any]) -> float:
        """Return what the ends of the colours stand for on an input map."""
        is_latent = self.experiment.source.z is not None and not self.experiment.before
        return LATENT_RANGE if is_latent else self.range_of(plane)

    def range_of(self, plane: Plane) -> float:
        """Return what the ends of the colours stand for on one map: the range, or its own."""
        view = self.experiment.view
        if view.range is None and view.ranges == "each":
            return automatic_range((plane,))
        return self.range

    def probe(self, i: int, j: int) -> Probe:
        """Return the whole arithmetic of output pixel (i, j)."""
        is_picture = self.inputs.dtype == np.uint8
        x = Scaled(self.levels) if is_picture else self.inputs
        return probe(cast("NDArray[np.float64]", x), self.layer, i, j)


class Tracer:
    """Makes traces, keeping in memory what the next one is likely to need.

    ``store`` is where uploaded pictures are; of the cache's bytes the least recently used go
    first.  A trace may ask for the work that ``limits`` allow, and holds at most ``whole`` bytes
    of arrays; a larger one's maps are `Banded`.
    """

    def __init__(
        self,
        store: Store,
        *,
        cache_bytes: int = 128 * 2**20,
        limits: Limits = LIMITS,
        whole: int = WHOLE_BYTES,
    ) -> None:
        self._store = store
        self._whole = whole
        self._sizes = Sizes(store, limits, whole)
        self.cache = ArrayCache(cache_bytes)

    def over(self, store: Store) -> Tracer:
        """Return this tracer, with the same cache, over its store as one request sees it."""
        found = copy(self)
        found._store, found._sizes = store, replace(self._sizes, store=store)
        return found

    def trace(self, experiment: Experiment) -> Trace:
        """Return every intermediate of ``experiment``'s chosen output channel.

        Refuses a picture that is not there, a layer that does not fit it, a pixel that the output
        does not have, and more work or memory than the limits allow.
        """
        learning = self.learning(experiment)
        experiment = learning.shown if learning else experiment
        shapes = self.shapes(experiment)
        stack = self._sizes.stack(experiment)
        layer_trace = self._layer_trace(experiment, experiment.focus.k, stack)
        pixel = self._pinned(experiment, shapes)
        layer_trace.geometry.window_of(*pixel)  # refuses one that the output does not have
        usual = learning.range if learning else None
        extent = experiment.view.range or usual or self._extent(experiment, layer_trace)
        pictured = not experiment.before and experiment.source.z is None
        inputs = self.levels(experiment.source) if pictured else self._inputs(experiment)
        return Trace(experiment, inputs, layer_trace, extent, pixel, shapes, learning)

    def learning(self, experiment: Experiment) -> Learning | None:
        """Return how far an experiment's layer has learned what its link asks for, if anything."""
        target = experiment.focus.target
        if target is None:
            return None
        stack = self._sizes.stack(experiment)
        if is_banded(stack, self._whole):
            raise TooLarge(
                "Learning is shown on pictures that are held whole, and this one is too large.",
                "Choose a working size: size=160.",
                field="target",
            )
        shape, _ = stack[-1]
        return learning_of(experiment, target, self._inputs(experiment), shape, self.cache)

    def learned(self, experiment: Experiment) -> Experiment:
        """Return an experiment with the kernels that it has after its steps of learning."""
        learning = self.learning(experiment)
        return learning.shown if learning else experiment

    def shapes(self, experiment: Experiment) -> tuple[Geometry, ...]:
        """Return the sizes of every layer, before any number is there."""
        return self._sizes.shapes(experiment)

    def outputs_of(self, experiment: Experiment, n: int) -> Plane:
        """Return every output of layer n, (H′, W′, K), after its activation; of 0 the input.

        They are held whole, and cost what that takes.  What the opened layer is under a
        what-if, the layers behind it take.
        """
        experiment = self.learned(experiment)
        if n > 0:
            self._sizes.stack(experiment, experiment.layers[n - 1].outputs, upto=n)
        if n >= experiment.focus.layer and not experiment.sums:
            raise InvalidValue(
                "Where partials are left apart there is no output, and none of a layer behind.",
                "Leave out if=apart.",
                field="if",
            )
        return self._run(experiment, n)

    def _pinned(self, experiment: Experiment, shapes: Sequence[Geometry]) -> tuple[int, int]:
        """Return the pinned pixel (i, j): the link's; else, in a network, its highest last cell.

        In other layers that is the pixel whose field is centred nearest that cell's.
        """
        focus, seen = experiment.focus, shapes[: experiment.focus.layer]
        usual = pinned(experiment, seen[-1].output_size)
        if experiment.network is None or None not in (focus.i, focus.j) or experiment.source.z:
            return usual
        own = _opened(experiment, experiment.network)
        try:
            last = self.outputs_of(own, len(own.layers))[..., 0]
            cell = np.unravel_index(last.argmax(), last.shape)
            place = receptive_field(self.shapes(own), int(cell[0]), int(cell[1])).centre
        except MultiConvError:
            return usual  # the picture does not go through the network as it comes
        i, j = cell_at(seen, *place)
        return i if focus.i is None else focus.i, j if focus.j is None else focus.j

    def output(self, experiment: Experiment, k: int) -> Plane:
        """Return output channel k after the activation, (H′, W′)."""
        experiment = self.learned(experiment)
        many = experiment.before or experiment.layer.transposed or experiment.source.z is not None
        if many:  # all of them are needed for the row of volumes, and are kept
            return self.outputs_of(experiment, experiment.focus.layer)[..., k]
        return self._layer_trace(experiment, k, self._sizes.stack(experiment)).output

    def levels(self, source: Source) -> NDArray[np.uint8]:
        """Return the picture at its working size, (H, W, 3) uint8; a generator has none."""
        if source.z is not None:
            raise InvalidValue(
                "A generator has no picture that it works on: it makes one out of numbers.",
                "Ask for the maps of a layer, as layer-5-0.",
                field="map",
            )
        if not is_sample(source) and not self._store.has(source.image):
            self.forget(source.image)  # deleted, perhaps by another process
        made = self.cache.get(("levels", source), lambda: levels_of(source, self._store))
        return cast("NDArray[np.uint8]", made)

    def own_size(self, source: Source) -> tuple[int, int]:
        """Return a picture's own height and width."""
        return own_size_of(source, self._store)

    def forget(self, image: str) -> None:
        """Drop from memory all that was made from a picture."""

        def concerns(key: Hashable) -> bool:
            return isinstance(key, tuple) and getattr(key[1], "image", None) == image

        self.cache.drop(concerns)

    def geometry(self, experiment: Experiment, outputs: int = 1, held: int = SHOWN) -> Geometry:
        """Return the sizes of ``experiment``'s opened layer, before any of its numbers is there.

        The work is counted for so many outputs, and for what the answer holds a pixel of the
        output, in bytes, where maps are `Banded`.
        """
        return self._sizes.stack(experiment, outputs, held)[-1][0]

    def allow_backward(self, experiment: Experiment) -> None:
        """Refuse what is too much work if the pinned value is followed back to the picture."""
        self._sizes.stack(experiment, backward=True)

    def _inputs(self, experiment: Experiment) -> Plane:
        """Return what the opened layer takes, (H, W, C), each channel's plane in one piece."""
        maps = self._run(experiment, experiment.focus.layer - 1)
        if not experiment.before:
            return maps
        key = ("planes", experiment.source, _token(experiment.before))
        return cast("Plane", self.cache.get(key, lambda: planes_of(maps)))

    def _run(self, experiment: Experiment, upto: int) -> Plane:
        """Return all outputs of a layer, each kept by what it depends on."""
        if experiment.source.z is None:
            self.levels(experiment.source)  # also where they are kept: it may have been deleted
        return self._made(experiment, upto)

    def _made(self, experiment: Experiment, upto: int) -> Plane:
        """Return what `_run` does; layers before the last one kept are not gone through."""
        source, layers, focus = experiment.source, experiment.layers, experiment.focus
        if upto < 1:
            if source.z is not None:
                return source.z.plane()
            made = self.cache.get(("input", source), lambda: planes_in_ones(self.levels(source)))
            return cast("Plane", made)
        what_if = focus.what_if if upto == focus.layer else ""
        supposed = (focus.layer, focus.what_if) if focus.what_if and upto >= focus.layer else None

        def make() -> Plane:
            return self._output_of(layers[upto - 1], self._made(experiment, upto - 1), what_if)

        key = ("layer", source, _token(layers[:upto]), supposed)
        return cast("Plane", self.cache.get(key, make))

    def _layer_trace(self, experiment: Experiment, k: int, stack: Stack) -> LayerTrace:
        (shape, layer), source, before = stack[-1], experiment.source, experiment.before
        if layer.pools:
            return trace_pool(
                self._inputs(experiment),
                layer.kernel_size,
                k,
                largest=layer.kind == MAX_POOL,
                strides=layer.strides,
                padding=layer.padding,
                off=layer.off,
            )
        how: dict[str, Any] = {
            "bias": np.array(layer.bias),
            "groups": layer.groups,
            "activation": layer.activation,
            "off": layer.off,
            "mean": experiment.focus.what_if == "mean",
        }
        if is_banded(stack, self._whole):
            filters = layer.under(experiment.focus.what_if).filters()
            return banded_trace(self.levels(source), filters, k, shape, **how)

        if layer.adding(k) and shape.transposed and _held_in_one(layer, shape) <= IN_ONE_BYTES:
            return self._stamped_trace(experiment, k, shape)
        filters = self._filters(layer, experiment.focus.what_if)
        x, group, token = self._inputs(experiment), layer.group_of(k), _token(before)
        kernels = {q: filters[:, :, q - group[0], k].astype(x.dtype) for q in layer.adding(k)}

        def key_of(q: int, kernel: Plane) -> Hashable:
            return "partial", source, token, q, shape, kernel.tobytes()

        lacking = self.cache.lacks(key_of(q, kernel) for q, kernel in kernels.items())
        missing = [q for q, lacks in zip(kernels, lacking, strict=True) if lacks]
        at_once: dict[int, Plane] = {}
        if len(missing) > FEW:
            pixels = prod(shape.input_size) + prod(shape.output_size)
            many = max(1, AT_ONCE_BYTES // (8 * pixels))
            for part in (missing[at : at + many] for at in range(0, len(missing), many)):
                own = np.stack([kernels[q] for q in part], axis=-1)[..., np.newaxis]
                planes = x.transpose(2, 0, 1)[part].transpose(1, 2, 0)
                if layer.transposed:
                    added = transposed_partials(planes, turned_filters(own), 0, **layer.how())
                else:
                    added = partials_of(planes, own, 0, **layer.how())
                at_once |= {q: added[..., at].copy() for at, q in enumerate(part)}

        def partial(q: int, plane: Plane, kernel: Plane, shape: Geometry) -> Plane:
            def make() -> Plane:
                return at_once.pop(q) if q in at_once else alone(plane, kernel, shape)

            return cast("Plane", self.cache.get(key_of(q, kernel), make))

        alone = stamped_partial if layer.transposed else partial_of
        return trace_layer(
            x,
            turned_filters(filters, layer.groups) if layer.transposed else filters,
            k,
            partial=partial,
            transposed=layer.transposed,
            **layer.how(),
            **how,
        )

    def _stamped_trace(self, experiment: Experiment, k: int, shape: Geometry) -> LayerTrace:
        """Return the trace of a transposed layer whose partials, their sum and the output are few.

        They are kept as one array, and so asked for at once.
        """
        layer, source = experiment.layer, experiment.source
        adding, first = layer.adding(k), layer.group_of(k)[0]
        own = self._filters(layer, "")[:, :, [q - first for q in adding], k]

        def make() -> Plane:
            x = self._inputs(experiment)[:, :, adding]
            turned = turned_filters(own[..., np.newaxis])
            added = transposed_partials(x, turned, 0, **layer.how())
            traced = trace_layer(
                x,
                turned,
                0,
                bias=np.array(layer.bias[k : k + 1]),
                activation=layer.activation,
                partial=lambda q, *_: added[..., q],
                transposed=True,
                **layer.how(),
            )
            return np.stack([*added.transpose(2, 0, 1), traced.sum, traced.output])

        key = ("stamped", source, _token((*experiment.before, layer)), k)
        *planes, total, output = cast("Plane", self.cache.get(key, make))
        kernels = np.zeros((*shape.kernel_size, layer.inputs))
        kernels[:, :, adding] = own
        partials: list[Plane | None] = [None] * layer.inputs
        for q, plane in zip(adding, planes, strict=True):
            partials[q] = plane
        name, maps = layer.activation, (tuple(partials), total, output)
        return LayerTrace(shape, kernels, layer.bias[k], 1, name, *maps)

    def _filters(self, layer: Layer, what_if: str) -> NDArray[np.float64]:
        """Return a layer's filters as they are given, those left out too."""
        key = ("filters", _token((layer,)), what_if)
        kept = self.cache.get(key, lambda: layer.under(what_if).filters())
        return cast("NDArray[np.float64]", kept)

    def _output_of(self, layer: Layer, x: Plane, what_if: str) -> Plane:
        """Return all outputs of a layer, (H′, W′, K), after the activation."""
        if layer.pools:
            return cast("Plane", layer.passage(x).output())
        key = ("filters used", _token((layer,)), what_if)
        filters = self.cache.get(key, lambda: _filters_used(layer, what_if))
        return cast("Plane", layer.passage(x, what_if, filters).output())

    def _extent(self, experiment: Experiment, trace: LayerTrace) -> float:
        focus, layers = experiment.focus, (*experiment.before, experiment.layer)
        if experiment.layer.extent:
            return experiment.layer.extent
        maps = _maps(trace, experiment)
        key = ("range", experiment.source, _token(layers), focus.k, focus.what_if)
        return float(self.cache.get(key, lambda: np.array(automatic_range(maps))))


def _maps(layer: LayerTrace, experiment: Experiment) -> tuple[Plane, ...]:
    partials = tuple(partial for partial in layer.partials if partial is not None)
    return (*partials, layer.output) if experiment.sums else partials


def _held_in_one(layer: Layer, shape: Geometry) -> int:
    """Return how many bytes the partials of an output, their sum and the output take."""
    return (layer.inputs // layer.groups + 2) * prod(shape.output_size) * np.float32().itemsize


def _opened(experiment: Experiment, network: Network) -> Experiment:
    """Return a network as it comes, over an experiment's picture, opened at its last layer."""
    layers, source = network.layers, experiment.source
    return Experiment(source, layers, Focus(layer=len(layers)), network=network)


@lru_cache(512)
def _token(_: tuple[Layer, ...]) -> object:
    """Return what stands for layers in keys: layers have hundreds of numbers to compare."""
    return object()


def _filters_used(layer: Layer, what_if: str) -> Plane:
    """Return the filters that a layer runs with, looked at, in the order they are multiplied in."""
    filters = layer.filters_under(what_if).astype(np.float32)
    refuse_non_finite(filters, "filters")
    filters = flushed(filters)
    if not layer.transposed:
        return filters
    turned = np.ascontiguousarray(turned_filters(filters, layer.groups))
    return turned_filters(turned, layer.groups)
