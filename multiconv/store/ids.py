"""The names of what is stored: what it holds, as 64 hex digits."""

from __future__ import annotations

import re
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import MultiConvError, NotFound

_ID = re.compile(r"[0-9a-f]{64}")


def id_of(array: NDArray[np.generic]) -> str:
    """Return the SHA-256, 64 hex digits, of an array's type, shape and raw values.

    Examples
    --------
    >>> id_of(np.zeros((1, 1, 3), np.uint8))[:16]
    '19551b6f84899096'
    """
    digest = sha256(f"{array.dtype.str} {array.shape}\n".encode())
    digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def is_id(name: str) -> bool:
    """Return whether a name is 64 lower-case hex digits, and may reach the file system.

    Examples
    --------
    >>> is_id("0f" * 32), is_id("0F" * 32), is_id("../etc")
    (True, False, False)
    """
    return _ID.fullmatch(name) is not None


def unknown(name: str, field: str = "image") -> MultiConvError:
    """Return the error for a name that stands for nothing here."""
    shown = name if is_id(name) else name[:70]
    return NotFound(
        f"There is no {field} “{shown}” here.",
        "It may have been deleted, or was uploaded to another server: upload it again.",
        field=field,
    )
