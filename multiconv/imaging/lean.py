"""What a decoder is given of a file: its first picture alone, and what the file told beside it.

Nothing that a decoder would unpack, list or walk through without bound comes after this.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from PIL import ExifTags, Image

from multiconv.experiment.model import Limits
from multiconv.imaging.guards import check_size, check_unpacked, cut_short, damaged
from multiconv.imaging.spaces import measured_space, named_space, nclx_space
from multiconv.imaging.tiff import check_directory

_MOST_PARTS = 100_000
_MOST_BLOCKS = 2**17
_PROFILE_BYTES = 2**22
_EXIF_BYTES = 2**16

_WEBP_MOVES, _WEBP_OPACITY = 0x02, 0x10
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of PNG's colour types
_PIXELS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_SPACES = (b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM")

_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_START, _END, _SCAN, _APP1, _ALONE, _PROGRESSIVE = 0xD8, 0xD9, 0xDA, 0xE1, 0x01, 0xC2
_MOST_SCANS = 1000
# The DCF standard's second space, by gamma and points as PNG writes them.
_ADOBE_RGB = 45_471, (31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000)


class Lean(NamedTuple):
    """A file without what no pixel needs; what it said besides."""

    body: bytes
    profile: bytes = b""
    space: bytes = b""  # a profile made of numbers that name a colour space
    side: int = 0  # EXIF's orientation, 0 if none is said
    clear: tuple[int, ...] = ()  # the colour or index that is transparent, where Pillow is not told
    scans: int = 1
    animated: bool = False
    ended: bool = True  # whether the end marker is there


def lean(kind: str, body: bytes, limits: Limits) -> Lean:
    """Return what the decoder of a kind is given, or raise if it is too large or not there."""
    if kind == "PNG":
        return lean_png(body, limits)
    if kind == "JPEG":
        return _lean_jpeg(body)
    if kind == "GIF":
        return _lean_gif(body)
    if kind == "TIFF":
        check_directory(body, limits)
    elif kind == "WEBP":
        _check_canvas(body, limits)
        body = _with_opacity(body)
    return Lean(body, space=nclx_space(body) if kind == "AVIF" else b"")


def orientation(block: bytes) -> int:
    """Return the orientation in an EXIF block; 0 if it holds none, or is damaged."""
    return _exif(block)[0]


def _exif(block: bytes) -> tuple[int, bytes]:
    """Return an EXIF block's orientation, 0 if it holds none, and the space of colours it names."""
    exif = Image.Exif()
    try:
        exif.load(block[:_EXIF_BYTES])
        side = int(exif.get(ExifTags.Base.Orientation, 0))
        name = str(exif.get_ifd(ExifTags.IFD.Interop).get(ExifTags.Interop.InteropIndex, ""))
    except Exception:  # a damaged block says nothing
        return 0, b""
    space = measured_space(*_ADOBE_RGB) if name.startswith("R03") else b""
    return side if side in range(1, 9) else 0, space


def lean_png(body: bytes, limits: Limits) -> Lean:
    """Return a PNG's picture; checksums are compared here: Pillow does not look at all of them."""
    parts, told = [body[:8]], dict.fromkeys(_SPACES, b"")
    clear: tuple[int, ...] = ()
    side, animated, kind = 0, False, b""
    depth = colour = height = row = 0
    for kind, content in _png_chunks(body):
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack_from(">IIBB", content)
            check_size((height, width), limits)
            row = -(-width * depth * _CHANNELS.get(colour, 1) // 8)
            check_unpacked(height * row, "PNG")
        elif kind == b"tRNS" and colour in (0, 2):
            content, clear = _clear_colour(content, depth, colour)
            if clear:  # which is read twice
                check_unpacked(2 * height * row, "PNG")
                continue
        elif kind == b"eXIf":
            side = orientation(content)
        elif kind in told:
            told[kind] = told[kind] or content
        animated |= kind == b"acTL"
        if kind in _PIXELS:
            parts.append(_png_chunk(kind, content))
    ended = kind == b"IEND"
    if not ended:
        parts.append(_png_chunk(b"IEND", b""))
    profile, space = _png_space(told)
    return Lean(b"".join(parts), profile, space, side, clear, 1, animated, ended)


def _png_chunks(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield a PNG's chunks up to IEND, or to where it is cut within or after its pixels."""
    at, pixels = 8, False
    for _ in range(_MOST_PARTS):
        head = body[at : at + 8]
        length, kind = struct.unpack(">I4s", head.ljust(8, b"\0"))
        content, checksum = body[at + 8 : at + 8 + length], body[at + 8 + length : at + 12 + length]
        if len(checksum) < 4:
            if kind == b"IDAT":
                yield kind, content
            elif not pixels:
                raise cut_short()
            return
        if kind in _PIXELS and zlib.crc32(content, zlib.crc32(kind)) != int.from_bytes(checksum):
            raise damaged("PNG")
        yield kind, content
        if kind == b"IEND":
            return
        pixels |= kind == b"IDAT"
        at += 12 + length
    raise damaged("PNG")


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return b"".join((struct.pack(">I", len(content)), kind, content, struct.pack(">I", checksum)))


def _clear_colour(content: bytes, depth: int, colour: int) -> tuple[bytes, tuple[int, ...]]:
    """Return tRNS as Pillow compares it, with levels of 8 bits; of 16-bit colours, the colour.

    Of a level only as many bits count as the picture has.
    """
    count = 1 if colour == 0 else 3
    levels = [level & (2**depth - 1) for level in struct.unpack_from(f">{count}H", content)]
    if depth == 16:
        return content, tuple(levels) if colour == 2 else ()
    return struct.pack(f">{count}H", *(level * 255 // (2**depth - 1) for level in levels)), ()


def _png_space(told: dict[bytes, bytes]) -> tuple[bytes, bytes]:
    """Return the profile, or the space that is named, of the chunk that comes first in rank."""
    if len(told[b"cICP"]) == 4:
        primaries, transfer, _, full = told[b"cICP"]
        return b"", named_space(primaries, transfer, full=bool(full))
    if told[b"iCCP"]:
        return _inflated(told[b"iCCP"].partition(b"\0")[2][1:]), b""
    if told[b"sRGB"]:
        return b"", b""
    gamma = int.from_bytes(told[b"gAMA"][:4])
    points = struct.unpack(">8I", told[b"cHRM"]) if len(told[b"cHRM"]) == 32 else ()
    return b"", measured_space(gamma, points)


def _inflated(packed: bytes) -> bytes:
    """Return the beginning of a packed profile; something that is none if it is damaged."""
    try:
        return zlib.decompressobj().decompress(packed, _PROFILE_BYTES)
    except zlib.error:
        return b"damaged"


def _lean_jpeg(body: bytes) -> Lean:
    """Return a JPEG up to its end marker, whatever follows it, with the marker if it is missing."""
    at, scans, side, space = 2, 0, 0, b""
    rest: dict[tuple[int, int], int] = {}  # of a progressive one, the bits that no scan has told
    for _ in range(_MOST_PARTS):
        found = _MARKER.search(body, at)
        marker = body[found.end() - 1] if found else _START
        if not found or (marker == _START and scans):  # the end, or another picture
            if any(rest.values()):
                raise cut_short()
            end = found.start() if found else len(body)
            start = body[:end].rstrip(b"\xff")  # of which half may be there
            return Lean(start + b"\xff\xd9", b"", space, side, scans=scans, ended=not scans)
        at = found.end()
        if marker == _END:
            return Lean(body[:at], b"", space, side, scans=scans)
        if marker in (_START, _ALONE):
            continue
        length = int.from_bytes(body[at : at + 2])
        part = body[at + 2 : at + length]
        if marker == _PROGRESSIVE:
            rest = {(name, k): 1 for name in part[6::3] for k in range(64)}
        elif marker == _SCAN:
            scans += 1
            if rest and scans < _MOST_SCANS:
                rest |= _told_bits(part)
        elif marker == _APP1 and part[:6] == b"Exif\0\0" and not side:
            side, named = _exif(part[6:])
            space = space or named
        at += max(2, length)
    raise damaged("JPEG")


def _told_bits(scan: bytes) -> dict[tuple[int, int], int]:
    """Return the frequencies of components that a scan tells, and how many bits it leaves out."""
    names, (first, last, bits) = scan[1:-3:2], scan[-3:]
    return {(name, k): bits & 15 for name in names for k in range(first, min(last, 63) + 1)}


_NOISE = b"".join(b"\xb2\x5d\x4b\x96\x2a\xd3" * 40 + bytes([0xFF, 0xD0 + n % 8]) for n in range(24))


def with_noise(jpeg: bytes) -> bytes:
    """Return a JPEG that goes on after its last scan: if all its rows are there, nothing changes.

    Decoders fill in what is missing and say nothing: what is missing is then filled otherwise.
    """
    return jpeg[:-2] + _NOISE + jpeg[-2:]


def _lean_gif(body: bytes) -> Lean:
    """Return a GIF's first frame as it is drawn, opaque; its clear index beside it."""
    at = 13 + _table_bytes(body[10:11])
    head, frame = body[:at], b""
    clear: tuple[int, ...] = ()
    mark, blocks = b"", iter(range(_MOST_BLOCKS))
    for _ in blocks:
        start, mark = at, body[at : at + 1]
        if mark in (b";", b"") or (mark == b"," and frame):
            break
        if mark == b"!":
            control = body[at + 1 : at + 8]
            if control[:2] == b"\xf9\4" and len(control) > 5 and not frame:
                clear = (control[5],) if control[2] & 1 else ()
            at = _past_blocks(body, at + 2, blocks)
        elif mark == b",":
            at = _past_blocks(body, at + 11 + _table_bytes(body[at + 9 : at + 10]), blocks)
            frame, mark = body[start:at], b";"  # unless something else follows
        else:
            at += 1
    ended = mark != b"" or not frame
    end = b"" if ended else b"\0"  # what may be missing, too, is the end of the frame
    whole = b"".join((head, frame, end, b";"))
    return Lean(whole, clear=clear, animated=mark == b",", ended=ended)


def _table_bytes(flags: bytes) -> int:
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def _past_blocks(body: bytes, at: int, blocks: Iterator[int]) -> int:
    """Return where a row of GIF's blocks ends, closing zero and all, or the end of too many."""
    for _ in blocks:
        length = body[at] if at < len(body) else 0
        at += 1 + length
        if not length:
            return min(at, len(body))
    return len(body)


def _with_opacity(webp: bytes) -> bytes:
    """Return an animated WebP that says it has opacity: its frames need not cover its screen."""
    flags = webp[20:21]
    if webp[12:16] != b"VP8X" or not flags or not flags[0] & _WEBP_MOVES:
        return webp
    return webp[:20] + bytes([flags[0] | _WEBP_OPACITY]) + webp[21:]


def _check_canvas(body: bytes, limits: Limits) -> None:
    """Raise if a WebP is cut short, or its canvas, for which room is made at once, too large."""
    if 8 + int.from_bytes(body[4:8], "little") > len(body):
        raise cut_short()
    if body[12:16] == b"VP8X":
        width, height = (int.from_bytes(body[at : at + 3], "little") + 1 for at in (24, 27))
        check_size((height, width), limits)
