"""From an input pixel of a transposed layer to what it stamps on the output, on slabs’ faces."""

from __future__ import annotations

from dataclasses import dataclass

from multiconv.drawing.marks import Mark
from multiconv.drawing.slabs import Matrix, Point, Quad, rounded
from multiconv.engine.geometry import Pair

LEAST = 4.0
"""No side of a pixel on a face is drawn shorter."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """One input pixel and what of its stamp lies on the output, in their maps' pixels."""

    pixel: Mark
    patch: Mark
    words: str


@dataclass(frozen=True, slots=True)
class Beam:
    """A ``pixel`` on one face, the ``patch`` on the other, and ``lines`` from corner to corner.

    ``faces`` are the matrices of both, by which scripts move it.
    """

    pixel: Quad
    patch: Quad
    lines: str
    faces: tuple[Matrix, Matrix]


def beam_of(stamp: Stamp, sizes: tuple[Pair, Pair], faces: tuple[Matrix, Matrix]) -> Beam:
    """Return a stamp between the faces of two maps of so many rows and columns."""
    pixel = _on_face(stamp.pixel, sizes[0], faces[0])
    patch = _on_face(stamp.patch, sizes[1], faces[1])
    lines = "".join(
        f"M{x:g} {y:g}L{to_x:g} {to_y:g}" for (x, y), (to_x, to_y) in zip(pixel, patch, strict=True)
    )
    return Beam(pixel, patch, lines, faces)


def _on_face(mark: Mark, size: Pair, face: Matrix) -> Quad:
    """Return a rectangle of a map's pixels on its face, never too small to be seen."""
    a, b, _, d, e, f = face
    top, bottom = _span(mark.row, mark.height, size[0], d)
    left, right = _span(mark.column, mark.width, size[1], a)

    def at(across: float, down: float) -> Point:
        return rounded((a * across + e, b * across + d * down + f))

    return Quad((at(left, top), at(right, top), at(right, bottom), at(left, bottom)))


def _span(first: int, count: int, side: int, length: float) -> Point:
    """Return where a span begins and ends, as shares of a side that is drawn so long."""
    share = min(max(count / side, LEAST / length), 1.0)
    start = min(max((first + count / 2) / side - share / 2, 0.0), 1.0 - share)
    return start, start + share
