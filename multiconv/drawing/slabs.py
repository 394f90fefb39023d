"""Feature maps as thin slabs standing in a row, seen from the front and the right.

A slab's narrow front looks at the reader, its right side is the face that carries the picture.
Slabs further right stand before those on their left, so a row is painted from the left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Point = tuple[float, float]
Shape = tuple[int, int, int]


class Quad(tuple[Point, Point, Point, Point]):
    """Four corners; as a text, as SVG's ``points`` has them."""

    __slots__ = ()

    def __str__(self) -> str:
        return " ".join(f"{x},{y}" for x, y in self)


class Matrix(tuple[float, float, float, float, float, float]):
    """What SVG's ``matrix(a b c d e f)`` makes of the unit square; as a text, its inside."""

    __slots__ = ()

    def __str__(self) -> str:
        return " ".join(map(str, self))


RIGHT, UP = 0.74, 0.53
"""What a picture's width becomes on a face: so much to the right and so much up."""

_FLOOR = 24.0  # no side of a face is shorter, however few pixels it has
_THICK = 9.0  # a front as wide as this shows its outline; with many channels fronts are thinner
_CLOSEST = 1.25  # slabs never stand closer than this
_LOOSEST = 0.6  # slabs show at most this share of their faces, unless chosen
_SHOWN = 0.55  # the share of the chosen slab's face that the next one leaves free


@dataclass(frozen=True, slots=True)
class Slab:
    """One feature map: channel ``index``, q or k, of the map called ``href``.

    Its quads go clockwise from the top left; ``matrix`` lays the picture on the ``face``.
    Among many that stand close most have a ``thin`` line, those that stand out a ``strong`` one.
    """

    index: int
    front: Quad
    top: Quad
    face: Quad
    matrix: Matrix
    href: str
    role: str
    chosen: bool = False
    line: Literal["", "thin", "strong"] = ""


@dataclass(frozen=True, slots=True)
class SlabRow:
    """The measures of one row of slabs, of which the ``chosen`` one is brought out.

    A face is so high, and its depth runs so far to the right and up.  ``close`` ones show nothing
    of their faces but the last.
    """

    height: float
    right: float
    up: float
    count: int
    chosen: int | None = None
    close: bool = False

    @property
    def tall(self) -> float:
        """The height of the whole row."""
        return self.height + self.up

    @property
    def narrowest(self) -> float:
        """The least width that the row needs."""
        return self._after_chosen + self._others * _CLOSEST + _THICK + self.right

    def starts(self, room: float) -> tuple[tuple[float, ...], float]:
        """Return where each slab begins, from the left, and the thickness of a front."""
        free = room - _THICK - self.right - self._after_chosen
        pitch = min(free / max(self._others, 1), self._loosest)
        starts = [0.0]
        for index in range(self.count - 1):
            starts.append(starts[-1] + (self._after_chosen if index == self.chosen else pitch))
        return tuple(starts), min(_THICK, pitch)

    @property
    def _loosest(self) -> float:
        return _THICK if self.close else _THICK + _LOOSEST * self.right

    @property
    def _after_chosen(self) -> float:
        last = self.count - 1
        stands_before = self.chosen is not None and self.chosen < last
        return _THICK + _SHOWN * self.right if stands_before else 0.0

    @property
    def _others(self) -> int:
        return self.count - 1 - (self._after_chosen > 0)

    def slabs(self, at: Point, room: float, name: str, roles: Sequence[str]) -> tuple[Slab, ...]:
        """Return the slabs, in the order to paint them, from the top left corner `at` on."""
        starts, thick = self.starts(room)
        return tuple(
            self._slab(
                index,
                (at[0] + start, at[1]),
                _THICK if index == self.chosen else thick,
                f"{name}-{index}",
                roles[index],
            )
            for index, start in enumerate(starts)
        )

    def _slab(self, index: int, at: Point, thick: float, href: str, role: str) -> Slab:
        left, inner, far = at[0], at[0] + thick, at[0] + thick + self.right
        top, bottom, up = at[1], at[1] + self.height, self.up
        back = left + self.right
        return Slab(
            index=index,
            front=_quad((left, top), (inner, top), (inner, bottom), (left, bottom)),
            top=_quad((back, top - up), (far, top - up), (inner, top), (left, top)),
            face=_quad((inner, top), (far, top - up), (far, bottom - up), (inner, bottom)),
            matrix=Matrix(
                (
                    *(round(self.right, 2), round(-up, 2), 0.0, round(self.height, 2)),
                    *(round(inner, 2), round(top, 2)),
                )
            ),
            href=href,
            role=role,
            chosen=index == self.chosen,
        )


def slab_row(
    shape: Shape, scale: float, chosen: int | None = None, *, close: bool = False
) -> SlabRow:
    """Return the measures of a row for maps of shape (H, W, C), ``scale`` units a pixel."""
    height, width = (max(side * scale, _FLOOR) for side in shape[:2])
    return SlabRow(
        round(height, 2), round(width * RIGHT, 2), round(width * UP, 2), shape[2], chosen, close
    )


def _quad(a: Point, b: Point, c: Point, d: Point) -> Quad:
    return Quad((rounded(a), rounded(b), rounded(c), rounded(d)))


def rounded(point: Point) -> Point:
    """Return a point with two decimals, as drawings write it."""
    return round(point[0], 2), round(point[1], 2)
