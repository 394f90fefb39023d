"""From an experiment to every number behind its picture, with the one cache.

What a page, a map, a diagram or the API shows is read off a `Trace`.  The
cache holds input planes and partials by what they depend on, so that after
one changed weight only that partial and the sums that hold it are computed.
Everything in it can be dropped and made again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.conv import partial as partial_of
from multiconv.engine.geometry import Geometry, geometry
from multiconv.engine.probe import Probe, probe
from multiconv.engine.trace import LayerTrace, trace_layer
from multiconv.errors import InvalidValue, NotFound, TooLarge
from multiconv.experiment.model import LIMITS, Experiment, Layer, Limits, Source
from multiconv.imaging.codec import resized
from multiconv.imaging.colour import Clipping, automatic_range, clipping
from multiconv.imaging.samples import SAMPLES
from multiconv.imaging.store import Store

Plane = NDArray[np.float32]


@dataclass(frozen=True)
class Trace:
    """One experiment and every intermediate of its chosen output channel.

    ``levels`` is the input as people know it, (H, W, C) uint8 0…255; the layer
    works on ``levels / 255``.  ``range`` is what the ends of the colour bar
    stand for, shared by the partials and their sum.
    """

    experiment: Experiment
    levels: NDArray[np.uint8]
    layer: LayerTrace
    range: float
    pixel: tuple[int, int]

    @property
    def maps(self) -> tuple[Plane, ...]:
        """The planes that share one range: every partial, then the output."""
        shown = [partial for partial in self.layer.partials if partial is not None]
        return (*shown, self.layer.output)

    @property
    def clipped(self) -> tuple[Clipping, ...]:
        """How much of each of `maps` lies beyond the range."""
        return tuple(clipping(plane, self.range) for plane in self.maps)

    def probe(self, i: int, j: int) -> Probe:
        """Return the whole arithmetic of output pixel (i, j)."""
        rows, columns = self.layer.geometry.output_size
        for name, value, count in (("i", i, rows), ("j", j, columns)):
            if not 0 <= value < count:
                raise InvalidValue(
                    f"{name} is {value}, but the output has {count} "
                    f"{'rows' if name == 'i' else 'columns'}.",
                    f"Choose {name} from 0 to {count - 1}.",
                    field=name,
                )
        return probe(self.levels.astype(np.float64) / 255, self.layer, i, j)


class Tracer:
    """Makes traces, keeping in memory what the next one is likely to need.

    Parameters
    ----------
    store : Store
        Where uploaded pictures are.
    cache_bytes : int
        How much the cache may hold; the least recently used goes first.
    limits : Limits
        The work that one trace may ask for.
    """

    def __init__(
        self, store: Store, *, cache_bytes: int = 128 * 2**20, limits: Limits = LIMITS
    ) -> None:
        self._store = store
        self._limits = limits
        self._room = cache_bytes
        self._held = 0
        self._cache: OrderedDict[Hashable, NDArray[np.generic]] = OrderedDict()
        self._lock = threading.Lock()

    def trace(self, experiment: Experiment) -> Trace:
        """Return every intermediate of ``experiment``'s chosen output channel."""
        levels = self.levels(experiment.source)
        layer_trace = self._layer_trace(experiment, experiment.focus.k, levels)
        shown = [partial for partial in layer_trace.partials if partial is not None]
        extent = experiment.view.range or automatic_range((*shown, layer_trace.output))
        return Trace(
            experiment=experiment,
            levels=levels,
            layer=layer_trace,
            range=extent,
            pixel=self._pixel(experiment, layer_trace.geometry),
        )

    def output(self, experiment: Experiment, k: int) -> Plane:
        """Return output channel k after the activation, (H′, W′)."""
        levels = self.levels(experiment.source)
        return self._layer_trace(experiment, k, levels).output

    def levels(self, source: Source) -> NDArray[np.uint8]:
        """Return the picture at its working size, (H, W, 3) uint8."""

        def make() -> NDArray[np.uint8]:
            kind, _, name = source.image.rpartition(":")
            if kind == "sample":
                if name not in SAMPLES:
                    raise NotFound(
                        f"There is no sample called “{name[:40]}”.",
                        f"The samples are {', '.join(SAMPLES)}.",
                        field="image",
                    )
                return resized(SAMPLES[name].pixels(), source.size)
            return self._store.get(source.image, source.size)

        return cast(NDArray[np.uint8], self._kept(("levels", source), make))

    def geometry(self, experiment: Experiment) -> Geometry:
        """Return the sizes of ``experiment``'s layer, checked against the work allowed."""
        levels = self.levels(experiment.source)
        layer = experiment.layer
        shape = geometry(
            (levels.shape[0], levels.shape[1]),
            layer.kernel_size,
            strides=layer.strides,
            padding=layer.padding,
            padding_mode=layer.padding_mode,
            dilations=layer.dilations,
        )
        self._check_work(shape, layer, levels.shape[2])
        return shape

    def _layer_trace(self, experiment: Experiment, k: int, levels: NDArray[np.uint8]) -> LayerTrace:
        self.geometry(experiment)
        layer = experiment.layer
        source = experiment.source

        def partial(q: int, plane: Plane, kernel: NDArray[np.float64], shape: Geometry) -> Plane:
            key = ("partial", source, q, shape, kernel.tobytes())
            return cast(Plane, self._kept(key, lambda: partial_of(plane, kernel, shape)))

        x = cast(
            Plane,
            self._kept(("input", source), lambda: levels.astype(np.float32) / np.float32(255)),
        )
        return trace_layer(
            x,
            layer.filters(),
            k,
            bias=np.array(layer.bias),
            strides=layer.strides,
            padding=layer.padding,
            padding_mode=layer.padding_mode,
            dilations=layer.dilations,
            groups=layer.groups,
            activation=layer.activation,
            partial=partial,
        )

    def _pixel(self, experiment: Experiment, shape: Geometry) -> tuple[int, int]:
        """Return the pinned pixel: the link's, else the sample's own, else the middle."""
        _, _, name = experiment.source.image.rpartition(":")
        down, across = SAMPLES[name].focus if name in SAMPLES else (0.5, 0.5)
        rows, columns = shape.output_size
        focus = experiment.focus
        return (
            min(int(down * rows), rows - 1) if focus.i is None else focus.i,
            min(int(across * columns), columns - 1) if focus.j is None else focus.j,
        )

    def _check_work(self, shape: Geometry, layer: Layer, channels: int) -> None:
        rows, columns = shape.output_size
        work = shape.multiply_adds(channels, layer.outputs)
        room = 4 * rows * columns * (channels + 2 + layer.outputs)
        for name, asked, limit in (
            ("multiply-adds", work, self._limits.multiply_adds),
            ("bytes", room, self._limits.request_bytes),
        ):
            if asked > limit:
                raise TooLarge(
                    f"This layer asks for {asked:,} {name}; {limit:,} is the most for one request.",
                    "Choose a smaller size, fewer outputs, or a larger stride.",
                    field="size",
                    limit=f"{limit:,} {name}",
                )

    def _kept(self, key: Hashable, make: Callable[[], NDArray[np.generic]]) -> NDArray[np.generic]:
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key]
        made = make()
        made.setflags(write=False)
        with self._lock:
            if key not in self._cache and made.nbytes <= self._room:
                self._cache[key] = made
                self._held += made.nbytes
                while self._held > self._room:
                    _, dropped = self._cache.popitem(last=False)
                    self._held -= dropped.nbytes
        return made
