"""The working as the template needs it: a row per input channel, the output, the colour bar."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from numpy.typing import NDArray

from multiconv.drawing.marks import Mark, rim_path, unused_path, window_mark
from multiconv.experiment.clicks import OUTPUT_WIDTH, ROW_WIDTH, drawn_size
from multiconv.experiment.model import CHANNELS, Layer
from multiconv.experiment.numbers import shown, weight_text
from multiconv.figure.kernel import KernelView, kernel_view, written
from multiconv.figure.links import map_link
from multiconv.figure.output import has_each
from multiconv.imaging.bands import nothing, summary
from multiconv.imaging.colour import rounded_up
from multiconv.tracing.trace import Trace

DIGITS = 6
"""The digits of a value that a float32 sum of products is sure of."""


@dataclass(frozen=True)
class MapView:
    """One map in the page: where its picture is, how large it stands, what it says in words."""

    name: str
    field: str
    address: str
    rows: int
    columns: int
    width: int
    height: int
    alt: str
    mark: Mark
    value: str = ""
    rim: str = ""
    unused: str = ""
    extent: str = ""

    @property
    def reach(self) -> float:
        """Map pixels per picture pixel, so that marks keep their size on the screen."""
        return max(self.rows, self.columns) / max(self.width, self.height)


@dataclass(frozen=True)
class Row:
    """One input channel: its plane, its kernel, what it adds."""

    q: int
    role: str
    label: str
    plane: MapView
    kernel: KernelView
    partial: MapView
    off: bool = False
    apart: bool = False


def _words(plane: NDArray[np.generic], scale: float = 1.0) -> str:
    low, high, mean = (value / scale for value in summary(plane))
    return f"{shown(low, 2)} … {shown(high, 2)}, mean {shown(mean, 2)}"


def outside_group(layer: Layer, q: int, k: int) -> bool:
    """Tell whether input channel q is in another group than output k.

    Examples
    --------
    >>> from dataclasses import replace
    >>> depthwise = replace(Layer(), outputs=6, groups=3)
    >>> [outside_group(depthwise, q, 3) for q in range(3)]
    [True, False, True]
    """
    return q * layer.groups // len(CHANNELS) != k * layer.groups // layer.outputs


def rows_of(
    trace: Trace,
    build: str,
    typed: dict[str, list[str]],
    wrong: dict[str, frozenset[int]],
) -> list[Row]:
    """Return the rows of the working, one per input channel."""
    experiment, layer = trace.experiment, trace.experiment.layer
    k = experiment.focus.k
    i, j = trace.pixel
    shape = trace.layer.geometry
    window = window_mark(shape.window_of(i, j))
    extent = weight_scale(trace)
    rows = []
    for q, partial in enumerate(trace.layer.partials):
        role = CHANNELS[q]
        height, width = trace.levels.shape[:2]
        box = drawn_size(height, width, ROW_WIDTH)
        level = trace.levels[:, :, q]
        added = nothing(shape.output_size) if partial is None else partial
        field = f"w.{q}.{k}"
        rows.append(
            Row(
                q,
                role,
                role.capitalize(),
                MapView(
                    f"input-{q}",
                    f"at.input-{q}",
                    map_link(experiment, f"input-{q}", trace.range, build),
                    height,
                    width,
                    *box,
                    f"Input channel {q}, {role}: {_words(level, 255)}",
                    window,
                    rim=rim_path(shape, max(height, width) / ROW_WIDTH),
                    unused=unused_path(shape),
                ),
                kernel_view(
                    layer.kernel(q, k),
                    extent,
                    field,
                    role.capitalize(),
                    typed.get(field),
                    wrong.get(field, frozenset()),
                    written(layer, q, k),
                ),
                _signed(
                    trace,
                    f"partial-{q}",
                    f"at.partial-{q}",
                    added,
                    build,
                    ROW_WIDTH,
                    f"What {role} adds",
                ),
                q in layer.off,
                outside_group(layer, q, k),
            )
        )
    return rows


def output_of(trace: Trace, build: str) -> MapView:
    """Return the summed channel at twice the rows' scale."""
    k = trace.experiment.focus.k
    return _signed(
        trace, f"output-{k}", "at", trace.layer.output, build, OUTPUT_WIDTH, f"Output channel {k}"
    )


def _signed(
    trace: Trace,
    name: str,
    field: str,
    plane: NDArray[np.float32],
    build: str,
    longest: int,
    called: str,
) -> MapView:
    i, j = trace.pixel
    rows, columns = plane.shape
    return MapView(
        name,
        field,
        map_link(trace.experiment, name, trace.range_of(plane), build),
        rows,
        columns,
        *drawn_size(rows, columns, longest),
        f"{called}: {_words(plane)}",
        Mark(i, j, 1, 1),
        captioned(float(plane[i, j])),
        extent=f"±{weight_text(trace.range_of(plane))}" if has_each(trace) else "",
    )


def captioned(value: float) -> str:
    """Return a value as captions say it: three places, and no more digits than float32 is sure of.

    Examples
    --------
    >>> captioned(0.53846), captioned(-1234.5678), captioned(886274.812), captioned(-23456789.0)
    ('+0.538', '−1234.57', '+886275', '−23456800')
    """
    whole = len(str(int(abs(value))))
    unit = 10 ** max(whole - DIGITS, 0)
    places = min(3, max(DIGITS - whole, 0))
    step = Decimal(unit).scaleb(-places)
    exact = (Decimal(value) / step).quantize(Decimal(1), ROUND_HALF_UP) * step
    return shown(float(exact), places, signed=True)


def weight_scale(trace: Trace) -> float:
    """Return the weight that gets the fullest tint: the chosen filter's largest, rounded up."""
    largest = float(np.abs(trace.layer.filters).max())
    return rounded_up(largest) if largest else 1.0
