"""The two volumes and the wedges between them, in the proportions of the real feature maps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal

from multiconv.drawing.beam import Beam, Stamp, beam_of
from multiconv.drawing.slabs import Point, Quad, Shape, Slab, SlabRow, rounded, slab_row

_INDEXED = 15.0  # index labels stand under every front from this pitch on
_SPARSE = 18.0  # where fronts stand closer, labels keep at least so far apart
_EVERY = (2, 4, 8, 16, 32)  # so many fronts lie from one label to the next then


@dataclass(frozen=True, slots=True)
class Label:
    """A text; `anchor` is as in SVG, `kind` is ``title``, ``shape`` or ``index``."""

    x: float
    y: float
    text: str
    anchor: str
    kind: str


@dataclass(frozen=True, slots=True)
class Wedge:
    """What an input slab gives: from its front's foot to the top of the chosen output's front.

    The first two of its four `points` lie on the foot, the last two on the top.
    """

    index: int
    points: Quad
    role: str


@dataclass(frozen=True, slots=True)
class Thread:
    """What one of many inputs gives: a line so ``thick`` to the chosen output, by its sign."""

    index: int
    ends: tuple[Point, Point]
    sign: Literal["for", "against", "nothing"]
    thick: float


@dataclass(frozen=True, slots=True)
class Diagram:
    """The whole drawing; slabs stand in the order to paint them, wedges come after the slabs.

    From `MANY` inputs on there are ``threads`` in place of wedges, the thickest last.  A ``beam``
    is painted after the chosen output, before those that stand in front of it.
    """

    width: float
    height: float
    inputs: tuple[Slab, ...]
    outputs: tuple[Slab, ...]
    wedges: tuple[Wedge, ...]
    labels: tuple[Label, ...]
    threads: tuple[Thread, ...] = ()
    beam: Beam | None = None


MANY = 4
"""From so many inputs on their slabs stand close, and a line leads from each to the output."""
_THICKEST, _THINNEST = 4.5, 0.6


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Where things stand: the inputs' top, the outputs' bottom, left edges, the titles' places.

    In a strip the outputs stand beside the inputs, so that their depth may rise past the gap.
    A ``low`` sheet has its titles beside what they name.
    """

    width: float
    height: float
    top: float
    bottom: float
    gap: float
    left: tuple[float, float]
    right: tuple[float, float]
    titles: tuple[Point, Point]
    strip: bool = False
    low: bool = False

    def room(self, which: int) -> float:
        return self.right[which] - self.left[which]

    def holds(self, above: SlabRow, below: SlabRow) -> bool:
        lower = max(below.height, _TITLED) if self.strip else below.tall
        return (
            above.tall + self.gap + lower <= self.bottom - self.top
            and (self.low or below.tall + _TITLED <= self.bottom)
            and above.narrowest <= self.room(0)
            and below.narrowest <= self.room(1)
        )


_TITLED = 46.0  # the room that a title with its shape takes
_LINE = 17.0
_STAGE = _Sheet(276, 560, 52, 500, 78, (24, 2), (274, 274), ((2, 20), (2, 536)))
_LOW = _Sheet(276, 326, 26, 316, 46, (2, 112), (274, 274), ((2, 16), (2, 296)), low=True)
_STRIP = _Sheet(344, 270, 4, 250, 28, (4, 150), (166, 342), ((4, 0), (186, 0)), strip=True)


def volumes(
    input_shape: Shape,
    output_shape: Shape,
    k: int,
    *,
    wide: bool = False,
    low: bool = False,
    roles: tuple[str, ...] = (),
    feeding: tuple[int, ...] | None = None,
    subtotals: tuple[float, ...] = (),
    strong: tuple[int, ...] = (),
    stamp: Stamp | None = None,
) -> Diagram:
    """Return the feature maps as slabs: inputs above, outputs below, output k brought out.

    Both share one scale, so that a stride of two halves the slabs.  ``wide`` composes for a strip,
    inputs left and outputs right, ``low`` leaves room above; ``feeding`` are the inputs that output
    k sees, if not all.  Of many inputs lines have the ``subtotals``' signs and widths, and those of
    ``strong`` stand out.  Of a transposed layer one pixel's ``stamp`` is drawn.
    """
    many = input_shape[2] >= MANY and bool(subtotals)
    diagram = _standing(input_shape, output_shape, k, wide, low, many, roles, feeding, strong)
    fed = tuple(slab for slab in diagram.inputs if feeding is None or slab.index in feeding)
    # In a column's loose row each face can be seen, else the last alone.
    seen = tuple(slab for slab in fed if slab is diagram.inputs[-1] or not (many or wide))
    if stamp and seen:
        sizes = input_shape[:2], output_shape[:2]
        beam = beam_of(stamp, sizes, (seen[-1].matrix, diagram.outputs[k].matrix))
        labels = _with_stamp(diagram.labels, stamp.words, wide=wide)
        diagram = replace(diagram, beam=beam, labels=labels)
    if not many:
        return diagram
    return replace(diagram, threads=_threads(fed, diagram.outputs[k], subtotals))


def _with_stamp(labels: tuple[Label, ...], words: str, *, wide: bool) -> tuple[Label, ...]:
    """Return labels with a stamp's words: in a strip under the inputs' shape.

    In a column they stand where the output's shape did, which moves up with its title.
    """
    _, first, title, last, *others = labels
    if wide:
        return (*labels, replace(first, y=first.y + _LINE, text=words))
    up = (replace(each, y=each.y - _LINE) for each in (title, last))
    return (*labels[:2], *up, replace(last, text=words), *others)


@lru_cache(64)  # every edit of a number, and every pinned pixel, has the same slabs
def _standing(
    input_shape: Shape,
    output_shape: Shape,
    k: int,
    wide: bool,
    low: bool,
    many: bool,
    roles: tuple[str, ...],
    feeding: tuple[int, ...] | None,
    strong: tuple[int, ...],
) -> Diagram:
    """Return all but the threads of many inputs."""
    sheet = _STRIP if wide else _LOW if low else _STAGE
    scale = _scale(sheet, input_shape, output_shape, k)
    roles = roles or ("input",) * input_shape[2]
    above = slab_row(input_shape, scale, close=many)
    below = slab_row(output_shape, scale, k)
    inputs = above.slabs((sheet.left[0], sheet.top + above.up), sheet.room(0), "input", roles)
    foot = sheet.top + above.tall + sheet.gap  # where a strip's outputs begin
    front = max(foot, below.up + _TITLED) if wide else sheet.bottom - below.height
    outputs = below.slabs((sheet.left[1], front), sheet.room(1), "output", ["output"] * below.count)
    if many:
        inputs = tuple(
            replace(slab, line="strong" if slab.index in strong else "thin") for slab in inputs
        )
        outputs = tuple(slab if slab.chosen else replace(slab, line="thin") for slab in outputs)
    fed = tuple(slab for slab in inputs if feeding is None or slab.index in feeding)
    titles = sheet.titles
    if wide:  # under the wedges, and close above the outputs
        titles = (
            rounded((titles[0][0], front + 24)),
            rounded((titles[1][0], max(front - below.up - 26, 18))),
        )
    return Diagram(
        width=sheet.width,
        height=sheet.height,
        inputs=inputs,
        outputs=outputs,
        wedges=() if many else _wedges(fed, outputs[k]),
        labels=(
            *_title(
                titles[0],
                _maps("Input", input_shape[2]),
                input_shape,
                sheet.right[0] if sheet.low else 0,
            ),
            *_title(
                titles[1],
                "Output" if sheet.low else _maps("Output", output_shape[2]),
                output_shape,
            ),
            *(() if sheet.low else _indices(outputs)),
        ),
    )


def _scale(sheet: _Sheet, input_shape: Shape, output_shape: Shape, k: int) -> float:
    """Return the largest scale at which both rows fit, to within a thousandth."""
    low, high = 0.0, sheet.height / max(1, min(*input_shape[:2], *output_shape[:2]))
    for _ in range(60):
        middle = (low + high) / 2
        above, below = slab_row(input_shape, middle), slab_row(output_shape, middle, k)
        fits = sheet.holds(above, below)
        low, high = (middle, high) if fits else (low, middle)
    return low


def _wedges(inputs: tuple[Slab, ...], chosen: Slab) -> tuple[Wedge, ...]:
    (left, top), (right, _) = chosen.front[:2]
    share = (right - left) / max(len(inputs), 1)
    return tuple(
        Wedge(
            slab.index,
            Quad(
                (
                    slab.front[3],
                    slab.front[2],
                    rounded((left + (at + 1) * share, top)),
                    rounded((left + at * share, top)),
                )
            ),
            slab.role,
        )
        for at, slab in enumerate(inputs)
    )


def _threads(
    inputs: tuple[Slab, ...], chosen: Slab, subtotals: tuple[float, ...]
) -> tuple[Thread, ...]:
    """Return a line from the foot of each slab's front to the top of the chosen one's."""
    (left, top), (right, _) = chosen.front[:2]
    most = max((abs(subtotals[slab.index]) for slab in inputs), default=0.0) or 1.0
    found = []
    for at, slab in enumerate(inputs):
        subtotal, (x, y), (last, _) = subtotals[slab.index], slab.front[3], slab.front[2]
        end = left + (right - left) * (at + 0.5) / len(inputs)
        thick = max(_THICKEST * abs(subtotal) / most, _THINNEST)
        sign: Any = "for" if subtotal > 0 else "against" if subtotal < 0 else "nothing"
        ends = rounded(((x + last) / 2, y)), rounded((end, top))
        found.append(Thread(slab.index, ends, sign, round(thick, 2)))
    return tuple(sorted(found, key=lambda thread: thread.thick))


def _maps(which: str, count: int) -> str:
    return f"{which} feature map{'s' * (count != 1)}"


def _title(at: Point, text: str, shape: Shape, end: float = 0) -> tuple[Label, Label]:
    """Return a volume's title and, under it or beside it up to an end, its shape."""
    x, y, anchor = (end, at[1], "end") if end else (at[0], at[1] + _LINE, "start")
    return (
        Label(*at, text, "start", "title"),
        Label(x, y, " × ".join(map(str, shape)), anchor, "shape"),
    )


def _indices(slabs: tuple[Slab, ...]) -> tuple[Label, ...]:
    """Return the numbers under the fronts: where they would crowd, a few and the chosen one's."""
    lefts = [slab.front[0][0] for slab in slabs]
    pitch = min((b - a for a, b in pairwise(lefts)), default=_INDEXED)
    every = 1
    if pitch < _INDEXED:
        every = next((n for n in _EVERY if n * pitch >= _SPARSE), len(slabs))
    chosen = next((slab.front[0][0] for slab in slabs if slab.chosen), -_SPARSE)
    return tuple(
        Label(
            round((slab.front[2][0] + slab.front[3][0]) / 2, 2),
            round(slab.front[3][1] + 14, 2),
            str(slab.index),
            "middle",
            "index",
        )
        for slab in slabs
        if slab.chosen
        or every == 1
        or (slab.index % every == 0 and abs(slab.front[0][0] - chosen) >= _SPARSE)
    )
