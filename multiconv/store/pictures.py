"""Uploaded pictures, immutable, named by what they show."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import UnsupportedPicture
from multiconv.imaging.decode import resized
from multiconv.imaging.png import png_rgb, rgb_of, rgb_size_of
from multiconv.store.blobs import DurableFolder
from multiconv.store.ids import id_of, is_id, unknown

if TYPE_CHECKING:
    from multiconv.experiment.model import Limits

Pixels = NDArray[np.uint8]

WORKING_SIZE = 160
"""The longest side of the copy that is kept beside every picture."""

_WHOLE, _COPY, _BANK = ".png", f".{WORKING_SIZE}.png", ".npy"


class Store(Protocol):
    """Where uploads live; what is put is never changed."""

    def put(self, pixels: Pixels) -> str:
        """Keep (H, W, 3) uint8 pixels for good and return their id."""

    def get(self, name: str, size: int | None) -> Pixels:
        """Return a picture with its longest side at most ``size``; None for all its pixels."""

    def has(self, name: str) -> bool:
        """Return whether there is a picture of that id."""

    def delete(self, name: str) -> None:
        """Forget a picture."""

    def size_of(self, name: str) -> tuple[int, int]:
        """Return a picture's (height, width)."""


class FolderStore:
    """A store in a folder: one PNG a picture, and one of it at the working size.

    A photograph of 24 megapixels is put in 0.7 s on two cores of 2020s
    hardware and read in 0.6 s on one, and takes about half its raw size; the
    working copy is read in 1 ms.  Other sizes are made from the whole picture
    when asked for.

    Several processes may share the folder (see `DurableFolder`).

    Parameters
    ----------
    folder : Path
    limits : Limits
        ``store_bytes`` bounds all files together.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from multiconv.experiment.model import LIMITS
    >>> with TemporaryDirectory() as folder:
    ...     store = FolderStore(Path(folder), LIMITS)
    ...     name = store.put(np.zeros((4, 8, 3), np.uint8))
    ...     store.size_of(name), store.get(name, 4).shape
    ((4, 8), (2, 4, 3))
    """

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._folder = DurableFolder(folder, limits.store_bytes)
        for copy in folder.glob(f"*{_COPY}"):  # of pictures that were never wholly there
            if not self.has(copy.name.removesuffix(_COPY)):
                copy.unlink(missing_ok=True)

    def put(self, pixels: Pixels) -> str:
        """Keep (H, W, 3) uint8 pixels for good and return their id.

        Raises
        ------
        StoreFull
            If the store or the disk has no room left.
        """
        name = id_of(pixels)
        if not self.has(name):
            self._folder.write(name + _COPY, png_rgb(resized(pixels, WORKING_SIZE)))
            try:
                self._folder.write(name + _WHOLE, png_rgb(pixels))  # from here on it is there
            except BaseException:
                self._path(name, _COPY).unlink(missing_ok=True)
                raise
        return name

    def get(self, name: str, size: int | None) -> Pixels:
        """Return a picture with its longest side at most ``size``; None for all its pixels.

        Raises
        ------
        NotFound
            If there is none of that id, or it is no id.
        """
        path = self._path(name)
        if size == WORKING_SIZE and path.exists():
            with suppress(OSError, UnsupportedPicture):  # then it is made from the whole
                return rgb_of(self._path(name, _COPY).read_bytes())
        try:
            return resized(rgb_of(path.read_bytes()), size)
        except (FileNotFoundError, UnsupportedPicture):
            raise unknown(name) from None

    def has(self, name: str) -> bool:
        """Return whether there is a picture of that id."""
        return is_id(name) and self._path(name).exists()

    def delete(self, name: str) -> None:
        """Forget a picture; a request that is reading it still gets it.

        Raises
        ------
        NotFound
            If there is none of that id, or it is no id.
        """
        try:
            self._path(name).unlink()
        except FileNotFoundError:
            raise unknown(name) from None
        self._path(name, _COPY).unlink(missing_ok=True)

    def size_of(self, name: str) -> tuple[int, int]:
        """Return a picture's (height, width).

        Raises
        ------
        NotFound
            If there is none of that id, or it is no id.
        """
        try:
            with self._path(name).open("rb") as file:
                return rgb_size_of(file.read(64))
        except (FileNotFoundError, UnsupportedPicture):
            raise unknown(name) from None

    def put_array(self, array: NDArray[np.float64]) -> str:
        """Keep a bank of filters, any shape, float64, for good and return its id.

        Raises
        ------
        StoreFull
            If the store or the disk has no room left.
        """
        name = id_of(array)
        if not self._path(name, _BANK).exists():
            file = BytesIO()
            np.save(file, array, allow_pickle=False)
            self._folder.write(name + _BANK, file.getvalue())
        return name

    def get_array(self, name: str) -> NDArray[np.float64]:
        """Return a bank of filters.

        Raises
        ------
        NotFound
            If there is none of that id, or it is no id.
        """
        try:
            body = self._path(name, _BANK).read_bytes()
        except FileNotFoundError:
            raise unknown(name, "filters") from None
        array: NDArray[np.float64] = np.load(BytesIO(body), allow_pickle=False)
        return array

    def _path(self, name: str, suffix: str = _WHOLE) -> Path:
        if not is_id(name):
            raise unknown(name, "filters" if suffix == _BANK else "image")
        return self._folder.path / (name + suffix)
