"""PNG files written by hand: plain, and quick to make (ISO/IEC 15948)."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _RGB, _INDEXED = 0, 2, 3
_FAST = 1


def png_grey(plane: Plane) -> bytes:
    r"""Return a grey PNG of a (H, W) uint8 plane.

    Examples
    --------
    >>> png_grey(np.zeros((2, 3), np.uint8))[:8]
    b'\x89PNG\r\n\x1a\n'
    """
    return _file(plane, _GREY)


def png_rgb(pixels: Plane) -> bytes:
    """Return a PNG of (H, W, 3) uint8 pixels.

    Examples
    --------
    >>> len(png_rgb(np.zeros((2, 3, 3), np.uint8)))
    68
    """
    return _file(pixels, _RGB)


def png_indexed(indices: Plane, palette: Plane) -> bytes:
    """Return a PNG of (H, W) uint8 indices into a (256, 4) uint8 RGBA palette.

    Examples
    --------
    >>> b"tRNS" in png_indexed(np.zeros((2, 3), np.uint8), np.zeros((256, 4), np.uint8))
    True
    """
    colours = _chunk(b"PLTE", palette[:, :3].tobytes())
    opaque = palette[:, 3].min() == 255
    alphas = b"" if opaque else _chunk(b"tRNS", palette[:, 3].tobytes())
    return _file(indices, _INDEXED, colours + alphas)


def _file(pixels: Plane, colour_type: int, tables: bytes = b"") -> bytes:
    height, width = pixels.shape[:2]
    rows = np.zeros((height, 1 + pixels[0].size), dtype=np.uint8)  # each row: filter 0, levels
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", header),
            tables,
            _chunk(b"IDAT", zlib.compress(rows.data, _FAST)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I4s", len(content), kind) + content + struct.pack(">I", checksum)
