"""Decoding in a process of its own, which may be slow, greedy or crash: nobody else notices.

One process decodes one upload after the other.  It may use so much memory and
time; what needs more is refused, the process ended, and the next upload gets a
new one.  Time is the processor's, so that a busy machine refuses no picture that a
quiet one takes; whoever waits is told after three times as much at the latest.
Where the system has no resource limits (Windows) only that is bounded.
"""

from __future__ import annotations

import atexit
import os
from functools import cache
from threading import Lock, Timer
from typing import TYPE_CHECKING

from multiconv import errors
from multiconv.imaging.decode import Picture
from multiconv.imaging.sandboxed import DecoderProcess

if TYPE_CHECKING:
    from multiconv.experiment.model import Limits

_AT_MOST = 3
"""Whoever waits is told after so many times the processor time that is allowed."""


def decoded(body: bytes, limits: Limits) -> Picture:
    """Return an upload's pixels, as `codec.decoded` does, by a process that all callers share."""
    return _shared(limits).decoded(body)


class IsolatedDecoder:
    """`decoded`, in a process of its own.

    The process is started by the first upload and ends with `close`, or with this one.
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

    def decoded(self, body: bytes) -> Picture:
        """Return an upload's pixels, as `codec.decoded` does."""
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
