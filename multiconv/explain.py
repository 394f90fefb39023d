"""The figure in a notebook: what each channel of an array adds under filters of one's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.activations import activation as activation_of
from multiconv.engine.conv import conv2d
from multiconv.engine.geometry import Padding, Pair
from multiconv.engine.trace import LayerTrace, trace_layer
from multiconv.errors import InvalidValue

if TYPE_CHECKING:  # loaded when a figure is asked for
    from multiconv.experiment.model import Experiment
    from multiconv.tracing.trace import Trace

Array = NDArray[Any]

MOST_BYTES = 1_000_000
"""The most that a notebook is handed and keeps."""


@dataclass(frozen=True)
class Explanation:
    """A figure that notebooks display; `svg` is the drawing itself.

    Attributes
    ----------
    svg : str
        Self-contained: no script, nothing fetched, at most 1 MB.
    words : str
        The same in a sentence.
    """

    svg: str = field(repr=False)
    words: str

    def _repr_svg_(self) -> str:
        """Return the drawing, for notebooks, which keep every form that they are given."""
        return self.svg


def explain(
    image: Array,
    filters: Array,
    k: int = 0,
    *,
    pixel: Pair | None = None,
    bias: Array | None = None,
    strides: int | Pair = (1, 1),
    padding: Padding = "SAME",
    padding_mode: str = "zeros",
    dilations: int | Pair = (1, 1),
    groups: int = 1,
    activation: str = "identity",
) -> Explanation:
    """Return the figure of one layer: each channel's kernel, what it adds, and the sum.

    Parameters
    ----------
    image : (H, W, C) array
        uint8 levels 0…255, or floats 0…1.
    filters : (kh, kw, C / groups, K) array
    k : int
        The output channel whose working is shown.
    pixel : (int, int), optional
        The output pixel that is marked; the middle if left out.
    bias, strides, padding, padding_mode, dilations, groups, activation
        As in `trace_layer`.

    Raises
    ------
    InvalidValue
        Naming the argument that does not fit; also for so many channels that no figure of them
        is below 1 MB.

    Notes
    -----
    Maps too large for that are drawn by every n-th pixel, and ``words`` say so; the numbers are
    those of the whole arrays.

    Examples
    --------
    >>> figure = explain(np.eye(8, dtype=np.uint8)[..., None] * 255, np.ones((3, 3, 1, 1)))
    >>> figure.svg.count("<svg"), figure.words
    (1, '8 × 8 × 1 under 3 × 3 kernels gives 8 × 8 × 1; output 0 is shown.')
    """
    from multiconv.figure.planes import Inline
    from multiconv.figure.stage import figure_of, stage_svg
    from multiconv.imaging.bands import step_of

    x, levels = _picture(np.asarray(image))
    filters = np.asarray(filters)
    how: dict[str, Any] = {
        "bias": bias,
        "strides": strides,
        "padding": padding,
        "padding_mode": padding_mode,
        "dilations": dilations,
        "groups": groups,
    }
    layer = trace_layer(x, filters, k, activation=activation, **how)
    rows, columns = layer.geometry.output_size
    at = (rows // 2, columns // 2) if pixel is None else pixel
    layer.geometry.window_of(*at)  # refuses a pixel that is not there
    outputs = activation_of(activation)(conv2d(x, filters.astype(x.dtype), **how))
    trace = _trace(levels, filters, layer, (k, *at), groups, padding)
    kh, kw = layer.geometry.kernel_size
    words = (
        f"{x.shape[0]} × {x.shape[1]} × {x.shape[2]} under {kh} × {kw} kernels gives "
        f"{rows} × {columns} × {outputs.shape[2]}; output {k} is shown."
    )
    every, sides = 1, (x.shape[:2], (rows, columns))
    while True:
        step = every * max(step_of(side) for side in sides)
        told = f"{words} The largest map is drawn by one pixel in {step} × {step}."
        told = told if step > 1 else words
        pictures = Inline(trace, _Outputs(outputs), every)
        svg = stage_svg(figure_of(trace, pictures, title=told))
        size = len(svg.encode())
        if size <= MOST_BYTES:
            return Explanation(svg, told)
        if every >= max(max(side) for side in sides):
            raise _too_many(x.shape[2], outputs.shape[2], size)
        every = max(every + 1, ceil(every * sqrt(size / MOST_BYTES)))


def _too_many(inputs: int, outputs: int, size: int) -> InvalidValue:
    return InvalidValue(
        f"A figure of {inputs:,} input and {outputs:,} output channels has {size:,} bytes; "
        f"a notebook is handed {MOST_BYTES:,} at most.",
        "Give some hundreds of channels: image[..., :n] with filters[:, :, :n, :m].",
        field="filters",
        limit=f"{MOST_BYTES:,} bytes",
    )


@dataclass(frozen=True)
class _Outputs:
    """All output channels, (H′, W′, K), as the figure asks for them."""

    planes: Array

    def output(self, _: Experiment, k: int) -> Array:
        return np.ascontiguousarray(self.planes[..., k])

    def outputs_of(self, _: Experiment, _n: int) -> Array:
        return self.planes


def _trace(
    levels: NDArray[np.uint8],
    filters: Array,
    layer: LayerTrace,
    focus: tuple[int, int, int],
    groups: int,
    padding: Padding,
) -> Trace:
    """Return what the page would have of this layer: an experiment with a bank of its own."""
    from multiconv.experiment.banks import StoredBank
    from multiconv.experiment.model import Experiment, Focus, Layer
    from multiconv.imaging.ranges import automatic_range
    from multiconv.tracing.trace import Trace

    height, width, members, outputs = filters.shape
    every = np.zeros((height, width, members * groups, outputs))  # those outside a group are 0
    for k in range(outputs):
        first = k * groups // outputs * members
        every[:, :, first : first + members, k] = filters[..., k]
    own = Layer(
        bank=StoredBank("", every),
        kernel_size=(height, width),
        outputs=outputs,
        bias=(layer.bias,) * outputs,
        padding=padding,
        groups=groups,
        activation=layer.activation,
        inputs=members * groups,
    )
    partials = [added for added in layer.partials if added is not None]
    # What has no three planes is a deeper layer's input; who puts it out is nobody's concern here.
    before = () if own.inputs == Layer().inputs else (Layer(outputs=own.inputs),)
    k, i, j = focus
    experiment = Experiment(layers=(*before, own), focus=Focus(k, i, j, layer=1 + len(before)))
    extent = automatic_range((*partials, layer.sum, layer.output))
    return Trace(experiment, levels, layer, extent, (i, j))


def _picture(image: Array) -> tuple[Array, NDArray[np.uint8]]:
    """Return an image as float32 0…1 and as levels 0…255."""
    if image.ndim == 2:
        image = image[..., np.newaxis]
    if image.ndim != 3 or not image.size:
        raise InvalidValue(
            f"image has the shape {image.shape}.", "Give (height, width, channels).", field="image"
        )
    if image.dtype == np.uint8:
        return image.astype(np.float32) / np.float32(255), image
    if image.dtype.kind != "f" or not ((image >= 0) & (image <= 1)).all():
        raise InvalidValue(
            f"image holds {image.dtype} numbers that are not all from 0 to 1.",
            "Give uint8 levels 0 to 255, or floats from 0 to 1.",
            field="image",
        )
    return image.astype(np.float32), np.rint(image * 255).astype(np.uint8)
