"""WebP (RFC 9649) and GIF89a files, cut after their first frame and without metadata."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from multiconv.imaging.container import MOST_PARTS, Container, cut_short, damaged
from multiconv.imaging.exif import exif_orientation
from multiconv.imaging.profile import is_foreign


def webp(body: bytes) -> Container:
    """Return a WebP without metadata, cut after its first frame.

    Raises
    ------
    UnsupportedPicture
        If it is damaged or cut short.
    IndexError, struct.error
        If it ends within a part.
    """
    end = 8 + struct.unpack_from("<I", body, 4)[0]
    if end > len(body):
        raise cut_short()
    size, orientation, foreign, frames, kept = None, 1, False, 0, []
    for kind, part in _riff_parts(body, 12, end):
        if kind == b"VP8X":
            width, height = (int.from_bytes(part[i : i + 3], "little") + 1 for i in (12, 15))
            size = height, width
            # Of the flags only "has alpha" and "is animated" stay: the rest is metadata.
            part = part[:8] + bytes([part[8] & 0x12]) + part[9:]
        elif kind == b"EXIF":
            orientation = exif_orientation(part[8:])
        elif kind == b"ICCP":
            foreign = is_foreign(part[8:])
        elif kind == b"VP8 " and not size:
            width, height = struct.unpack_from("<HH", part, 14)
            size = height & 0x3FFF, width & 0x3FFF
        elif kind == b"VP8L" and not size:
            (bits,) = struct.unpack_from("<I", part, 9)
            size = (bits >> 14 & 0x3FFF) + 1, (bits & 0x3FFF) + 1
        frames += kind == b"ANMF"
        first = kind == b"ANMF" and frames == 1
        if first or kind in (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM"):
            kept.append(part)
        if frames == 2:
            break
    if not size:
        raise damaged("WEBP")
    pure = b"WEBP" + b"".join(kept)
    pure = b"RIFF" + struct.pack("<I", len(pure)) + pure
    return Container("WEBP", pure, size, orientation, frames > 1, foreign=foreign)


def gif(body: bytes) -> Container:
    """Return a GIF without comments, cut after its first frame.

    Raises
    ------
    UnsupportedPicture
        If it is damaged or cut short.
    IndexError, struct.error
        If it ends within a part.
    """
    width, height, flags = struct.unpack_from("<HHB", body, 6)
    at = 13 + _table_bytes(flags)
    head = body[:at]
    at, control = _after_extensions(body, at)
    if body[at] != 0x2C:
        raise damaged("GIF")
    end = _after_blocks(body, at + 11 + _table_bytes(body[at + 9]))
    pure = head + control + body[at:end] + b";"
    after, _ = _after_extensions(body, end)
    return Container("GIF", pure, (height, width), animated=body[after] == 0x2C)


def _riff_parts(body: bytes, at: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    for _ in range(MOST_PARTS):
        if at + 8 > end:
            return
        kind, length = struct.unpack_from("<4sI", body, at)
        if at + 8 + length > end:
            raise cut_short()
        yield kind, body[at : at + 8 + length + length % 2]
        at += 8 + length + length % 2


def _table_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_extensions(body: bytes, at: int) -> tuple[int, bytes]:
    """Return where extensions end, and the last that tells of transparency."""
    control = b""
    for _ in range(MOST_PARTS):
        if body[at] != 0x21:
            break
        end = _after_blocks(body, at + 2)
        if body[at + 1] == 0xF9:
            control = body[at:end]
        at = end
    return at, control


def _after_blocks(body: bytes, at: int) -> int:
    while body[at]:
        at += 1 + body[at]
    return at + 1
