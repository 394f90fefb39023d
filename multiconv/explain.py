"""The figure in a notebook: what each channel of an array adds under filters of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.activations import activation as activation_of
from multiconv.engine.conv import conv2d
from multiconv.engine.geometry import Padding, Pair
from multiconv.engine.trace import trace_layer
from multiconv.errors import InvalidValue

Array = NDArray[Any]


@dataclass(frozen=True)
class Explanation:
    """A figure that notebooks display; `svg` is the drawing itself.

    Attributes
    ----------
    svg : str
        Self-contained: no script, nothing fetched.
    words : str
        The same in a sentence.
    """

    svg: str
    words: str

    def _repr_svg_(self) -> str:
        """Return the drawing, for notebooks."""
        return self.svg

    def _repr_html_(self) -> str:
        """Return the drawing within its page's width, for notebooks."""
        drawing = self.svg.partition("?>")[2]
        return f'<div style="max-width: 1440px; overflow-x: auto">{drawing}</div>'


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
        Naming the argument that does not fit.

    Examples
    --------
    >>> figure = explain(np.eye(8, dtype=np.uint8)[..., None] * 255, np.ones((3, 3, 1, 1)))
    >>> figure.svg.count("<svg"), figure.words
    (1, '8 × 8 × 1 under 3 × 3 kernels gives 8 × 8 × 1; output 0 is shown.')
    """
    from multiconv.figure.drawn import drawn
    from multiconv.figure.scene import Scene
    from multiconv.imaging.colour import automatic_range

    x, levels = _picture(np.asarray(image))
    how: dict[str, Any] = {
        "bias": bias,
        "strides": strides,
        "padding": padding,
        "padding_mode": padding_mode,
        "dilations": dilations,
        "groups": groups,
    }
    layer = trace_layer(x, np.asarray(filters), k, activation=activation, **how)
    outputs = activation_of(activation)(conv2d(x, np.asarray(filters, x.dtype), **how))
    rows, columns = layer.geometry.output_size
    at = (rows // 2, columns // 2) if pixel is None else pixel
    layer.geometry.window_of(*at)  # refuses a pixel that is not there
    shown = [added for added in layer.partials if added is not None]
    kh, kw = layer.geometry.kernel_size
    words = (
        f"{x.shape[0]} × {x.shape[1]} × {x.shape[2]} under {kh} × {kw} kernels gives "
        f"{rows} × {columns} × {outputs.shape[2]}; output {k} is shown."
    )
    planes = tuple(np.ascontiguousarray(outputs[..., at_k]) for at_k in range(outputs.shape[2]))
    scene = Scene(
        levels, layer, planes, k, at, automatic_range((*shown, layer.sum, layer.output)), words
    )
    return Explanation(drawn(scene), words)


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
