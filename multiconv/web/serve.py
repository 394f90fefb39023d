"""The start of the server: one address on this machine, and waitress behind it."""

from __future__ import annotations

import argparse
import ctypes
import errno
import logging
import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from multiconv import __version__
from multiconv.errors import MultiConvError
from multiconv.web import create_app
from multiconv.web.drain import run
from multiconv.web.log import LOGGER
from multiconv.web.settings import Settings, settings_from_environment
from multiconv.web.sharing import NETWORK, network_address

if sys.platform != "win32":
    import resource

HOST = "127.0.0.1"
PORT = 5000
PORTS_TRIED = 100

KIB, MIB = 2**10, 2**20
FILES = 4096
"""Files and connections that may be open at once, where the system allows so many."""
MAPPED = 8 * MIB
"""Bytes from which a block of memory is the system's own and returns to it when freed."""
ARENAS = 2
"""Heaps that all threads share; unless told so glibc gives eight to every core."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # mallopt(3)

SETTINGS: Mapping[str, Any] = MappingProxyType(
    {
        # A page, its maps and its planes stay in memory; past it waitress writes nameless files,
        # so that a thousand who read slowly hold a gigabyte at most.
        "outbuf_overflow": MIB,
        # Above any answer, so that no thread waits for somebody who reads slowly.
        "outbuf_high_watermark": 512 * MIB,
        # Above the app's own limits, so that the app answers with its own words up to here.
        "max_request_header_size": 64 * KIB,
        "max_request_body_size": 32 * MIB,
        "connection_limit": 1000,
        # select() ends at file 1023; poll() has no such end.
        "asyncore_use_poll": True,
        "backlog": 1024,
        "channel_timeout": 60,
        # They mean nothing unless the app is told to trust a proxy's.
        "clear_untrusted_proxy_headers": False,
        "ident": None,
        "expose_tracebacks": False,
    }
)


BESIDE = 8
"""Threads beside those that compute and wait: uploads take turns too, and light answers have one
at any time."""


def main(argv: Sequence[str] | None = None) -> None:
    """Serve the app until it is interrupted; a wrong argument ends it with a line for people."""
    parser = _parser()
    given = parser.parse_args(argv)
    try:
        settings = settings_from_environment()
        settings = replace(settings, store=str(given.store or settings.folder))
        app = create_app(settings=settings)
        if not app.extensions["multiconv_store"].is_writable():
            raise OSError(errno.EACCES, "no file can be made there")
    except MultiConvError as error:
        parser.exit(2, f"{error}\n")
    except OSError as error:
        told = f"Uploads cannot be kept in {settings.folder}: {error.strerror or error}."
        remedy = "Name a folder that can be written, by --store or MULTICONV_STORE."
        parser.exit(2, f"{told} {remedy}\n")
    port = PORT if given.port is None else given.port
    try:
        sock = listener(given.host, port, PORTS_TRIED if given.port is None else 1)
    except OSError as error:
        parser.error(f"cannot listen on {given.host}, port {port}: {error.strerror or error}")
    _begin_log()
    _allow_files()
    return_large_blocks()
    _find_room(settings.folder)
    with sock:
        host, taken = sock.getsockname()[:2]
        app.config[NETWORK] = network_address(host, taken)
        if port not in (0, taken):
            print(f"Port {port} is busy; taking {taken}.")
        words = f"multiconv is at {address(sock)}  (Ctrl+C ends it)"
        run(app, sock, words, threads=threads(settings), **SETTINGS)


def threads(settings: Settings) -> int:
    """Return how many threads answer: more than may compute, wait and upload (see turns)."""
    return settings.computing + settings.waiting + BESIDE


def listener(host: str = HOST, port: int = PORT, tried: int = PORTS_TRIED) -> socket.socket:
    """Listen on the first free of so many ports from `port` on; for 0 on one of the system's.

    An OSError says that the address is not this machine's, the port not allowed, or all busy.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    last = min(port + tried, 2**16) - 1
    for candidate in range(port, last + 1):
        try:
            return socket.create_server((host, candidate), family=family)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or candidate == last:
                raise
    raise AssertionError("unreachable: the loop returns or raises")


def address(sock: socket.socket) -> str:
    """URL at which a listening socket is reached."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


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
    """Let every connection have a file of its own beside it, as bodies of megabytes need."""
    if sys.platform != "win32":
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
        if soft != resource.RLIM_INFINITY and soft < most:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="multiconv",
        description="See what each input channel adds to one output channel of a convolution.",
    )
    parser.add_argument("--version", action="version", version=f"multiconv {__version__}")
    parser.add_argument("--host", default=HOST, help="address to listen on (%(default)s)")
    words = f"port to listen on (unless said the first free from {PORT}; 0: any free one)"
    parser.add_argument("--port", type=_port, help=words)
    parser.add_argument("--store", type=Path, metavar="FOLDER", help="where uploads are kept")
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) < 2**16):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: use a number from 0 to 65535")
    return int(text)
