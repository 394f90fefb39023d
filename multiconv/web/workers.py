"""Many processes that answer at one address: granian starts them, and others where some end.

It stands alone as all that is particular to granian, which only the extra `hosted` brings.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread, main_thread
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from multiconv.errors import InvalidValue
from multiconv.web.drain import PATIENCE
from multiconv.web.process import prepare, served
from multiconv.web.settings import Settings, variable
from multiconv.web.sharing import NETWORK, network_address

CONNECTIONS = 1000
"""Connections that each worker lets in, slow ones too; threads bound what is worked at."""
BACKLOG = 1024
MOST_BODY, PIECE = 32 * 2**20, 2**16
"""Bytes of a body that are read though nobody wants them, and at once."""
LOOK = 0.05
"""Seconds between looks whether the first worker listens."""
TIMES, AGAIN = 6, 0.5
"""How often a worker is asked for its end until it has heard, and seconds between."""
_LOG = {  # its own words go where the requests' lines go
    "handlers": {
        name: {"class": "logging.StreamHandler", "formatter": form}
        for name, form in {"console": "generic", "access": "access"}.items()
    }
}


def run_workers(
    settings: Settings, host: str, port: int, *, workers: int, threads: int, words: str
) -> None:
    """Answer with so many workers until SIGTERM or Ctrl+C, and say so once one listens."""
    prepare(settings)
    with _counting() if settings.metrics else nullcontext():
        # Each begins by itself: no lock, thread or connection of this process is copied into it.
        multiprocessing.set_start_method("spawn", force=True)
        server = Granian(
            "multiconv",
            host,
            port,
            interface=Interfaces.WSGI,
            http=HTTPModes.http1,
            workers=workers,
            blocking_threads=threads,
            backlog=BACKLOG,
            backpressure=CONNECTIONS,
            respawn_failed_workers=True,
            workers_kill_timeout=round(PATIENCE),
            log_level=LogLevels.error,
            log_dictconfig=_LOG,
        )
        server.on_startup(Thread(target=_tell, args=(host, port, words), daemon=True).start)
        server.serve(target_loader=partial(_worker, settings, host, port), wrap_loader=False)


@contextmanager
def _counting() -> Iterator[None]:
    """Give the workers a folder in which they count together, empty at first."""
    try:
        made = TemporaryDirectory(prefix="multiconv-")
    except OSError:
        raise InvalidValue(
            "Metrics need a folder for temporary files.",
            f"Set TMPDIR to one that can be written, or leave {variable('metrics')} off.",
            field=variable("metrics"),
        ) from None
    with made as folder:
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", folder)
        yield


def _worker(settings: Settings, host: str, port: int) -> Flask:
    """Return the app of a worker, in the worker's process."""
    _end_with_the_first()
    app = served(settings)
    app.wsgi_app = _reading_all(app.wsgi_app)  # type: ignore[assignment, method-assign]  # Flask's own way
    app.config[NETWORK] = network_address(host, port)
    return app


def _reading_all(app: WSGIApplication) -> WSGIApplication:
    """Let a body be read to its end though the app refused it: else granian hangs up at once.

    Whoever still sends then would never see why.
    """

    def read(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        answer = app(environ, start)
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            body, left = environ["wsgi.input"], MOST_BODY
            while left > 0 and (piece := body.read(PIECE)):
                left -= len(piece)
        return answer

    return read


def _end_with_the_first() -> None:
    """Drain when the process that started this one is killed, lest the port stay taken."""
    first = multiprocessing.parent_process()
    if first is not None and sys.platform != "win32":
        Thread(target=drain_after, args=(first.join,), daemon=True).start()


def drain_after(ended: Callable[[], object]) -> None:
    """Ask this process for its end once another has ended, until it has heard; else end it.

    A signal that arrives while nothing heeds it yet is lost, and granian, asked twice, answers
    nobody any more: so it is asked again only while it still lets in.
    """
    ended()
    signal.alarm(round(PATIENCE))  # which nothing holds up
    for n in range(TIMES):
        if n == 0 or _lets_in():  # it may let in only later, while it begins
            signal.pthread_kill(main_thread().ident or 0, signal.SIGTERM)
        time.sleep(AGAIN)
    if _lets_in():
        os._exit(1)


def _lets_in() -> bool:
    """Whether this process still listens at a port."""
    for open_file in Path("/dev/fd").iterdir():
        with suppress(OSError), socket.socket(fileno=os.dup(int(open_file.name))) as sock:
            if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                return True
    return False


def _tell(host: str, port: int, words: str) -> None:
    """Say that it answers, once somebody listens."""
    while True:
        try:
            socket.create_connection((host, port), 1).close()
        except OSError:
            time.sleep(LOOK)
            continue
        print(words, flush=True)
        return
