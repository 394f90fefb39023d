"""Everything that defines one picture, as frozen values.

An `Experiment` comes from a link's query and goes back to it; the picture's pixels come from the
store.  Nothing here knows of HTTP or files, or of what a parameter is called (`fields`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Geometry, Padding, Pair, geometry
from multiconv.engine.stack import Passage
from multiconv.errors import InvalidValue, NotFound
from multiconv.experiment.banks import PLANES, Bank, StoredBank, filters_of, usual_bank
from multiconv.experiment.latent import NUMBERS, Latent
from multiconv.experiment.numbers import grouped, quoted
from multiconv.filters.kernels import kernel as named_kernel

Kernel = str | tuple[float, ...]
"""A named kernel, or kh·kw numbers row by row."""

ALL = "all"
"""What stands in place of the channels that have a row: every one of them, on a sheet."""

Rows = tuple[int, ...] | str | None

MOST = 4
"""So many input channels have a full row; where one more would be left alone, it has one too."""

CHANNELS = ("red", "green", "blue")
"""What a picture's planes are called, in order; deeper layers' inputs are numbered."""


CONV, TRANSPOSED, MAX_POOL, AVG_POOL = "conv", "transposed", "max_pool", "avg_pool"
KINDS = (CONV, TRANSPOSED, MAX_POOL, AVG_POOL)
"""The kinds of layers, as links write them."""

SUMMING = (CONV, TRANSPOSED)
"""Those that have filters, and sum over their input channels."""


def binary_size(value: float) -> str:
    """Return bytes in the largest unit that fits, as 10 MiB."""
    units = ("bytes", "KiB", "MiB", "GiB")
    at = 0
    while value >= 1024 and at < len(units) - 1:
        value, at = value / 1024, at + 1
    return f"{value:g} {units[at]}"


def _limit(value: Any, words: str, unit: str | Callable[[float], str] = "") -> Any:
    """Return a field of `Limits` with what people call it and how its value is written."""
    written = unit if callable(unit) else lambda n: f"up to {grouped(n)} {unit}".rstrip()
    return field(default=value, metadata={"words": words, "written": written})


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds that every check and every message uses."""

    upload_bytes: int = _limit(10 * 2**20, "A picture's file", binary_size)
    pixels: int = _limit(50_000_000, "A picture's pixels", lambda n: f"{n / 1e6:g} megapixels")
    kept_pixels: int = _limit(
        24_000_000,
        "A picture that is kept as it is; a larger one is halved",
        lambda n: f"{n / 1e6:g} megapixels",
    )
    side: int = _limit(16_000, "A picture's longest side", "pixels")
    jpeg_scan_pixels: int = _limit(10**9, "A JPEG's passes × pixels")
    working_size: int = _limit(
        1024, "Longest side worked on, unless the whole picture is", "pixels"
    )
    kernel_side: int = _limit(15, "A kernel's side", "weights")
    inputs: int = _limit(128, "Input channels of a layer")
    outputs: int = _limit(128, "Output channels of a layer")
    stride: int = _limit(16, "Stride")
    pad: int = _limit(64, "Padding on each side", "pixels")
    dilation: int = _limit(16, "Dilation")
    weight: float = _limit(1e6, "A weight or bias, positive or negative")
    multiply_adds: int = _limit(2 * 10**9, "Work of one request", "multiply-adds")
    request_bytes: int = _limit(512 * 2**20, "Memory of one request", binary_size)
    query_bytes: int = _limit(16 * 2**10, "A link's parameters", binary_size)
    body_bytes: int = _limit(
        64 * 2**10, "What is sent besides pictures and banks of filters", binary_size
    )
    link_bytes: int = _limit(
        6_000, "A link that holds its kernels itself; longer ones store them", "bytes"
    )
    bank_bytes: int = _limit(4 * 2**20, "A bank of filters", binary_size)
    matrix_characters: int = _limit(8_000, "A pasted matrix", "characters")
    store_bytes: int = _limit(2 * 2**30, "All pictures kept on this server together", binary_size)
    layers: int = _limit(16, "Layers")

    def rows(self) -> list[tuple[str, str]]:
        """Return what is limited and the limit, in words."""
        return [
            (each.metadata["words"], each.metadata["written"](getattr(self, each.name)))
            for each in fields(self)
            if each.metadata
        ]


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Source:
    """The picture: ``sample:<name>`` or an upload's 64 hex digits, and the longest side worked on.

    ``size`` is in pixels; ``None`` is the picture as it was uploaded.  A generator has ``z`` in
    place of a picture.
    """

    image: str = "sample:portrait"
    size: int | None = 160
    z: Latent | None = None

    @property
    def channels(self) -> int:
        """How many channels the first layer is given."""
        return PLANES if self.z is None else NUMBERS

    @property
    def picture(self) -> Source:
        """The picture alone; of a generator the one that the page begins with."""
        return self if self.z is None else Source()


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: a bank of filters, kernels laid over it, and the layer's geometry.

    A pooling takes the largest or the mean of each window, ``kernel_size`` large, a channel at a
    time: it has as many outputs as inputs, and no bank.
    ``kernels`` holds ``((q, k), kernel)`` pairs, sorted, only where they differ from the bank.
    ``bias`` holds one number per output channel.  ``off`` names the input channels that are
    left out of every sum; their kernels stay as they are.  ``inputs`` says how many there are.
    A transposed layer is the adjoint of a convolution with the same numbers: each pixel stamps its
    kernels, (kh, kw, C_in, C_out) here too, and ``output_padding`` adds rows and columns.
    """

    bank: Bank = "redness"
    kernel_size: Pair = (3, 3)
    outputs: int = 5
    kernels: tuple[tuple[tuple[int, int], Kernel], ...] = ()
    bias: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.0)
    strides: Pair = (1, 1)
    padding: Padding = "SAME"
    padding_mode: str = "zeros"
    dilations: Pair = (1, 1)
    groups: int = 1
    activation: str = "identity"
    off: tuple[int, ...] = ()
    inputs: int = PLANES
    kind: str = CONV
    output_padding: Pair = (0, 0)

    @property
    def pools(self) -> bool:
        """Whether it is a pooling."""
        return self.kind not in SUMMING

    @property
    def transposed(self) -> bool:
        """Whether it is a transposed convolution."""
        return self.kind == TRANSPOSED

    @property
    def parameters(self) -> int:
        """How many numbers it has: its kernels' and a bias for each output; a pooling has none."""
        if self.pools:
            return 0
        (height, width), members = self.kernel_size, self.inputs // self.groups
        return height * width * members * self.outputs + self.outputs

    def kernel(self, q: int, k: int) -> NDArray[np.float64]:
        """Return the kernel from input channel q to output channel k, (kh, kw)."""
        return self.all_kernels()[:, :, q, k]

    def geometry(self, input_size: Pair) -> Geometry:
        """Return the layer's sizes over an input of that size."""
        how = self.how() | ({"transposed": True} if self.transposed else {})
        return geometry(input_size, self.kernel_size, **how)

    def how(self) -> dict[str, Any]:
        """Return what its sizes come from besides the kernel's, as the engine's arguments."""
        own = "output_padding" if self.transposed else "padding_mode"
        return {name: getattr(self, name) for name in ("strides", "padding", own, "dilations")}

    @property
    def extent(self) -> float | None:
        """What its maps go to at most where that is known: a generator's picture, from −1 to 1."""
        return 1.0 if self.transposed and self.activation == "tanh" else None

    def group_of(self, k: int) -> range:
        """Return the input channels that output k is made of."""
        members = self.inputs // self.groups
        first = k * self.groups // self.outputs * members
        return range(first, first + members)

    @property
    def has_rest(self) -> bool:
        """Whether it has so many input channels that some have no row."""
        return self.inputs > MOST + 1 and not self.pools

    def adding(self, k: int) -> tuple[int, ...]:
        """Return the input channels that add to output k: of its group, and not left out."""
        return tuple(q for q in self.group_of(k) if q not in self.off)

    def under(self, what_if: str) -> Layer:
        """Return the layer with the kernels that it computes with under a what-if.

        ``shared``: all that add use the kernel of the first of them; ``flipped``: each is turned.
        """
        if what_if not in {"shared", "flipped"}:
            return self
        kernels = self.all_kernels()
        if what_if == "flipped":
            kernels = kernels[::-1, ::-1]
        else:
            for k in range(self.outputs):
                for q in self.adding(k):
                    kernels[:, :, q, k] = kernels[:, :, self.adding(k)[0], k]
        return replace(self, bank=StoredBank("", kernels), kernels=())

    def filters(self) -> NDArray[np.float64]:
        """Return the layer's filters, (kh, kw, C_in / groups, C_out), HWIO."""
        kernels = self.all_kernels()
        if self.groups == 1:
            return kernels
        each = [kernels[:, :, self.group_of(k), k] for k in range(self.outputs)]
        return np.stack(each, axis=-1)

    def filters_used(self) -> NDArray[np.float64]:
        """Return the same with zeros where an input channel is left out of the sums."""
        filters = self.filters()
        if self.groups == 1:
            filters[:, :, list(self.off)] = 0
            return filters
        for k in range(self.outputs):
            for at, q in enumerate(self.group_of(k)):
                if q in self.off:
                    filters[:, :, at, k] = 0
        return filters

    def all_kernels(self) -> NDArray[np.float64]:
        """Return every kernel, (kh, kw, C_in, C_out), those outside a group too."""
        kernels = filters_of(self.bank, self.kernel_size, self.outputs, self.inputs)
        for (q, k), kernel in self.kernels:
            kernels[:, :, q, k] = kernel_array(kernel, self.kernel_size)
        return kernels

    def passage(
        self, x: NDArray[Any], what_if: str = "", filters: NDArray[Any] | None = None
    ) -> Passage:
        """Return the layer over its input, (H, W, C_in), as the engine runs it under a what-if.

        ``filters`` are those of `filters_under` in x's type, looked at, if they are there.
        """
        height, width = x.shape[-3:-1]
        shape = self.geometry((height, width))
        if self.pools:
            return Passage(self.kind, shape, x, off=self.off)
        looked = filters is not None
        if filters is None:
            filters = self.filters_under(what_if).astype(x.dtype)
        how = np.array(self.bias, x.dtype), self.groups, self.activation
        return Passage(self.kind, shape, x, filters, *how, looked=looked)

    def filters_under(self, what_if: str) -> NDArray[np.float64]:
        """Return the filters that give the outputs under a what-if, a mean's divided."""
        filters = self.under(what_if).filters_used()
        if what_if == "mean":
            filters /= [max(1, len(self.adding(k))) for k in range(self.outputs)]
        return filters

    def with_inputs(self, inputs: int) -> Layer:
        """Return this layer over another number of inputs, with what of it still has a place."""
        off = tuple(q for q in self.off if q < inputs)
        if self.pools:
            zeros = (0.0,) * inputs
            return replace(self, inputs=inputs, outputs=inputs, groups=inputs, bias=zeros, off=off)
        return replace(
            self,
            inputs=inputs,
            bank=usual_bank(inputs),
            groups=self.groups if inputs % self.groups == 0 else 1,
            kernels=tuple(item for item in self.kernels if item[0][0] < inputs),
            off=off,
        )

    def with_outputs(self, outputs: int) -> Layer:
        """Return this layer with so many outputs; a new one's bias is 0."""
        return replace(
            self,
            outputs=outputs,
            kernels=tuple(item for item in self.kernels if item[0][1] < outputs),
            bias=(*self.bias, *(0.0,) * outputs)[:outputs],
        )

    def with_kernel(self, q: int, k: int, kernel: Kernel) -> Layer:
        """Return this layer with the kernel from input channel q to output channel k replaced."""
        rest = {place: old for place, old in self.kernels if place != (q, k)}
        own = filters_of(self.bank, self.kernel_size, self.outputs, self.inputs)[:, :, q, k]
        if not np.array_equal(own, kernel_array(kernel, self.kernel_size)):
            rest[q, k] = kernel
        return replace(self, kernels=tuple(sorted(rest.items())))


def kernel_array(kernel: Kernel, size: Pair) -> NDArray[np.float64]:
    """Return a kernel's (kh, kw) values."""
    if isinstance(kernel, str):
        return named_kernel(kernel, size)
    return np.array(kernel, dtype=np.float64).reshape(size)


@dataclass(frozen=True, slots=True)
class Network:
    """Layers that come as data, by a name: what a link need not say of them.

    ``title`` is what people call it within a sentence, ``credit`` what stands wherever it is shown;
    it is opened at its last layer over the picture ``image`` at a ``size``.  A generator has no
    picture: its input is one pixel of a hundred channels, ``z`` where no other is asked for.
    """

    name: str
    title: str = field(compare=False)
    credit: str = field(compare=False)
    layers: tuple[Layer, ...] = field(compare=False, repr=False)
    image: str = field(compare=False)
    size: int = field(compare=False)
    z: Latent | None = field(default=None, compare=False, repr=False)

    def shapes(self, size: Pair) -> tuple[Geometry, ...]:
        """Return every layer's sizes over a picture of that height and width."""
        found: list[Geometry] = []
        for layer in self.layers:
            found.append(layer.geometry(found[-1].output_size if found else size))
        return tuple(found)

    def run(self, x: NDArray[Any]) -> list[NDArray[Any]]:
        """Return every layer's output after its activation, the first layer's first.

        Parameters
        ----------
        x : (H, W, 3) array, float32 or float64
                A picture from 0 to 1; of a generator its hundred numbers.

        Examples
        --------
        >>> from multiconv import network
        >>> outputs = network("faces").run(np.zeros((96, 80, 3), np.float32))
        >>> [output.shape for output in outputs[:2]], outputs[-1].shape
        ([(46, 38, 16), (21, 17, 32)], (9, 7, 1))
        """
        if self.z is not None:
            x = x.reshape(1, 1, NUMBERS)
        outputs: list[NDArray[Any]] = []
        for layer in self.layers:
            outputs.append(layer.passage(outputs[-1] if outputs else x).output())
        return outputs


Networks = Callable[[str], Network]
"""Where links find networks by their name; raises `NotFound` for one that is not there."""


def no_networks(name: str) -> Network:
    """Refuse a network where none come along."""
    raise NotFound(
        f"There is no network “{name[:40]}” here.", "Describe the layers.", field="network"
    )


def bank_of_network(name: str, networks: Networks) -> StoredBank:
    """Return the filters of a network's layer by their name, as faces-conv4."""
    network = networks(name.partition("-")[0])
    banks = [layer.bank for layer in network.layers if isinstance(layer.bank, StoredBank)]
    for bank in banks:
        if bank.id == name:
            return bank
    raise NotFound(
        f"{network.title.capitalize()} has no layer {quoted(name)}.",
        f"Use {banks[0].id} to {banks[-1].id}.",
        field="filters",
    )


def chain(layers: Iterable[Layer], given: int = PLANES) -> tuple[Layer, ...]:
    """Return layers, each over as many inputs as the one before puts out; the first over these."""
    linked: list[Layer] = []
    for layer in layers:
        inputs = linked[-1].outputs if linked else given
        linked.append(layer if layer.inputs == inputs else layer.with_inputs(inputs))
    return tuple(linked)


LAST_STEP = 400
"""The last step of learning."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be learned: what output ``k`` of a bank is over the same picture."""

    bank: Bank
    k: int


@dataclass(frozen=True, slots=True)
class Focus:
    """The opened layer, counted from 1, its chosen output channel k and pixel (i, j).

    A pixel of ``None`` is the picture's own.  ``what_if`` names how the layer is computed in place
    of the sum; empty: it is the sum.  ``others`` has (n, k) for the layers beside the opened one
    whose chosen output is not the first, sorted.  ``rows`` are the input channels that have a full
    row; of ``None`` those that add most at the pixel; `ALL` is a sheet of all in the rows' place.
    With a ``target`` the layer's kernels are where they come to after so many ``steps`` of learning
    at a ``rate``; of ``None`` at the usual share of the largest stable one.
    """

    k: int = 0
    i: int | None = None
    j: int | None = None
    layer: int = 1
    what_if: str = ""
    others: tuple[tuple[int, int], ...] = ()
    rows: Rows = None
    target: Target | None = None
    rate: float | None = None
    steps: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """How values become colours, and what is asked above them.

    ``range`` is fixed, or ``None`` for the rounded automatic one; ``ranges`` says whether all
    maps share it or each has its own; ``inputs`` whether input planes are grey or tinted.  What one
    of many channels adds is drawn ``gain`` times as strong; ``None``: as the values ask for, or
    beside a fixed range as they are.  ``unit`` is what a pixel's numbers stand in: a picture's
    levels 0…255, ``level``, or the maps' 0…1, ``one``.  ``challenge`` is the one that stands above
    the figure, by its number, ``answer`` what was answered, ``seed`` which sizes it asks of.
    ``tour`` is the step of the tour that stands there instead.  ``embed`` is ``1`` where the figure
    stands alone, in a frame of another's page.
    """

    range: float | None = None
    ranges: str = "shared"
    inputs: str = "grey"
    gain: int | None = None
    unit: str = "level"
    challenge: int | None = None
    answer: float | None = None
    seed: int = 0
    tour: int | None = None
    embed: str = "0"


@dataclass(frozen=True, slots=True)
class Experiment:
    """Everything about one picture: each layer takes the outputs of the one before.

    ``network`` is whose layers they are, though some of their values may be others.
    """

    source: Source = field(default_factory=Source)
    layers: tuple[Layer, ...] = (Layer(),)
    focus: Focus = field(default_factory=Focus)
    view: View = field(default_factory=View)
    network: Network | None = None

    def __post_init__(self) -> None:
        taken = [layer.inputs for layer in self.layers]
        given = [self.source.channels, *(layer.outputs for layer in self.layers[:-1])]
        if taken != given:
            raise InvalidValue(
                f"The layers take {taken} input channels, but are given {given}.",
                "Let each layer take as many as the one before puts out.",
                field="layers",
            )
        if not 0 <= self.focus.k < self.layer.outputs:
            raise InvalidValue(
                f"k is {self.focus.k}, but there are {self.layer.outputs} output channels.",
                f"Choose k from 0 to {self.layer.outputs - 1}.",
                field="k",
            )

    @property
    def layer(self) -> Layer:
        """The opened layer."""
        return self.layers[self.focus.layer - 1]

    @property
    def before(self) -> tuple[Layer, ...]:
        """The layers before the opened one."""
        return self.layers[: self.focus.layer - 1]

    @property
    def sums(self) -> bool:
        """Whether the partials are added to an output; a what-if may leave them apart."""
        return self.focus.what_if != "apart"

    def k_of(self, n: int) -> int:
        """Return the chosen output of layer n."""
        return self.focus.k if n == self.focus.layer else dict(self.focus.others).get(n, 0)

    def opening(self, n: int, i: int | None = None, j: int | None = None) -> Experiment:
        """Return this experiment with layer n opened at a pixel; every layer keeps its output.

        A what-if and a range of colours are of the layer that they were asked of, and end.
        """
        chosen = {at: self.k_of(at) for at in range(1, len(self.layers) + 1)}
        k = chosen.pop(n)
        others = tuple((at, other) for at, other in chosen.items() if other)
        view = self.view
        if n != self.focus.layer:
            view = replace(view, range=None, gain=None)
        return replace(self, focus=Focus(k, i, j, n, others=others), view=view)

    def with_layer(self, layer: Layer) -> Experiment:
        """Return this experiment with its opened layer replaced; k stays among its outputs.

        The layers behind it take as many inputs as they are given then.
        """
        behind = self.layers[self.focus.layer :]
        layers = chain((*self.before, layer, *behind), self.source.channels)
        focus = replace(
            self.focus,
            k=min(self.focus.k, layer.outputs - 1),
            others=tuple((n, k) for n, k in self.focus.others if k < layers[n - 1].outputs),
        )
        return replace(self, layers=layers, focus=focus)
