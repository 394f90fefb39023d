"""The working: a row per input channel, from its plane by its kernel to what it adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from multiconv.drawing.marks import Mark, rim_path, unused_path, window_mark
from multiconv.experiment.banks import PLANES
from multiconv.experiment.edit import ROW_WIDTH, Form, drawn_size, longest_drawn
from multiconv.experiment.model import MAX_POOL
from multiconv.experiment.numbers import decimal, weight_text
from multiconv.figure.channels import Channel
from multiconv.figure.kernel import Kernel, has_room, kernel_of, name_in_link, weight_scale
from multiconv.imaging.bands import nothing, summary
from multiconv.tracing.trace import Trace

CAPTION = 24
"""The height of a caption under its picture, in CSS pixels."""
ROW_HEIGHT = ROW_WIDTH + CAPTION
"""The height of a row, picture and caption: of the page's, and of the drawing's."""
TIGHT = 104
"""The height of a row of one of many channels, whose words stand beside its pictures."""
_FIELDS = 3  # the longest side of a kernel whose fields stand in a tight row
DIGITS = 6
"""The digits of a value that a float32 sum of products is sure of."""


class Pictures(Protocol):
    """Where the figure's pictures are: at addresses for the page, in the drawing for a file."""

    def map(self, name: str, extent: float, longest: int = 0, /) -> str:
        """Return the picture of a map whose colours end at ±extent, drawn so long."""

    def rest(self, rows: tuple[int, ...], extent: float, longest: int = 0, /) -> str:
        """Return the picture of what all channels but these add."""


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of a caption: plain words, an index expression, or a value.

    ``live`` names what scripts write there while a pointer moves; ``title`` explains it.
    """

    text: str
    kind: str = "words"
    live: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class MapPicture:
    """One map in the figure: its picture, how large it stands, what it says, its mark.

    ``field`` takes a click on it; its colours end at ±``extent``; ``outlines`` are what a challenge
    speaks of, as path data.
    """

    name: str
    field: str
    role: str
    address: str
    extent: float
    rows: int
    columns: int
    width: int
    height: int
    called: str
    values: str
    mark: Mark
    caption: tuple[Words, ...] = ()
    rim: str = ""
    unused: str = ""
    winner: Mark | None = None
    outlines: str = ""

    @property
    def shrunk(self) -> int:
        """How many of its pixels, a side, are one of the picture's by their mean; else 1."""
        return max(1, self.columns // max(self.width, 1))

    @property
    def alt(self) -> str:
        """What stands for the picture where it is not seen."""
        return f"{self.called}: {self.values}"

    @property
    def reach(self) -> float:
        """Map pixels per picture pixel, so that marks keep their size on the screen."""
        return max(self.rows, self.columns) / max(self.width, self.height)


@dataclass(frozen=True, slots=True)
class Row:
    """One input channel: its plane, its kernel, what it adds."""

    channel: Channel
    plane: MapPicture
    kernel: Kernel
    partial: MapPicture

    @property
    def place(self) -> str:
        """Where its input stands among all, beside its name."""
        return self.plane.caption[0].text.removeprefix("input")


def rows_of(
    trace: Trace, channels: Sequence[Channel], pictures: Pictures, form: Form | None = None
) -> tuple[Row, ...]:
    """Return the rows of the working; ``form`` holds texts to show in place of the kernels'."""
    layer, k, form = trace.experiment.layer, trace.experiment.focus.k, form or Form()
    kernels, extent = layer.all_kernels(), weight_scale(trace)
    most, lender = [channels[q] for q in trace.rows], lender_of(trace, channels)

    def owner(channel: Channel) -> Channel:
        """Return the channel whose kernel it uses."""
        return lender if lender and channel.adds else channel

    # All rows alike: fields beside a picture would look like two kinds of kernel.
    pictured = not has_room(kernels[:, :, [owner(channel).q for channel in most], k])
    pictured = pictured or (has_ledger(trace) and max(layer.kernel_size) > _FIELDS)
    shape = trace.layer.geometry
    window = shape.window_of(*trace.pixel).on_input()
    taps = set(product(window.row_taps, window.col_taps)) if shape.transposed else None
    return tuple(
        Row(
            channel,
            plane_of(trace, channel, pictures),
            kernel_of(
                kernels[:, :, owner(channel).q, k],
                channel,
                k,
                extent,
                typed=form.getlist(f"w.{channel.q}.{k}"),
                name=name_in_link(layer, owner(channel).q, k),
                pictured=pictured,
                lender=None if owner(channel) == channel else owner(channel),
                taps=taps,
                learns=trace.learning is not None,
            ),
            partial_of(trace, channel, pictures),
        )
        for channel in most
    )


def lender_of(trace: Trace, channels: Sequence[Channel]) -> Channel | None:
    """Return the channel whose kernel all use under a what-if, if they do."""
    adding = [channel for channel in channels if channel.adds]
    return adding[0] if adding and trace.experiment.focus.what_if == "shared" else None


def plane_of(trace: Trace, channel: Channel, pictures: Pictures) -> MapPicture:
    """Return an input plane with the window on it."""
    shape, q = trace.layer.geometry, channel.q
    plane, name = trace.inputs[:, :, q], f"input-{q}"
    title = f"Input channel {q}: a dot stands for every row, every column"
    caption = (Words(f"input[·,·,{q}]", "index", name, title),)
    if trace.experiment.source.z is not None and not trace.experiment.before:
        caption = (Words(f"z[{q}]", "index", "", f"Number {q} of z, an input of one pixel"),)
    called = f"Input channel {q}, {channel.name}"
    extent = None if plane.dtype == np.uint8 else trace.input_range(plane)
    made = map_picture(trace, pictures, name, plane, channel.role, called, caption, extent)
    return replace(
        made,
        mark=window_mark(shape.window_of(*trace.pixel)),
        rim="" if has_ledger(trace) else rim_path(shape, made.reach),
        unused=unused_path(shape),
        winner=_winner(trace, q),
    )


def _winner(trace: Trace, q: int) -> Mark | None:
    """Return the pixel that a pooling of the largest takes out of the window."""
    if trace.experiment.layer.kind != MAX_POOL or trace.layer.partials[q] is None:
        return None
    window = trace.layer.geometry.window_of(*trace.pixel)
    found = next(each for each in trace.probe(*trace.pixel).channels if each.q == q)
    row, column = np.unravel_index(int(found.kernel.argmax()), found.kernel.shape)
    return Mark(window.source_rows[row], window.source_cols[column], 1, 1)


def partial_of(trace: Trace, channel: Channel, pictures: Pictures) -> MapPicture:
    """Return what a channel adds, nothing if it takes no part."""
    partial = trace.layer.partials[channel.q]
    plane = nothing(trace.layer.geometry.output_size) if partial is None else partial
    name, called = f"partial-{channel.q}", f"What {channel.name} adds"
    if channel.off:
        caption: tuple[Words, ...] = (Words("off: adds nothing"),)
    elif channel.apart:
        caption = (Words("another group: nothing"),)
    else:
        ends = (trace.range_of(plane),) if has_each(trace) else ()
        pooled = trace.experiment.layer.pools
        caption = (
            Words(f"{channel.called}, pooled" if pooled else f"what {channel.called} adds"),
            value_of(trace, plane, name),
            *(Words(f"±{weight_text(end)}", "index") for end in ends),
        )
    extent = trace.partial_range(plane)
    return map_picture(trace, pictures, name, plane, channel.role, called, caption, extent)


def has_ledger(trace: Trace) -> bool:
    """Tell whether it has so many input channels that each has its place in the ledger."""
    return len(trace.layer.partials) > PLANES and not trace.experiment.layer.pools


def map_picture(
    trace: Trace,
    pictures: Pictures,
    name: str,
    plane: NDArray[Any],
    role: str,
    called: str,
    caption: tuple[Words, ...],
    extent: float | None = None,
    besides: tuple[int, ...] = (),
) -> MapPicture:
    """Return a map with the pinned pixel marked on it, its colours' end if it is not the usual.

    ``besides`` are the channels that are not in it, of a map of the rest.
    """
    rows, columns = plane.shape
    has_levels = plane.dtype == np.uint8
    if extent is None:
        extent = trace.range if has_levels else trace.range_of(plane)
    longest = longest_drawn(trace.experiment.layer, plane.shape, output=role == "output")
    low, high, mean = (decimal(value / (255 if has_levels else 1), 2) for value in summary(plane))
    return MapPicture(
        name,
        "at" if role == "output" else f"at.{name}",
        role,
        pictures.rest(besides, extent, longest) if besides else pictures.map(name, extent, longest),
        extent,
        rows,
        columns,
        *drawn_size(rows, columns, longest),
        called,
        f"{low} … {high}, mean {mean}",
        Mark(*trace.pixel, 1, 1),
        caption,
    )


def value_of(trace: Trace, plane: NDArray[np.float32], live: str) -> Words:
    """Return a map's value at the pinned pixel as captions say it."""
    return Words(value_text(float(plane[trace.pixel])), "value", live)


def has_each(trace: Trace) -> bool:
    """Tell whether every map has a range of its own."""
    view = trace.experiment.view
    return view.range is None and view.ranges == "each"


def value_text(value: float) -> str:
    """Return a value as captions say it: three places, and no more digits than float32 is sure of.

    1234.5678 is '+1234.57', 23456789 is '+23456800'.
    """
    whole = len(str(int(abs(value))))
    unit = 10 ** max(whole - DIGITS, 0)
    places = min(3, max(DIGITS - whole, 0))
    step = Decimal(unit).scaleb(-places)
    exact = (Decimal(value) / step).quantize(Decimal(1), ROUND_HALF_UP) * step
    return decimal(float(exact), places, signed=True)
