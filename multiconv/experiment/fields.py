"""Every parameter of a link, said once: `FIELDS` has a row for each.

The link, the edit form, its controls, the API's schema and what a map's pixels depend on are
read off the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from multiconv.engine.activations import ACTIVATIONS
from multiconv.experiment.banks import NO_BANK, own_groups, own_shape, usual_bank
from multiconv.experiment.kinds import (
    ANSWER,
    BANK,
    BIASES,
    CHALLENGE,
    COLOUR_RANGE,
    GAIN,
    GROUPS,
    IMAGE,
    INPUT_CHANNELS,
    LAYER_KIND,
    NETWORK,
    OPENED,
    OUTPUTS,
    PADDING,
    PIXEL,
    RATE,
    ROWS,
    SEED,
    SIZE,
    STEPS,
    TARGET,
    TOUR,
    K,
    Kind,
    Options,
    Z,
    sides_to,
    word_of,
)
from multiconv.experiment.model import (
    CONV,
    KINDS,
    LIMITS,
    SUMMING,
    TRANSPOSED,
    Layer,
    Network,
)

ACTIVATION_WORDS = {name: name for name in ACTIVATIONS} | {
    "identity": "no activation",
    "relu": "ReLU",
    "leaky": "leaky ReLU",
    "gelu": "GELU",
}

UNITS = {"level": "levels from 0 to 255", "one": "0 … 1"}
"""What a pixel's numbers in the first layer may stand in."""

WHAT_IFS = {
    "mean": "mean",
    "shared": "one kernel for all",
    "flipped": "turned by 180°",
    "apart": "no sum",
}


@dataclass(frozen=True)
class Field:
    """One parameter, called ``name`` in the link and the form; of a layer n ≥ 2, ``n.name``."""

    name: str
    of: str  # where its value stands: source, layer, focus, view or experiment; the attribute
    kind: Kind
    usual: Any  # the value unless said, or what gives it of a layer that is read so far
    maps: tuple[str, ...]  # the kinds of maps whose pixels it changes, of `MAPS`
    # Main and more hold choices and entries of the form, bar and figure draw their own.
    part: str = ""
    label: str = ""  # what its choice or entry is called
    hint: str = ""  # what an entry takes
    blank: str = ""  # what the entry says where the value is None and the link says nothing
    # Those of a lower turn are read first: others need them, and the first mistake read is told.
    turn: int = 4
    reshapes: bool = False  # whether kernels follow it, so that it is not taken word for word
    kinds: tuple[str, ...] = KINDS  # the kinds of layers that have it, of a layer's parameters

    @property
    def place(self) -> str:
        """The attribute that the value has."""
        return self.of.partition(".")[2]

    @property
    def label_beside(self) -> str:
        """What a free entry is called that stands beside a choice."""
        return f"Other {self.label.lower()}"

    def otherwise(self, owner: Any) -> Any:
        """Return the value unless said, in a layer (or source, focus, view)."""
        return self.usual(owner) if callable(self.usual) else self.usual

    def text(self, value: Any) -> str:
        """Return the value as the form writes it."""
        return self.blank if self.blank and value is None else self.kind.write(value)


MAPS = ("input", "subtotals", "partial", "running", "rest", "for", "against", "sum", "output")
"""The kinds of maps."""

ADDED, COLOURED = MAPS[1:], MAPS[2:]
"""Those that a layer makes; of them those that may share a range of colours."""


def _squares(*numbers: int) -> Options:
    return tuple((f"{n}x{n}", str(n)) for n in numbers)


def _by_kind(conv: Any, pool: Any) -> Any:
    """Return what is usual in a convolution and in a pooling, each a value or what gives it.

    A transposed convolution has the same as one.
    """

    def usual(layer: Any) -> Any:
        found = conv if layer.kind in SUMMING else pool
        return found(layer) if callable(found) else found

    return usual


FIELDS = (
    Field("network", "experiment.network", NETWORK, None, MAPS),
    Field("image", "source.image", IMAGE, "sample:portrait", MAPS, "bar"),
    Field("size", "source.size", SIZE, 160, MAPS, "more", "Working size",
          f"longest side in pixels, 1 to {LIMITS.working_size}, or “full”"),
    Field("z", "source.z", Z, None, MAPS),
    Field("kind", "layer.kind", LAYER_KIND, CONV, ADDED, turn=-1),
    Field("kernel", "layer.kernel_size",
          sides_to("kernel_side",
                   tuple((f"{n}x{n}", f"{n} × {n}") for n in range(1, LIMITS.kernel_side + 1))),
          lambda layer: own_shape(layer.bank, layer.inputs)[0], ADDED, "main", "Kernel",
          f"any size, height x width, 1 to {LIMITS.kernel_side}", turn=1, reshapes=True),
    Field("strides", "layer.strides", sides_to("stride", _squares(1, 2, 3, 4, 8)),
          _by_kind((1, 1), attrgetter("kernel_size")), ADDED, "main", "Stride",
          f"down x across, 1 to {LIMITS.stride}", turn=1),
    Field("padding", "layer.padding", PADDING, _by_kind("SAME", "VALID"), ADDED, "main", "Padding",
          f"same, valid, 1, 1x2, or top,bottom,left,right, 0 to {LIMITS.pad}; "
          "where the picture is reflected, less than its side"),
    Field("padding_mode", "layer.padding_mode",
          word_of({"zeros": "zeros", "reflect": "the picture reflected",
                   "replicate": "the edge repeated", "circular": "the other side"}),
          "zeros", ADDED, "more", "Pad with", kinds=(CONV,)),
    Field("dilations", "layer.dilations", sides_to("dilation"), (1, 1), ADDED, "more", "Dilation",
          f"down x across, 1 to {LIMITS.dilation}; k taps reach over (k − 1)·d + 1 pixels",
          turn=1, kinds=SUMMING),
    Field("output_padding", "layer.output_padding", sides_to("stride", lowest=0), (0, 0),
          ADDED, "more", "Output padding",
          "rows and columns more, below and right, fewer than the stride", turn=2,
          kinds=(TRANSPOSED,)),
    Field("groups", "layer.groups", GROUPS,
          _by_kind(lambda layer: own_groups(layer.bank, layer.outputs), attrgetter("inputs")),
          ADDED, "more", "Groups", kinds=SUMMING),
    Field("outputs", "layer.outputs", OUTPUTS,
          _by_kind(lambda layer: own_shape(layer.bank, layer.inputs)[1], attrgetter("inputs")),
          ADDED, "main", "Outputs", turn=2, reshapes=True, kinds=SUMMING),
    Field("filters", "layer.bank", BANK,
          _by_kind(lambda layer: usual_bank(layer.inputs), NO_BANK),
          ADDED, "main", "Filters", turn=0, reshapes=True, kinds=SUMMING),
    Field("bias", "layer.bias", BIASES, lambda layer: (0.0,) * layer.outputs,
          ("sum", "output"), "figure", turn=3, kinds=SUMMING),
    Field("activation", "layer.activation", word_of(ACTIVATION_WORDS, closed=False),
          "identity", ("output",), "main", "then", kinds=SUMMING),
    Field("off", "layer.off", INPUT_CHANNELS, (), ADDED, "figure"),
    Field("layer", "focus.layer", OPENED, 1, MAPS, turn=0),
    Field("k", "focus.k", K, 0, ADDED[:-1], "figure"),
    Field("i", "focus.i", PIXEL, None, ("subtotals",), turn=3),
    Field("j", "focus.j", PIXEL, None, ("subtotals",), turn=3),
    Field("if", "focus.what_if", word_of(WHAT_IFS), "", ADDED),
    Field("rows", "focus.rows", ROWS, None, ("rest",), turn=3),
    Field("target", "focus.target", TARGET, None, ADDED, "learning", "Target"),
    Field("rate", "focus.rate", RATE, None, ADDED, "learning", "Learning rate η", blank="auto"),
    Field("steps", "focus.steps", STEPS, 0, ADDED, "learning", "Step"),
    Field("range", "view.range", COLOUR_RANGE, None, COLOURED, "more", "Colour range",
          "auto, or the value that gets the full colour", blank="auto"),
    Field("ranges", "view.ranges",
          word_of({"shared": "one range for all", "each": "a range for each"}),
          "shared", (), "more", "Colours"),
    Field("inputs", "view.inputs", word_of({"grey": "grey", "tinted": "in their colour"}),
          "grey", ("input",), "more", "Inputs"),
    Field("unit", "view.unit", word_of(UNITS), "level", ()),
    Field("gain", "view.gain", GAIN, None, ()),
    Field("challenge", "view.challenge", CHALLENGE, None, ()),
    Field("answer", "view.answer", ANSWER, None, ()),
    Field("seed", "view.seed", SEED, 0, ()),
    Field("tour", "view.tour", TOUR, None, ()),
    Field("embed", "view.embed", word_of({"0": "the page", "1": "the figure alone"}), "0", ()),
)  # fmt: skip

BY_NAME: Mapping[str, Field] = {each.name: each for each in FIELDS}
NAMES = tuple(each.name for each in FIELDS)
"""Every parameter of a link but ``layers``, the kernels ``w.<q>.<k>``, and those of layer n."""


def fields_of(part: str) -> tuple[Field, ...]:
    """Return the rows of an experiment's source, layer, focus or view, as links write them."""
    return tuple(each for each in FIELDS if each.of.startswith(f"{part}."))


LAYER_TURNS = tuple(sorted(fields_of("layer"), key=lambda each: each.turn))
OTHER_TURNS = tuple(
    sorted(
        (each for part in ("source", "focus", "view") for each in fields_of(part)),
        key=lambda each: each.turn,
    )
)
"""A layer's rows, and those of no layer, as they are read."""


def usual(row: Field, owner: Any, network: Network | None = None, n: int = 1) -> Any:
    """Return what a parameter is unless said, of a layer (or source, focus, view) read so far.

    In a network it is what that has; of a layer, its layer n.
    """
    if network is None:
        return row.otherwise(owner)
    if row in LAYER_TURNS:
        return _own(row, owner, network.layers[n - 1])
    opens = {
        "image": network.image,
        "size": network.size,
        "z": network.z,
        "layer": len(network.layers),
    }
    return opens.get(row.name, row.usual)


def _own(row: Field, layer: Any, own: Layer) -> Any:
    """Return a network's own value where its layer n is still of its kind, and it still fits."""
    if row.name != "kind" and layer.kind != own.kind:
        return row.otherwise(layer)
    if row.name == "bias":
        return own.with_outputs(layer.outputs).bias
    if row.name == "groups" and (layer.inputs % own.groups or layer.outputs % own.groups):
        return 1
    if row.name == "off":
        return tuple(q for q in own.off if q < layer.inputs)
    return getattr(own, row.place)
