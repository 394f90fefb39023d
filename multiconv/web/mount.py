"""Where the app is, seen from outside: behind proxies, below a path, mounted in another app.

It stands alone as the WSGI around the app, before there is a request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from multiconv.web.settings import Settings

_ROOT = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")

REFUSED = "X-Forwarded-Prefix is a path such as /multiconv; X-Forwarded-Proto is https or http.\n"


class Mount:
    """The app below a path, whether who calls it takes that path off or leaves it."""

    def __init__(self, app: WSGIApplication, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Tell the app its path; what a proxy says of it must be one that links can begin with."""
        if self._prefix:
            path = environ.get("PATH_INFO", "")
            if f"{path}/".startswith(f"{self._prefix}/"):
                environ["PATH_INFO"] = path.removeprefix(self._prefix)
            environ["SCRIPT_NAME"] = self._prefix
        root = environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "").rstrip("/")
        if not _ROOT.fullmatch(root) or environ["wsgi.url_scheme"] not in {"http", "https"}:
            return Response(REFUSED, 400)(environ, start)
        if root and not environ.get("PATH_INFO"):  # Werkzeug would name a host that is not ours
            return redirect(f"{root}/", 308)(environ, start)
        return self._app(environ, start)


def mount(app: Flask, settings: Settings) -> None:
    """Put around the app what it needs to know its own address."""
    inside = Mount(app.wsgi_app, settings.prefix)
    n = settings.proxies
    outside = ProxyFix(inside, x_for=n, x_proto=n, x_host=n, x_prefix=n) if n else inside
    app.wsgi_app = outside  # type: ignore[assignment, method-assign]  # Flask's own way
