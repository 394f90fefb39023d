"""Colour profiles in uploads (ICC.1:2022): whether one means other colours than sRGB's."""

from __future__ import annotations

import struct
import zlib

HEAD = 2**16
"""So many bytes of a profile are looked at: its header, its table of tags, its first tags."""

_HEADER, _ENTRY, _MOST_TAGS = 128, 12, 100
_NEAR = 0.01
_SRGB = {
    b"rXYZ": (0.4361, 0.2225, 0.0139),
    b"gXYZ": (0.3851, 0.7169, 0.0971),
    b"bXYZ": (0.1431, 0.0606, 0.7141),
}
"""sRGB's primaries (IEC 61966-2-1) adapted to the D50 white of profiles."""


def is_foreign(profile: bytes) -> bool:
    """Tell whether a profile gives red, green and blue other colours than sRGB does.

    Its primaries tell; of one that has none the name does.  Profiles of greys and of inks,
    and what is no profile, are not foreign.

    Parameters
    ----------
    profile : bytes
        Its beginning is enough; no more than `HEAD` bytes are looked at.

    Examples
    --------
    >>> is_foreign(bytes(16) + b"RGB " + bytes(112))
    True
    >>> is_foreign(bytes(16) + b"GRAY" + bytes(112)), is_foreign(b"")
    (False, False)
    """
    head = profile[:HEAD]
    if head[16:20] != b"RGB " or len(head) < _HEADER + 4:
        return False
    tags = _tags(head)
    primaries = {name: _xyz(head, *tags[name]) for name in _SRGB if name in tags}
    if len(primaries) < len(_SRGB):
        at, length = tags.get(b"desc", (0, 0))
        name = head[at : at + length].replace(b"\0", b"")  # UTF-16 or ASCII
        return b"sRGB" not in name
    return any(
        abs(found - known) > _NEAR
        for name, told in primaries.items()
        for found, known in zip(told, _SRGB[name], strict=True)
    )


def inflated(content: bytes) -> bytes:
    """Return the beginning of the profile in a PNG's iCCP chunk (ISO/IEC 15948, 11.3.3.3).

    Examples
    --------
    >>> inflated(b"a name" + bytes(2) + zlib.compress(b"a profile"))
    b'a profile'
    >>> inflated(b"damaged")
    b''
    """
    _, _, packed = bytes(content[:HEAD]).partition(b"\0")
    try:
        return zlib.decompressobj().decompress(packed[1:], HEAD)
    except zlib.error:
        return b""


def _tags(head: bytes) -> dict[bytes, tuple[int, int]]:
    """Return where each tag begins and how long it is."""
    (count,) = struct.unpack_from(">I", head, _HEADER)
    start = _HEADER + 4
    most = min(count, _MOST_TAGS, (len(head) - start) // _ENTRY)
    entries = (struct.unpack_from(">4sII", head, start + _ENTRY * at) for at in range(most))
    return {name: (at, length) for name, at, length in entries}


def _xyz(head: bytes, at: int, length: int) -> tuple[float, ...]:
    """Return an XYZ tag's numbers (s15Fixed16); zeros where it lies beyond the head."""
    if length < 20 or at + 20 > len(head):
        return (0.0, 0.0, 0.0)
    return tuple(number / 2**16 for number in struct.unpack_from(">3i", head, at + 8))
