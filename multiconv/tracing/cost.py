"""What a layer's numbers will cost, counted from its sizes before any of them is there."""

from __future__ import annotations

from multiconv.engine.geometry import Geometry
from multiconv.errors import TooLarge
from multiconv.experiment.model import CHANNELS, Layer, Limits

WHOLE_BYTES = 64 * 2**20
"""Of arrays that are held whole together; a larger layer's maps are made a band at a time."""

SCRATCH_BYTES = 80 * 2**20
"""A band's arrays, the engine's own scratch memory, and what the server needs besides."""

_BAND_BYTES = 2**24
"""Of that for the band itself: enough but for wide pictures under kernels that reach far."""

SHOWN = 5
"""Bytes a pixel of a map's picture: its indices, its lines, and what they are packed into."""

_DECODED = 3
"""While a picture is read there are its file, its lines and its pixels."""


def whole_bytes(shape: Geometry, outputs: int = 1) -> int:
    """Return what a layer's arrays take that are held whole.

    Levels of a byte and their float32; partials, sum, and each output.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> whole_bytes(geometry((10, 10), (3, 3)))
    3500
    """
    channels = len(CHANNELS)
    pixels, places = (rows * cols for rows, cols in (shape.input_size, shape.output_size))
    return pixels * channels * (1 + 4) + places * 4 * (channels + 1 + outputs)


def banded_bytes(shape: Geometry, held: int = SHOWN) -> int:
    """Return what is held at once while a layer's maps are made a band at a time.

    Parameters
    ----------
    shape : Geometry
    held : int
        What an answer holds a pixel of the output, in bytes.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> banded_bytes(geometry((4000, 6000), (3, 3))) // 2**20
    285
    """
    channels = len(CHANNELS)
    pixels, places = (rows * cols for rows, cols in (shape.input_size, shape.output_size))
    levels = pixels * channels
    # A band has at least as many rows again as its windows reach over, in floats, for each channel.
    reach = (shape.kernel_size[0] - 1) * shape.dilations[0] + 1
    band = 2 * reach * (shape.input_size[1] + sum(shape.pads[1])) * channels * 4
    scratch = SCRATCH_BYTES + max(0, band - _BAND_BYTES)
    return max(levels * _DECODED, levels + places * held) + scratch


def check_work(
    shape: Geometry,
    layer: Layer,
    outputs: int,
    limits: Limits,
    *,
    whole: int = WHOLE_BYTES,
    held: int = SHOWN,
) -> None:
    """Refuse a layer that asks for more than one request may.

    Parameters
    ----------
    shape : Geometry
    layer : Layer
    outputs : int
        How many of its output channels are going to be computed.
    limits : Limits
    whole : int
        The most bytes of arrays that are held whole.
    held : int
        What the answer holds a pixel of the output, in bytes, where they are not.

    Raises
    ------
    TooLarge
        If the multiply-adds, or the bytes that are held at once, pass the limits.
    """
    work = shape.multiply_adds(len(CHANNELS) // layer.groups, outputs)
    banded = whole_bytes(shape) > whole
    room = banded_bytes(shape, held) if banded else whole_bytes(shape, outputs)
    for name, asked, limit in (
        ("multiply-adds", work, limits.multiply_adds),
        ("bytes", room, limits.request_bytes),
    ):
        if asked > limit:
            raise TooLarge(
                f"This layer asks for {asked:,} {name}; {limit:,} is the most for one request.",
                "Choose a smaller size, fewer outputs or maps, or a larger stride.",
                field="size",
                limit=f"{limit:,} {name}",
            )
