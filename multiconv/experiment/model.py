"""Everything that defines one picture, as frozen values.

An `Experiment` comes from a link's query and goes back to it (`query`); the
picture's pixels come from the store.  Nothing here knows of HTTP or files.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Padding
from multiconv.errors import InvalidValue
from multiconv.experiment.banks import Bank, filters_of
from multiconv.filters import named as named

Kernel = str | tuple[float, ...]
"""A named kernel, or kh·kw numbers row by row."""

CHANNELS = ("red", "green", "blue")
"""The input channels q of a picture, in order."""

RANGES = ("shared", "each")
INPUTS = ("grey", "tinted")


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds that every check and every message uses."""

    upload_bytes: int = 10 * 2**20
    pixels: int = 24_000_000
    side: int = 10_000
    jpeg_scan_pixels: int = 10**9
    working_size: int = 1024
    kernel_side: int = 15
    outputs: int = 64
    stride: int = 16
    pad: int = 64
    dilation: int = 16
    weight: float = 1e6
    multiply_adds: int = 2 * 10**9
    request_bytes: int = 512 * 2**20
    query_bytes: int = 16 * 2**10
    body_bytes: int = 64 * 2**10
    link_bytes: int = 6_000
    bank_bytes: int = 2 * 2**20
    matrix_characters: int = 8_000
    store_bytes: int = 2 * 2**30


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Source:
    """The picture: ``sample:<name>`` or an upload's 64 hex digits, and the longest side worked on.

    ``size`` is in pixels; ``None`` is the picture as it was uploaded.
    """

    image: str = "sample:portrait"
    size: int | None = 160


@dataclass(frozen=True, slots=True)
class Layer:
    """One convolution layer: a bank of filters, kernels laid over it, and the layer's geometry.

    ``kernels`` holds ``((q, k), kernel)`` pairs, sorted, only where they differ from the bank.
    ``bias`` holds one number per output channel.  ``off`` names the input channels that are
    left out of every sum; their kernels stay as they are.
    """

    bank: Bank = "redness"
    kernel_size: tuple[int, int] = (3, 3)
    outputs: int = 5
    kernels: tuple[tuple[tuple[int, int], Kernel], ...] = ()
    bias: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.0)
    strides: tuple[int, int] = (1, 1)
    padding: Padding = "SAME"
    padding_mode: str = "zeros"
    dilations: tuple[int, int] = (1, 1)
    groups: int = 1
    activation: str = "identity"
    off: tuple[int, ...] = ()

    def kernel(self, q: int, k: int) -> NDArray[np.float64]:
        """Return the kernel from input channel q to output channel k, (kh, kw)."""
        return self.all_kernels()[:, :, q, k]

    def filters(self) -> NDArray[np.float64]:
        """Return the layer's filters, (kh, kw, C_in / groups, C_out), HWIO."""
        kernels = self.all_kernels()
        members = kernels.shape[2] // self.groups
        first = [k * self.groups // self.outputs * members for k in range(self.outputs)]
        return np.stack([kernels[:, :, q : q + members, k] for k, q in enumerate(first)], axis=-1)

    def all_kernels(self) -> NDArray[np.float64]:
        """Return every kernel, (kh, kw, C_in, C_out), those outside a group too."""
        kernels = filters_of(self.bank, self.kernel_size, self.outputs)
        for (q, k), kernel in self.kernels:
            kernels[:, :, q, k] = self._array(kernel)
        return kernels

    def _array(self, kernel: Kernel) -> NDArray[np.float64]:
        if isinstance(kernel, str):
            return named.kernel(kernel, self.kernel_size)
        return np.array(kernel, dtype=np.float64).reshape(self.kernel_size)

    def with_kernel(self, q: int, k: int, kernel: Kernel) -> Layer:
        """Return this layer with the kernel from input channel q to output channel k replaced."""
        rest = {place: old for place, old in self.kernels if place != (q, k)}
        own = filters_of(self.bank, self.kernel_size, self.outputs)[:, :, q, k]
        if not np.array_equal(own, self._array(kernel)):
            rest[q, k] = kernel
        return replace(self, kernels=tuple(sorted(rest.items())))


@dataclass(frozen=True, slots=True)
class Focus:
    """The chosen output channel k and pixel (i, j); a pixel of ``None`` is the picture's own."""

    k: int = 0
    i: int | None = None
    j: int | None = None


@dataclass(frozen=True, slots=True)
class View:
    """How values become colours.

    ``range`` is fixed, or ``None`` for the rounded automatic one; ``ranges`` says whether all
    maps share it or each has its own; ``inputs`` whether input planes are grey or tinted.
    """

    range: float | None = None
    ranges: str = "shared"
    inputs: str = "grey"


@dataclass(frozen=True, slots=True)
class Experiment:
    """Everything about one picture.

    Examples
    --------
    >>> Experiment().layer.filters().shape
    (3, 3, 3, 5)
    """

    source: Source = field(default_factory=Source)
    layers: tuple[Layer, ...] = (Layer(),)
    focus: Focus = field(default_factory=Focus)
    view: View = field(default_factory=View)

    def __post_init__(self) -> None:
        if not 0 <= self.focus.k < self.layer.outputs:
            raise InvalidValue(
                f"k is {self.focus.k}, but there are {self.layer.outputs} output channels.",
                f"Choose k from 0 to {self.layer.outputs - 1}.",
                field="k",
            )

    @property
    def layer(self) -> Layer:
        """The first layer, the only one that a link describes today."""
        return self.layers[0]

    def with_layer(self, layer: Layer) -> Experiment:
        """Return this experiment with its first layer replaced; k stays among its outputs."""
        focus = replace(self.focus, k=min(self.focus.k, layer.outputs - 1))
        return replace(self, layers=(layer, *self.layers[1:]), focus=focus)
