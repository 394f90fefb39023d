"""zlib streams (RFC 1950), made by a few threads where there is much to pack."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

Lines = NDArray[np.uint8]

THREADS = 2
"""So many parts are packed at once; zlib lets others run meanwhile."""

_HEAD = b"\x78\x01"  # deflate, packed in haste
_END = b"\x03\x00"  # an empty last block (RFC 1951)
_ADLER = 65521  # the prime of RFC 1950's checksum


def deflated(parts: Sequence[Iterable[Lines]]) -> bytes:
    r"""Return one zlib stream of all parts' bytes, one part after the other.

    Level 1 and runs only: a part knows nothing of the one before, so that
    each can be packed by itself.

    Parameters
    ----------
    parts : sequence of iterables of contiguous uint8 arrays
        An iterable is read by the thread that packs it, so it may compute.

    Returns
    -------
    bytes

    Examples
    --------
    >>> zlib.decompress(deflated([[np.arange(3, dtype=np.uint8)], [np.zeros(2, np.uint8)]]))
    b'\x00\x01\x02\x00\x00'
    """
    if len(parts) == 1:
        packed = [_part(parts[0])]
    else:
        with ThreadPoolExecutor(THREADS) as pool:
            packed = list(pool.map(_part, parts))
    low, high = 1, 0
    for _, checksum, length in packed:  # each as if the one before had been summed on
        high = (high + (checksum >> 16) + length * (low - 1)) % _ADLER
        low = (low + (checksum & 0xFFFF) - 1) % _ADLER
    return b"".join([_HEAD, *(body for body, *_ in packed), _END, struct.pack(">HH", high, low)])


def _part(lines: Iterable[Lines]) -> tuple[bytes, int, int]:
    """Return whole blocks of deflate (RFC 1951), and the checksum and number of their bytes."""
    packer = zlib.compressobj(1, wbits=-zlib.MAX_WBITS, strategy=zlib.Z_RLE)
    blocks, checksum, length = [], 1, 0
    for some in lines:
        blocks.append(packer.compress(some.data))
        checksum = zlib.adler32(some.data, checksum)
        length += some.size
    blocks.append(packer.flush(zlib.Z_FULL_FLUSH))
    return b"".join(blocks), checksum, length
