"""What an upload's file says of itself, and the errors for files that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass

from multiconv.errors import MultiConvError, UnsupportedPicture

READ_HERE = "PNG, JPEG, WebP, GIF, TIFF, BMP or AVIF"
MOST_PARTS = 100_000
"""So many chunks, segments or blocks are looked at before a file counts as damaged."""


@dataclass(frozen=True, slots=True)
class Container:
    """What a file says of itself, and what of it goes to the decoder.

    ``size`` is (height, width), or None where only the decoder can tell; ``foreign`` whether
    its colours were not sRGB's before its profile was left out.
    """

    kind: str
    body: bytes
    size: tuple[int, int] | None = None
    orientation: int = 1
    animated: bool = False
    scans: int = 1
    deep: bool = False
    foreign: bool = False


def cut_short() -> MultiConvError:
    """Return the error for a file whose end is missing."""
    return UnsupportedPicture(
        "The picture is cut short: its end is missing.",
        "Copy or save it again, and choose it once more.",
        field="image",
    )


def damaged(kind: str) -> MultiConvError:
    """Return the error for a file that breaks its format's rules."""
    return UnsupportedPicture(
        f"The picture is damaged or of a rare form: it starts as {kind}, but cannot be read on.",
        "Open it in another program, save it as PNG, and choose that.",
        field="image",
    )
