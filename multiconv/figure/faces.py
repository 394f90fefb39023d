"""Where the face network finds faces: boxes on the photograph, and how many in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multiconv.drawing.marks import Mark
from multiconv.engine.stack import jump, receptive_field
from multiconv.errors import MultiConvError
from multiconv.experiment.numbers import decimal
from multiconv.experiment.words import layer_name
from multiconv.figure.planes import Outputs
from multiconv.tracing.trace import Trace

NETWORK = "faces"
SIDE = 80
"""The side of a box, in pixels of the photograph at its working size."""
_STEP, _FIRST = 8, 14  # a cell's middle: 8 · index + 14
MOST_DRAWN = 64
"""Of more boxes only so many, the highest, are drawn."""
OVERLAP = 0.338
"""Boxes whose intersection is a larger share of their union than this are one face."""
CAN = (
    "It finds upright faces that are about 60 to 104 pixels high at the working size; smaller and "
    "larger ones are missed. At size 160 the portrait’s face is some 34 pixels high, so nothing is "
    "found there."
)


@dataclass(frozen=True, slots=True)
class Faces:
    """What the network's last layer says of the photograph.

    ``boxes`` are the faces that are drawn, the highest score first; ``head`` says whether there is
    one, ``words`` how that is known, ``can`` what the network can do.
    """

    boxes: tuple[Mark, ...]
    head: str
    words: str
    can: str


def faces_of(trace: Trace, outputs: Outputs | None) -> Faces | None:
    """Return what the face network finds; nothing of other experiments."""
    experiment = trace.experiment
    network = experiment.network
    if outputs is None or network is None or network.name != NETWORK or not experiment.sums:
        return None
    shapes = trace.shapes
    if {*jump(shapes)} != {_STEP} or {*receptive_field(shapes, 0, 0).centre} != {_FIRST}:
        return None  # layers have other steps, and boxes would stand elsewhere
    try:
        scores = outputs.outputs_of(experiment, len(experiment.layers))[:, :, 0]
    except MultiConvError:
        return None  # too much work at this size
    boxes = found_faces(scores)
    above = int((scores > 0).sum())
    highest = decimal(float(scores.max()), 2, signed=True)
    end = layer_name(len(experiment.layers), experiment.layers[-1])
    if not above:
        head = "Nothing above 0: no face"
        words = f"The highest of {end}’s {scores.size} pixels is {highest}."
    else:
        several = len(boxes) > 1
        head = f"Above 0: {_COUNTS.get(len(boxes), str(len(boxes)))} here"
        lie = "pixels lies" if above == 1 else "pixels lie"
        words = (
            f"{above} of {end}’s {scores.size} {lie} above 0; the highest, {highest}, "
            f"{'sets the first box' if several else 'sets the box'}, "
            f"{SIDE} × {SIDE} pixels of the photo at this size."
        )
        if len(boxes) > MOST_DRAWN:
            words += f" Of {len(boxes)} boxes the {MOST_DRAWN} highest are drawn."
    return Faces(boxes[:MOST_DRAWN], head, words, CAN)


_COUNTS = {
    1: "a face",
    2: "two faces",
    3: "three faces",
    4: "four faces",
    5: "five faces",
    6: "six faces",
    7: "seven faces",
    8: "eight faces",
    9: "nine faces",
}


def found_faces(scores: NDArray[np.float32]) -> tuple[Mark, ...]:
    """Return the boxes of scores above 0, the highest first, without those that overlap one."""
    above = scores > 0
    cells = np.argwhere(above)[np.argsort(-scores[above], kind="stable")]
    kept: list[Mark] = []
    while len(cells):
        top, left = (_STEP * int(index) + _FIRST - SIDE // 2 for index in cells[0])
        kept.append(Mark(top, left, SIDE, SIDE))
        cells = cells[_overlaps(cells, cells[0]) <= OVERLAP]
    return tuple(kept)


def _overlaps(cells: NDArray[np.intp], one: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the intersection of each cell's box with that of one, over their union."""
    both = np.maximum(SIDE - _STEP * np.abs(cells - one), 0).prod(axis=1)
    shares: NDArray[np.float64] = both / (2 * SIDE * SIDE - both)
    return shares
