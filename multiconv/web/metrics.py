"""Numbers for Prometheus, of all workers together; no label holds what anybody typed or sent.

Where ``PROMETHEUS_MULTIPROC_DIR`` names a folder each process counts in files of its own there,
and whichever is asked answers for all. What a dead one counted is taken over, and its files go.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import isgeneratorfunction
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

from multiconv.errors import InvalidValue
from multiconv.experiment.model import LIMITS
from multiconv.imaging.sandbox import decoder_starts
from multiconv.store.blobs import Blobs
from multiconv.web.log import METHODS

if TYPE_CHECKING:
    from multiconv.tracing.trace import Tracer

if sys.platform != "win32":
    import fcntl

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable in which prometheus_client looks for the workers' folder."""
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_TAKEN_OVER = "0"
"""The number of no process: its files hold what the dead ones counted."""


class Metrics:
    """What one process counts of requests, turns, cache, store and decoder."""

    def __init__(self) -> None:
        self._folder = os.environ.get(FOLDER, "")
        if self._folder and not Path(self._folder).is_dir():
            raise InvalidValue(
                f"{FOLDER} is “{self._folder}”, where there is no folder.",
                "Make it, or leave the variable out.",
                field=FOLDER,
            )
        self._own = CollectorRegistry()
        own: dict[str, Any] = {"namespace": "multiconv", "registry": self._own}
        many: dict[str, Any] = {**own, "multiprocess_mode": "livesum"}
        by_rule = ("rule", "method", "status")
        self._requests = Counter("requests", "Requests answered.", by_rule, **own)
        self._seconds = Histogram(
            "request_seconds", "From a request to its answer.", ("rule",), buckets=SECONDS, **own
        )
        work = ("work",)
        self._under_way = Gauge("under_way", "Turns of work that are taken.", work, **many)
        self._waiting = Gauge("waiting", "Requests that wait for a turn.", work, **many)
        cache = ("cache",)
        self._hits = Counter("cache_hits", "Found in memory.", cache, **own)
        self._misses = Counter("cache_misses", "Made anew.", cache, **own)
        self._held = Gauge("cache_bytes", "Bytes of arrays in memory.", **many)
        store = ("operation",)
        self._store = Histogram("store_seconds", "What the store took.", store, **own)
        self._failures = Counter("store_failures", "What the store refused.", store, **own)
        self._restarts = Counter("decoder_restarts", "Decoders started after the first.", **own)
        self._seen: dict[tuple[str, ...], float] = {}
        self._looking = Lock()

    def turn(self, work: str, waiting: int, under_way: int) -> None:
        """Count turns of a kind of work that began to wait, or were taken; less than 0: ended."""
        self._waiting.labels(work).inc(waiting)
        self._under_way.labels(work).inc(under_way)

    def answered(self, rule: str, method: str, status: int, began: float | None) -> None:
        """Count an answer to what began then."""
        now = time.perf_counter()
        method = method if method in METHODS else "other"
        self._requests.labels(rule, method, str(status)).inc()
        self._seconds.labels(rule).observe(now - (now if began is None else began))

    def counted(self, blobs: Blobs) -> Blobs:
        """Return the same blobs, each of whose operations is timed."""
        return cast("Blobs", _Counted(blobs, self._operation))

    def register(self, app: Flask) -> None:
        """Count every answer, and answer `/metrics`; register this after the log."""

        @app.after_request
        def count(response: Response) -> Response:
            rule = request.url_rule.rule if request.url_rule else "none"
            self.answered(rule, request.method, response.status_code, g.get("began"))
            self._look(app.extensions)
            return response

        @app.get("/metrics", endpoint="metrics")
        def metrics() -> Response:
            self._look(app.extensions)
            return Response(self._told(), content_type=CONTENT_TYPE_LATEST)

    @contextmanager
    def _operation(self, name: str) -> Iterator[None]:
        with self._store.labels(name).time():
            try:
                yield
            except Exception:
                self._failures.labels(name).inc()
                raise

    def _look(self, extensions: dict[str, Any]) -> None:
        """Bring up to date what others count for themselves."""
        tracer: Tracer = extensions["multiconv"]
        arrays = tracer.cache
        self._rise(self._hits.labels("arrays"), arrays.hits, "hits", "arrays")
        self._rise(self._misses.labels("arrays"), arrays.misses, "misses", "arrays")
        self._held.set(arrays.bytes_held)
        pages = extensions["multiconv_pages"].cache_info()
        self._rise(self._hits.labels("pages"), pages.hits, "hits", "pages")
        self._rise(self._misses.labels("pages"), pages.misses, "misses", "pages")
        self._rise(self._restarts, max(0, decoder_starts(LIMITS) - 1), "restarts")

    def _rise(self, counter: Counter, now: float, *name: str) -> None:
        """Add to a counter what has come since this was last looked at."""
        with self._looking:
            before = self._seen.get(name, 0.0)
            self._seen[name] = max(before, now)
        counter.inc(max(0.0, now - before))

    def _told(self) -> bytes:
        if not self._folder:
            return generate_latest(self._own)
        together = CollectorRegistry()
        MultiProcessCollector(together, self._folder)
        with _alone_in(Path(self._folder)):
            take_over(Path(self._folder))
            return generate_latest(together)


class _Counted:
    """Blobs whose operations are counted by their names, whichever they are."""

    def __init__(self, blobs: Blobs, operation: Callable[[str], Any]) -> None:
        self._blobs = blobs
        self._operation = operation

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the blobs, around a method what counts it."""
        found = getattr(self._blobs, name)
        if not callable(found):
            return found

        @wraps(found)
        def counted(*given: Any, **named: Any) -> Any:
            with self._operation(name):
                return found(*given, **named)

        @wraps(found)
        def counted_to_its_end(*given: Any, **named: Any) -> Iterator[Any]:
            with self._operation(name):
                yield from found(*given, **named)

        return counted_to_its_end if isgeneratorfunction(found) else counted


def take_over(folder: Path) -> None:
    """Add up what dead processes counted, in files of no process, and remove theirs."""
    for path in folder.glob("*.db"):
        kind, pid = path.stem.split("_")[0], path.stem.rpartition("_")[2]
        if pid == _TAKEN_OVER or _lives(int(pid)):
            continue
        if kind != "gauge":  # a dead one has nothing under way
            _add(path, folder / f"{kind}_{_TAKEN_OVER}.db")
        path.unlink()


def _add(path: Path, to: Path) -> None:
    """Add a file's numbers to another's."""
    into = MmapedDict(str(to))
    for key, value, *_ in MmapedDict.read_all_values_from_file(str(path)):
        into.write_value(key, into.read_value(key)[0] + value, 0.0)
    into.close()


def _lives(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # a signal would end it; there is one worker there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Let one process at a time read or take over what is in a folder."""
    if sys.platform == "win32":
        yield
        return
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
