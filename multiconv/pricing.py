"""What a layer's numbers will cost, counted from its sizes before any of them is there."""

from __future__ import annotations

from multiconv.engine.geometry import Geometry
from multiconv.errors import TooLarge
from multiconv.experiment.model import CHANNELS, Layer, Limits


def check_work(shape: Geometry, layer: Layer, outputs: int, limits: Limits) -> None:
    """Refuse a layer that asks for more than one request may.

    Parameters
    ----------
    shape : Geometry
    layer : Layer
    outputs : int
        How many of its output channels are going to be computed.
    limits : Limits

    Raises
    ------
    TooLarge
        If the multiply-adds or the bytes of all arrays together pass the limits.
    """
    channels = len(CHANNELS)
    pixels, places = (rows * cols for rows, cols in (shape.input_size, shape.output_size))
    work = shape.multiply_adds(channels // layer.groups, outputs)
    # Levels of a byte and their float32; partials, sum, and each output.
    room = pixels * channels * (1 + 4) + places * 4 * (channels + 1 + outputs)
    for name, asked, limit in (
        ("multiply-adds", work, limits.multiply_adds),
        ("bytes", room, limits.request_bytes),
    ):
        if asked > limit:
            raise TooLarge(
                f"This layer asks for {asked:,} {name}; {limit:,} is the most for one request.",
                "Choose a smaller size, fewer outputs, or a larger stride.",
                field="size",
                limit=f"{limit:,} {name}",
            )
