"""Decoding in a process of its own, which may be slow, greedy or crash: nobody else notices.

Time is the processor's, so that a busy machine refuses no picture that a quiet one takes.
"""

from __future__ import annotations

import atexit
import base64
import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from io import BufferedReader, BufferedWriter
from pathlib import Path
from threading import Lock, Timer
from typing import TYPE_CHECKING, cast

import numpy as np

from multiconv import errors
from multiconv.imaging.decode import Picture
from multiconv.imaging.sandboxed import LENGTH, OUT_OF_TIME, READY

if TYPE_CHECKING:
    from multiconv.experiment.model import Limits

if sys.platform == "linux":
    import fcntl

_PIPE_BYTES = 2**20

_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); import multiconv.imaging.sandboxed as it; "
    "it.serve(memory=int(sys.argv[2]), seconds=float(sys.argv[3]), limits=sys.argv[4])"
)

_TINY = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC"
)
"""A PNG of one white pixel."""

_AT_MOST = 3
"""Whoever waits is told after so many times the processor time that is allowed."""


def decoded(body: bytes, limits: Limits) -> Picture:
    """Return an upload's pixels, as `decode.decode` does, by a process that all callers share."""
    return _shared(limits).decoded(body)


def decodes(limits: Limits) -> bool:
    """Tell whether an upload would be read now; who reads others at this moment does."""
    try:
        return decoded(_TINY, limits).pixels.shape == (1, 1, 3)
    except errors.Busy:
        return True
    except (errors.MultiConvError, OSError):
        return False


def decoder_starts(limits: Limits) -> int:
    """Return how many processes have decoded so far, one after the other."""
    return _shared(limits).starts


class IsolatedDecoder:
    """One process that decodes one upload after the other, started by the first of them.

    What needs more time or memory is refused, the process ended, and the next gets a new one.
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
        self._process: DecoderProcess | None = None
        self._owner = 0
        self.starts = 0

    def decoded(self, body: bytes) -> Picture:
        """Return an upload's pixels, as `decode.decode` does."""
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
        process, self._process = self._process, None
        if process and self._owner == os.getpid():
            process.end()

    def _exchanged(self, body: bytes) -> Picture:
        process = self._started()
        late: list[bool] = []

        def end() -> None:
            late.append(True)
            process.child.kill()

        timer = Timer(_AT_MOST * self._seconds, end)
        timer.start()
        try:
            return process.answer(body)
        except (OSError, EOFError):
            self.close()
            raise self._too_long() if late or process.ran_out_of_time() else _crashed() from None
        finally:
            timer.cancel()
            timer.join()
            if late:  # the time ran out just as the answer came
                self.close()

    def _started(self) -> DecoderProcess:
        """Return this process's own decoder: after a fork the old one is somebody else's."""
        if not self._process or self._owner != os.getpid() or not self._process.lives():
            self.close()
            self._process = DecoderProcess(self._limits, seconds=self._seconds, memory=self._memory)
            self._owner = os.getpid()
            self.starts += 1
        return self._process

    def _too_long(self) -> errors.MultiConvError:
        return errors.TooLarge(
            "The picture takes too long to read.",
            f"The limit is {self._seconds:g} s: make it smaller, or save it as plain JPEG.",
            field="image",
            limit=f"{self._seconds:g} s",
        )


@cache
def _shared(limits: Limits) -> IsolatedDecoder:
    decoder = IsolatedDecoder(limits)
    atexit.register(decoder.close)
    return decoder


def _crashed() -> errors.MultiConvError:
    return errors.UnsupportedPicture(
        "The picture is damaged: the decoder broke down over it.",
        "Open it in another program, save it as PNG, and choose that.",
        field="image",
    )


class DecoderProcess:
    """One started process, as seen by who asks it; `sandboxed` is its other side."""

    def __init__(self, limits: Limits, *, seconds: float, memory: int) -> None:
        package = Path(__file__).parents[2]
        bounds = str(memory), str(seconds), json.dumps(asdict(limits))
        self.child = subprocess.Popen(  # noqa: S603  (nothing in it comes from an upload)
            [sys.executable, "-I", "-c", _START, package, *bounds],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._questions = cast(BufferedWriter, self.child.stdin)
        self._answers = cast(BufferedReader, self.child.stdout)
        _widen(self._answers)
        if self._answers.read(len(READY)) != READY:
            self.end()
            raise RuntimeError("The decoder's process does not start.")

    def lives(self) -> bool:
        """Return whether it can be asked."""
        return self.child.poll() is None

    def ran_out_of_time(self) -> bool:
        """Return whether it ended because an upload took too much processor time."""
        return OUT_OF_TIME != 0 and self.child.returncode == OUT_OF_TIME

    def answer(self, body: bytes) -> Picture:
        """Return what `decode.decode` returns, or raise what it raises."""
        self._questions.write(LENGTH.pack(len(body)))
        self._questions.write(body)
        self._questions.flush()
        (length,) = LENGTH.unpack(self._exactly(LENGTH.size))
        told = json.loads(self._exactly(length))
        if "kind" in told:
            kind = getattr(errors, told["kind"])
            raise kind(told["problem"], told["remedy"], field=told["field"], limit=told["limit"])
        pixels = np.empty(told["shape"], dtype=np.uint8)
        if self._answers.readinto(pixels.data.cast("B")) != pixels.size:
            raise EOFError
        return Picture(pixels, tuple(told["notes"]))

    def end(self) -> None:
        """End it at once."""
        self.child.kill()
        self.child.wait()
        for pipe in (self._questions, self._answers):
            with suppress(OSError):  # what could not be written is of no use any more
                pipe.close()

    def _exactly(self, length: int) -> bytes:
        read = self._answers.read(length)
        if len(read) < length:
            raise EOFError
        return read


def _widen(pipe: BufferedReader) -> None:
    """Let more than Linux's 64 KiB be on the way at once: pictures come three times as fast."""
    if sys.platform == "linux":
        with suppress(OSError):  # where the system's bound is less, it is only slower
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
