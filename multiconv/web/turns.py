"""Turns at the cores: so many requests compute at once, a few wait, the rest are told to return.

Answers that need no arithmetic (``/healthz``, files, errors) take no turn, and the
server has more threads than there are turns, so they are given at any time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import BoundedSemaphore, Lock, Semaphore
from urllib.parse import parse_qsl

from flask import Flask, g, request

from multiconv.errors import Busy, MultiConvError
from multiconv.experiment.model import Source
from multiconv.experiment.transit import straightened, without_ending
from multiconv.imaging.bands import LARGE
from multiconv.tracing.pictures import size_of
from multiconv.web.gate import REFUSED, Gate, Tell
from multiconv.web.request import store
from multiconv.web.settings import Settings

COMPUTING = {
    *("pages.index", "pages.edit", "maps.picture", "maps.numbers", "maps.diagram"),
    *("api.facts", "api.one_pixel", "api.learning", "api.planes"),
    *("takeaway.stage", "takeaway.numbers", "takeaway.film", "takeaway.program"),
    *("banks.gallery", "banks.take"),
}
"""Endpoints that compute."""

POSTED = {"pages.edit", "api.planes"}
"""Those that read a form."""

UPLOADING = {"uploads.images"}
"""Endpoints that decode a picture, which may take seconds."""


Told = Callable[[int, int], None]
"""What hears how many more wait for a turn, and how many more are taken."""


class Turns:
    """So many turns `at_once`, so many `waiting` for one, each for `patience` seconds at most.

    What changes is told: by how many more (or, below 0, fewer) wait, and are taken.
    """

    def __init__(
        self, at_once: int, waiting: int, patience: float, tell: Told = lambda *_: None
    ) -> None:
        self.threads = at_once + waiting
        self._at_once = at_once
        self._patience = patience
        self._tell = tell
        self._inside = BoundedSemaphore(at_once + waiting)
        self._working = Semaphore(at_once)
        self._entered = 0
        self._counting = Lock()

    def is_full(self) -> bool:
        """Tell whether who comes now is refused."""
        return self._entered >= self.threads

    def take(self, among: Turns | None = None) -> None:
        """Wait for a turn, and before it, in this queue, for one among fewer; else `Busy`."""
        if not self._inside.acquire(blocking=False):
            raise self._busy()
        self._count(1)
        self._tell(1, 0)
        try:
            if among:
                among.take()
            if not self._working.acquire(timeout=self._patience):
                if among:
                    among.give_back()
                raise self._busy()
        except Busy:
            self._tell(-1, 0)
            self._count(-1)
            self._inside.release()
            raise
        self._tell(-1, 1)

    def give_back(self) -> None:
        """End a turn."""
        self._tell(0, -1)
        self._working.release()
        self._count(-1)
        self._inside.release()

    def _count(self, more: int) -> None:
        with self._counting:
            self._entered += more

    def _busy(self) -> Busy:
        return Busy(
            f"All {self._at_once} places for work at once are taken.",
            "Try again in a second.",
            limit=f"{self._at_once} at once",
        )


def computing_turns(settings: Settings, tell: Told = lambda *_: None) -> Turns:
    """Return turns for arithmetic: usually two cores, and a queue for a classroom's first visit.

    Thirty browsers ask for some ten pictures each; one that is told to come again stays blank.
    """
    return Turns(settings.computing, settings.waiting, 3.0, tell)


def uploading_turns(tell: Told = lambda *_: None) -> Turns:
    """Return turns for uploads, which wait for one another longer but never for arithmetic."""
    return Turns(1, 3, 6.0, tell)


def large_turns() -> Turns:
    """Return turns for large pictures: one at a time, for each may take all of a request's memory.

    A browser that opens such a page asks for six of its maps at once, a second each.
    """
    return Turns(1, 8, 20.0)


def asks_for_large() -> bool:
    """Tell whether a request is for the whole of a large picture."""
    given: dict[str, str] = {}
    for fields in (request.args, request.form) if request.endpoint in POSTED else (request.args,):
        found, _ = straightened(list(fields.items(multi=True)))
        given |= dict(parse_qsl(fields.get("from", "")))
        given |= {name: without_ending(text) for name, text in found}
    if given.get("size") != "full":
        return False
    try:
        rows, columns = size_of(Source(given.get("image", Source().image), None), store())
    except MultiConvError:
        return False  # the route says what is wrong
    return rows * columns > LARGE


def register(
    app: Flask,
    settings: Settings,
    tell: Callable[[str, int, int], None] = lambda *_: None,
    *,
    answered: Tell,
) -> None:
    """Let computing requests take turns, and tell of which work they are.

    Who is refused before there is a request is `answered` too.
    """
    uploads = uploading_turns(partial(tell, "uploading"))
    computing, large = computing_turns(settings, partial(tell, "computing")), large_turns()

    @app.before_request
    def take() -> None:
        if request.method == "OPTIONS":
            return
        if request.endpoint in UPLOADING:
            uploads.take()
            g.turns = [uploads]
        elif request.endpoint in COMPUTING:
            # Large ones wait among themselves, and so hold up nothing else.
            fewer = large if asks_for_large() else None
            try:
                computing.take(fewer)
            except Busy:
                if fewer is None:
                    request.environ[REFUSED] = True
                raise
            g.turns = [computing, fewer] if fewer else [computing]

    @app.teardown_request
    def give_back(_: BaseException | None) -> None:
        for turns in g.pop("turns", ()):
            turns.give_back()

    gate = Gate(app, COMPUTING, computing.is_full, answered)
    app.wsgi_app = gate  # type: ignore[assignment, method-assign]  # Flask's own way
