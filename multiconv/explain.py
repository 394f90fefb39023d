"""The figure in a notebook: what each channel adds, of an array or within a network.

Longer than most: `explain` is one function, and all that it takes is described with its examples.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
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
    from multiconv.experiment.latent import Latent
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
    image: Array | str | None = None,
    filters: Array | None = None,
    k: int = 0,
    *,
    network: str | None = None,
    layer: int | None = None,
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
        uint8 levels 0…255, or floats 0…1.  Of a generator its (100,) numbers from −10 to 10, or
        what links write for them, as ``"mix(1F600,1F436,0.3)"``; its usual ones if left out.
    filters : (kh, kw, C / groups, K) array
        Left out where a network is named.
    k : int
        The output channel whose working is shown.
    network : str, optional
        A name that `network` knows, whose layers image goes through; the face network takes
        three channels.
    layer : int, optional
        The layer of the network that is opened, counted from 1; the last if left out.
    pixel : (int, int), optional
        The output pixel that is marked; the middle if left out.
    bias, strides, padding, padding_mode, dilations, groups, activation
        As in `trace_layer`, of filters; a network has its own.

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
    >>> explain(np.zeros((80, 80, 3)), network="faces", layer=4, k=30).words
    'The face network over 80 × 80 × 3, layer 4: 7 × 7 × 32 under 5 × 5 kernels gives 7 × 7 × 45; \
output 30 is shown.'
    >>> explain("1F600", network="emoji", layer=2).words
    'The emoji generator over 1 × 1 × 100, layer 2: 4 × 4 × 128 under 5 × 5 kernels gives \
8 × 8 × 64; output 0 is shown.'
    """
    how: dict[str, Any] = {
        "bias": bias,
        "strides": strides,
        "padding": padding,
        "padding_mode": padding_mode,
        "dilations": dilations,
        "groups": groups,
        "activation": activation,
    }
    if network is not None:
        _refuse_beside_network(filters, how)
        return _drawn(*_within(network, image, layer, k, pixel))
    x, levels = _picture(image)
    if layer is not None:
        raise InvalidValue(
            f"layer is {layer}, but layers are a network’s, and none is named.",
            'Leave out layer, or give network="faces" in place of filters, with one from 1 to 7.',
            field="layer",
        )
    if filters is None:
        raise InvalidValue(
            "There are no filters.",
            'Give filters, (kh, kw, C / groups, K), or network="faces".',
            field="filters",
        )
    return _drawn(*_alone(x, levels, np.asarray(filters), k, pixel, how))


def _alone(
    x: Array, levels: Array, filters: Array, k: int, pixel: Pair | None, how: dict[str, Any]
) -> tuple[Trace, _Outputs, str]:
    """Return one layer's trace, its outputs, and what it is in words."""
    layer = trace_layer(x, filters, k, **how)
    at = _pixel(layer, pixel)
    conv = {name: value for name, value in how.items() if name != "activation"}
    outputs = activation_of(how["activation"])(conv2d(x, filters.astype(x.dtype), **conv))
    trace = _trace(levels, filters, layer, (k, *at), how["groups"], how["padding"])
    return trace, _Outputs(outputs), _words(x.shape, layer, outputs.shape[2], k)


def _within(
    name: str, image: Array | str | None, n: int | None, k: int, pixel: Pair | None
) -> tuple[Trace, _Outputs, str]:
    """Return the same of a layer within a network."""
    from multiconv.engine.transposed import turned_filters
    from multiconv.experiment.model import Experiment, Focus, Source
    from multiconv.imaging.ranges import automatic_range
    from multiconv.networks.shipped import network as network_of
    from multiconv.tracing.trace import Trace

    found = network_of(name)
    z = None if found.z is None else _latent(image, found.z)
    x, levels = _picture(image) if z is None else (z.plane(), z.plane())
    count, inputs = len(found.layers), found.layers[0].inputs
    if x.shape[2] != inputs:
        raise InvalidValue(
            f"image has {x.shape[2]} channels, but {found.title} takes {inputs}.",
            "Give a picture in colour, (height, width, 3).",
            field="image",
        )
    n = count if n is None else n
    if not 1 <= n <= count:
        raise InvalidValue(
            f"layer is {n}, but {found.title} has {count}.",
            f"Choose one from 1 to {count}.",
            field="layer",
        )
    experiment = Experiment(
        Source() if z is None else Source("", 1, z), found.layers, Focus(k, layer=n), network=found
    )
    shapes, maps = found.shapes(x.shape[:2]), (x, *found.run(x))
    opened, own = maps[n - 1], experiment.layer
    layer = trace_layer(
        opened,
        turned_filters(own.filters(), own.groups) if own.transposed else own.filters(),
        k,
        bias=np.array(own.bias),
        groups=own.groups,
        activation=own.activation,
        transposed=own.transposed,
        **own.how(),
    )
    partials = [added for added in layer.partials if added is not None]
    extent = own.extent or automatic_range((*partials, layer.output))
    inputs_shown = levels if n == 1 else opened
    trace = Trace(experiment, inputs_shown, layer, extent, _pixel(layer, pixel), shapes)
    words = (
        f"{found.title.capitalize()} over {' × '.join(map(str, x.shape))}, layer {n}: "
        f"{_words(opened.shape, layer, own.outputs, k)}"
    )
    return trace, _Outputs(maps[n], maps), words


def _pixel(layer: LayerTrace, pixel: Pair | None) -> Pair:
    """Return the pixel that is marked, which must be there: the middle unless one is given."""
    rows, columns = layer.geometry.output_size
    at = (rows // 2, columns // 2) if pixel is None else pixel
    layer.geometry.window_of(*at)
    return at


def _words(shape: tuple[int, ...], layer: LayerTrace, outputs: int, k: int) -> str:
    (kh, kw), (rows, columns) = layer.geometry.kernel_size, layer.geometry.output_size
    return (
        f"{' × '.join(map(str, shape))} under {kh} × {kw} kernels gives "
        f"{rows} × {columns} × {outputs}; output {k} is shown."
    )


def _refuse_beside_network(filters: Array | None, how: dict[str, Any]) -> None:
    """Refuse what a network has of its own."""
    usual = explain.__kwdefaults__ or {}
    given = [name for name, value in how.items() if not _is(value, usual[name])]
    for name in ["filters"] * (filters is not None) + given:
        raise InvalidValue(
            f"{name} is given beside network, whose layers have their own.",
            f"Leave out {name}, or network.",
            field=name,
        )


def _is(value: Any, usual: Any) -> bool:
    return value is None if usual is None else bool(value == usual)


def _drawn(trace: Trace, outputs: _Outputs, words: str) -> Explanation:
    """Return the figure, its maps drawn by as many pixels as there is room for."""
    from multiconv.figure.planes import Inline
    from multiconv.figure.stage import figure_of, stage_svg
    from multiconv.imaging.bands import step_of

    sizes = (trace.inputs.shape[:2], trace.layer.geometry.output_size)
    every, sides = 1, [side for size in sizes for side in size]
    while True:
        step = every * max(map(step_of, sizes))
        told = f"{words} The largest map is drawn by one pixel in {step} × {step}."
        told = told if step > 1 else words
        svg = stage_svg(figure_of(trace, Inline(trace, outputs, every), title=told))
        size = len(svg.encode())
        if size <= MOST_BYTES:
            return Explanation(svg, told)
        if every >= max(sides):
            raise _too_many(trace.inputs.shape[2], outputs.planes.shape[2], size)
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
    """All output channels, (H′, W′, K), as the figure asks for them, and every layer's maps."""

    planes: Array
    maps: tuple[Array, ...] = ()

    def output(self, _: Experiment, k: int) -> Array:
        return np.ascontiguousarray(self.planes[..., k])

    def outputs_of(self, _: Experiment, n: int) -> Array:
        return self.maps[n] if self.maps else self.planes


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


def _latent(asked: Array | str | None, usual: Latent) -> Latent:
    """Return what a generator is given: as a link says it, or a hundred numbers of one's own."""
    from multiconv.experiment.latent import MOST, NUMBERS, latent_of

    if asked is None:
        return usual
    if isinstance(asked, str):
        return latent_of(asked, "image", usual.learned)
    numbers = np.asarray(asked)
    if numbers.shape != (NUMBERS,) or numbers.dtype.kind not in "fiu":
        raise InvalidValue(
            f"image is {numbers.dtype} of the shape {numbers.shape}, but a generator takes "
            f"{NUMBERS} numbers.",
            f'Give ({NUMBERS},) numbers, or what links write for them, as "1F600".',
            field="image",
        )
    if not (np.abs(numbers) <= MOST).all():
        raise InvalidValue(
            f"image has numbers that are not from −{MOST:g} to {MOST:g}.",
            "Most that a generator has learned are from −2.5 to 2.5.",
            field="image",
            limit=f"−{MOST:g} to {MOST:g}",
        )
    return replace(usual, changes=tuple(enumerate(map(float, numbers))))


def _picture(given: Array | str | None) -> tuple[Array, NDArray[np.uint8]]:
    """Return an image as float32 0…1 and as levels 0…255."""
    image = np.asarray(given)
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
