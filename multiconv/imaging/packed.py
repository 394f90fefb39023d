"""Levels and colour indices packed quickly, as the store keeps and `/api/planes` sends them.

Each byte becomes what it differs by from its left neighbour, less what the one above does.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

HEAD_BYTES = 64
"""So much of a picture's beginning tells its size, packed or PNG."""

_HEAD = struct.Struct(">8sII")
_MARK = b"pixels 1"
_ROWS = 16  # so many stay in the cache


def differences(pixels: Pixels) -> Pixels:
    """Return the differences of (H, W) or (H, W, 3) bytes: [[7, 9], [8, 10]] is [[7, 2], [1, 0]].

    `added` takes them back; `static/js` has another such function.
    """
    found = pixels.copy()
    found[:, 1:] -= pixels[:, :-1]
    found[1:] -= found[:-1]
    return found


def added(found: Pixels) -> Pixels:
    """Add `differences` up in place, and return the bytes that they were made of."""
    for top in range(0, len(found), _ROWS):
        rows, step = found[top : top + _ROWS], 1
        while step < rows.shape[1]:  # each pass sums over twice as many neighbours
            rows[:, step:] += rows[:, :-step].copy()
            step *= 2
    for below in range(1, len(found)):
        found[below] += found[below - 1]
    return found


def deflated(parts: Iterable[bytes | memoryview]) -> bytes:
    """Return all parts' bytes as one zlib stream."""
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_RLE)
    return b"".join([*map(packer.compress, parts), packer.flush()])


def packed(pixels: Pixels) -> bytes:
    """Return (H, W, 3) uint8 pixels as a head that tells their size and deflated differences."""
    return _HEAD.pack(_MARK, *pixels.shape[:2]) + deflated(_bands(pixels))


def unpacked(body: bytes) -> Pixels:
    """Return the pixels that `packed` packed; `ValueError` for others' bytes, or damaged ones."""
    try:
        found = zlib.decompress(memoryview(body)[_HEAD.size :])
    except zlib.error as error:
        raise ValueError(str(error)) from None
    pixels = np.frombuffer(bytearray(found), np.uint8).reshape(*packed_size(body), 3)
    return added(pixels)


def packed_size(head: bytes) -> tuple[int, int]:
    """Return the (height, width) of packed pixels, from their first `HEAD_BYTES`."""
    if len(head) < _HEAD.size or not head.startswith(_MARK):
        raise ValueError("These are no packed pixels.")
    _, height, width = _HEAD.unpack_from(head)
    return height, width


def _bands(pixels: Pixels) -> Iterator[memoryview]:
    """Yield the differences of all rows, a few at a time."""
    for top in range(0, len(pixels), _ROWS):
        above = min(top, 1)
        yield differences(pixels[top - above : top + _ROWS])[above:].data
