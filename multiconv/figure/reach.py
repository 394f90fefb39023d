"""How many inputs reach an output pixel of a transposed layer: the chequerboard, countable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from multiconv.engine.geometry import Geometry, Pair
from multiconv.engine.stack import reached
from multiconv.experiment.kernels import channel_name
from multiconv.experiment.latent import NUMBERS
from multiconv.experiment.words import layer_name, size_words
from multiconv.figure.kernel import tint
from multiconv.imaging.colour import step
from multiconv.tracing.trace import Trace

GRID = (5, 6)
"""So many rows and columns of output pixels around the pinned one are counted."""
_NTH = ("", "", " second", " third", " fourth", " fifth", " sixth", " seventh", " eighth")
_BESIDE = (((0, 1), "right"), ((0, -1), "left"), ((1, 0), "lower"), ((-1, 0), "upper"))


@dataclass(frozen=True, slots=True)
class Count:
    """How many inputs reach one output pixel; its kind tells the most of all from the fewest."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Dot:
    """An input pixel where the middle of its stamp lies, in output pixels from an inset's middle.

    It reaches the pixel there, lies ``near``, or is none: as many dots as any inset needs.  What
    reaches it has the ``tint`` of its value in one of the maps.
    """

    x: float
    y: float
    kind: str
    tint: str = ""


@dataclass(frozen=True, slots=True)
class Inset:
    """The input pixels around one output pixel, and how many of them reach it."""

    words: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """The counts around the pinned pixel, which inputs reach it and its neighbour, and why.

    A stamp goes ``half`` from its middle, an inset ``side`` from its own, down and across, in
    output pixels.  ``filled`` says which map's values the dots have, if any reach it.  ``path``
    follows the pinned number back to where it comes from.
    """

    counts: tuple[tuple[Count, ...], ...]
    caption: str
    insets: tuple[Inset, ...]
    filled: str
    half: tuple[float, float]
    side: Pair
    why: str
    path: str
    facts: dict[str, Any]

    @property
    def view(self) -> tuple[float, float, int, int]:
        """An inset's left and top, width and height, in output pixels."""
        down, across = self.side
        return -across - 0.5, -down - 0.5, 2 * across + 1, 2 * down + 1

    @property
    def stamp(self) -> tuple[float, float, float, float]:
        """Where the middles lie that reach an inset's middle: left, top, width, height."""
        down, across = self.half
        return -across - 0.5, -down - 0.5, 2 * across + 1, 2 * down + 1

    @property
    def lines(self) -> str:
        """The lines between an inset's output pixels, as path data."""
        left, top, wide, high = self.view
        rows = (f"M{left:g} {top + at:g}h{wide}" for at in range(high + 1))
        columns = (f"M{left + at:g} {top:g}v{high}" for at in range(wide + 1))
        return "".join((*rows, *columns))


def reach_of(trace: Trace) -> Reach | None:
    """Return what reaches the pinned pixel; None of a layer that is not a transposed one."""
    shape, focus, (i, j) = trace.layer.geometry, trace.experiment.focus, trace.pixel
    if not shape.transposed:
        return None
    q = max(trace.rows, key=lambda each: abs(trace.subtotal(each)))
    plane = trace.inputs[:, :, q]
    extent = 255.0 if plane.dtype == np.uint8 else trace.input_range(plane)

    def tint_at(row: int, column: int) -> str:
        return tint(step(float(plane[row, column]), extent))

    insets = [Inset(f"reached by {count_at(shape, i, j)}", dots_around(shape, i, j, tint_at))]
    if beside := neighbour(shape, i, j):
        row, column, where = beside
        words = f"its {where} neighbour by {count_at(shape, row, column)}"
        insets.append(Inset(words, dots_around(shape, row, column, tint_at)))
    top, left = corner(shape, i, j)
    rows, columns = (min(side, most) for side, most in zip(shape.output_size, GRID, strict=True))
    names = _names(trace)
    return Reach(
        tuple(
            tuple(
                Count(
                    str(count_at(shape, row, column)),
                    kind_at(shape, row, column) + " pinned" * ((row, column) == (i, j)),
                )
                for column in range(left, left + columns)
            )
            for row in range(top, top + rows)
        ),
        f"How many input pixels reach the output pixels around row {i}, column {j}",
        tuple(insets),
        _filled_words(channel_name(q, focus.layer, trace.inputs.shape[2]))
        if count_at(shape, i, j)
        else "",
        half_of(shape),
        _sides(shape),
        why_words(shape),
        path_words(trace.shapes[: focus.layer], names, i, j),
        {
            "names": names,
            "before": [integers(each) for each in trace.shapes[: focus.layer - 1]],
            "extents": _extents(trace),
        },
    )


def _filled_words(channel: str) -> str:
    return f"A dot’s colour: its value in {channel}, which adds or takes most here."


def _extents(trace: Trace) -> dict[str, float]:
    """Return what the ends of the colours stand for, of each map that stamps are drawn on."""
    partials = ((q, trace.layer.partials[q]) for q in trace.rows)
    return {
        **{f"partial-{q}": trace.partial_range(each) for q, each in partials if each is not None},
        **({"output": trace.range_of(trace.layer.output)} if trace.experiment.sums else {}),
    }


def _names(trace: Trace) -> list[str]:
    """Return what each layer up to the opened one reads, the first one's input first."""
    experiment = trace.experiment
    first = "the photograph" if experiment.source.z is None else f"all {NUMBERS} numbers of z"
    return [first, *(layer_name(n, each) for n, each in enumerate(experiment.before, 1))]


def integers(shape: Geometry) -> dict[str, Any]:
    """Return a layer's sizes as scripts have them."""
    return {
        "input": shape.input_size,
        "kernel": shape.kernel_size,
        "strides": shape.strides,
        "pads": shape.pads,
        "dilations": shape.dilations,
        "mode": shape.padding_mode,
        "output": shape.output_size,
        **({"transposed": True} if shape.transposed else {}),
    }


def along(shape: Geometry, axis: int, at: int) -> list[int]:
    """Return the input rows (axis 0) or columns (1) that reach an output row or column."""
    side = shape.input_size[axis]
    return [place for _, place in shape.meetings(axis, at) if 0 <= place < side]


def count_at(shape: Geometry, i: int, j: int) -> int:
    """Return how many input pixels reach an output pixel."""
    return len(along(shape, 0, i)) * len(along(shape, 1, j))


def turns(shape: Geometry) -> tuple[list[int], list[int]]:
    """Return how many rows, and columns, reach one after another of the output, far from edges."""
    down, across = (
        [len(shape.meetings(axis, at)) for at in range(shape.strides[axis])] for axis in (0, 1)
    )
    return down, across


def kind_at(shape: Geometry, i: int, j: int) -> str:
    """Return whether the ``most`` of all reach an output pixel, the ``fewest``, or ``some``."""
    down, across = turns(shape)
    count = count_at(shape, i, j)
    if count == max(down) * max(across):
        return "most"
    return "fewest" if count <= min(down) * min(across) else "some"


def corner(shape: Geometry, i: int, j: int) -> Pair:
    """Return the first row and column of the grid of counts, which lies within the output."""
    top, left = (
        min(max(at - most // 2, 0), max(side - most, 0))
        for at, side, most in zip((i, j), shape.output_size, GRID, strict=True)
    )
    return top, left


def neighbour(shape: Geometry, i: int, j: int) -> tuple[int, int, str] | None:
    """Return a pixel beside one, and where: one that another number reaches, if there is."""
    high, wide = shape.output_size
    found = [
        (i + down, j + across, where)
        for (down, across), where in _BESIDE
        if 0 <= i + down < high and 0 <= j + across < wide
    ]
    own = count_at(shape, i, j)
    other = [each for each in found if count_at(shape, *each[:2]) != own]
    return next(iter(other or found), None)


def half_of(shape: Geometry) -> tuple[float, float]:
    """Return how far a stamp goes from its middle, down and across, to its last pixels' middles."""
    down, across = (
        (side - 1) * gap / 2 for side, gap in zip(shape.kernel_size, shape.dilations, strict=True)
    )
    return down, across


def _sides(shape: Geometry) -> Pair:
    down, across = (ceil(each) + 1 for each in half_of(shape))
    return down, across


def dots_around(
    shape: Geometry, i: int, j: int, tint_at: Callable[[int, int], str] = lambda _row, _column: ""
) -> tuple[Dot, ...]:
    """Return the input pixels around an output pixel, and none for what is left of the places."""
    rows, columns = (list(_seen(shape, axis, at)) for axis, at in enumerate((i, j)))
    down, across = _sides(shape)
    room = (2 * down // shape.strides[0] + 1) * (2 * across // shape.strides[1] + 1)
    dots = [
        Dot(x, y, "reaches", tint_at(row, column))
        if reaches_down and reaches_across
        else Dot(x, y, "near")
        for y, row, reaches_down in rows
        for x, column, reaches_across in columns
    ]
    return (*dots, *(Dot(0, 0, "none"),) * (room - len(dots)))


def _seen(shape: Geometry, axis: int, at: int) -> Iterator[tuple[float, int, bool]]:
    """Yield how far stamps lie from an output, of which input, and whether they reach it."""
    reaching, half = set(along(shape, axis, at)), half_of(shape)[axis]
    for place in range(shape.input_size[axis]):
        off = place * shape.strides[axis] - shape.pads[axis][0] + half - at
        if abs(off) <= _sides(shape)[axis]:
            yield off, place, place in reaching


def why_words(shape: Geometry) -> str:
    """Return why so many reach a pixel, from the layer's own numbers."""
    if shape.input_size == (1, 1):
        return (
            f"There is one input pixel, and it stamps its {size_words(shape.kernel_size)} kernel "
            "once: each output pixel gets one of its numbers."
        )
    down, across = (f"every{_nth(step)}" for step in shape.strides)
    sizes = f"{size_words(shape.input_size)} become {size_words(shape.output_size)}"
    if shape.strides[0] == shape.strides[1]:
        start = f"Stride {shape.strides[0]} puts an input pixel on {down} row and column: {sizes}."
    else:
        start = (
            f"Strides {size_words(shape.strides)} put an input pixel on {down} row and "
            f"{across} column: {sizes}."
        )
    rows, columns = turns(shape)
    counts = sorted({a * b for a in rows for b in columns}, reverse=True)
    edges = ", at the edges fewer" if _is_cut(shape) else ""
    if len(counts) == 1:
        return f"{start} So {counts[0]} reach each output pixel{edges}: no chequerboard."
    listed = f"{', '.join(map(str, counts[:-1]))} or {counts[-1]}"
    alone = "; one that none reaches is the bias alone" if counts[-1] == 0 else ""
    return f"{start} So in turn {listed} reach an output pixel{edges}{alone}."


def _nth(step: int) -> str:
    return _NTH[step] if step < len(_NTH) else f" {step}th"


def _is_cut(shape: Geometry) -> bool:
    """Tell whether inputs that would reach a pixel lie beyond an edge."""
    for axis, (side, stride) in enumerate(zip(shape.output_size, shape.strides, strict=True)):
        ends = {*range(min(stride, side)), *range(max(side - stride, 0), side)}
        if any(len(along(shape, axis, at)) < len(shape.meetings(axis, at)) for at in ends):
            return True
    return False


def path_words(shapes: Sequence[Geometry], names: Sequence[str], i: int, j: int) -> str:
    """Return what of each layer before reaches an output pixel, the last layer's first.

    ``names`` are what the layers read, of one pixel the whole of it.
    """
    told = []
    for n in range(len(shapes) - 1, -1, -1):
        if shapes[n].input_size == (1, 1):
            told.append(names[n])
            continue
        rows, columns = reached(shapes[n:], i, j)
        if 0 in (len(rows), len(columns)):
            told.append(f"nothing of {names[n]} reaches it")
            break
        size = len(rows), len(columns)
        whole = "all " if size == shapes[n].input_size else ""
        told.append(f"{whole}{size_words(size)} of {names[n]}")
    return f"Followed back: {', '.join(told)}."
