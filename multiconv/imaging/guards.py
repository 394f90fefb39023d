"""What stands before Pillow: cheap looks at an upload that keep bombs from it, and the refusals.

None reads a picture; each bounds what the decoder would do without bound.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from multiconv.errors import MultiConvError, TooLarge, UnsupportedPicture

if TYPE_CHECKING:
    from multiconv.experiment.model import Limits

READ_HERE = "PNG, JPEG, WebP, GIF, TIFF, BMP or AVIF"

_STARTS = {
    "PNG": (b"\x89PNG\r\n\x1a\n",),
    "JPEG": (b"\xff\xd8\xff",),
    "GIF": (b"GIF87a", b"GIF89a"),
    "TIFF": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    "BMP": (b"BM",),
}
_AVIF = {b"avif", b"avis"}
_HEIC = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}

_MOST_READS = 2**18
_UNPACKED_BYTES = 210_000_000  # 50 megapixels of 4 bytes, 26 of 8


class BoundedReads(BytesIO):
    """A file that ends by an error when it is read in too many pieces.

    Pillow walks through segments, blocks and fill bytes in Python, a read or two for each.
    """

    _reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes."""
        self._reads += 1
        if self._reads > _MOST_READS:
            raise ValueError("The file has too many parts.")
        return super().read(size)


def kind_of(body: bytes) -> str:
    """Return Pillow's name for the format that the content says it is, or raise."""
    for kind, starts in _STARTS.items():
        if body.startswith(starts):
            return kind
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "WEBP"
    if body[4:8] == b"ftyp":
        brands = {body[at : at + 4] for at in range(8, min(int.from_bytes(body[:4]), 256), 4)}
        if brands & _AVIF:
            return "AVIF"
        if brands & _HEIC:
            raise UnsupportedPicture(
                "The picture is HEIC, the format of iPhones, which is not read here.",
                "Export it as JPEG: on an iPhone, Settings, Camera, Formats, Most Compatible; "
                "on a Mac, open it in Preview and export it.",
                field="image",
            )
    raise UnsupportedPicture(
        "The file is not a picture of a kind that is read here." if body else "The file is empty.",
        f"Choose a picture: {READ_HERE}."
        + (" The name does not matter, the content does." if body else ""),
        field="image",
    )


def check_bytes(body: bytes, limits: Limits) -> None:
    """Raise `TooLarge` if an upload has more bytes than the limits allow."""
    if len(body) > limits.upload_bytes:
        raise _too_large(
            f"The file has {len(body) / 2**20:.1f} MiB.", f"{limits.upload_bytes / 2**20:g} MiB"
        )


def check_size(size: tuple[int, int], limits: Limits) -> None:
    """Raise unless a picture's (height, width) is within the limits, and not nothing."""
    height, width = size
    told = f"The picture is {width} × {height} pixels"
    if width < 1 or height < 1:
        raise UnsupportedPicture(
            f"{told}: there is nothing to see.", "Choose another picture.", field="image"
        )
    if max(height, width) > limits.side:
        raise _too_large(f"{told}.", f"{limits.side} pixels a side")
    if height * width > limits.pixels:
        raise _too_large(f"{told}.", _megapixels(limits))


def check_scans(scans: int, size: tuple[int, int], limits: Limits) -> None:
    """Raise `TooLarge` if a JPEG draws more scans × pixels than the limits allow."""
    most = limits.jpeg_scan_pixels // (size[0] * size[1])
    if scans > most:
        raise TooLarge(
            f"The JPEG draws its pixels in {scans} passes.",
            f"At {size[1]} × {size[0]} pixels {most} are allowed: save it without “progressive”.",
            field="image",
            limit=f"{most} passes",
        )


def check_unpacked(size: int, kind: str) -> None:
    """Raise `TooLarge` if a file that may be small unpacks to more bytes than a photograph has."""
    if size > _UNPACKED_BYTES:
        raise _too_large(
            f"The {kind} unpacks to {size / 1e6:.0f} MB.", f"{_UNPACKED_BYTES / 1e6:g} MB"
        )


def too_many_pixels(limits: Limits) -> MultiConvError:
    """Return the error for a picture so large that its decoder does not tell its size."""
    return _too_large("The picture is of a hundred megapixels and more.", _megapixels(limits))


def too_much_memory() -> MultiConvError:
    """Return the error for a picture whose decoder ran out of memory."""
    return TooLarge(
        "The picture takes too much memory to read.",
        "Make it smaller, or save it as PNG or plain JPEG, and choose it again.",
        field="image",
    )


def _too_large(problem: str, limit: str) -> MultiConvError:
    remedy = f"The limit is {limit}: make it smaller and choose it again."
    return TooLarge(problem, remedy, field="image", limit=limit)


def _megapixels(limits: Limits) -> str:
    return f"{limits.pixels / 1e6:g} megapixels"


def cut_short() -> MultiConvError:
    """Return the error for a file whose end is missing."""
    return UnsupportedPicture(
        "The picture is cut short: its end is missing.",
        "Copy or save it again, and choose it once more.",
        field="image",
    )


def rare(problem: str) -> MultiConvError:
    """Return the error for a form of a format that would be shown wrong."""
    return UnsupportedPicture(
        problem, "Open it in another program, save it as PNG, and choose that.", field="image"
    )


def damaged(kind: str) -> MultiConvError:
    """Return the error for a file that breaks its format's rules."""
    return UnsupportedPicture(
        f"The picture is damaged or of a rare form: it starts as {kind}, but cannot be read on.",
        "Open it in another program, save it as PNG, and choose that.",
        field="image",
    )
