"""A first look at an upload's bytes, before any decoder sees them.

`opened` tells the format from the content, reads the size from the header,
and gives the file back with its first frame only and without its metadata, so
that neither can cost the decoder time or memory.
"""

from __future__ import annotations

import struct

from multiconv.errors import TooLarge, UnsupportedPicture
from multiconv.imaging.animations import gif, webp
from multiconv.imaging.container import READ_HERE, Container, cut_short
from multiconv.imaging.stills import SIGNATURE, jpeg, png

_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_WIDTH, _HEIGHT, _PIECES = 256, 257, (273, 279, 324, 325)  # strips and tiles
_SHORT, _LONG = 3, 4
_MOST_PIECES = 2**16
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
        return png(body)
    if body.startswith(b"\xff\xd8\xff"):
        return jpeg(body)
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return webp(body)
    if body.startswith((b"GIF87a", b"GIF89a")):
        return gif(body)
    if body.startswith(b"BM"):
        return _bmp(body)
    if body.startswith(_TIFF):
        return _tiff(body)
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


def _bmp(body: bytes) -> Container:
    (header,) = struct.unpack_from("<I", body, 14)
    width, height = struct.unpack_from("<HH" if header == 12 else "<ii", body, 18)
    return Container("BMP", body, (abs(height), width))


def _tiff(body: bytes) -> Container:
    """Look at the first directory (TIFF 6.0): for its size, and for how many strips it has."""
    order = "<" if body.startswith(b"II") else ">"
    version, at = struct.unpack_from(order + "HI", body, 2)
    if version != 42 or at + 2 > len(body):  # 43 is BigTIFF, which the decoder is left alone with
        return Container("TIFF", body)
    (entries,) = struct.unpack_from(order + "H", body, at)
    found = {}
    for entry in range(at + 2, min(at + 2 + 12 * entries, len(body) - 11), 12):
        tag, kind, count = struct.unpack_from(order + "HHI", body, entry)
        form = {_SHORT: "H", _LONG: "I"}.get(kind)
        found[tag] = count, struct.unpack_from(order + form, body, entry + 8)[0] if form else 0
    pieces = max(found.get(tag, (0, 0))[0] for tag in _PIECES)
    if pieces > _MOST_PIECES:
        raise TooLarge(
            f"The TIFF is stored in {pieces} pieces.",
            f"The limit is {_MOST_PIECES}: save it as PNG, and choose that.",
            field="image",
            limit=f"{_MOST_PIECES} pieces",
        )
    if _HEIGHT in found and _WIDTH in found:
        return Container("TIFF", body, (found[_HEIGHT][1], found[_WIDTH][1]))
    return Container("TIFF", body)
