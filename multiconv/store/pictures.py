"""Uploaded pictures and banks of filters, immutable, named by what they hold."""

from __future__ import annotations

import re
from contextlib import suppress
from hashlib import sha256
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import MultiConvError, NotFound
from multiconv.imaging.packed import HEAD_BYTES, packed, packed_size, unpacked
from multiconv.imaging.png import pixels_of, png_size
from multiconv.imaging.resize import resized
from multiconv.store.blobs import Blobs

Pixels = NDArray[np.uint8]

WORKING_SIZE = 160
"""The longest side of the copy that is kept beside every picture."""

_COPY = f".{WORKING_SIZE}"
_PIXELS, _PNG, _BANK = ".pixels", ".png", ".npy"
_FORMS = {_PIXELS: (unpacked, packed_size), _PNG: (pixels_of, png_size)}
"""How pictures lie, with what reads them; the first version wrote PNG."""

_ID = re.compile(r"[0-9a-f]{64}")


def id_of(array: NDArray[np.generic]) -> str:
    """Return the SHA-256, 64 hex digits, of an array's type, shape and raw values."""
    digest = sha256(f"{array.dtype.str} {array.shape}\n".encode())
    digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def unknown(name: str, field: str = "image") -> MultiConvError:
    """Return the error for a name that stands for nothing here."""
    return NotFound(
        f"There is no {field} “{name if _ID.fullmatch(name) else name[:70]}” here.",
        "It may have been deleted, or was uploaded to another server: upload it again.",
        field=field,
    )


class Store:
    """Pictures and banks in `Blobs`; other sizes than the kept ones are made when asked for.

    Whatever takes a name raises `NotFound` if there is nothing of it; only ids reach the blobs.
    """

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        names = set(blobs.names())
        for name in names:  # copies of pictures that were never wholly there
            if _COPY in name and name.replace(_COPY, "") not in names:
                blobs.delete(name)

    def put(self, pixels: Pixels) -> str:
        """Keep (H, W, 3) uint8 pixels for good and return their id, or raise `StoreFull`."""
        name = id_of(pixels)
        if not self.has(name):
            copy = name + _COPY + _PIXELS
            self._blobs.put_if_absent(copy, packed(resized(pixels, WORKING_SIZE)))
            try:
                self._blobs.put_if_absent(name + _PIXELS, packed(pixels))  # now it is there
            except BaseException:
                self._blobs.delete(copy)
                raise
        return name

    def get(self, name: str, size: int | None) -> Pixels:
        """Return a picture with its longest side at most ``size``; None for all its pixels."""
        if not self.has(name):
            raise unknown(name)
        copy = self._read(name + _COPY) if size == WORKING_SIZE else None
        if copy is not None:
            return copy
        whole = self._read(name)
        if whole is None:
            raise unknown(name)
        return resized(whole, size)

    def has(self, name: str) -> bool:
        """Return whether there is a picture of that id."""
        return bool(_ID.fullmatch(name)) and any(self._blobs.has(name + form) for form in _FORMS)

    def delete(self, name: str) -> None:
        """Forget a picture; a request that is reading it still gets it."""
        if not self.has(name):
            raise unknown(name)
        there = [self._blobs.delete(name + form) for form in _FORMS]
        for form in _FORMS:
            self._blobs.delete(name + _COPY + form)
        if not any(there):  # somebody else was quicker
            raise unknown(name)

    def size_of(self, name: str) -> tuple[int, int]:
        """Return a picture's (height, width)."""
        for form, (_, size) in _FORMS.items() if _ID.fullmatch(name) else ():
            head = self._blobs.get(name + form, HEAD_BYTES)
            if head is not None:
                with suppress(ValueError):
                    return size(head)
        raise unknown(name)

    def is_writable(self) -> bool:
        """Return whether a picture could be kept now."""
        return self._blobs.is_writable()

    def put_array(self, array: NDArray[np.floating]) -> str:
        """Keep a bank of filters, any shape, for good and return its id, or raise `StoreFull`."""
        name = id_of(array)
        file = BytesIO()
        np.save(file, array, allow_pickle=False)
        self._blobs.put_if_absent(name + _BANK, file.getvalue())
        return name

    def get_array(self, name: str) -> NDArray[np.float64]:
        """Return a bank of filters, in 64 bits."""
        body = self._blobs.get(name + _BANK) if _ID.fullmatch(name) else None
        if body is None:
            raise unknown(name, "filters")
        return np.asarray(np.load(BytesIO(body), allow_pickle=False), np.float64)

    def _read(self, name: str) -> Pixels | None:
        """Return the pixels of a blob, in whatever form; None if there is none, or it is spoilt."""
        for form, (read, _) in _FORMS.items():
            body = self._blobs.get(name + form)
            if body is not None:
                with suppress(ValueError):
                    return read(body)
        return None
