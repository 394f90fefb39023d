"""From an experiment to every number behind its picture, with the one cache.

What a page, a map, a diagram or the API shows is read off a `Trace`.  The
cache holds input planes and partials by what they depend on, so that after
one changed weight only that partial and the sums that hold it are computed.
Everything in it can be dropped and made again.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.conv import partial as partial_of
from multiconv.engine.geometry import Geometry, geometry
from multiconv.engine.probe import Probe, probe
from multiconv.engine.trace import LayerTrace, trace_layer
from multiconv.experiment.model import LIMITS, Experiment, Limits, Source
from multiconv.imaging.bands import Banded
from multiconv.imaging.ranges import Clipping, automatic_range, clipping, own_range
from multiconv.store.pictures import Store
from multiconv.tracing.cache import ArrayCache
from multiconv.tracing.cost import SHOWN, WHOLE_BYTES, check_work, whole_bytes
from multiconv.tracing.large import banded_trace
from multiconv.tracing.pictures import Scaled, is_sample, levels_of, pinned, scaled, size_of

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
        """How much of each of `maps` lies beyond the range that it is shown in."""
        return tuple(clipping(plane, self.range_of(plane)) for plane in self.maps)

    def range_of(self, plane: Plane) -> float:
        """Return what the ends of the colours stand for on one map: the range, or its own."""
        view = self.experiment.view
        if view.range is None and view.ranges == "each":
            return own_range(plane)
        return self.range

    def probe(self, i: int, j: int) -> Probe:
        """Return the whole arithmetic of output pixel (i, j)."""
        return probe(cast(NDArray[np.float64], Scaled(self.levels)), self.layer, i, j)


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
    whole : int
        The most bytes of arrays that a trace holds whole; a larger one's maps are `Banded`.
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
        self._limits = limits
        self._whole = whole
        self._cache = ArrayCache(cache_bytes)

    def trace(self, experiment: Experiment) -> Trace:
        """Return every intermediate of ``experiment``'s chosen output channel.

        Raises
        ------
        NotFound
            If there is no such picture.
        InvalidValue
            If the layer does not fit the picture, or the pixel not the output.
        TooLarge
            If it asks for more work or memory than the limits allow.
        """
        layer_trace = self._layer_trace(experiment, experiment.focus.k)
        pixel = pinned(experiment, layer_trace.geometry.output_size)
        layer_trace.geometry.window_of(*pixel)  # refuses one that the output does not have
        shown = [partial for partial in layer_trace.partials if partial is not None]
        extent = experiment.view.range or self._extent(experiment, (*shown, layer_trace.output))
        return Trace(
            experiment=experiment,
            levels=self.levels(experiment.source),
            layer=layer_trace,
            range=extent,
            pixel=pixel,
        )

    def output(self, experiment: Experiment, k: int) -> Plane:
        """Return output channel k after the activation, (H′, W′)."""
        return self._layer_trace(experiment, k).output

    def levels(self, source: Source) -> NDArray[np.uint8]:
        """Return the picture at its working size, (H, W, 3) uint8."""
        if not is_sample(source) and not self._store.has(source.image):
            self.forget(source.image)  # deleted, perhaps by another process
        made = self._cache.kept(("levels", source), lambda: levels_of(source, self._store))
        return cast(NDArray[np.uint8], made)

    def forget(self, image: str) -> None:
        """Drop from memory all that was made from a picture."""

        def concerns(key: Hashable) -> bool:
            return isinstance(key, tuple) and key[1].image == image

        self._cache.drop(concerns)

    def geometry(self, experiment: Experiment, outputs: int = 1, held: int = SHOWN) -> Geometry:
        """Return the sizes of ``experiment``'s layer, before any of its numbers is there.

        Parameters
        ----------
        experiment : Experiment
        outputs : int
            How many output channels are going to be computed, for the work to be counted.
        held : int
            What the answer holds a pixel of the output, in bytes, where maps are `Banded`.
        """
        source, layer = experiment.source, experiment.layer
        shape = geometry(
            size_of(source, self._store),
            layer.kernel_size,
            strides=layer.strides,
            padding=layer.padding,
            padding_mode=layer.padding_mode,
            dilations=layer.dilations,
        )
        check_work(shape, layer, outputs, self._limits, whole=self._whole, held=held)
        return shape

    def _layer_trace(self, experiment: Experiment, k: int) -> LayerTrace:
        shape = self.geometry(experiment)
        levels = self.levels(experiment.source)
        layer, source = experiment.layer, experiment.source
        how: dict[str, Any] = {
            "bias": np.array(layer.bias),
            "groups": layer.groups,
            "activation": layer.activation,
            "off": layer.off,
        }
        if whole_bytes(shape) > self._whole:
            return banded_trace(levels, layer.filters(), k, shape, **how)

        def partial(q: int, plane: Plane, kernel: NDArray[np.float64], shape: Geometry) -> Plane:
            key = ("partial", source, q, shape, kernel.tobytes())
            return cast(Plane, self._cache.kept(key, lambda: partial_of(plane, kernel, shape)))

        return trace_layer(
            cast(Plane, self._cache.kept(("input", source), lambda: scaled(levels))),
            layer.filters(),
            k,
            strides=layer.strides,
            padding=layer.padding,
            padding_mode=layer.padding_mode,
            dilations=layer.dilations,
            partial=partial,
            **how,
        )

    def _extent(self, experiment: Experiment, maps: tuple[Plane, ...]) -> float:
        if not isinstance(maps[-1], Banded):
            return automatic_range(maps)
        key = ("range", experiment.source, experiment.layer, experiment.focus.k)
        return float(self._cache.kept(key, lambda: np.array(automatic_range(maps))))
