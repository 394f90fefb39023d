"""Moving pictures that are the arithmetic: the sum as it grows, the window as it slides.

Frames are colour indices with one table: each can be read back to the numbers that it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from multiconv.engine.geometry import Geometry, Pair, geometry
from multiconv.imaging.colour import LIGHT_PAPER, ZERO, indices, opaque_palette

Plane = NDArray[np.floating]
Frame = NDArray[np.uint8]

LONGEST = 480
"""The longest side of one picture in a film, in pixels; of larger maps every n-th pixel stands."""
OUTPUTS = 12
"""The window visits a square of at most so many output pixels a side, one a frame."""
CELL = 8
"""The side of one pixel of the sliding film."""
STEPS = 63
"""In the sliding film index 63 + round(63 · value / range) stands for a value."""
GREYS = 2 * STEPS + 1
"""There a level stands as index 127 + round(126 · level / 255)."""
MARK, BLANK = 254, 255
_GAP = 12
_MOST_INPUTS = 30  # pixels of the input that a film shows, a side


@dataclass(frozen=True, slots=True)
class Film:
    """Frames of one size, (H, W) uint8 each, their (256, 4) colours, and a frame's time."""

    frames: tuple[Frame, ...]
    palette: NDArray[np.uint8]
    milliseconds: int


def encoded(film: Film, kind: str) -> bytes:
    """Return a film as a GIF or a lossless WebP that runs for ever."""
    images = []
    for frame in film.frames:
        image = Image.fromarray(frame)
        image.putpalette(film.palette[:, :3].tobytes())
        images.append(image if kind == "gif" else image.convert("RGB"))
    extra = {"optimize": False} if kind == "gif" else {"lossless": True, "method": 2}
    file = BytesIO()
    images[0].save(
        file,
        kind.upper(),
        save_all=True,
        append_images=images[1:],
        duration=film.milliseconds,
        loop=0,
        **extra,
    )
    return file.getvalue()


def running_sum(
    partials: Sequence[Plane], bias: float, extent: float, divisor: int | None = None
) -> Film:
    """Return the sum as it grows: the bias, then one partial after the other on top.

    Left stands what is being added, right the sum so far, as `indices` under one range.  Of a mean
    the bias comes last, after the sum is divided.
    """
    total = np.full_like(partials[0], 0 if divisor else bias)
    frames = [_pair(np.zeros_like(total), total, extent)]
    for partial in partials:
        total = total + partial
        frames.append(_pair(partial, total, extent))
    if divisor:
        none = np.zeros_like(total)
        frames += [_pair(none, total / divisor + plus, extent) for plus in (0, bias)]
    return Film(tuple(frames), opaque_palette(), 1200)


def _pair(left: Plane, right: Plane, extent: float) -> Frame:
    side = max(left.shape)
    step, times = ceil(side / LONGEST), max(1, LONGEST // 2 // side)
    shown = [indices(plane[::step, ::step], extent) for plane in (left, right)]
    gap = np.full((shown[0].shape[0] * times, _GAP), ZERO, np.uint8)
    large = [plane.repeat(times, 0).repeat(times, 1) for plane in shown]
    return np.hstack([large[0], gap, large[1]])


def sliding_window(
    levels: NDArray[np.uint8], output: Plane, shape: Geometry, at: Pair, extent: float
) -> Film:
    """Return the window on its way over a part of the picture: a frame is one output pixel.

    From the left: the input channels with the window marked, then the output as far as it is.
    """
    rows, columns = (_stretch(shape, axis, at[axis]) for axis in (0, 1))
    windows = _windows(shape)
    first, last = windows.window_of(rows[0], columns[0]), windows.window_of(rows[-1], columns[-1])
    top, left = first.rows[0], first.cols[0]
    bottom, right = last.rows[-1] + 1, last.cols[-1] + 1
    seen = _padded(levels, shape, (slice(top, bottom), slice(left, right)))
    done = np.full((len(rows), len(columns)), BLANK, np.uint8)
    frames = []
    for at_row, i in enumerate(rows):
        for at_column, j in enumerate(columns):
            done[at_row, at_column] = STEPS + _steps(float(output[i, j]), extent)
            window = windows.window_of(i, j)
            box = tuple(
                (taps[0] - start, taps[-1] - start + 1)
                for taps, start in ((window.rows, top), (window.cols, left))
            )
            panels = [_framed(seen[..., q], box) for q in range(seen.shape[2])]
            here = ((at_row, at_row + 1), (at_column, at_column + 1))
            frames.append(_joined([*panels, _framed(done, here)]))
    return Film(tuple(frames), _colours(), 90)


def _stretch(shape: Geometry, axis: int, at: int) -> range:
    """Return the output rows (or columns) of a film about one of them."""
    reach = (shape.kernel_size[axis] - 1) * shape.dilations[axis] + 1
    fits = max(1, (_MOST_INPUTS - reach) // shape.strides[axis] + 1)
    count = min(OUTPUTS, shape.output_size[axis], fits)
    start = min(max(at - count // 2, 0), shape.output_size[axis] - count)
    return range(start, start + count)


def _padded(levels: NDArray[np.uint8], shape: Geometry, part: tuple[slice, slice]) -> Frame:
    """Return a part of the padded input as indices, (rows, columns, C); zero padding is blank."""
    rows, columns = (np.array(shape.sources(axis)[part[axis]]) for axis in (0, 1))
    seen = levels[rows[:, np.newaxis], columns]
    padded: Frame = GREYS + np.rint(seen * (2 * STEPS / 255)).astype(np.uint8)
    padded[(rows[:, np.newaxis] < 0) | (columns < 0)] = BLANK
    return padded


def _windows(shape: Geometry) -> Geometry:
    """Return the same windows over the padded input, where every tap has a place."""
    return geometry(
        (len(shape.sources(0)), len(shape.sources(1))),
        shape.kernel_size,
        strides=shape.strides,
        padding="VALID",
        dilations=shape.dilations,
    )


def _steps(value: float, extent: float) -> int:
    return round(STEPS * min(max(value / extent, -1.0), 1.0))


def _framed(cells: Frame, box: tuple[Pair, ...]) -> Frame:
    """Return cells enlarged, with a rectangle drawn inside the rim of ``box``."""
    large = cells.repeat(CELL, 0).repeat(CELL, 1)
    (top, bottom), (left, right) = ((a * CELL, b * CELL) for a, b in box)
    for rim in (slice(top, top + 2), slice(bottom - 2, bottom)):
        large[rim, left:right] = MARK
    for rim in (slice(left, left + 2), slice(right - 2, right)):
        large[top:bottom, rim] = MARK
    return large


def _joined(panels: Sequence[Frame]) -> Frame:
    """Return panels side by side on paper, their tops in line."""
    tall = max(panel.shape[0] for panel in panels)
    width = sum(panel.shape[1] for panel in panels) + _GAP * (len(panels) - 1)
    frame = np.full((tall, width), STEPS, np.uint8)
    across = 0
    for panel in panels:
        frame[: panel.shape[0], across : across + panel.shape[1]] = panel
        across += panel.shape[1] + _GAP
    return frame


def _colours() -> NDArray[np.uint8]:
    table = np.full((256, 4), 255, np.uint8)
    steps = np.arange(GREYS) - STEPS
    table[:GREYS] = opaque_palette(LIGHT_PAPER)[ZERO + np.rint(steps * ZERO / STEPS).astype(int)]
    table[GREYS:MARK, :3] = np.rint(np.arange(GREYS) * 255 / (GREYS - 1))[:, np.newaxis]
    table[MARK, :3], table[BLANK, :3] = (255, 212, 0), (224, 224, 220)
    return table
