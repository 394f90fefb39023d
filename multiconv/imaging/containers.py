"""A first look at an upload's bytes, before any decoder sees them.

`opened` tells the format from the content, reads the size from the header,
and gives the file back with its first frame only and without its metadata, so
that neither can cost the decoder time or memory.  The parts are laid out as
the formats' specifications say: PNG (ISO/IEC 15948), JPEG (ITU-T T.81), WebP
(RFC 9649), GIF89a, BMP, TIFF 6.0.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

from multiconv.errors import UnsupportedPicture
from multiconv.imaging.container import READ_HERE, Container, cut_short, damaged
from multiconv.imaging.exif import exif_orientation
from multiconv.imaging.png import SIGNATURE, chunk

_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_MOST_PARTS = 100_000
_FILL = re.compile(b"\xff+")  # any number of FFs may stand before a JPEG marker
_HEIC = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}


def opened(body: bytes) -> Container:
    """Return what the bytes are.

    Parameters
    ----------
    body : bytes

    Returns
    -------
    Container

    Raises
    ------
    UnsupportedPicture
        If they are empty, of no kind that is read here, damaged or cut short.

    Examples
    --------
    >>> card = opened(b"BM" + bytes(16) + struct.pack("<ii", 3, -2) + bytes(28))
    >>> card.kind, card.size
    ('BMP', (2, 3))
    """
    if not body:
        raise UnsupportedPicture(
            "The file is empty.", f"Choose a picture: {READ_HERE}.", field="image"
        )
    try:
        return _recognised(body)
    except (IndexError, struct.error):
        raise cut_short() from None


def _recognised(body: bytes) -> Container:
    if body.startswith(SIGNATURE):
        return _png(body)
    if body.startswith(b"\xff\xd8\xff"):
        return _jpeg(body)
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return _webp(body)
    if body.startswith((b"GIF87a", b"GIF89a")):
        return _gif(body)
    if body.startswith(b"BM"):
        return _bmp(body)
    if body.startswith(_TIFF):
        return Container("TIFF", body)
    if body[4:8] == b"ftyp":
        brands = {body[at : at + 4] for at in range(8, min(int.from_bytes(body[:4]), 256), 4)}
        if brands & {b"avif", b"avis"}:
            return Container("AVIF", body)
        if brands & _HEIC:
            raise UnsupportedPicture(
                "The picture is HEIC, the format of iPhones, which is not read here.",
                "Export it as JPEG: on an iPhone, Settings, Camera, Formats, Most Compatible; "
                "on a Mac, open it in Preview and export it.",
                field="image",
            )
    raise UnsupportedPicture(
        "The file is not a picture of a kind that is read here.",
        f"Choose a picture: {READ_HERE}. The name does not matter, the content does.",
        field="image",
    )


def _png(body: bytes) -> Container:
    header, pixels, kept = b"", [], []
    orientation, animated, at = 1, False, 8
    for _ in range(_MOST_PARTS):
        length, kind = struct.unpack_from(">I4s", body, at)
        content = memoryview(body)[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", body, at + 8 + length)
        at += 12 + length
        if kind == b"eXIf":
            orientation = exif_orientation(bytes(content))
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
    return Container("PNG", b"".join(pure), (height, width), orientation, animated, 1, depth == 16)


def _jpeg(body: bytes) -> Container:
    size, orientation, kept, at = None, 1, [b"\xff\xd8"], 2
    for _ in range(_MOST_PARTS):
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
    return Container("JPEG", b"".join(kept) + rest, size, orientation, scans=scans)


def _riff_parts(body: bytes, at: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    for _ in range(_MOST_PARTS):
        if at + 8 > end:
            return
        kind, length = struct.unpack_from("<4sI", body, at)
        if at + 8 + length > end:
            raise cut_short()
        yield kind, body[at : at + 8 + length + length % 2]
        at += 8 + length + length % 2


def _webp(body: bytes) -> Container:
    end = 8 + struct.unpack_from("<I", body, 4)[0]
    if end > len(body):
        raise cut_short()
    size, orientation, frames, kept = None, 1, 0, []
    for kind, part in _riff_parts(body, 12, end):
        if kind == b"VP8X":
            width, height = (int.from_bytes(part[i : i + 3], "little") + 1 for i in (12, 15))
            size = height, width
            # Of the flags only "has alpha" and "is animated" stay: the rest is metadata.
            part = part[:8] + bytes([part[8] & 0x12]) + part[9:]
        elif kind == b"EXIF":
            orientation = exif_orientation(part[8:])
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
    return Container("WEBP", pure, size, orientation, frames > 1)


def _gif(body: bytes) -> Container:
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


def _table_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_extensions(body: bytes, at: int) -> tuple[int, bytes]:
    """Return where extensions end, and the last that tells of transparency."""
    control = b""
    for _ in range(_MOST_PARTS):
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


def _bmp(body: bytes) -> Container:
    (header,) = struct.unpack_from("<I", body, 14)
    width, height = struct.unpack_from("<HH" if header == 12 else "<ii", body, 18)
    return Container("BMP", body, (abs(height), width))
