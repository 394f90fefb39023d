"""Memory given back to the system once a large answer is out."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

MAPPED = 8 * 2**20
"""Bytes from which a block of memory is the system's own and returns to it when freed."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # mallopt(3)


def return_large_blocks() -> bool:
    """Keep glibc from hoarding large blocks, and tell whether there was a glibc to be told so.

    Left alone it raises the bound to 32 MiB at the first block that it frees, and then keeps the
    blocks below it for every thread that ever had one: 800 MiB after thirty maps of 24 megapixels.

    Examples
    --------
    >>> return_large_blocks() in (True, False)
    True
    """
    if sys.platform != "linux":
        return False
    with suppress(OSError, AttributeError):  # another C library
        mallopt = ctypes.CDLL(None).mallopt
        return bool(mallopt(_MMAP_THRESHOLD, MAPPED) and mallopt(_TRIM_THRESHOLD, 2 * MAPPED))
    return False
