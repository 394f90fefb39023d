"""The seam of the store: bytes by name, immutable; and a folder that keeps them durably."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import Protocol

from multiconv.errors import MultiConvError, StoreFull

_UNFINISHED = ".part"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Blobs(Protocol):
    """What the store asks of whatever keeps its bytes: a folder here, an object store elsewhere.

    A name tells what the bytes are (it holds their SHA-256), so none is ever written anew.
    """

    def put_if_absent(self, name: str, body: bytes) -> None:
        """Keep bytes so that they outlive the machine, or raise `StoreFull`."""

    def get(self, name: str, most: int = -1) -> bytes | None:
        """Return the bytes, or so many of their beginning; None if there are none."""

    def has(self, name: str) -> bool:
        """Return whether there are bytes of that name."""

    def delete(self, name: str) -> bool:
        """Forget bytes; return whether they were there."""

    def names(self) -> Iterator[str]:
        """Yield all names."""

    def is_writable(self) -> bool:
        """Return whether bytes could be kept now."""


def _private(path: str, flags: int) -> int:
    """Open a file that its owner alone may read."""
    return os.open(path, flags, 0o600)


class FolderBlobs:
    """A folder of files that never change, with a bound on their bytes together.

    Several processes may share it; what one left unfinished is removed by the next.
    """

    def __init__(self, path: Path, most_bytes: int) -> None:
        self.path = path
        self._most_bytes = most_bytes
        self._writing = Lock()
        path.mkdir(parents=True, exist_ok=True)
        for part in path.glob(f"*{_UNFINISHED}"):
            part.unlink(missing_ok=True)

    def put_if_absent(self, name: str, body: bytes) -> None:
        """Make a file, unless it is there already."""
        with self._writing:  # so that two uploads cannot both take the last of the room
            if self.has(name):
                return
            if self._taken() + len(body) > self._most_bytes:
                raise self._full()
            try:
                self._write(name, body)
            except FileNotFoundError:  # another process, starting, swept the part away
                self._write(name, body)
            except OSError as error:
                if error.errno in _NO_ROOM:
                    raise self._full() from error
                raise

    def get(self, name: str, most: int = -1) -> bytes | None:
        """Return a file's bytes, or so many of its beginning; None if it is not there."""
        try:
            with (self.path / name).open("rb") as file:
                return file.read(most)
        except FileNotFoundError:
            return None

    def has(self, name: str) -> bool:
        """Return whether the file is there."""
        return (self.path / name).exists()

    def delete(self, name: str) -> bool:
        """Remove a file; who is reading it still gets it."""
        try:
            (self.path / name).unlink()
        except FileNotFoundError:
            return False
        return True

    def names(self) -> Iterator[str]:
        """Yield the names of all files."""
        return (path.name for path in self.path.iterdir())

    def is_writable(self) -> bool:
        """Return whether a file can be made here: tried, since rights alone do not say so."""
        trial = self.path / f"{token_hex(8)}{_UNFINISHED}"
        try:
            trial.write_bytes(b"1")
        except OSError:
            return False
        finally:
            with suppress(OSError):
                trial.unlink(missing_ok=True)
        return True

    def _write(self, name: str, body: bytes) -> None:
        """Write under another name, force to disk, rename, and force the folder to disk too."""
        part = self.path / f"{name}.{token_hex(8)}{_UNFINISHED}"
        try:
            with open(part, "xb", opener=_private) as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path / name)
        finally:
            part.unlink(missing_ok=True)
        if os.name == "posix":  # elsewhere a folder cannot be forced to disk
            folder = os.open(self.path, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _taken(self) -> int:
        total = 0
        for entry in os.scandir(self.path):
            with suppress(FileNotFoundError):
                total += entry.stat().st_size
        return total

    def _full(self) -> MultiConvError:
        return StoreFull(
            "The server has no room left for another picture.",
            "Delete a picture of yours, use a sample, or ask who runs this server to make room.",
            field="image",
            limit=f"{self._most_bytes / 2**30:.3g} GiB",
        )
