"""PNG files written by hand: plain, and quick to make (ISO/IEC 15948).

zlib's level 1 is enough, and its strategies matter more.  Runs only is twice
as fast as the default for maps and a tenth larger; for photographs, as the
differences of neighbours, it is twice as fast too and a tenth smaller, and
what is flat costs a fifth of that.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from multiconv.imaging.container import damaged
from multiconv.imaging.deflated import deflated

Plane = NDArray[np.uint8]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _RGB, _INDEXED = 0, 2, 3
_NO_FILTER, _DIFFERENCES = 0, 1
_ROWS = 16  # so many stay in the cache
_MUCH, _PARTS = 2**20, 8
_HEADER = ">8sI4sIIBBBBBII4s"  # the signature, IHDR, and the length and name of what follows


def png_grey(plane: Plane) -> bytes:
    r"""Return a grey PNG of a (H, W) uint8 plane.

    Examples
    --------
    >>> png_grey(np.zeros((2, 3), np.uint8))[:8]
    b'\x89PNG\r\n\x1a\n'
    """
    return _file(plane, _GREY, [[_lines(plane)]])


def png_indexed(indices: Plane, palette: Plane) -> bytes:
    """Return a PNG of (H, W) uint8 indices into a (256, 4) uint8 RGBA palette.

    Examples
    --------
    >>> b"tRNS" in png_indexed(np.zeros((2, 3), np.uint8), np.zeros((256, 4), np.uint8))
    True
    """
    colours = chunk(b"PLTE", palette[:, :3].tobytes())
    opaque = palette[:, 3].min() == 255
    alphas = b"" if opaque else chunk(b"tRNS", palette[:, 3].tobytes())
    return _file(indices, _INDEXED, [[_lines(indices)]], colours + alphas)


def png_rgb(pixels: Plane) -> bytes:
    """Return a PNG of (H, W, 3) uint8 pixels; `rgb_of` reads it back.

    Examples
    --------
    >>> rgb_of(png_rgb(np.full((1, 2, 3), 7, np.uint8)))
    array([[[7, 7, 7],
            [7, 7, 7]]], dtype=uint8)
    """
    flat = pixels.reshape(len(pixels), -1)
    parts = np.array_split(flat, _PARTS if flat.size > _MUCH else 1)
    return _file(pixels, _RGB, [_differences(part) for part in parts])


def rgb_of(body: bytes) -> Plane:
    """Return the (H, W, 3) uint8 pixels of a file that `png_rgb` wrote.

    Raises
    ------
    UnsupportedPicture
        If it is not such a file, or damaged.
    """
    try:
        height, width = rgb_size_of(body)
        (length,) = struct.unpack_from(">I", body, 33)
        packed = memoryview(body)[41 : 41 + length]
        lines = np.frombuffer(zlib.decompress(packed), dtype=np.uint8)
        lines = lines.reshape(height, 1 + 3 * width)
    except (struct.error, zlib.error, ValueError):
        raise damaged("PNG") from None
    differences = lines[:, 1:].reshape(height, width, 3)
    return np.add.accumulate(differences, axis=1, dtype=np.uint8)


def rgb_size_of(head: bytes) -> tuple[int, int]:
    """Return the (height, width) from the first 41 bytes of a file that `png_rgb` wrote.

    Raises
    ------
    UnsupportedPicture
        If it is not such a file.

    Examples
    --------
    >>> rgb_size_of(png_rgb(np.zeros((2, 5, 3), np.uint8)))
    (2, 5)
    """
    try:
        signature, _, _, width, height, *form, _, _, kind = struct.unpack_from(_HEADER, head)
    except struct.error:
        raise damaged("PNG") from None
    if (signature, *form, kind) != (SIGNATURE, 8, _RGB, 0, 0, 0, b"IDAT"):
        raise damaged("PNG")
    return height, width


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return one chunk of a PNG: length, kind, content and checksum.

    Examples
    --------
    >>> chunk(b"IEND", b"").hex(" ", 4)
    '00000000 49454e44 ae426082'
    """
    return b"".join(_pieces(kind, content))


def _pieces(kind: bytes, content: bytes) -> tuple[bytes, bytes, bytes]:
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I4s", len(content), kind), content, struct.pack(">I", checksum)


def _lines(plane: Plane, filter_type: int = _NO_FILTER) -> Plane:
    """Return rows of bytes with the number of their filter before each."""
    lines = np.empty((len(plane), 1 + plane.shape[1]), dtype=np.uint8)
    lines[:, 0] = filter_type
    lines[:, 1:] = plane
    return lines


def _differences(rows: Plane) -> Iterator[Plane]:
    """Yield lines of (red, green, blue, red, …), each less the one before; a few at a time."""
    for at in range(0, len(rows), _ROWS):
        some = rows[at : at + _ROWS]
        lines = _lines(some, _DIFFERENCES)
        np.subtract(some[:, 3:], some[:, :-3], out=lines[:, 4:])
        yield lines


def _file(
    pixels: Plane, colour_type: int, parts: Sequence[Iterable[Plane]], tables: bytes = b""
) -> bytes:
    height, width = pixels.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    shown = _pieces(b"IDAT", deflated(parts))  # which may be large, and is copied once
    return b"".join((SIGNATURE, chunk(b"IHDR", header), tables, *shown, chunk(b"IEND", b"")))
