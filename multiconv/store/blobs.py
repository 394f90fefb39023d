"""The seam of the store: bytes by name, immutable; and a folder that keeps them durably."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from math import inf
from pathlib import Path
from secrets import token_hex
from stat import S_ISREG
from time import monotonic
from typing import NamedTuple, Protocol

from multiconv.errors import MultiConvError, StoreFull

UNFINISHED = ".part"
"""The end of the name of what was never wholly written."""
USED = ".last.used"
"""The end of the name under which an object store remembers when an id was last used."""

TRIED = 5.0
"""Seconds for which a trial that held is taken for granted: who asks each second writes seldom."""

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Kept(NamedTuple):
    """What a listing says of bytes: their name and number, and when they were last used."""

    name: str
    size: int
    used: float


class Blobs(Protocol):
    """What the store asks of whatever keeps its bytes: a folder here, an object store elsewhere.

    A name tells what the bytes are (it holds their SHA-256), so none is ever written anew.
    """

    def put_if_absent(self, name: str, body: bytes) -> bool:
        """Keep bytes so that they outlive the machine; return whether they were not there yet."""

    def get(self, name: str, most: int = -1) -> bytes | None:
        """Return the bytes, or so many of their beginning; None if there are none."""

    def head(self, name: str) -> Kept | None:
        """Return what a listing would say of a name; None if there are no bytes of it."""

    def delete(self, name: str) -> int | None:
        """Forget bytes; return how many they were, or None if there were none."""

    def touch(self, name: str) -> None:
        """Remember that bytes were used now."""

    def listing(self) -> Iterator[Kept]:
        """Yield all there is, in the order of the names."""

    def is_writable(self) -> bool:
        """Return whether bytes could be kept now."""


class Trials:
    """Whether bytes can be kept, by writing: anew after `TRIED` seconds, or after any failure."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock, self._good_until = clock, -inf

    def hold(self, write: Callable[[], bool], look: Callable[[], bool]) -> bool:
        """Return whether a write goes well now, or did lately and a look still does."""
        now = self._clock()
        if now < self._good_until:
            return look()
        well = write()
        self._good_until = now + TRIED if well else -inf
        return well

    def fail(self) -> None:
        """Take nothing for granted, since something could not be kept."""
        self._good_until = -inf


def full(limit: str | None = None) -> MultiConvError:
    """Return the error for bytes that there is no room for."""
    return StoreFull(
        "The server has no room left for another picture.",
        "Delete a picture of yours, use a sample, or ask who runs this server to make room.",
        field="image",
        limit=limit,
    )


def _private(path: str, flags: int) -> int:
    """Open a file that its owner alone may read."""
    return os.open(path, flags, 0o600)


class FolderBlobs:
    """A folder of files that never change; several processes may share it.

    A file's time says when it was last used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trials = Trials()
        path.mkdir(parents=True, exist_ok=True)

    def put_if_absent(self, name: str, body: bytes) -> bool:
        """Make a file, unless it is there already; or raise `StoreFull`."""
        if (self.path / name).exists():
            return False
        try:
            self._write(name, body)
        except OSError as error:
            self.trials.fail()
            if error.errno in _NO_ROOM:
                raise full() from error
            raise
        return True

    def get(self, name: str, most: int = -1) -> bytes | None:
        """Return a file's bytes, or so many of its beginning; None if it is not there."""
        try:
            with (self.path / name).open("rb") as file:
                return file.read(most)
        except FileNotFoundError:
            return None

    def head(self, name: str) -> Kept | None:
        """Return a file's size and when it was last used; None if it is not there."""
        try:
            told = (self.path / name).stat()
        except FileNotFoundError:
            return None
        return Kept(name, told.st_size, told.st_mtime)

    def delete(self, name: str) -> int | None:
        """Remove a file; who is reading it still gets it."""
        told = self.head(name)
        if told is None:
            return None
        try:
            (self.path / name).unlink()
        except FileNotFoundError:
            return None
        return told.size

    def touch(self, name: str) -> None:
        """Set a file's time to now."""
        with suppress(OSError):  # gone, or of a file system that is only read
            os.utime(self.path / name)

    def listing(self) -> Iterator[Kept]:
        """Yield all files, what is unfinished too."""
        for entry in sorted(os.scandir(self.path), key=lambda entry: entry.name):
            try:
                told = entry.stat()
            except FileNotFoundError:  # gone since
                continue
            if S_ISREG(told.st_mode):
                yield Kept(entry.name, told.st_size, told.st_mtime)

    def is_writable(self) -> bool:
        """Return whether a file can be made here: tried, since rights alone do not say so."""
        return self.trials.hold(self._makes_a_file, self.path.is_dir)

    def _makes_a_file(self) -> bool:
        trial = self.path / f"trial.{token_hex(8)}{UNFINISHED}"
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
        part = self.path / f"{name}.{token_hex(8)}{UNFINISHED}"
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
