"""What a number of a stack sees: the photograph with the box of its receptive field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from multiconv.drawing.marks import Mark
from multiconv.engine.geometry import Geometry, Pair
from multiconv.engine.stack import jump, reached, receptive_field, repeat
from multiconv.errors import TooLarge
from multiconv.experiment.edit import PHOTO_WIDTH, drawn_size
from multiconv.experiment.model import LIMITS
from multiconv.experiment.words import whole_or_float
from multiconv.tracing.cost import check_work
from multiconv.tracing.trace import Trace

MARGIN = 14
"""So many CSS pixels beyond the photograph the padding is drawn; what is farther, words tell."""


@dataclass(frozen=True, slots=True)
class Sight:
    """The photograph, how large it is and stands, and what of it the pinned number sees.

    ``field`` is not cut at the edges; ``cell`` is the middle of it, if there is room within.
    ``words`` say how large it is, ``place`` where, ``holes`` what of it is reached if that is not
    all.  ``facts`` are what scripts need to move it; ``counted`` is whether what counted is not too
    much work to be shown.
    """

    rows: int
    columns: int
    width: int
    height: int
    field: Mark
    cell: Mark | None
    words: str
    place: str
    holes: str
    facts: dict[str, Any]
    counted: bool

    @property
    def reach(self) -> float:
        """Pixels of the photograph per CSS pixel."""
        return max(self.rows, self.columns) / PHOTO_WIDTH

    @property
    def half(self) -> Pair:
        """The width and height of two pictures of it that stand side by side."""
        return self.width // 2 - 4, self.height // 2 - 4

    @property
    def frame(self) -> Mark:
        """The photograph and the margin that padding is drawn in."""
        more = round(MARGIN * self.reach)
        return Mark(-more, -more, self.rows + 2 * more, self.columns + 2 * more)

    @property
    def veil(self) -> str:
        """All but what is seen, as path data."""
        whole, f = f"M0 0H{self.columns}V{self.rows}H0Z", self.field
        return f"{whole}M{f.column} {f.row}h{f.width}v{f.height}h{-f.width}z"

    @property
    def around(self) -> str:
        """The margin alone, as path data."""
        f = self.frame
        outer = f"M{f.column} {f.row}h{f.width}v{f.height}h{-f.width}z"
        return f"{outer}M0 0H{self.columns}V{self.rows}H0Z"

    @property
    def alt(self) -> str:
        """What stands for the picture where it is not seen."""
        return f"The photograph, {self.rows} × {self.columns} pixels; {self.words}, {self.place}"


def _phases(shapes: Sequence[Geometry]) -> dict[str, Any]:
    """Return the fields of the first pixels, where a transposed layer makes them of unlike sizes.

    They are as many as it takes until they repeat; ``centre`` is the first one's.
    """
    if not any(shape.transposed for shape in shapes):
        return {}
    phases: list[list[Pair]] = [[], []]
    for axis, fields in enumerate(phases):
        for at in range(min(repeat(shapes, axis), shapes[-1].output_size[axis])):
            field = receptive_field(shapes, at, at)
            fields.append((field.left, field.width) if axis else (field.top, field.height))
    return {"phases": phases, "centre": receptive_field(shapes, 0, 0).centre}


def sight_of(trace: Trace) -> Sight | None:
    """Return what the pinned number sees of a photograph; a generator has none.

    Of a single layer that is its window, seen there.
    """
    if len(trace.shapes) < 2 or trace.experiment.source.z is not None:
        return None
    shapes = trace.shapes[: trace.experiment.focus.layer]
    field = receptive_field(shapes, *trace.pixel)
    rows, columns = size = shapes[0].input_size
    row, column = (int(at) for at in field.centre)
    box = Mark(field.top, field.left, field.height, field.width)
    first = receptive_field(shapes, 0, 0)
    side = max(1, round(max(size) / PHOTO_WIDTH * 3))
    roomy = min(field.height, field.width) > 6 * side
    return Sight(
        rows,
        columns,
        *drawn_size(rows, columns, PHOTO_WIDTH),
        field=box,
        cell=Mark(row - side, column - side, 2 * side + 1, 2 * side + 1) if roomy else None,
        words=f"what this number sees: {field.height} × {field.width} pixels",
        place=place_words(box, size),
        holes=_holes(box, size, *(len(places) for places in reached(shapes, *trace.pixel))),
        facts={
            "layer": len(shapes),
            "photo": size,
            "first": (first.top, first.left),
            "field": (first.height, first.width),
            "jump": [whole_or_float(step) for step in jump(shapes)],
            "side": side,
            **_phases(shapes),
        },
        counted=_counted(trace),
    )


def _counted(trace: Trace) -> bool:
    """Tell whether the pinned value may be followed back to the photograph."""
    stack = list(zip(trace.shapes, trace.experiment.layers, strict=True))
    try:
        check_work(stack[: trace.experiment.focus.layer], 1, LIMITS, backward=True)
    except TooLarge:
        return False
    return True


def place_words(box: Mark, size: Pair) -> str:
    """Return which rows and columns of a picture lie in a box, and how much of it is padding."""
    (top, bottom), (left, right) = (
        _cut(first, side, whole)
        for first, side, whole in zip(
            (box.row, box.column), (box.height, box.width), size, strict=True
        )
    )
    sides = (
        (-box.row, "row", "above"),
        (box.row + box.height - size[0], "row", "below"),
        (-box.column, "column", "left"),
        (box.column + box.width - size[1], "column", "right"),
    )
    told = [
        f"{count} {noun}{'s' * (count > 1)} {where}" for count, noun, where in sides if count > 0
    ]
    padding = f"padding: {', '.join(told)}" if told else "no padding"
    return f"rows {top} to {bottom}, columns {left} to {right}; {padding}"


def _cut(first: int, side: int, whole: int) -> Pair:
    return min(max(first, 0), whole - 1), max(min(first + side, whole) - 1, 0)


def _holes(box: Mark, size: Pair, down: int, across: int) -> str:
    """Return how many rows and columns of a box reach the number, if not all of them do."""
    if not down * across:
        return "No pixel of the photograph reaches it: it is made of biases alone."
    spans = [
        last - first + 1
        for first, last in (
            _cut(box.row, box.height, size[0]),
            _cut(box.column, box.width, size[1]),
        )
    ]
    if (down, across) == tuple(spans):
        return ""
    return (
        f"Of these {spans[0]} rows and {spans[1]} columns, {down} and {across} reach it; "
        "strides or dilations skip the others."
    )
