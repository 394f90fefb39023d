"""The texts in the volumes: titles, shapes, and the numbers of slabs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from multiconv.drawing.slabs import Point, Shape, Slab

_INDEXED = 15.0  # index labels stand under every front from this pitch on
_SPARSE = 18.0  # where fronts stand closer, labels keep at least so far apart
_EVERY = (2, 4, 8, 16, 32)  # so many fronts lie from one label to the next then


@dataclass(frozen=True, slots=True)
class Label:
    """A text; `anchor` is ``start`` or ``middle``, `kind` is ``title``, ``shape`` or ``index``."""

    x: float
    y: float
    text: str
    anchor: str
    kind: str


def title_of(at: Point, text: str, shape: Shape) -> tuple[Label, Label]:
    """Return a volume's title and, under it, its shape."""
    return (
        Label(*at, text, "start", "title"),
        Label(at[0], at[1] + 17, " × ".join(map(str, shape)), "start", "shape"),
    )


def indices_of(slabs: tuple[Slab, ...]) -> tuple[Label, ...]:
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
