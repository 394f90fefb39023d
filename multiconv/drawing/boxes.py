"""A row of volumes: a box a layer, its length the channels, its right side the picture of one map.

Boxes stand on one axis.  Through each runs a bar where the pinned value is; on the faces before
the opened layer lies what that value sees, and lines lead from one to the next.  A generator's row
begins with a line of numbers, as tall as the tallest box.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import log2, sqrt

from multiconv.drawing.slabs import Matrix, Point, Quad, Shape, rounded

Place = tuple[float, float]
"""The row and column of a map, in its pixels, as halves where a pixel's middle is meant."""
Area = tuple[float, float, float, float]
"""Top, left, height and width in a map's pixels."""

_A_SIDE = 4.35  # a face of 640 pixels is as long as faces get
_SHORTEST, _LONGEST = 40.0, 110.0
_RIGHT, _UP = 0.84, 0.36
_A_CHANNEL = 13.0  # the length of one channel; doubling their number adds as much
_GAP, _NARROWEST, _EDGE = 44.0, 12.0, 2.0
_BAR = 4.0  # the thickness of the bar
_ABOVE, _BELOW, _LINE = 26.0, 22.0, 16.0  # room for the brackets, the words, their second line
_WAY = 22.0  # the room of the sign between words
_LEAST = 5.0  # no side of a field is drawn shorter
_WIDE = 22.0  # of a line of numbers
_GROWN, _APART = 150.0, 74.0  # the longest face and gap where it stands beside a form as high
_BROAD = 1000.0  # a row of such a width does
_HEAD, _SHAFT, _SHAFTED = 9.0, 5.0, 40.0  # of the arrow from it: half as wide, and how long


@dataclass(frozen=True, slots=True)
class Stop:
    """One volume of the row: the layer that puts it out, 0 the photograph; its shape.

    ``spot`` is where the bar runs through it, ``field`` what of it the pinned value sees, if any;
    its name and size, side by side, are ``words`` wide.  A ``line`` has no sides, only channels.
    """

    n: int
    shape: Shape
    spot: Place | None = None
    field: Area | None = None
    words: float = 80.0
    line: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A volume where it stands; ``matrix`` lays the unit square on its ``face``.

    ``front_matrix`` and ``top_matrix`` do so on the others.  ``bracket`` is the path over its
    channels, whose number stands at ``count``; ``word`` is where its name begins, ``size`` where
    its size does if that has a line of its own, ``way`` the sign between it and the next one.
    A ``line`` is its face alone.
    """

    n: int
    front: Quad
    top: Quad
    face: Quad
    matrix: Matrix
    front_matrix: Matrix
    top_matrix: Matrix
    bar: Quad | None
    field: Quad | None
    bracket: str
    count: Point
    word: Point
    size: Point | None
    way: Point | None
    line: bool = False

    @property
    def reach(self) -> tuple[float, float, float, float]:
        """What a pointer may meet, from the number above to the words: x, y, width and height."""
        (left, _), right, top = self.front[0], self.face[1][0], self.count[1] - 14
        return left, top, round(right - left, 2), round(self.word[1] - top, 2)


@dataclass(frozen=True, slots=True)
class BoxRow:
    """The row: boxes in the order to paint them, and what lies behind the box of each ``n``.

    ``sight`` are lines from one field to the next, ``wedge`` runs from the last field into the bar
    of the opened layer, with the lines of its far edges; ``skips`` are where boxes are left out,
    at ``tail`` other words begin.  Without words it is ``bare`` high.  ``arrow`` leads from a line
    of numbers to the first box, where no wedge does; then there is a line more of words.
    """

    width: float
    height: float
    bare: float
    boxes: tuple[Box, ...]
    sight: dict[int, str]
    wedge: tuple[Quad, str] | None
    skips: tuple[Point, ...]
    tail: Point
    arrow: str = ""


@dataclass(frozen=True, slots=True)
class _Measure:
    """A box's measures: its length, and its face's height, and depth to the right and up."""

    length: float
    height: float
    right: float
    up: float

    @property
    def wide(self) -> float:
        return self.length + self.right

    def times(self, scale: float) -> _Measure:
        return _Measure(*(side * scale for side in (self.length, self.height, self.right, self.up)))


def _measures(stops: Sequence[Stop], width: float) -> list[_Measure]:
    """Return the measures of volumes; where maps grow from a line, the largest is the longest."""
    a_side, longest = _A_SIDE, _LONGEST
    if any(stop.line for stop in stops):
        largest = max(side for stop in stops for side in stop.shape[:2])
        longest = _GROWN if width > _BROAD else _LONGEST
        a_side = max(_A_SIDE, longest / sqrt(largest))
    found = [_measure(stop.shape, a_side, longest) for stop in stops]
    tallest = max(each.height + each.up for each in found)
    return [
        _Measure(0.0, tallest, _WIDE, 0.0) if stop.line else each
        for stop, each in zip(stops, found, strict=True)
    ]


def _measure(shape: Shape, a_side: float, most: float) -> _Measure:
    height, width, channels = shape
    longest = min(max(a_side * sqrt(max(height, width)), _SHORTEST), most)
    tall, deep = (max(longest * side / max(height, width), 8.0) for side in (height, width))
    return _Measure(_A_CHANNEL * log2(1 + channels), tall, deep * _RIGHT, deep * _UP)


def box_row(stops: Sequence[Stop], opened: int, width: float, tail: float = 0.0) -> BoxRow:
    """Return the row of these volumes in so much width, smaller where it is full.

    After the last box's words there is room for others, ``tail`` wide.
    """
    whole = _measures(stops, width)
    most = _APART if stops[0].line and width > _BROAD else _GAP
    gaps = len(stops) - 1
    tail = stops[-1].words + tail if tail else 0.0
    wide, last = sum(each.wide for each in whole), whole[-1].wide
    free = width - _EDGE
    gap = min(most, max(_NARROWEST, (free - wide + last - max(last, tail)) / max(gaps, 1)))
    scale = min(1.0, (free - gap * gaps) / wide)
    if last * scale < tail and gaps:  # words do not shrink
        scale = min(1.0, (free - gap * gaps - tail) / (wide - last))
    measures = [each.times(scale) for each in whole]
    steps = [each.wide + gap for each in measures[:-1]]
    roomy = [max(step, stop.words + _WAY) for step, stop in zip(steps, stops, strict=False)]
    one_line = sum(roomy) + max(measures[-1].wide, tail, stops[-1].words) <= free + 0.01
    lefts = [_EDGE, *(_EDGE + at for at in accumulate(roomy if one_line else steps))]
    tallest = max(each.height + each.up for each in measures)
    axis = _ABOVE + tallest / 2
    foot = _ABOVE + tallest + _BELOW
    ways = [*(left - 14 for left in lefts[1:]), None]
    boxes = tuple(
        _box(stop, each, (left, axis), _Words(foot, not one_line, way))
        for stop, each, left, way in zip(stops, measures, lefts, ways, strict=True)
    )
    sight = {
        after.n: _sight(before.field, after.field, measures[at + 1].length)
        for at, (before, after) in enumerate(pairwise(boxes))
        if before.field and after.field and after.n == before.n + 1
    }
    wedge = _wedge(boxes, opened)
    return BoxRow(
        width,
        round(foot + 7 + _LINE * ((not one_line) + boxes[0].line), 2),
        round(foot - _BELOW + 4, 2),
        boxes,
        sight,
        wedge,
        tuple(
            rounded(((boxes[at - 1].face[1][0] + lefts[at]) / 2, axis))
            for at in range(1, len(boxes))
            if boxes[at].n != boxes[at - 1].n + 1
        ),
        rounded((lefts[-1] + stops[-1].words + 8, foot)),
        _arrow(boxes, axis) if boxes[0].line and not (wedge and opened == 1) else "",
    )


def _arrow(boxes: Sequence[Box], axis: float) -> str:
    """Return the outline of an arrow from a line of numbers to the box beside it."""
    start, end = boxes[0].face[1][0] + 7, boxes[1].front[0][0] - 6
    if end - start < 2 * _HEAD or boxes[1].n != 1:
        return ""
    spare = max(0.0, end - start - _SHAFTED) / 2
    start, end = start + spare, end - spare
    neck, half = end - _HEAD, _HEAD
    points = (
        (start, axis - _SHAFT),
        (neck, axis - _SHAFT),
        (neck, axis - half),
        (end, axis),
        (neck, axis + half),
        (neck, axis + _SHAFT),
        (start, axis + _SHAFT),
    )
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in map(rounded, points)) + "Z"


@dataclass(frozen=True, slots=True)
class _Words:
    """Where the words under a box stand, in two lines or one, and where the sign after them."""

    foot: float
    stacked: bool
    way: float | None


def _box(stop: Stop, measure: _Measure, at: Point, words: _Words) -> Box:
    left, length, right, up = at[0], measure.length, measure.right, measure.up
    top = at[1] - (measure.height - up) / 2
    inner, far, bottom = left + length, left + length + right, top + measure.height
    height, width, _ = stop.shape

    def on_face(row: float, column: float) -> Point:
        across, down = column / width, row / height
        return inner + right * across, top - up * across + measure.height * down

    if stop.line:
        return _line(stop, (left, top), measure, words)
    back = top - up
    return Box(
        n=stop.n,
        front=_quad((left, top), (inner, top), (inner, bottom), (left, bottom)),
        top=_quad((left + right, back), (far, back), (inner, top), (left, top)),
        face=_quad((inner, top), (far, back), (far, bottom - up), (inner, bottom)),
        matrix=_matrix(right, -up, 0.0, measure.height, inner, top),
        front_matrix=_matrix(length, 0.0, 0.0, measure.height, left, top),
        top_matrix=_matrix(length, 0.0, right, -up, left, top),
        bar=_bar(on_face(*stop.spot), length) if stop.spot else None,
        field=_field(stop.field, stop.shape, on_face) if stop.field else None,
        bracket=_bracket(left + right, far, back - 6),
        count=rounded((left + right + length / 2, back - 14)),
        word=rounded((left, words.foot)),
        size=rounded((left, words.foot + _LINE)) if words.stacked else None,
        way=None if words.way is None or words.stacked else rounded((words.way, words.foot)),
    )


def _line(stop: Stop, at: Point, measure: _Measure, words: _Words) -> Box:
    """Return a line of numbers, the first of them on top; what sees one of them sees all."""
    (left, top), right, bottom = at, at[0] + measure.right, at[1] + measure.height
    whole = _quad(at, (right, top), (right, bottom), (left, bottom))
    matrix = _matrix(measure.right, 0.0, 0.0, measure.height, left, top)
    return Box(
        n=stop.n,
        front=whole,
        top=_quad(at, (right, top), (right, top), at),
        face=whole,
        matrix=matrix,
        front_matrix=matrix,
        top_matrix=matrix,
        bar=None,
        field=whole if stop.field else None,
        bracket="",
        count=rounded((left + measure.right / 2, top - 8)),
        word=rounded((left, words.foot)),
        size=rounded((left, words.foot + _LINE)) if words.stacked else None,
        way=None if words.way is None or words.stacked else rounded((words.way, words.foot)),
        line=True,
    )


def _bar(at: Point, length: float) -> Quad:
    x, y, half = at[0], at[1], _BAR / 2
    return _quad((x - length, y - half), (x, y - half), (x, y + half), (x - length, y + half))


def _field(area: Area, shape: Shape, on_face: Callable[[float, float], Point]) -> Quad:
    """Return what of a field lies on the map, never too small to be seen."""
    (rows, columns, _), (top, left, height, width) = shape, area
    least = _LEAST * max(rows, columns) / _LONGEST
    (first, last), (start, stop_at) = (
        _within(begin, side, whole, least)
        for begin, side, whole in ((top, height, rows), (left, width, columns))
    )
    return _quad(
        on_face(first, start),
        on_face(first, stop_at),
        on_face(last, stop_at),
        on_face(last, start),
    )


def _within(begin: float, side: float, whole: int, least: float) -> tuple[float, float]:
    """Return the two ends of a span on a map, at least so far apart."""
    first, last = (min(max(end, 0.0), whole) for end in (begin, begin + side))
    short = max(least - (last - first), 0.0) / 2
    return first - short, last + short


def _sight(before: Quad, after: Quad, length: float) -> str:
    """Return the lines from the corners of one field to those of the next, at its box's front."""
    return "".join(
        f"M{x:g} {y:g}L{round(to_x - length, 2):g} {to_y:g}"
        for (x, y), (to_x, to_y) in zip(before, after, strict=True)
    )


def _wedge(boxes: Sequence[Box], opened: int) -> tuple[Quad, str] | None:
    """Return what runs from the last field into the bar of the opened layer, and its far edges."""
    found = {box.n: box for box in boxes}
    before, after = found.get(opened - 1), found.get(opened)
    if not (before and after and before.field and after.bar):
        return None
    (top, _, _, foot), field = after.bar, before.field
    if before.line:  # all of it is seen, and has no depth
        return Quad((field[1], top, foot, field[2])), ""
    far = f"M{field[0][0]:g} {field[0][1]:g}L{top[0]:g} {top[1]:g}"
    far += f"M{field[3][0]:g} {field[3][1]:g}L{foot[0]:g} {foot[1]:g}"
    return Quad((field[1], top, foot, field[2])), far


def _bracket(left: float, right: float, y: float) -> str:
    a, b, top = round(left, 2), round(right, 2), round(y - 4, 2)
    return f"M{a:g} {round(y, 2):g}V{top:g}H{b:g}V{round(y, 2):g}"


def _matrix(a: float, b: float, c: float, d: float, e: float, f: float) -> Matrix:
    return Matrix(round(number, 2) for number in (a, b, c, d, e, f))


def _quad(a: Point, b: Point, c: Point, d: Point) -> Quad:
    return Quad((rounded(a), rounded(b), rounded(c), rounded(d)))
