"""One row of pixels under sliding windows, drawn: what stride, padding and dilation do to j."""

from __future__ import annotations

from dataclasses import dataclass

from multiconv.engine.geometry import Padding, geometry

CELL = 22
"""The side of one pixel in the drawing's units."""
_GAP, _EDGE = 46, 1


@dataclass(frozen=True, slots=True)
class RibbonCell:
    """A pixel of a strip: its left edge, and what it is (``pixel`` or ``pad``)."""

    x: float
    kind: str


@dataclass(frozen=True, slots=True)
class Tap:
    """A line from the middle of an input pixel to the middle of the output pixel it feeds."""

    x1: float
    x2: float
    chosen: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """A row of input pixels above, the outputs below, a line for every tap.

    ``words`` says the same for those who do not see it.
    """

    width: float
    height: float
    inputs: tuple[RibbonCell, ...]
    outputs: tuple[RibbonCell, ...]
    taps: tuple[Tap, ...]
    caption: str
    words: str


def strip(
    caption: str,
    side: int,
    kernel: int,
    *,
    stride: int = 1,
    padding: Padding = "SAME",
    dilation: int = 1,
    chosen: int = 0,
) -> Strip:
    """Return one row of ``side`` pixels under ``kernel`` taps, those of output ``chosen`` strong.

    The other arguments are as in `geometry`, for one axis.
    """
    shape = geometry(
        (1, side),
        (1, kernel),
        strides=(1, stride),
        padding=padding,
        dilations=(1, dilation),
    )
    before, after = shape.pads[1]
    whole = before + side + after
    # The same windows over the padded row, where every tap has a place.
    padded = geometry(
        (1, whole), (1, kernel), strides=(1, stride), padding="VALID", dilations=(1, dilation)
    )
    windows = [padded.window_of(0, j).cols for j in range(shape.output_size[1])]
    return Strip(
        width=whole * CELL + 2 * _EDGE,
        height=2 * CELL + _GAP + 2 * _EDGE,
        inputs=tuple(
            RibbonCell(_left(place), "pixel" if before <= place < before + side else "pad")
            for place in range(whole)
        ),
        outputs=tuple(RibbonCell(_middle(window) - CELL / 2, "pixel") for window in windows),
        taps=tuple(
            Tap(_left(place) + CELL / 2, _middle(window), j == chosen)
            for j, window in enumerate(windows)
            for place in window
        ),
        caption=caption,
        words=f"{side} input pixels, pads {before} before and {after} after, "
        f"{len(windows)} outputs",
    )


def strips() -> tuple[Strip, ...]:
    """Return the drawings of the section on stride, padding and dilation."""
    return (
        strip("Stride 1, same padding: as many out as in", 6, 3, chosen=0),
        strip("Stride 1, valid: no pad, two fewer", 6, 3, padding="VALID", chosen=1),
        strip("Stride 2, same: half as many, and the one pad at the end", 6, 3, stride=2, chosen=2),
        strip("Dilation 2, valid: three taps that span five", 6, 3, padding="VALID", dilation=2),
    )


def _left(place: int) -> float:
    return _EDGE + place * CELL


def _middle(places: tuple[int, ...]) -> float:
    """Return where an output pixel stands: under the middle of its window."""
    return (_left(places[0]) + _left(places[-1]) + CELL) / 2
