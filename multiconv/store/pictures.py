"""Uploaded pictures and banks of filters, immutable, named by what they hold."""

from __future__ import annotations

import re
from collections import OrderedDict
from contextlib import suppress
from copy import copy
from hashlib import sha256
from io import BytesIO
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import MultiConvError, NotFound, StoreFull
from multiconv.imaging.packed import HEAD_BYTES, packed, packed_size, unpacked
from multiconv.imaging.png import pixels_of, png_size
from multiconv.imaging.resize import resized
from multiconv.store.blobs import USED, Blobs
from multiconv.store.upkeep import Upkeep

Pixels = NDArray[np.uint8]

WORKING_SIZE = 160
"""The longest side of the copy that is kept beside every picture."""

_COPY = f".{WORKING_SIZE}"
_PIXELS, _PNG, _BANK = ".pixels", ".png", ".npy"
_FORMS = {_PIXELS: (unpacked, packed_size), _PNG: (pixels_of, png_size)}
"""How pictures lie, with what reads them; the first version wrote PNG."""

LATELY = 4
"""Banks that a process holds, each to 8 MiB, so that an edit does not read them once more."""

_Found = tuple[str, tuple[int, int]]
"""A form, and a picture's (height, width)."""

_ID = re.compile(r"[0-9a-f]{64}")


def id_of(array: NDArray[np.generic]) -> str:
    """Return the SHA-256, 64 hex digits, of an array's type, shape and raw values."""
    digest = sha256(f"{array.dtype.str} {array.shape}\n".encode())
    digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def unknown(name: str, field: str = "image") -> MultiConvError:
    """Return the error for a name that stands for nothing here."""
    called = f"“{name if _ID.fullmatch(name) else name[:70]}”"
    if field == "filters":
        return NotFound(
            f"There are no filters {called} here.",
            "They may have been deleted, or are another server's: add them again.",
            field=field,
        )
    return NotFound(
        f"There is no image {called} here.",
        "It may have been deleted, or was uploaded to another server: upload it again.",
        field=field,
    )


class _Lately:
    """So many banks as were read last, safe among threads: a drag asks for the same one again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._banks: OrderedDict[str, NDArray[np.float64]] = OrderedDict()
        self._lock = Lock()

    def get(self, name: str) -> NDArray[np.float64] | None:
        with self._lock:
            if name in self._banks:
                self._banks.move_to_end(name)
            return self._banks.get(name)

    def put(self, name: str, bank: NDArray[np.float64]) -> None:
        with self._lock:
            self._banks[name] = bank
            if len(self._banks) > self._most:
                self._banks.popitem(last=False)


class Store:
    """Pictures and banks in `Blobs`; other sizes than the kept ones are made when asked for.

    Whatever takes a name raises `NotFound` if there is nothing of it; only ids reach the blobs.
    All together have at most ``most_bytes``; what nobody used for ``forget_after`` seconds is
    forgotten (0: never).
    """

    def __init__(self, blobs: Blobs, most_bytes: int, forget_after: float = 0.0) -> None:
        self._blobs = blobs
        self.upkeep = Upkeep(blobs, most_bytes, forget_after)
        self._asked: dict[str, _Found | None] | None = None
        self._banks: dict[str, NDArray[np.float64]] = {}
        self._read_lately = _Lately(LATELY)

    def once(self) -> Store:
        """Return this store for one request: of each name the blobs are asked once."""
        found = copy(self)
        found._asked, found._banks = {}, {}
        return found

    def put(self, pixels: Pixels) -> str:
        """Keep (H, W, 3) uint8 pixels for good and return their id, or raise `StoreFull`."""
        name = id_of(pixels)
        if not self.has(name):
            small = name + _COPY + _PIXELS
            self._keep(small, packed(resized(pixels, WORKING_SIZE)))
            try:
                self._keep(name + _PIXELS, packed(pixels))  # now it is there
            except BaseException:
                self._forget(small)
                raise
            self._ask_anew(name)
        return name

    def get(self, name: str, size: int | None) -> Pixels:
        """Return a picture with its longest side at most ``size``; None for all its pixels."""
        form, _ = self._found(name)
        small = self._read(name + _COPY, form) if size == WORKING_SIZE else None
        if small is not None:
            return small
        whole = self._read(name, form)
        if whole is None:
            raise unknown(name)
        return resized(whole, size)

    def has(self, name: str) -> bool:
        """Return whether there is a picture of that id."""
        return self._find(name) is not None

    def delete(self, name: str) -> None:
        """Forget a picture; a request that is reading it still gets it."""
        if not _ID.fullmatch(name):
            raise unknown(name)
        there = [self._forget(name + form) for form in _FORMS]
        for form in _FORMS:
            self._forget(name + _COPY + form)
        self._forget(name + USED)
        self._ask_anew(name)
        if not any(there):
            raise unknown(name)

    def size_of(self, name: str) -> tuple[int, int]:
        """Return a picture's (height, width)."""
        return self._found(name)[1]

    def is_writable(self) -> bool:
        """Return whether a picture could be kept now."""
        return self._blobs.is_writable()

    def put_array(self, array: NDArray[np.floating]) -> str:
        """Keep a bank of filters, any shape, for good and return its id, or raise `StoreFull`."""
        name = id_of(array)
        file = BytesIO()
        np.save(file, array, allow_pickle=False)
        try:
            self._keep(name + _BANK, file.getvalue())
        except StoreFull:
            if not self.has_array(name):  # what is there needs no room
                raise
        return name

    def get_array(self, name: str) -> NDArray[np.float64]:
        """Return a bank of filters, in 64 bits; of one read lately is asked only if it is there."""
        if name in self._banks:
            return self._banks[name]
        bank = self._read_lately.get(name)
        if bank is None or not self.has_array(name):
            bank = self._read_array(name)
            self._read_lately.put(name, bank)
        self.upkeep.note_use(name + _BANK)
        if self._asked is not None:
            self._banks[name] = bank
        return bank

    def has_array(self, name: str) -> bool:
        """Return whether there is a bank of that id."""
        if not _ID.fullmatch(name):
            return False
        if name in self._banks:
            return True
        is_there = self._blobs.head(name + _BANK) is not None
        if is_there:
            self.upkeep.note_use(name + _BANK)
        return is_there

    def delete_array(self, name: str) -> None:
        """Forget a bank of filters."""
        self._banks.pop(name, None)
        if not (_ID.fullmatch(name) and self._forget(name + _BANK)):
            raise unknown(name, "filters")
        self._forget(name + USED)

    def _found(self, name: str) -> _Found:
        found = self._find(name)
        if found is None:
            raise unknown(name)
        return found

    def _find(self, name: str) -> _Found | None:
        """Return in which form a picture lies, and its size; what a request asked, it knows."""
        if not _ID.fullmatch(name):
            return None
        if self._asked is None:
            return self._look(name)
        if name not in self._asked:
            self._asked[name] = self._look(name)
        return self._asked[name]

    def _look(self, name: str) -> _Found | None:
        for form, (_, size) in _FORMS.items():
            head = self._blobs.get(name + form, HEAD_BYTES)
            if head is not None:
                with suppress(ValueError):
                    found = form, size(head)
                    self.upkeep.note_use(name + form)
                    return found
        return None

    def _ask_anew(self, name: str) -> None:
        if self._asked is not None:
            self._asked.pop(name, None)

    def _keep(self, name: str, body: bytes) -> None:
        """Put bytes into the blobs, if there is room."""
        self.upkeep.take(len(body))
        is_new = False
        try:
            is_new = self._blobs.put_if_absent(name, body)
        finally:
            if not is_new:
                self.upkeep.give_back(len(body))
        if not is_new:
            self.upkeep.note_use(name)

    def _forget(self, name: str) -> bool:
        """Delete bytes; return whether they were there."""
        size = self._blobs.delete(name)
        self.upkeep.give_back(size or 0)
        return size is not None

    def _read_array(self, name: str) -> NDArray[np.float64]:
        body = self._blobs.get(name + _BANK) if _ID.fullmatch(name) else None
        if body is None:
            raise unknown(name, "filters")
        bank = np.asarray(np.load(BytesIO(body), allow_pickle=False), np.float64)
        bank.setflags(write=False)
        return bank

    def _read(self, name: str, form: str) -> Pixels | None:
        """Return the pixels of a blob; None if there is none, or it is spoilt."""
        body = self._blobs.get(name + form)
        if body is not None:
            with suppress(ValueError):
                return _FORMS[form][0](body)
        return None
