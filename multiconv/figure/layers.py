"""The row of volumes: every layer of the stack as a box that opens it, and the same in words.

A generator's row begins with its numbers and ends with the picture in colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from multiconv.drawing.boxes import Area, BoxRow, Place, Stop, box_row
from multiconv.engine.geometry import Geometry, Pair
from multiconv.engine.stack import cell_at, receptive_field
from multiconv.errors import InvalidValue, TooLarge
from multiconv.experiment.changes import unchanged, undone
from multiconv.experiment.kernels import channel_name
from multiconv.experiment.maps import GENERATED, Z_MAP
from multiconv.experiment.model import Experiment, Layer
from multiconv.experiment.numbers import decimal
from multiconv.experiment.words import enumeration, layer_name
from multiconv.figure.planes import Absent, Outputs, is_generated
from multiconv.figure.rows import Pictures
from multiconv.tracing.trace import Trace

ROOMS = {"wide": (1336.0, 300.0), "middle": (736.0, 1.0), "narrow": (336.0, 0.0)}
"""The widths that the row is composed for, a screen, a tablet, a phone, and its last words'."""
BESIDE = 270.0
"""So much of a screen's width is left to what a generator starts from."""
_NAME, _SIZE = 8.2, 7.3  # how wide a character of a name is, and one of a size
PHOTO = "photo"
LONGEST = 110
"""The longest side of a face, in CSS pixels."""


@dataclass(frozen=True, slots=True)
class LayerBox:
    """One box of the row: layer ``n``, or as number 0 the photograph or a generator's numbers.

    ``face`` is the picture of the ``map`` of its output k, ``shows`` tells which that is where it
    is to be told, ``pixel`` is the one over the pinned place, ``said`` what the box is in words,
    ``changed`` what was changed in its layer, if anything; ``edges`` is the picture of its sides.
    """

    n: int
    k: int
    name: str
    sides: Pair
    size: str
    channels: int
    pixel: Pair
    face: str
    said: str
    opened: bool
    changed: str = ""
    map: str = PHOTO
    shows: str = ""
    edges: str = ""

    @property
    def is_picture(self) -> bool:
        """Whether its face is in colour."""
        return self.map in {PHOTO, GENERATED}


@dataclass(frozen=True, slots=True)
class Layers:
    """The row: its boxes by their numbers, and drawn for each of `ROOMS`.

    ``end`` says what became of the end, if layers were changed: of its highest value, or of a
    generator's picture.
    """

    boxes: tuple[LayerBox, ...]
    drawings: Mapping[str, BoxRow]
    k: int
    pixel: Pair
    end: str = ""

    @property
    def grows(self) -> bool:
        """Whether it is a generator's, which begins with numbers."""
        return self.boxes[0].map == Z_MAP

    @property
    def opened(self) -> LayerBox:
        """The box of the opened layer."""
        return next(box for box in self.boxes if box.opened)

    @property
    def changed(self) -> tuple[LayerBox, ...]:
        """The boxes of layers that were changed."""
        return tuple(box for box in self.boxes if box.changed)


class Stacked(Outputs, Protocol):
    """Where every layer's outputs are, and whether they are too much work; a `Tracer` is one."""

    def geometry(self, experiment: Experiment, outputs: int = 1) -> Geometry:
        """Return the opened layer's sizes, or refuse so many outputs of it."""


def layers_of(trace: Trace, pictures: Pictures, outputs: Stacked | None = None) -> Layers | None:
    """Return the row of a stack; of a single layer there is none.

    ``outputs`` has the last layer's, to say what changes have come to.
    """
    experiment, shapes = trace.experiment, trace.shapes
    if len(shapes) < 2:
        return None
    opened, count = experiment.focus.layer, len(shapes)
    last = count if experiment.sums else opened - 1
    while outputs and last > opened and not _is_allowed(outputs, experiment, last):
        last -= 1
    boxes = tuple(_box(trace, n, pictures if n <= last else Absent()) for n in range(count + 1))
    stops = tuple(_stop(trace, box) for box in boxes)
    near = [stop for stop in stops if stop.n in {0, opened - 1, opened, opened + 1}]
    return Layers(
        boxes,
        {
            name: box_row(near if name == "narrow" else stops, opened, *room)
            for name, room in _rooms(boxes[0].map == Z_MAP)
        },
        experiment.focus.k,
        trace.pixel,
        _end(experiment, outputs, boxes[0].map == Z_MAP) if outputs and last == count else "",
    )


def _rooms(grows: bool) -> Iterable[tuple[str, tuple[float, float]]]:
    """Yield the widths; beside a generator's row stands a form, and no words behind it."""
    for name, (width, tail) in ROOMS.items():
        beside = BESIDE if grows and name == "wide" else 0.0
        yield name, (width - beside, 0.0 if beside else tail)


def _is_allowed(outputs: Stacked, experiment: Experiment, n: int) -> bool:
    """Tell whether all outputs of layer n are not too much work for one request."""
    try:
        outputs.geometry(experiment.opening(n), outputs=experiment.layers[n - 1].outputs)
    except TooLarge:
        return False
    return True


def _box(trace: Trace, n: int, pictures: Pictures) -> LayerBox:
    experiment, shapes = trace.experiment, trace.shapes
    opened, generates = experiment.focus.layer, experiment.source.z is not None
    k, changed, shows = 0, "", ""
    if n == 0:
        (rows, columns), channels = shapes[0].input_size, experiment.source.channels
        name = shown = Z_MAP if generates else PHOTO
    else:
        layer, k = experiment.layers[n - 1], experiment.k_of(n)
        (rows, columns), channels = shapes[n - 1].output_size, layer.outputs
        name, shown = layer_name(n, layer), f"layer-{n}-{k}"
        shows = f"map {k}" if generates else ""
        if n == len(shapes) and is_generated(experiment):
            shown, shows = GENERATED, "in colour"
        changed = change_words(n, layer, unchanged(experiment, n))
    face = pictures.map(shown, 0.0, 2 * LONGEST)
    if generates and n == 0:
        said = f"{Z_MAP}, {channels} numbers"
        return LayerBox(
            0, 0, name, (1, 1), str(channels), channels, (0, 0), face, said, False, map=shown
        )
    return LayerBox(
        n,
        k,
        name,
        (rows, columns),
        f"{rows}²" if rows == columns else f"{rows} × {columns}",
        channels,
        over_same_place(shapes, opened, trace.pixel, max(n, 1)),
        face,
        f"{name}, {rows} × {columns} × {channels}" + (f"; {changed}" if changed else ""),
        n == opened,
        changed,
        shown,
        shows,
        pictures.map(f"edges-{n}", 0.0) if generates and shown != GENERATED else "",
    )


def _stop(trace: Trace, box: LayerBox) -> Stop:
    """Return where a box is run through, and what the pinned pixel sees of it."""
    n, opened = box.n, trace.experiment.focus.layer
    (i, j), field = box.pixel, None
    spot: Place = i + 0.5, j + 0.5
    if n < opened:
        spot, field = _seen(trace.shapes[n:opened], trace.pixel)
    words = _NAME * (len(box.name) + bool(box.changed)) + _SIZE * (len(box.size) + 1)
    if box.map == Z_MAP:  # only the layer beside them is drawn as a wedge from all of them
        field = field if opened == 1 else None
        return Stop(n, (*box.sides, box.channels), None, field, words, line=True)
    return Stop(n, (*box.sides, box.channels), spot, field, words)


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
        names = [channel_name(q, n, layer.inputs) for q in layer.off]
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


def _end(experiment: Experiment, outputs: Outputs, grows: bool) -> str:
    """Return the highest value of the last layer's chosen output, before the changes and now.

    Of a generator it is how far the values of its picture have moved.
    """
    before = undone(experiment)
    if before == experiment:
        return ""
    last = len(experiment.layers)
    k = experiment.k_of(last)
    try:
        was, now = (outputs.outputs_of(each, last) for each in (before, experiment))
        if grows and was.shape != now.shape:
            return ""
        if grows:
            moved = float(abs(now - was).mean())
            return f"the picture’s values moved by {decimal(moved, 2)} on average"
        values = [float(each[:, :, k].max()) for each in (was, now)]
    except (InvalidValue, TooLarge, IndexError):
        return ""  # the layers as they were do not fit this picture, or one another
    what = "score" if experiment.network else "value"
    told = " → ".join(decimal(value, 2, signed=True) for value in values)
    return f"highest {what} at the end {told}"
