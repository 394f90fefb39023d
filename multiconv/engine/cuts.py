"""How the output of `rows` is cut into tiles of rows and chunks of columns.

Rows cut into several chunks are read again for each, and a padded copy of them all must stay near:
wide chunks take 0.65 to 0.8 of the time of chunks of 512 at 2048 and more columns, three channels.
But a tile that is not much higher than a window unfolds most rows twice, so that many channels or
taps make chunks narrower again.
"""

from __future__ import annotations

from typing import NamedTuple

from multiconv.engine.banded import Axis
from multiconv.engine.geometry import Geometry
from multiconv.engine.in_place import room_for
from multiconv.engine.tiles import apart_for, whole_lines

TILE_BYTES = 3 * 2**20
"""Of unfolded rows and what they are copied from: smaller tiles unfold more rows twice; larger
ones leave the caches.
"""
CHUNK = 4096
"""Columns a product has at most."""

_NARROW = 512  # Columns below which a chunk does not become narrower for the sake of a high tile.
_WINDOWS = 6  # How many times as high as a window a tile is, if it can be.
_ROOMY = 32  # How many times as wide as that room a chunk is, so that tiles become no lower by it.
_SMALL_PRODUCT = 10**6  # OpenBLAS multiplies up to this M·N·K without packing its operands.


class Cut(NamedTuple):
    """Sizes of a tile.

    Attributes
    ----------
    chunk, pitch : int
        Columns that are multiplied together, and the distance of unfolded rows, in numbers.
    tile : int
        Output rows, in the numbers of their phase.
    together : int
        Groups.
    parts : int
        How many chunks of tiles there are.
    """

    chunk: int
    pitch: int
    tile: int
    together: int
    parts: int


def cut_of(shape: tuple[int, ...], g: Geometry, axis: Axis, itemsize: int, *, copied: bool) -> Cut:
    """Return how a phase of output rows is cut.

    Parameters
    ----------
    shape : (G, kh, kw, C, K)
    g : Geometry
    axis : Axis
    itemsize : int
    copied : bool
        Whether rows are padded in a copy first.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> g, axis = geometry((1024, 1024), (3, 3)), Axis(0, 1, 1024, 0, 1, 1, 1, 3, 1)
    >>> cut_of((1, 3, 3, 3, 4), g, axis, 4, copied=True)
    Cut(chunk=1024, pitch=1024, tile=57, together=1, parts=18)
    >>> cut_of((3, 3, 3, 1, 1), g, axis, 4, copied=False).pitch
    1040
    >>> cut_of((1, 3, 3, 64, 4), g, axis, 4, copied=True)
    Cut(chunk=432, pitch=432, tile=6, together=1, parts=513)
    """
    groups, _, kw, c_in, c_out = shape
    width, sides = g.output_size[1], g.input_size[1] + sum(g.pads[1])
    column = c_in * kw * itemsize
    rows = (axis.band - 1) * axis.stride + axis.span
    high = _WINDOWS * axis.span
    widest = min(
        CHUNK,
        max(_NARROW, TILE_BYTES // (column * high)),
        _SMALL_PRODUCT // (axis.band * c_out * rows * c_in * kw),
        TILE_BYTES // (column * rows),
    )
    chunk = min(width, max(16, widest // 16 * 16))
    # In place, every tap is copied alike where there is room for what runs over.
    room = 0 if copied else room_for(g)
    least = whole_lines(chunk + room)
    seen = min(high, (axis.height - 1) * axis.stride + axis.span)
    fits = chunk == width >= 2 * room and column * least * seen <= TILE_BYTES
    if not room or not (fits or chunk >= _ROOMY * room):
        least = chunk
    # The rows of many channels are too many for the L1 cache in any case.
    pitch = apart_for(rows * kw, least, itemsize) if c_in == c_out == 1 else least
    fitting = TILE_BYTES // (column * pitch)
    if copied:  # A copy has a row for all the chunks beside each other.
        fitting = max(TILE_BYTES // (column * pitch + c_in * sides * itemsize), min(fitting, high))
    tile = max(1, (fitting - axis.span) // (axis.band * axis.stride)) * axis.band
    count = -(-axis.height // tile)
    tile = -(-axis.height // count // axis.band) * axis.band  # all alike, or nearly
    together = max(1, fitting // (min(tile, axis.height) * axis.stride + axis.span))
    parts = -(-groups // together) * -(-axis.height // tile) * -(-width // chunk)
    return Cut(chunk, pitch, tile, together, parts)
