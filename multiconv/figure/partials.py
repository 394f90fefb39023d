"""The sheet: what every one of many input channels adds, in place of the rows of a few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Pair
from multiconv.experiment.changes import Held
from multiconv.experiment.edit import drawn_size, longest_drawn
from multiconv.experiment.model import ALL, Rows
from multiconv.figure.channels import Channel
from multiconv.figure.rows import has_each, has_ledger, value_text
from multiconv.imaging import colour
from multiconv.imaging.png import png_indexed
from multiconv.tracing.trace import Trace


class SheetPictures(Protocol):
    """Where the sheet's picture is, and the page that has rows again; `Links` know."""

    def rows(self, held: Held, rows: Rows, /) -> str:
        """Return the page with these channels' rows."""

    def partials(self, extent: float | None, /) -> str:
        """Return the address of the picture of all partials; without a range each has its own."""


@dataclass(frozen=True, slots=True)
class PartialTile:
    """One channel's partial: where it stands on the sheet, in its pixels, and its number."""

    channel: Channel
    left: int
    top: int
    value: str

    @property
    def alt(self) -> str:
        """What stands for its picture where it is not seen."""
        return f"What {self.channel.name} adds: {self.value} at the pinned pixel"


@dataclass(frozen=True, slots=True)
class Partials:
    """All partials as one picture of ``size``, each tile (rows, columns) ``tile``, drawn ``drawn``.

    A tile stands for a map of so many rows and columns, ``map``, on which ``pixel`` is pinned;
    ``back`` leads to rows.
    """

    address: str
    size: Pair
    tile: Pair
    drawn: Pair
    tiles: tuple[PartialTile, ...]
    map: Pair
    pixel: Pair
    back: str


def partials_of(
    trace: Trace, channels: Sequence[Channel], pictures: SheetPictures
) -> Partials | None:
    """Return the sheet of a trace whose rows are all, else None."""
    if not has_ledger(trace) or trace.experiment.focus.rows != ALL:
        return None
    rows, columns = trace.layer.geometry.output_size
    times = _times((rows, columns))
    high, wide = _shrunk_size((rows, columns), times)
    across = columns_of(len(channels))
    longest = longest_drawn(trace.experiment.layer, (rows, columns))
    return Partials(
        pictures.partials(None if has_each(trace) else trace.range / trace.gain),
        (high * -(-len(channels) // across), wide * across),
        (high, wide),
        drawn_size(rows, columns, longest),
        tuple(
            PartialTile(
                channel,
                wide * (channel.q % across),
                high * (channel.q // across),
                value_text(trace.subtotal(channel.q)),
            )
            for channel in channels
        ),
        (rows, columns),
        trace.pixel,
        pictures.rows(trace.held, None),
    )


def partials_picture(trace: Trace) -> bytes:
    """Return the sheet's picture: every partial, one beside another; of large ones the means."""
    size = trace.layer.geometry.output_size
    times = _times(size)
    high, wide = _shrunk_size(size, times)
    partials = trace.layer.partials
    across = columns_of(len(partials))
    sheet = np.full((high * -(-len(partials) // across), wide * across), colour.ZERO, np.uint8)
    for q, partial in enumerate(partials):
        if partial is None:
            continue
        plane = np.asarray(partial, np.float32)
        top, left = high * (q // across), wide * (q % across)
        sheet[top : top + high, left : left + wide] = colour.indices(
            _means(plane, times), trace.partial_range(plane)
        )
    return png_indexed(sheet, colour.palette())


def columns_of(count: int) -> int:
    """Return how many tiles stand side by side in the sheet's picture."""
    return isqrt(count - 1) + 1


def _times(size: Pair) -> int:
    """Return how many pixels, a side, are one of a tile's."""
    return max(1, -(-max(size) // 100))


def _shrunk_size(size: Pair, times: int) -> Pair:
    return -(-size[0] // times), -(-size[1] // times)


def _means(plane: NDArray[np.float32], times: int) -> NDArray[np.float32]:
    """Return a plane with so many pixels, a side, as one, their mean."""
    if times == 1:
        return plane
    high, wide = _shrunk_size((plane.shape[0], plane.shape[1]), times)
    room = ((0, high * times - plane.shape[0]), (0, wide * times - plane.shape[1]))
    whole = np.pad(plane, room, mode="edge").reshape(high, times, wide, times)
    return np.asarray(whole.mean(axis=(1, 3)), np.float32)
