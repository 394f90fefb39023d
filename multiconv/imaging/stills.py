"""PNG (ISO/IEC 15948) and JPEG (ITU-T T.81) files, put together again without metadata."""

from __future__ import annotations

import re
import struct
import zlib

from multiconv.imaging.container import MOST_PARTS, Container, cut_short, damaged
from multiconv.imaging.exif import exif_orientation
from multiconv.imaging.profile import inflated, is_foreign

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_FILL = re.compile(b"\xff+")  # any number of FFs may stand before a JPEG marker


def png(body: bytes) -> Container:
    """Return a PNG with nothing but its header, palette, transparency and pixels.

    Raises
    ------
    UnsupportedPicture
        If it is damaged or cut short.
    IndexError, struct.error
        If it ends within a part.
    """
    header, pixels, kept = b"", [], []
    orientation, animated, foreign, at = 1, False, False, 8
    for _ in range(MOST_PARTS):
        length, kind = struct.unpack_from(">I4s", body, at)
        content = memoryview(body)[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", body, at + 8 + length)
        at += 12 + length
        if kind == b"eXIf":
            orientation = exif_orientation(bytes(content))
        elif kind == b"iCCP":
            foreign = is_foreign(inflated(bytes(content)))
        animated |= kind == b"acTL"
        if kind not in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"):
            continue
        if zlib.crc32(content, zlib.crc32(kind)) != checksum:
            raise damaged("PNG")
        if kind == b"IHDR":
            header = bytes(content)
        if kind == b"IDAT":
            pixels.append(content)
        elif kind == b"IEND":
            break
        else:
            kept.append(chunk(kind, bytes(content)))
    else:
        raise damaged("PNG")
    if len(header) != 13:
        raise damaged("PNG")
    width, height, depth = struct.unpack_from(">IIB", header)
    pure = (SIGNATURE, *kept, chunk(b"IDAT", b"".join(pixels)), chunk(b"IEND", b""))
    return Container(
        *("PNG", b"".join(pure), (height, width), orientation, animated),
        deep=depth == 16,
        foreign=foreign,
    )


def jpeg(body: bytes) -> Container:
    """Return a JPEG without metadata, its passes counted.

    Raises
    ------
    UnsupportedPicture
        If it is damaged or cut short.
    IndexError, struct.error
        If it ends within a part.
    """
    size, orientation, foreign, kept, at = None, 1, False, [b"\xff\xd8"], 2
    for _ in range(MOST_PARTS):
        if fill := _FILL.match(body, at):
            at = fill.end() - 1
        lead, marker, length = struct.unpack_from(">BBH", body, at)
        segment = body[at : at + 2 + length]
        if lead != 0xFF or length < 2:
            raise damaged("JPEG")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            size = struct.unpack_from(">HH", segment, 5)
        if marker == 0xE1 and segment[4:10] == b"Exif\0\0":
            orientation = exif_orientation(segment[4:])
        if marker == 0xE2 and segment[4:17] == b"ICC_PROFILE\0\1":  # the first of its parts
            foreign = is_foreign(segment[18:])
        if not (0xE1 <= marker <= 0xED or marker in (0xEF, 0xFE)):
            kept.append(segment)
        at += 2 + length
        if marker == 0xDA:
            break
    rest = body[at:]
    if not size or marker != 0xDA:
        raise damaged("JPEG")
    if b"\xff\xd9" not in rest:
        raise cut_short()
    scans = 1 + rest.count(b"\xff\xda")
    return Container("JPEG", b"".join(kept) + rest, size, orientation, scans=scans, foreign=foreign)


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return one chunk of a PNG: length, kind, content and checksum."""
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I4s", len(content), kind) + content + struct.pack(">I", checksum)
