"""A layer's trace of a picture too large to be held as floats: strip by strip.

A convolution costs less than the pages of memory that its result would lie in, so nothing is
kept but the picture's levels.  A band of a map is the trace of the strip of the picture under
it: the arithmetic is `trace_layer`'s and nobody else's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Geometry
from multiconv.engine.trace import LayerTrace, trace_layer
from multiconv.imaging.bands import BAND, Banded


@dataclass(frozen=True)
class BandedTrace(LayerTrace):
    """A `LayerTrace` whose maps are `Banded`."""

    running_of: Callable[[int], Any]
    signed_of: Callable[[int], Any]

    def running(self, count: int) -> Any:
        """Return what the first ``count`` input channels add up to, without the bias."""
        return self.running_of(count)

    def signed(self, sign: int) -> Any:
        """Return what adds to the sum, or takes from it, at each pixel."""
        return self.signed_of(sign)


def banded_trace(
    levels: NDArray[np.uint8],
    filters: NDArray[np.float64],
    k: int,
    g: Geometry,
    *,
    bias: NDArray[np.float64],
    groups: int,
    activation: str,
    off: Collection[int],
    mean: bool = False,
) -> BandedTrace:
    """Return output channel k of a layer over ``levels / 255`` as `trace_layer` does, `Banded`.

    ``g`` is of the whole picture, (H, W, C).
    """
    all_channels = frozenset(range(levels.shape[2]))
    taking_part = all_channels.difference(off)
    (s1, s2), reach = g.strides, (g.kernel_size[0] - 1) * g.dilations[0]

    def strip(first: int, stop: int, every: int, needed: Collection[int]) -> LayerTrace:
        last = first + (stop - 1 - first) // every * every
        return trace_layer(
            strip_of(levels, g, first * s1, last * s1 + reach + 1, needed),
            filters,
            k,
            bias=bias,
            strides=(s1 * every, s2 * every),
            padding="VALID",
            dilations=g.dilations,
            groups=groups,
            activation=activation,
            off=all_channels.difference(needed),
            mean=mean,
        )

    height = max(1, max(BAND // g.input_size[1], reach) // s1)

    def banded(needed: Collection[int], shown: Callable[[LayerTrace], Any]) -> Any:
        return Banded(
            g.output_size,
            height,
            lambda first, stop, every: shown(strip(first, stop, every, needed)),
        )

    def partial(q: int) -> Any:
        return banded({q}, lambda trace: trace.partials[q])

    def running(count: int) -> Any:
        needed = taking_part.intersection(range(count))
        return banded(needed, lambda trace: trace.running(count))

    like = strip(0, 1, 1, taking_part)
    return BandedTrace(
        geometry=g,
        filters=like.filters,
        bias=like.bias,
        divisor=like.divisor,
        activation=activation,
        partials=tuple(
            partial(q) if made is not None else None for q, made in enumerate(like.partials)
        ),
        sum=banded(taking_part, lambda trace: trace.sum),
        output=banded(taking_part, lambda trace: trace.output),
        running_of=running,
        signed_of=lambda sign: banded(taking_part, lambda trace: trace.signed(sign)),
    )


def strip_of(
    levels: NDArray[np.uint8], g: Geometry, first: int, stop: int, needed: Collection[int]
) -> NDArray[np.float32]:
    """Return some rows of the padded picture / 255, (rows, left + W + right, C).

    ``first`` and ``stop`` are its rows; channels that are not needed are zeros.
    """
    rows, columns = np.array(g.sources(0)[first:stop]), np.array(g.sources(1))
    left, width = g.pads[1][0], g.input_size[1]
    low, high = int(rows[0]), int(rows[-1]) + 1
    inside = low >= 0 and high - low == len(rows) and bool((np.diff(rows) == 1).all())
    seen = levels[low:high] if inside else levels[rows]
    planes = np.zeros((levels.shape[2], len(rows), len(columns)), np.float32)
    for q in needed:
        plane = planes[q]
        whole = plane[:, left : left + width]
        np.divide(seen[..., q], np.float32(255), out=whole)
        for pad in (slice(left), slice(left + width, None)):
            if len(columns[pad]) and columns[pad][0] >= 0:
                plane[:, pad] = whole[:, columns[pad]]
        plane[rows < 0] = 0
    return planes.transpose(1, 2, 0)
