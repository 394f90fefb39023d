"""The body of the process that decodes uploads, for which it stands alone; `sandbox` starts it."""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
from typing import IO, Any

from multiconv.errors import MultiConvError
from multiconv.experiment.model import Limits
from multiconv.imaging.decode import decode

if sys.platform != "win32":
    import resource

LENGTH = struct.Struct(">Q")
READY = b"ready"
OUT_OF_TIME = -getattr(signal, "SIGPROF", 0)
"""What a process returns that took more processor time than it may; 0 where nothing counts it."""


def serve(*, memory: int, seconds: float, limits: str) -> None:
    """Decode what comes in by standard input, each a length and bytes, until it ends.

    An answer is a length and JSON: an error's parts, or shape and notes, then the raw pixels.
    """
    bounds = Limits(**json.loads(limits))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a C library prints must not stand between the answers
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers.write(READY)
    answers.flush()
    while head := sys.stdin.buffer.read(LENGTH.size):
        body = sys.stdin.buffer.read(*LENGTH.unpack(head))
        _allow(seconds)
        _answer(answers, body, bounds)
        _allow(0)


def _answer(answers: IO[bytes], body: bytes, limits: Limits) -> None:
    try:
        picture = decode(body, limits)
    except MultiConvError as error:
        _send(answers, {"kind": type(error).__name__, **vars(error)})
        return
    _send(answers, {"shape": picture.pixels.shape, "notes": picture.notes}, picture.pixels.data)


def _send(answers: IO[bytes], told: dict[str, Any], pixels: memoryview | bytes = b"") -> None:
    line = json.dumps(told).encode()
    answers.write(LENGTH.pack(len(line)) + line)
    answers.write(pixels)
    answers.flush()


def _allow(seconds: float) -> None:
    """Let the system end this process after so much processor time; 0 for whenever."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)
