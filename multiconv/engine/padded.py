"""Parts of the padded input, so that no padded copy of a whole picture is made."""

from __future__ import annotations

from multiconv.engine.checks import Array
from multiconv.engine.geometry import Geometry, source_of


def fill(into: Array, planes: Array, g: Geometry, top: int, left: int = 0, down: int = 1) -> None:
    """Write a part of the padded planes, (G, C, H, W), into (G, C, rows, columns).

    Its rows are top, top + down, …, its columns left, left + 1, …, counted in the padded input.
    What lies beyond that holds some finite number.
    """
    low, high, row = _inside(g, 0, top, down, into.shape[2])
    begin, end, col = _inside(g, 1, left, 1, into.shape[3])
    rows = slice(row, row + (high - low) * down, down)
    into[:, :, low:high, begin:end] = planes[:, :, rows, col : col + end - begin]
    above, below = into[:, :, :low], into[:, :, high:]
    beside = into[:, :, low:high, :begin], into[:, :, low:high, end:]
    if g.padding_mode == "zeros":
        for part in (above, below, *beside):
            if part.size:
                part.fill(0)
        return
    for part, first in zip(beside, (left, left + end), strict=True):
        if part.size:
            part[...] = planes[:, :, rows, _sources(g, 1, first, 1, part.shape[3])]
    cols = _sources(g, 1, left, 1, into.shape[3])
    for part, first in ((above, top), (below, top + high * down)):
        for at, source in enumerate(_sources(g, 0, first, down, part.shape[2])):
            part[:, :, at] = planes[:, :, source, cols]


def _inside(g: Geometry, axis: int, first: int, step: int, count: int) -> tuple[int, int, int]:
    """Return which of so many padded rows or columns lie on the input, and where the first does."""
    start = first - g.pads[axis][0]
    low = min(count, max(0, -(start // step)))
    high = max(low, min(count, (g.input_size[axis] - 1 - start) // step + 1))
    return low, high, start + low * step


def _sources(g: Geometry, axis: int, first: int, step: int, count: int) -> list[int]:
    side, start = g.input_size[axis], first - g.pads[axis][0]
    return [source_of(start + at * step, side, g.padding_mode) for at in range(count)]
