"""Decoding in a process of its own, which may be slow, greedy or crash: nobody else notices.

One process decodes one upload after the other.  It may use so much memory and
time; what needs more is refused, the process ended, and the next upload gets a
new one.  Where the system has no resource limits (Windows) only time is bounded.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from threading import Lock, Timer
from typing import IO, TYPE_CHECKING

import numpy as np

from multiconv import errors
from multiconv.imaging.codec import Picture
from multiconv.imaging.served import LENGTH, READY

if TYPE_CHECKING:
    from multiconv.experiment.model import Limits

_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); import multiconv.imaging.served as it; "
    "it.serve(memory=int(sys.argv[2]), seconds=int(sys.argv[3]), limits=sys.argv[4])"
)

_Process = tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]
"""A process, its standard input and its standard output."""


class IsolatedDecoder:
    """`decoded`, in a process of its own.

    The process is started by the first upload and ends with this one.

    Parameters
    ----------
    limits : Limits
    seconds : float
        How long one upload may take.
    memory : int
        How many bytes of address space the process may have.
    patience : float
        How many seconds an upload waits for those before it.

    Examples
    --------
    >>> from multiconv.experiment.model import LIMITS
    >>> from multiconv.imaging.png import png_grey
    >>> decoder = IsolatedDecoder(LIMITS)
    >>> decoder.decoded(png_grey(np.zeros((2, 3), np.uint8))).pixels.shape
    (2, 3, 3)
    >>> decoder.close()
    """

    def __init__(
        self,
        limits: Limits,
        *,
        seconds: float = 2.0,
        memory: int = 3 * 2**29,
        patience: float = 5.0,
    ) -> None:
        self._limits = limits
        self._seconds = seconds
        self._memory = memory
        self._patience = patience
        self._turn = Lock()
        self._process: _Process | None = None
        self._owner = 0
        atexit.register(self.close)

    def decoded(self, body: bytes) -> Picture:
        """Return an upload's pixels, as `codec.decoded` does.

        Raises
        ------
        UnsupportedPicture
            As `codec.decoded`; also if the decoder crashed over it.
        TooLarge
            As `codec.decoded`; also if it took too much time or memory.
        Busy
            If the uploads before it took longer than it could wait.
        """
        if not self._turn.acquire(timeout=self._patience):
            raise errors.Busy(
                "Other pictures are being read at this moment.",
                "Send it again in a few seconds.",
                field="image",
            )
        try:
            return self._exchanged(body)
        finally:
            self._turn.release()

    def close(self) -> None:
        """End the process, if there is one."""
        started, self._process = self._process, None
        if started and self._owner == os.getpid():
            process, *pipes = started
            process.kill()
            process.wait()
            for pipe in pipes:
                with suppress(OSError):  # what could not be written is of no use any more
                    pipe.close()

    def _exchanged(self, body: bytes) -> Picture:
        process, questions, answers = self._started()
        late: list[bool] = []

        def end() -> None:
            late.append(True)
            process.kill()

        timer = Timer(self._seconds, end)
        timer.start()
        try:
            questions.write(LENGTH.pack(len(body)))
            questions.write(body)
            questions.flush()
            return _received(answers)
        except (OSError, EOFError):
            self.close()
            raise _too_long(self._seconds) if late else _crashed() from None
        finally:
            timer.cancel()

    def _started(self) -> _Process:
        if self._process and self._owner == os.getpid() and self._process[0].poll() is None:
            return self._process
        self.close()
        package = Path(__file__).parents[2]
        bounds = str(self._memory), str(1 + int(self._seconds))
        process = subprocess.Popen(  # noqa: S603  (nothing in it comes from an upload)
            [
                sys.executable,
                "-I",
                "-c",
                _START,
                package,
                *bounds,
                json.dumps(asdict(self._limits)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert process.stdin is not None  # noqa: S101  (for mypy: they are pipes)
        assert process.stdout is not None  # noqa: S101
        self._process, self._owner = (process, process.stdin, process.stdout), os.getpid()
        if process.stdout.read(len(READY)) != READY:
            self.close()
            raise RuntimeError("The decoder's process does not start.")
        return self._process


def _received(answers: IO[bytes]) -> Picture:
    (length,) = LENGTH.unpack(_exactly(answers, LENGTH.size))
    told = json.loads(_exactly(answers, length))
    if "kind" in told:
        kind = getattr(errors, told["kind"])
        raise kind(told["problem"], told["remedy"], field=told["field"], limit=told["limit"])
    pixels = np.empty(told["shape"], dtype=np.uint8)
    if answers.readinto(pixels.data.cast("B")) != pixels.size:  # type: ignore[attr-defined]
        raise EOFError
    return Picture(pixels, tuple(told["notes"]))


def _exactly(answers: IO[bytes], length: int) -> bytes:
    read = answers.read(length)
    if len(read) < length:
        raise EOFError
    return read


def _too_long(seconds: float) -> errors.MultiConvError:
    return errors.TooLarge(
        "The picture takes too long to read.",
        f"The limit is {seconds:g} s: make it smaller, or save it as PNG or plain JPEG.",
        field="image",
        limit=f"{seconds:g} s",
    )


def _crashed() -> errors.MultiConvError:
    return errors.UnsupportedPicture(
        "The picture is damaged: the decoder broke down over it.",
        "Open it in another program, save it as PNG, and choose that.",
        field="image",
    )
