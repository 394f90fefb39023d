"""Before the app: who comes while all turns are taken is told what the last one was told.

Refusing costs the app as much as some of its answers, and where four times too many ask, most are
refused: so what it said once is kept, and said again before there is a request.
It stands alone as it is the WSGI around the app, and knows of the app only whether it is full.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug.exceptions import HTTPException

REFUSED = "multiconv.refused"
"""What the app sets in the environment where it refuses for want of a turn."""
KEPT = 64
"""Refusals kept: one for each address's form, host and kind of answer that are asked for."""
HEEDED = (
    *("HTTP_HOST", "HTTP_ACCEPT", "HTTP_SEC_FETCH_DEST"),
    *("SCRIPT_NAME", "wsgi.url_scheme"),
)
"""What of a request a refusal depends on, beside its route."""

Tell = Callable[[str, str, int, float, int], None]
"""What hears an answer's rule, method, status, beginning and bytes."""


class Gate:
    """The app, and what it said to the last whom it refused, told again while it is full."""

    def __init__(
        self, app: Flask, among: Collection[str], is_full: Callable[[], bool], tell: Tell
    ) -> None:
        self._app: WSGIApplication = app.wsgi_app
        self._among = among
        self._is_full = is_full
        self._tell = tell
        self._routes = app.url_map.bind("")
        self._kept: OrderedDict[Any, tuple[str, list[tuple[str, str]], bytes]] = OrderedDict()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Refuse at once if the app is full and has refused the like; else let it answer."""
        # Who has the answer already takes no turn.
        if not self._is_full() or "HTTP_IF_NONE_MATCH" in environ:
            return self._app(environ, start)
        began = time.perf_counter()
        method = environ["REQUEST_METHOD"]
        rule = self._rule(method, environ.get("PATH_INFO", ""))
        if rule is None:
            return self._app(environ, start)
        like = rule, method, *map(environ.get, HEEDED)
        kept = self._kept.get(like)
        if kept is None:
            return self._heard(like, environ, start)
        status, headers, body = kept
        start(status, list(headers))
        self._tell(rule, method, int(status[:3]), began, len(body))
        return [body]

    def _rule(self, method: str, path: str) -> str | None:
        """Return the rule of a request that would need a turn."""
        if method not in {"GET", "POST"}:
            return None
        try:
            rule, _ = self._routes.match(path, method, return_rule=True)
        except HTTPException:
            return None
        return rule.rule if rule.endpoint in self._among else None

    def _heard(
        self, like: object, environ: WSGIEnvironment, start: StartResponse
    ) -> Iterable[bytes]:
        """Return what the app answers, and keep it if it refuses for want of a turn."""
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def hear(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            said.append((status, list(headers)))
            return start(status, headers, *exc_info)

        answer = self._app(environ, hear)
        if REFUSED not in environ:
            return answer
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        self._kept[like] = *said[-1], body
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return [body]
