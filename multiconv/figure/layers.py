"""The row of volumes: every layer of the stack as a box that opens it, and the same in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from multiconv.drawing.boxes import Area, BoxRow, Place, Stop, box_row
from multiconv.engine.geometry import Geometry, Pair
from multiconv.engine.stack import cell_at, receptive_field
from multiconv.experiment.banks import PLANES
from multiconv.experiment.changes import unchanged, undone
from multiconv.experiment.kernels import channel_name
from multiconv.experiment.model import Experiment, Layer
from multiconv.experiment.numbers import decimal
from multiconv.experiment.words import enumeration
from multiconv.figure.planes import Absent, Outputs
from multiconv.figure.rows import Pictures
from multiconv.tracing.trace import Trace

ROOMS = {"wide": (1336.0, 330.0), "middle": (736.0, 86.0), "narrow": (336.0, 0.0)}
"""The widths that the row is composed for, a screen, a tablet, a phone, and its last words'."""
PHOTO = "photo"
LONGEST = 110
"""The longest side of a face, in CSS pixels."""
_NAMES = {"conv": "conv", "max_pool": "pool", "avg_pool": "pool"}


@dataclass(frozen=True, slots=True)
class LayerBox:
    """One box of the row: layer ``n``, or as number 0 the photograph.

    ``face`` is the picture of its output k, ``pixel`` the one over the pinned place, ``said`` what
    the box is in words, ``changed`` what was changed in its layer, if anything.
    """

    n: int
    k: int
    name: str
    size: str
    channels: int
    pixel: Pair
    face: str
    said: str
    opened: bool
    changed: str = ""


@dataclass(frozen=True, slots=True)
class Layers:
    """The row: its boxes by their numbers, and drawn for each of `ROOMS`.

    ``end`` says what became of the highest value at the end, if layers were changed.
    """

    boxes: tuple[LayerBox, ...]
    drawings: Mapping[str, BoxRow]
    k: int
    pixel: Pair
    end: str = ""

    @property
    def changed(self) -> tuple[LayerBox, ...]:
        """The boxes of layers that were changed."""
        return tuple(box for box in self.boxes if box.changed)


def layer_name(n: int, layer: Layer) -> str:
    """Return what layer n is called, as conv2."""
    return f"{_NAMES[layer.kind]}{n}"


def layers_of(trace: Trace, pictures: Pictures, outputs: Outputs | None = None) -> Layers | None:
    """Return the row of a stack; of a single layer there is none.

    ``outputs`` has the last layer's, to say what changes have come to.
    """
    experiment, shapes = trace.experiment, trace.shapes
    if len(shapes) < 2:
        return None
    opened = experiment.focus.layer
    stops = _stops(shapes, [layer.outputs for layer in experiment.layers], opened, trace.pixel)
    near = [stop for stop in stops if stop.n in {0, opened - 1, opened, opened + 1}]
    return Layers(
        tuple(_box(trace, stop, pictures) for stop in stops),
        {
            name: box_row(near if name == "narrow" else stops, opened, *room)
            for name, room in ROOMS.items()
        },
        experiment.focus.k,
        trace.pixel,
        _end(experiment, outputs) if outputs and experiment.sums else "",
    )


def _box(trace: Trace, stop: Stop, pictures: Pictures) -> LayerBox:
    experiment, n = trace.experiment, stop.n
    rows, columns, channels = stop.shape
    opened = experiment.focus.layer
    if n == 0:
        name, k, face = PHOTO, 0, pictures.map("photo", 0.0, 2 * LONGEST)
    else:
        name, k = layer_name(n, experiment.layers[n - 1]), experiment.k_of(n)
        seen = experiment.sums or n < opened
        face = (pictures if seen else Absent()).map(f"layer-{n}-{k}", 0.0, 2 * LONGEST)
    changed = change_words(n, experiment.layers[n - 1], unchanged(experiment, n)) if n else ""
    return LayerBox(
        n,
        k,
        name,
        f"{rows}²" if rows == columns else f"{rows} × {columns}",
        channels,
        over_same_place(trace.shapes, opened, trace.pixel, max(n, 1)),
        face,
        f"{name}, {rows} × {columns} × {channels}" + (f"; {changed}" if changed else ""),
        n == opened,
        changed,
    )


def _stops(
    shapes: Sequence[Geometry], outputs: Sequence[int], opened: int, pixel: Pair
) -> tuple[Stop, ...]:
    """Return the photograph and every layer's output, with what the pinned pixel sees of each."""
    stops = [Stop(0, (*shapes[0].input_size, PLANES), *_seen(shapes[:opened], pixel))]
    for n, (shape, channels) in enumerate(zip(shapes, outputs, strict=True), 1):
        if n < opened:
            spot, field = _seen(shapes[n:opened], pixel)
        else:
            i, j = over_same_place(shapes, opened, pixel, n)
            spot, field = (i + 0.5, j + 0.5), None
        stops.append(Stop(n, (*shape.output_size, channels), spot, field))
    return tuple(stops)


def _seen(shapes: Sequence[Geometry], pixel: Pair) -> tuple[Place, Area | None]:
    """Return the middle of what the pixel sees before some layers, and all of it."""
    field = receptive_field(shapes, *pixel)
    row, column = field.centre
    return (row + 0.5, column + 0.5), (field.top, field.left, field.height, field.width)


def over_same_place(shapes: Sequence[Geometry], opened: int, pixel: Pair, n: int) -> Pair:
    """Return the pixel of layer n whose field is centred nearest that of the opened one's."""
    if n == opened:
        return pixel
    return cell_at(shapes[:n], *receptive_field(shapes[:opened], *pixel).centre)


def change_words(n: int, layer: Layer, own: Layer) -> str:
    """Return what of layer n is not as it was: the channels left out, and what else is another."""
    told = []
    if layer.off != own.off:
        names = [channel_name(q, n) for q in layer.off]
        if n > 1 and len(names) > 1:
            names = [f"inputs {layer.off[0]}", *map(str, layer.off[1:])]
        told.append(f"{enumeration(names)} left out")
    if layer.kernels != own.kernels:
        count = len({place for place, _ in {*layer.kernels} ^ {*own.kernels}})
        told.append(f"{count} kernel{'s' * (count != 1)} changed")
    others = [
        word
        for attribute, word in _OTHERS.items()
        if getattr(layer, attribute) != getattr(own, attribute)
    ]
    if others:
        told.append(f"{enumeration(others)} changed")
    return ", ".join(told)


_OTHERS = {
    "bank": "filters",
    "bias": "bias",
    "kernel_size": "kernel size",
    "outputs": "outputs",
    "strides": "stride",
    "padding": "padding",
    "padding_mode": "what pads",
    "dilations": "dilation",
    "groups": "groups",
    "activation": "activation",
}


def _end(experiment: Experiment, outputs: Outputs) -> str:
    """Return the highest value of the last layer's chosen output, before the changes and now."""
    before = undone(experiment)
    if before == experiment:
        return ""
    last = len(experiment.layers)
    k = experiment.k_of(last)
    was, now = (
        float(outputs.outputs_of(each, last)[:, :, k].max()) for each in (before, experiment)
    )
    return f"highest value at the end {_short(was)} → {_short(now)}"


def _short(value: float) -> str:
    return decimal(value, 2, signed=True)
