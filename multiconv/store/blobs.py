"""Files that are on disk wholly or not at all."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from threading import Lock

from multiconv.errors import MultiConvError, StoreFull

_UNFINISHED = ".part"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class DurableFolder:
    """A folder of files that never change, with a bound on their bytes together.

    A file is written under another name, forced to disk, then renamed, and the
    folder forced to disk too: when `write` returns, the file outlives the
    process and the machine.

    Parameters
    ----------
    path : Path
        Made if it is not there; what an earlier process left unfinished is removed.
    most_bytes : int

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as path:
    ...     folder = DurableFolder(Path(path), 100)
    ...     folder.write("greeting.txt", b"hello")
    ...     [(file.name, file.read_bytes()) for file in folder.path.iterdir()]
    [('greeting.txt', b'hello')]
    """

    def __init__(self, path: Path, most_bytes: int) -> None:
        self.path = path
        self._most_bytes = most_bytes
        self._writing = Lock()
        path.mkdir(parents=True, exist_ok=True)
        for part in path.glob(f"*{_UNFINISHED}"):
            part.unlink(missing_ok=True)

    def write(self, name: str, body: bytes) -> None:
        """Make a file; one of that name that is there already is replaced in one step.

        Raises
        ------
        StoreFull
            If the folder's bound or the disk leaves no room.
        """
        with self._writing:  # so that two uploads cannot both take the last of the room
            if self._taken() + len(body) > self._most_bytes:
                raise self._full()
            try:
                self._write_through(name, body)
            except FileNotFoundError:  # another process, starting, swept the part away
                self._write_through(name, body)
            except OSError as error:
                if error.errno in _NO_ROOM:
                    raise self._full() from error
                raise

    def _write_through(self, name: str, body: bytes) -> None:
        part = self.path / f"{name}.{token_hex(8)}{_UNFINISHED}"
        try:
            with part.open("wb") as file:
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
