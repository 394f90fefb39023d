"""The one EXIF tag that matters to pixels: which side of the picture is up."""

from __future__ import annotations

import re
import struct

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_ORIENTATION = 0x0112


def exif_orientation(block: bytes) -> int:
    r"""Return the orientation, 1…8, that an EXIF block's first directory names, or 1.

    Parameters
    ----------
    block : bytes
        A TIFF structure, with or without ``Exif\0\0`` before it.

    Examples
    --------
    >>> exif_orientation(bytes.fromhex("4d4d002a00000008 0001 0112 0003 00000001 00060000"))
    6
    """
    block = block.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None or len(block) < 10:
        return 1
    (at,) = struct.unpack_from(order + "I", block, 4)
    entries = re.finditer(b"(?s).{12}", block[at + 2 : at + 2 + 12 * 512])
    for entry in entries:
        tag, kind, count, value = struct.unpack_from(order + "HHIH", entry[0])
        if (tag, kind, count) == (_ORIENTATION, 3, 1):
            return int(value) if 1 <= value <= 8 else 1
    return 1


def turned(pixels: Pixels, orientation: int) -> Pixels:
    """Return pixels as an EXIF orientation 1…8 says that they are to be looked at (EXIF 2.32).

    Parameters
    ----------
    pixels : (H, W, 3) uint8
    orientation : int

    Returns
    -------
    (H, W, 3) uint8, or (W, H, 3) for orientations 5…8

    Examples
    --------
    >>> card = np.array([[1, 2], [3, 4], [5, 6]], np.uint8)[..., None]
    >>> turned(card, 6)[..., 0]
    array([[5, 3, 1],
           [6, 4, 2]], dtype=uint8)
    """
    across = pixels.transpose(1, 0, 2)
    return np.ascontiguousarray(
        (
            pixels,
            pixels[:, ::-1],
            pixels[::-1, ::-1],
            pixels[::-1],
            across,
            across[:, ::-1],
            across[::-1, ::-1],
            across[::-1],
        )[orientation - 1]
    )
