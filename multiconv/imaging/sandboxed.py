"""The process that decodes uploads, as seen by who asks it; `served` is its other side."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict
from io import BufferedReader, BufferedWriter
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from multiconv import errors
from multiconv.imaging.decode import Picture
from multiconv.imaging.served import LENGTH, OUT_OF_TIME, READY

if TYPE_CHECKING:
    from multiconv.experiment.model import Limits

if sys.platform == "linux":
    import fcntl

_PIPE_BYTES = 2**20

_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); import multiconv.imaging.served as it; "
    "it.serve(memory=int(sys.argv[2]), seconds=float(sys.argv[3]), limits=sys.argv[4])"
)


class DecoderProcess:
    """One started process."""

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
        """Return what `codec.decoded` returns, or raise what it raises."""
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
