"""What every answer says to browsers and caches, and what is refused before any route sees it."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request

from multiconv.errors import MultiConvError, TooLarge
from multiconv.experiment.model import LIMITS
from multiconv.web.errors import answer

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DRAWING_POLICY = "default-src 'none'; img-src data:; frame-ancestors 'none'"
FOREVER = "public, max-age=31536000, immutable"
READING = ("GET", "HEAD", "OPTIONS")
READ_BY_ANYONE = ("/api/", "/maps/", "/diagram.svg", "/openapi.json")
"""Paths that scripts of other sites may read; they are the same for everybody."""
PARTS_OF_PAGES = {"text/css", "text/javascript", "application/javascript"}  # as the system says
TAKES_FILES = {"uploads.images", "banks.filters", "weights.take"}


def same_host(origin: str, host: str) -> bool:
    """Tell whether a page's origin is on the host asked; behind TLS the schemes differ.

    Examples
    --------
    >>> same_host("https://multiconv.example", "multiconv.example")
    True
    >>> same_host("http://localhost:3000", "localhost:5000"), same_host("null", "localhost")
    (False, False)
    """
    own = origin.partition("://")[2].lower()
    usual = {"http": ":80", "https": ":443"}.get(urlsplit(origin).scheme, "")
    return bool(own) and own.removesuffix(usual) == host.lower().removesuffix(usual)


def _from_here() -> bool:
    """Tell whether this request was sent by one of our own pages, or by no page at all."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or same_host(origin, request.host)


def _refused() -> Response | None:
    """Return the answer to a request that no route should see."""
    if len(request.query_string) > LIMITS.query_bytes:
        error = TooLarge(
            f"The address has {len(request.query_string):,} bytes of query; "
            f"{LIMITS.query_bytes:,} is the most.",
            "Use a named filter bank, or fewer or smaller kernels.",
            field="query",
            limit=f"{LIMITS.query_bytes // 1024} KiB",
        )
        return answer(error, 414)
    if request.method not in READING and not _from_here():
        foreign = MultiConvError(
            "This request was sent from another site's page.",
            "Open this page itself and choose the picture there.",
        )
        return answer(foreign, 403)
    if request.endpoint not in TAKES_FILES and (request.content_length or 0) > LIMITS.body_bytes:
        large = TooLarge(
            f"The body has {request.content_length:,} bytes; {LIMITS.body_bytes:,} is the most.",
            "Send what you mean in the address; only pictures and filters are sent in bodies.",
            field="body",
            limit=f"{LIMITS.body_bytes // 1024} KiB",
        )
        return answer(large, 413)
    return None


def _let_others_read(response: Response) -> None:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Retry-After"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = ", ".join(READING)
        response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
        response.headers["Access-Control-Max-Age"] = "86400"


def _tell_caches(response: Response, build: str) -> None:
    """Say how long an answer holds: for ever under this build, else until its ETag changes."""
    if response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    elif request.method in {"GET", "HEAD"} and response.status_code == 200:
        of_build = request.path.startswith(READ_BY_ANYONE) and request.args.get("v") == build
        response.headers.setdefault("Cache-Control", FOREVER if of_build else "no-cache")
        if not response.is_streamed and not response.direct_passthrough:
            response.add_etag()
            response.make_conditional(request)


def register(app: Flask) -> None:
    """Refuse what no route should see, and set the security and caching headers."""
    app.before_request(_refused)

    @app.after_request
    def secured(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("X-Content-Type-Options", "nosniff")
        # Browsers read these of what can be a page; on sixty small files they would be 20 kB.
        if response.mimetype not in PARTS_OF_PAGES or response.status_code >= 400:
            headers.setdefault("Content-Security-Policy", POLICY)
            headers.setdefault("Referrer-Policy", "same-origin")
            headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
            headers.setdefault("Permissions-Policy", "geolocation=(), microphone=(), camera=()")
        if request.path.startswith(READ_BY_ANYONE) and request.method in READING:
            _let_others_read(response)
        _tell_caches(response, app.config["BUILD"])
        return response
