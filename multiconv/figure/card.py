"""The card of an experiment, which chats and mailers show beside its link: the figure in small.

From the left: the photograph, what up to four channels add, and the output that they make.
It stands alone as the one picture that is seen where the page is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Pair
from multiconv.figure.planes import generated_picture, is_generated
from multiconv.imaging import colour
from multiconv.imaging.bands import Banded, few
from multiconv.imaging.png import png_rgb
from multiconv.imaging.resize import resized
from multiconv.tracing.trace import Trace, Tracer

Pixels = NDArray[np.uint8]

CARD: Pair = (630, 1200)
"""Its (height, width), which is what those who show it ask for."""
LARGE, SMALL = 480, 112
"""The longest side of an output or a photograph, and of what one channel adds."""
_ROWS = 4
_GAP = 100
_SPACE = 20
_LINE = 1.6
_GREY = 0x8E


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a picture stands on the card."""

    top: int
    left: int
    height: int
    width: int

    @property
    def middle(self) -> float:
        """The height at which lines come and go."""
        return self.top + self.height / 2


@dataclass(frozen=True, slots=True)
class Card:
    """What pages say of their card: its size, and ``words`` where it is not seen."""

    height: int
    width: int
    words: str


def card_of(trace: Trace) -> Card:
    """Return what is said of the card of a trace."""
    added = len(_channels(trace))
    words = [f"what {added} input channels add" if added > 1 else "what an input channel adds"]
    if trace.experiment.source.z is None:
        words.insert(0, "the photograph")
    if trace.experiment.sums:
        words.append("the output")
    told = f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]
    return Card(*CARD, f"{told[0].upper()}{told[1:]}")


def card_picture(trace: Trace, tracer: Tracer) -> bytes:
    """Return the card as a PNG."""
    paper = np.empty((*CARD, 3), np.uint8)
    paper[:] = colour.LIGHT_PAPER
    columns = [column for column in _columns(trace, tracer) if column]
    widths = [max(picture.shape[1] for picture in column) for column in columns]
    left = (CARD[1] - sum(widths) - _GAP * (len(columns) - 1)) // 2
    placed = []
    for column, width in zip(columns, widths, strict=True):
        placed.append(_boxes(column, left, width))
        left += width + _GAP
    for before, after in pairwise(placed):
        for start in before:
            for end in after:
                _join(paper, start, end)
    for column, boxes in zip(columns, placed, strict=True):
        for picture, box in zip(column, boxes, strict=True):
            around = paper[box.top - 1 :, box.left - 1 :][: box.height + 2, : box.width + 2]
            around[:] = _GREY
            around[1:-1, 1:-1] = picture
    return png_rgb(paper)


def _columns(trace: Trace, tracer: Tracer) -> tuple[Sequence[Pixels], ...]:
    """Return the pictures of the card, a column after the other."""
    experiment, layer = trace.experiment, trace.layer
    photo = [] if experiment.source.z is not None else [tracer.levels(experiment.source)]
    added = [layer.partials[q] for q in _channels(trace)]
    partials = [
        _coloured(plane, trace.partial_range(plane)) for plane in added if plane is not None
    ]
    is_last = experiment.focus.layer == len(experiment.layers)
    if not experiment.sums:
        output = []
    elif is_generated(experiment) and is_last:
        output = [generated_picture(experiment, tracer)]
    else:
        output = [_coloured(layer.output, trace.range_of(layer.output))]
    return (
        [_fitted(few(picture, LARGE), LARGE * 2 // 3) for picture in photo],
        [_fitted(picture, SMALL) for picture in partials],
        [_fitted(picture, LARGE) for picture in output],
    )


def _channels(trace: Trace) -> list[int]:
    """Return the channels whose addends stand on the card: those with a row, or that add most."""
    return [q for q in trace.rows if trace.layer.partials[q] is not None][:_ROWS]


def _coloured(plane: NDArray[np.float32] | Banded, extent: float) -> Pixels:
    palette = colour.opaque_palette(colour.LIGHT_PAPER)[:, :3]
    return palette[colour.indices(np.ascontiguousarray(few(plane, LARGE)), extent)]


def _fitted(picture: Pixels, longest: int) -> Pixels:
    """Return a picture shrunk to fit, or with every pixel so many times as large as does."""
    times = max(1, longest // max(picture.shape[:2]))
    return resized(picture.repeat(times, 0).repeat(times, 1), longest)


def _boxes(column: Sequence[Pixels], left: int, width: int) -> list[Frame]:
    """Return where the pictures of a column stand, in its middle."""
    heights = [picture.shape[0] for picture in column]
    top = (CARD[0] - sum(heights) - _SPACE * (len(column) - 1)) // 2
    boxes = []
    for picture in column:
        height, own = picture.shape[:2]
        boxes.append(Frame(top, left + (width - own) // 2, height, own))
        top += height + _SPACE
    return boxes


def _join(paper: Pixels, start: Frame, end: Frame) -> None:
    """Draw a curve from the middle of a box's right side to that of another's left."""
    columns = np.arange(start.left + start.width + 8, end.left - 8)
    share = (columns - columns[0]) / (columns[-1] - columns[0])
    height = end.middle - start.middle
    heights = start.middle + height * share * share * (3 - 2 * share)
    slopes = height * 6 * share * (1 - share) / (columns[-1] - columns[0])
    off = np.abs(np.arange(CARD[0])[:, np.newaxis] - heights) / np.hypot(1, slopes)
    cover = np.clip(_LINE - off, 0, 1)[..., np.newaxis]
    there = paper[:, columns]
    paper[:, columns] = np.rint(there + (_GREY - there.astype(np.float64)) * cover)
