"""What is drawn over a map: the window, and on an input its padding and what no window reaches."""

from __future__ import annotations

from dataclasses import dataclass

from multiconv.engine.geometry import Geometry, Window

WIDEST = 7.0
"""A rim of padding is drawn at most so many CSS pixels wide; wider ones are told in words alone."""


@dataclass(frozen=True)
class Mark:
    """A rectangle of map pixels to draw over a map: a window, or one pixel."""

    row: int
    column: int
    height: int
    width: int


def window_mark(window: Window) -> Mark:
    """Return the part of a window that lies on the input; nothing of one that none reaches."""
    if not (window.rows and window.cols):
        return Mark(0, 0, 0, 0)
    rows = [row for row in window.rows if row >= 0] or [0]
    columns = [column for column in window.cols if column >= 0] or [0]
    return Mark(min(rows), min(columns), max(rows) - min(rows) + 1, max(columns) - min(columns) + 1)


def rim_path(shape: Geometry, reach: float) -> str:
    """Return the padding around an input as path data in its pixels; empty without any.

    ``reach`` is how many map pixels one CSS pixel is.  A transposed layer's is cut off its output.
    """
    if shape.transposed:
        return ""
    most = WIDEST * reach
    (top, bottom), (left, right) = ([min(pad, most) for pad in pads] for pads in shape.pads)
    if not any((top, bottom, left, right)):
        return ""
    rows, columns = shape.input_size
    outer = f"M{-left:g} {-top:g}H{columns + right:g}V{rows + bottom:g}H{-left:g}Z"
    return outer.replace("-0 ", "0 ").replace("H-0Z", "H0Z") + f"M0 0V{rows}H{columns}V0Z"


def circle_path(row: float, column: float, radius: float) -> str:
    """Return a circle about a place as path data in a map's pixels."""
    arc, across = f"a{radius:g} {radius:g} 0 0 1", 2 * radius
    return f"M{column - radius:g} {row:g}{arc} {across:g} 0{arc} {-across:g} 0Z"


def unused(shape: Geometry) -> tuple[int, int]:
    """Return how many rows at the bottom and columns at the right no window reaches."""
    if shape.transposed:
        return 0, 0
    last = shape.window_of(shape.output_size[0] - 1, shape.output_size[1] - 1)
    rows, columns = (
        0 if -1 in places[-1:] else side - 1 - places[-1]
        for places, side in zip((last.rows, last.cols), shape.input_size, strict=True)
    )
    return rows, columns


def unused_path(shape: Geometry) -> str:
    """Return the rows and columns that no window reaches, as path data in the input's pixels."""
    (rows, columns), (down, across) = shape.input_size, unused(shape)
    below = f"M0 {rows - down}H{columns}V{rows}H0Z" if down else ""
    beside = f"M{columns - across} 0H{columns}V{rows - down}H{columns - across}Z" if across else ""
    return below + beside
