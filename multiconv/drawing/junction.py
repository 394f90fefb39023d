"""The curves from the partials into Σ, the bias from above, and the arrows to the output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians, sin

from multiconv.drawing.slabs import Point, rounded

RADIUS = 22.0
_ARROW = 34.0  # from the circle to the output's rim
_BIAS = 36.0  # from the bias field down to the circle
_SPREAD = 100.0  # degrees of the circle's left side over which curves arrive
_HEAD = 7.0
GRAPH = (26.0, 18.0)
"""An activation's curve: how wide and high."""


@dataclass(frozen=True, slots=True)
class Curve:
    """SVG path data from one partial's row to the circle's rim, and the role of its colour."""

    path: str
    role: str
    width: float = 2.0


@dataclass(frozen=True, slots=True)
class Junction:
    """Where the partials meet.

    ``curves`` are one per row, from the top; ``bias`` is the line from its field down to the
    circle, ``arrow`` the path to the output, ``down`` the one to an output that stands below.
    """

    width: float
    height: float
    curves: tuple[Curve, ...]
    centre: Point
    radius: float
    bias: tuple[Point, Point]
    arrow: str
    down: str


def junction(
    rows: Sequence[float],
    height: float,
    width: float,
    roles: Sequence[str],
    room: float = 0,
    *,
    down: float | None = None,
    level: float = 0,
    widths: Sequence[float] = (),
    summed: bool = True,
) -> Junction:
    """Return the curves from each row's centre into Σ, which stands midway between them.

    However many the rows, their curves arrive spread over the circle's left side. ``rows`` are the
    heights of their centres; curves begin at the left edge, or where pictures are narrower than
    their column by ``room`` so far before it; the arrow ends at the right edge. Σ may stand so far
    ``down``, curves run ``level`` for a while, for words at them, and have ``widths``.  Where
    nothing is ``summed`` the arrow alone leads on, from the picture.
    """
    middle = (rows[0] + rows[-1]) / 2 if down is None else down
    centre = rounded((width - _ARROW - RADIUS, middle))
    across, at_sum = centre
    if down is None:  # evenly, in their order
        shares = [1 - 2 * index / max(len(rows) - 1, 1) for index in range(len(rows))]
        shares = shares if len(rows) > 1 else [0.0]
    else:  # from where they come
        farthest = max(abs(at - middle) for at in rows) or 1.0
        shares = [(middle - at) / farthest for at in rows]
    return Junction(
        width=width,
        height=height,
        curves=tuple(
            Curve(_curve(at, centre, radians(share * _SPREAD / 2), room, level), role, thick)
            for at, share, role, thick in zip(
                rows, shares, roles, widths or (2.0,) * len(rows), strict=True
            )
        ),
        centre=centre,
        radius=RADIUS,
        bias=((across, round(at_sum - RADIUS - _BIAS, 2)), (across, round(at_sum - RADIUS, 2))),
        arrow=f"M{_n(across + RADIUS if summed else 8 - room)} {_n(at_sum)}H{_n(width)}"
        f"m{_n(-_HEAD)} {_n(-_HEAD)}l{_n(_HEAD)} {_n(_HEAD)} {_n(-_HEAD)} {_n(_HEAD)}",
        down=f"M{_n(across)} {_n(at_sum + RADIUS)}V{_n(height)}"
        f"m{_n(-_HEAD)} {_n(-_HEAD)}l{_n(_HEAD)} {_n(_HEAD)} {_n(_HEAD)} {_n(-_HEAD)}",
    )


def _curve(start: float, centre: Point, angle: float, room: float, level: float) -> str:
    """Return a path from a picture to the rim, where it points at the centre."""
    out_x, out_y = -cos(angle), -sin(angle)
    end_x, end_y = centre[0] + RADIUS * out_x, centre[1] + RADIUS * out_y
    reach = 0.3 * end_x
    bend = level + 0.6 * (end_x - level)
    points = (bend, start, end_x + reach * out_x, end_y + reach * out_y, end_x, end_y)
    begun = f"M{_n(-room)} {_n(start)}H0" if room else f"M0 {_n(start)}"
    if level:
        begun = f"M{_n(-room)} {_n(start)}H{_n(level)}"
    return f"{begun}C{' '.join(map(_n, points))}"


def graph(values: Sequence[float], right: float, middle: float) -> str:
    """Return a function's curve over its axis as path data, of values at even steps around 0.

    It ends at ``right``, its zero in the ``middle``.
    """
    width, height = GRAPH
    most = max(map(abs, values)) or 1.0
    across = width / (len(values) - 1)
    points = (
        f"{_n(right - width + across * at)} {_n(middle - height / 2 * value / most)}"
        for at, value in enumerate(values)
    )
    return "M" + "L".join(points)


def _n(value: float) -> str:
    """Return a coordinate in its shortest form."""
    return f"{round(value, 2):g}" if abs(value) < 1e4 else str(round(value, 2))
