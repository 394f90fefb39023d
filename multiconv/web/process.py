"""What a process that serves sets for itself, whatever server it is: memory, files, room, log."""

from __future__ import annotations

import ctypes
import logging
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from flask import Flask

from multiconv.web import create_app
from multiconv.web.log import LOGGER
from multiconv.web.settings import Settings, settings_from_environment

if sys.platform != "win32":
    import resource

MIB = 2**20
FILES = 4096
"""Files and connections that may be open at once, where the system sets no bound."""
MAPPED = 8 * MIB
"""Bytes from which a block of memory is the system's own and returns to it when freed."""
ARENAS = 2
"""Heaps that all threads share; unless told so glibc gives eight to every core."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # mallopt(3)


def prepare(settings: Settings) -> None:
    """Begin the log of requests, allow files, bound memory, find room for large bodies."""
    _begin_log()
    _allow_files()
    return_large_blocks()
    if not settings.objects:
        _find_room(settings.folder)


def served(settings: Settings | None = None) -> Flask:
    """Return the app for any WSGI server, with this process set for it."""
    settings = settings or settings_from_environment()
    prepare(settings)
    return create_app(settings=settings)


def return_large_blocks() -> bool:
    """Keep glibc from hoarding large blocks, and tell whether there was a glibc to be told so.

    Left alone it keeps those to 32 MiB for every thread: 800 MiB after 30 maps of 24 megapixels.
    """
    if sys.platform != "linux":
        return False
    with suppress(OSError, AttributeError):  # another C library
        mallopt = ctypes.CDLL(None).mallopt
        told = (_MMAP_THRESHOLD, MAPPED), (_TRIM_THRESHOLD, 2 * MAPPED), (_ARENA_MAX, ARENAS)
        return all(mallopt(what, most) for what, most in told)
    return False


def _begin_log() -> None:
    """Write the requests' lines to standard error, as they are."""
    lines = logging.StreamHandler()
    lines.setFormatter(logging.Formatter("%(message)s"))
    LOGGER.addHandler(lines)
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    # Turns bound the queue; that it is not empty is no news.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def _find_room(store: Path) -> None:
    """See that large bodies have a place on disk: the store's, where there is no other."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        tempfile.tempdir = str(store)


def _allow_files() -> None:
    """Take all files that the system allows: a connection may need one of its own beside it."""
    if sys.platform != "win32":
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = FILES if hard == resource.RLIM_INFINITY else hard
        if soft != resource.RLIM_INFINITY and soft < most:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
