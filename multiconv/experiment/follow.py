"""A pinned pixel on an output of other sizes: the one whose window lies over the same place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from multiconv.engine.geometry import Geometry
from multiconv.errors import MultiConvError
from multiconv.experiment.model import Experiment


def centre(shape: Geometry, axis: int, at: int) -> int:
    """Return the input row (axis 0) or column (1) in the centre of an output pixel's window.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> centre(geometry((9, 9), (3, 3), strides=(2, 2), padding="VALID"), 0, 1)
    3
    """
    middle = (shape.kernel_size[axis] - 1) // 2 * shape.dilations[axis]
    return at * shape.strides[axis] - shape.pads[axis][0] + middle


def followed(
    before: Experiment, now: Experiment, geometry_of: Callable[[Experiment], Geometry]
) -> tuple[Experiment, bool]:
    """Return the experiment with its pinned pixel over the old place, and whether that was left.

    The place is the centre of the old window, on the picture as it is worked on now; it is left
    where no window of the new output comes nearer to it than half a stride.
    """
    shape = geometry_of(now)
    asked = (now.focus.i, now.focus.j)
    if asked == (None, None):
        return now, False
    try:
        old = geometry_of(before)
    except MultiConvError:
        old = shape  # the link before could not be shown, so there is no place to keep
    places = [_place(old, shape, axis, at or 0) for axis, at in enumerate(asked)]
    kept = old == shape
    nearest = (
        tuple(min(at or 0, side - 1) for at, side in zip(asked, shape.output_size, strict=True))
        if kept
        else shape.nearest_output(*places)
    )
    left = any(
        nearest[axis] != at
        if kept
        else 2 * abs(centre(shape, axis, nearest[axis]) - places[axis]) > shape.strides[axis]
        for axis, at in enumerate(asked)
        if at is not None
    )
    i, j = (None if at is None else found for at, found in zip(asked, nearest, strict=True))
    return replace(now, focus=replace(now.focus, i=i, j=j)), left


def _place(old: Geometry, new: Geometry, axis: int, at: int) -> int:
    """Return the centre of the old window as a row or column of the new input."""
    side, wanted = old.input_size[axis], new.input_size[axis]
    inside = min(max(centre(old, axis, min(at, old.output_size[axis] - 1)), 0), side - 1)
    return (2 * inside + 1) * wanted // (2 * side)
