"""The start of the server: one address, and behind it waitress in this process, or workers."""

from __future__ import annotations

import argparse
import errno
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any

from flask import Flask

from multiconv import __version__
from multiconv.errors import MultiConvError
from multiconv.web import create_app
from multiconv.web.drain import run
from multiconv.web.process import prepare
from multiconv.web.settings import CORES, Settings, place_of, settings_from_environment, unread
from multiconv.web.sharing import NETWORK, network_address

HOST = "127.0.0.1"
PORT = 5000
PORTS_TRIED = 100
MANY = "serve"
"""The command that starts several processes."""

KIB, MIB = 2**10, 2**20
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
WRITES = 120
"""Pictures a minute from one address, which a whole class may share, unless a setting says else."""
BESIDE = 8
"""Threads beside those that compute and wait: uploads take turns too, and light answers have one
at any time."""

TURN = 2e-4
"""Seconds after which a thread lets another one run Python; left alone it takes 25 times as long.

NumPy lets go at each operation, and an answer made of many then waits so long at each of them
beside a page that is written: a drag's pictures, while the page of the last one is on its way.
Workers for many keep Python's own: who is told to come again would stop who is answered.
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Serve the app until it is interrupted; a wrong argument ends it with a line for people."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == [MANY]:
        _serve_many(words[1:])
        return
    parser = _parser()
    given = parser.parse_args(words)
    settings, app = _checked(parser, given.store)
    port = PORT if given.port is None else given.port
    tried = PORTS_TRIED if given.port is None else 1
    prepare(settings)
    sys.setswitchinterval(TURN)
    with _listening(parser, given.host, port, tried) as sock:
        host, taken = sock.getsockname()[:2]
        app.config[NETWORK] = network_address(host, taken)
        if port not in (0, taken):
            print(f"Port {port} is busy; taking {taken}.")
        words_of_start = f"multiconv is at {address(sock)}  (Ctrl+C ends it)"
        run(app, sock, words_of_start, threads=threads(settings), **SETTINGS)


def _serve_many(words: Sequence[str]) -> None:
    """Serve the app with several processes, by what the extra `hosted` brings."""
    parser = _parser_of_many()
    given = parser.parse_args(words)
    if find_spec("granian") is None:
        parser.exit(2, f"{parser.prog} needs an extra: pip install 'multiconv[hosted]'.\n")
    from multiconv.web.workers import run_workers

    settings, _ = _checked(parser, given.store, WRITES)
    with _listening(parser, given.host, given.port, 1) as sock:
        (host, taken), where = sock.getsockname()[:2], address(sock)
    several = "1 worker" if given.workers == 1 else f"{given.workers} workers"
    told = f"multiconv is at {where}  ({several}; Ctrl+C ends it)"
    many = {"workers": given.workers, "threads": threads(settings)}
    try:
        run_workers(settings, host, taken, words=told, **many)
    except MultiConvError as error:
        parser.exit(2, f"{error}\n")


def _checked(
    parser: argparse.ArgumentParser, store: str | None, writes: int = 0
) -> tuple[Settings, Flask]:
    """Return the settings and the app, or end with a sentence that says what is missing."""
    for told in unread():
        print(told, file=sys.stderr)
    try:
        settings = settings_from_environment()
        place = place_of(store, "--store") if store else settings.place
        settings = replace(settings, store=place)
        if settings.writes is None:
            settings = replace(settings, writes=writes)
        app = create_app(settings=settings)
        if not app.extensions["multiconv_store"].is_writable():
            raise OSError(errno.EACCES, "no file can be made there")
    except MultiConvError as error:
        parser.exit(2, f"{error}\n")
    except OSError as error:
        told = f"Uploads cannot be kept in {settings.place}: {error.strerror or error}."
        remedy = "Name a folder that can be written, by --store or MULTICONV_STORE."
        if settings.objects:
            remedy = "See that bucket, keys and address are right: it said why, above."
        parser.exit(2, f"{told} {remedy}\n")
    return settings, app


def _listening(parser: argparse.ArgumentParser, host: str, port: int, tried: int) -> socket.socket:
    """Return a listening socket, or end with a line that says why there is none."""
    try:
        return listener(host, port, tried)
    except OSError as error:
        parser.error(f"cannot listen on {host}, port {port}: {error.strerror or error}")


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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="multiconv",
        description="See what each input channel adds to one output channel of a convolution.",
        epilog=f"For many people: multiconv {MANY} --workers N, see multiconv {MANY} --help.",
    )
    parser.add_argument("--version", action="version", version=f"multiconv {__version__}")
    words = f"port to listen on (unless said the first free from {PORT}; 0: any free one)"
    parser.add_argument("--port", type=_port, help=words)
    _add_place(parser)
    return parser


def _parser_of_many() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"multiconv {MANY}",
        description="The same for many people, with several processes behind a proxy.",
        epilog="Everything else is set by MULTICONV_* in the environment: see README.",
    )
    words = "processes that answer (unless said as many as cores, here %(default)s)"
    parser.add_argument("--workers", type=_workers, default=_cores(), metavar="N", help=words)
    words = "port to listen on (%(default)s; 0: any free one)"
    parser.add_argument("--port", type=_port, default=PORT, help=words)
    _add_place(parser)
    return parser


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default=HOST, help="address to listen on (%(default)s)")
    parser.add_argument("--store", metavar="PLACE", help="where uploads are kept")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) < 2**16):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: use a number from 0 to 65535")
    return int(text)


def _cores() -> int:
    """Return how many cores this process may use."""
    allowed = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))
    return min(CORES, len(allowed(0)))


def _workers(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= CORES):
        raise argparse.ArgumentTypeError(f"{text!r} workers: use a number from 1 to {CORES}")
    return int(text)
