"""An upload's size against the limits, before anything is decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from multiconv.errors import MultiConvError, TooLarge, UnsupportedPicture

if TYPE_CHECKING:
    from multiconv.experiment.model import Limits


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
