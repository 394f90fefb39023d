"""What a layer's numbers will cost, counted from its sizes before any of them is there.

A stack is the layers up to the opened one, each with its sizes: those before run whole, with
every output; of the opened one there are the partials, the sum, and the outputs asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from multiconv.engine.geometry import Geometry, Pair
from multiconv.errors import TooLarge
from multiconv.experiment.model import CONV, MAX_POOL, Layer, Limits

Stack = Sequence[tuple[Geometry, Layer]]

WHOLE_BYTES = 64 * 2**20
"""Of arrays that are held whole together; a larger layer's maps are made a band at a time."""

SCRATCH_BYTES = 80 * 2**20
"""A band's arrays, the engine's own scratch memory, and what the server needs besides."""

_BAND_BYTES = 2**24
"""Of that for the band itself: enough but for wide pictures under kernels that reach far."""

AT_ONCE_BYTES = 2**24
"""Of copies while many partials are made: of channels' planes, and of their partials."""

_STAMPS_BYTES = 2**21
"""The least that the engine's transposed convolution holds of what it is about to add."""

SHOWN = 5
"""Bytes a pixel of a map's picture: its indices, its lines, and what they are packed into."""

_DECODED = 3
"""While a picture is read there are its file, its lines and its pixels."""


def is_banded(stack: Stack, whole: float = WHOLE_BYTES) -> bool:
    """Tell whether a layer's maps are made a band at a time; only the first convolution's are."""
    return len(stack) == 1 and stack[0][1].kind == CONV and whole_bytes(stack) > whole


def whole_bytes(stack: Stack, outputs: int = 1) -> int:
    """Return what arrays take that are held whole.

    Levels of a byte and their float32; every output of the layers before; partials, sum, and
    each output of the opened layer.  A deeper one takes its inputs as planes, a copy.
    """
    (first, picture), (opened, layer) = stack[0], stack[-1]
    read = _area(first.input_size) * picture.inputs * (1 + 4)
    between = sum(_area(shape.output_size) * 4 * each.outputs for shape, each in stack[:-1])
    added = 1 if layer.pools else layer.inputs
    made = _area(opened.output_size) * 4
    copied = 0
    if len(stack) > 1:
        planes = _area(opened.input_size) * 4 * layer.inputs
        copied = planes + min(2 * (planes + made * added), AT_ONCE_BYTES)
    return read + between + copied + made * (added + 1 + outputs)


def banded_bytes(shape: Geometry, inputs: int, held: int = SHOWN) -> int:
    """Return what is held at once while a layer's maps are made a band at a time.

    ``held`` is what an answer holds a pixel of the output, in bytes.
    """
    levels = _area(shape.input_size) * inputs
    # A band has at least as many rows again as its windows reach over, in floats, for each channel.
    reach = (shape.kernel_size[0] - 1) * shape.dilations[0] + 1
    band = 2 * reach * (shape.input_size[1] + sum(shape.pads[1])) * inputs * 4
    scratch = SCRATCH_BYTES + max(0, band - _BAND_BYTES)
    return max(levels * _DECODED, levels + _area(shape.output_size) * held) + scratch


def check_work(
    stack: Stack,
    outputs: int,
    limits: Limits,
    *,
    whole: float = WHOLE_BYTES,
    held: int = SHOWN,
    backward: bool = False,
) -> None:
    """Refuse a stack that asks for more than one request may, in multiply-adds or bytes at once.

    ``outputs`` of the opened layer are going to be computed.  ``whole`` is the most bytes of
    arrays that are held whole, ``held`` what an answer holds a pixel where they are not.  Where a
    value is followed ``backward`` that comes on top.
    """
    opened, layer = stack[-1]
    work = opened.multiply_adds(layer.inputs // layer.groups, outputs) + sum(
        shape.multiply_adds(each.inputs // each.groups, each.outputs) for shape, each in stack[:-1]
    )
    room = (
        banded_bytes(opened, layer.inputs, held)
        if is_banded(stack, whole)
        else whole_bytes(stack, outputs)
    )
    if backward:
        more, held_too = backward_cost(stack)
        work, room = work + more, room + held_too
    for name, asked, limit in (
        ("multiply-adds", work, limits.multiply_adds),
        ("bytes", room, limits.request_bytes),
    ):
        if asked > limit:
            what = "This layer asks" if len(stack) == 1 else f"These {len(stack)} layers ask"
            raise TooLarge(
                f"{what} for {asked:,} {name}; {limit:,} is the most for one request.",
                "Choose a smaller size, fewer outputs or maps, or a larger stride.",
                field="size",
                limit=f"{limit:,} {name}",
            )


def backward_cost(stack: Stack) -> Pair:
    """Return the multiply-adds and the bytes at once of following one value back to the picture.

    At each layer it has a box of outputs and the padded inputs under it, no larger than the maps,
    whichever pixel it is.
    """
    (first, picture), box = stack[0], (1, 1)
    work = room = 0
    for shape, layer in reversed(stack):
        sides = zip(
            box, shape.strides, shape.kernel_size, shape.dilations, shape.input_size, strict=True
        )
        reach = _stamping if shape.transposed else partial(_under, mode=shape.padding_mode)
        under, inside = zip(*(reach(*side) for side in sides), strict=True)
        # A largest value is looked for, found again, multiplied and added.
        times = (4 if layer.kind == MAX_POOL else 2) if layer.pools else 1
        times += layer.activation != "identity"
        # A transposed layer's work is that of the inputs that stamp on the box.
        taps = replace(
            shape, **({"input_size": under} if shape.transposed else {"output_size": box})
        )
        work += times * taps.multiply_adds(layer.inputs // layer.groups, layer.outputs)
        held = 3 * (_area(box) * layer.outputs + _area(under) * layer.inputs)
        row = box[1] * _area(shape.kernel_size) * layer.inputs // layer.groups
        room = max(room, 4 * held + max(4 * row, _STAMPS_BYTES))
        box = inside
    return work, room + _area(first.input_size) * picture.inputs * 4


def _stamping(box: int, step: int, kernel: int, gap: int, side: int) -> Pair:
    """Return how many inputs of a transposed layer stamp on a side of a box of outputs, twice."""
    inside = min(side, (box + (kernel - 1) * gap - 1) // step + 1)
    return inside, inside


def _under(box: int, step: int, kernel: int, gap: int, side: int, mode: str) -> Pair:
    """Return how many padded inputs a side of a box of outputs has, and how many inputs."""
    under = (box - 1) * step + (kernel - 1) * gap + 1
    return under, side if mode == "circular" else min(under, side)


def _area(size: Pair) -> int:
    return size[0] * size[1]
