"""What every answer says to browsers and caches, how texts are deflated, what no route sees.

Pictures are small already, and planes have their own way (``packed=1``): only texts are deflated.
"""

from __future__ import annotations

import gzip
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.sansio.utils import host_is_trusted
from werkzeug.wsgi import FileWrapper

from multiconv.errors import MultiConvError, TooLarge
from multiconv.experiment.model import LIMITS
from multiconv.web.errors import answer
from multiconv.web.request import is_of_uploads, repairs
from multiconv.web.settings import Settings, variable
from multiconv.web.sharing import is_own

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; "
)
"""What pages may load; who may show them in a frame is a setting."""
NOBODY = "'none'"
OF_PAGES = {
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
FOREVER = "public, max-age=31536000, immutable"
MINE = "private, max-age=31536000, immutable"
"""Of a picture or filters of somebody's own: once deleted no cache that others share has them."""
REPAIRED = "Multiconv-Repaired"
"""The header that says what of the request's link was put right, as words of `REPAIRS`."""
READING = ("GET", "HEAD", "OPTIONS")
READ_BY_ANYONE = ("/api/", "/maps/", "/diagram.svg", "/openapi.json")
"""Paths that scripts of other sites may read; they are the same for everybody."""
TO_ANYONE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": f"ETag, Retry-After, {REPAIRED}",
}
TO_WHO_ASKS_FIRST = {
    "Access-Control-Allow-Methods": ", ".join(READING),
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
}
PARTS_OF_PAGES = {"text/css", "text/javascript", "application/javascript"}  # as the system says
ASKED_BY_MACHINES = {"api.healthz", "api.readyz", "metrics"}
"""Endpoints that are answered under any name: who watches a server asks for it by its number."""
TAKES_FILES = {"uploads.images", "banks.filters", "banks.take"}
TEXTS = {
    *("text/html", "text/css", "text/javascript", "text/plain"),
    *("application/json", "image/svg+xml"),
}
LEAST = 1024
"""Bytes below which deflating saves nothing."""
LEVEL = 5


def same_host(origin: str, host: str) -> bool:
    """Tell whether a page's origin is on the host asked; behind TLS the schemes differ."""
    own = origin.partition("://")[2].lower()
    usual = {"http": ":80", "https": ":443"}.get(urlsplit(origin).scheme, "")
    return bool(own) and own.removesuffix(usual) == host.lower().removesuffix(usual)


def _foreign(hosts: tuple[str, ...]) -> MultiConvError | None:
    """Return the mistake of a request that was sent by a page which is none of our own."""
    problem = "This request was sent from another site's page."
    remedy = "Open this page itself and choose the picture there."
    if site := request.headers.get("Sec-Fetch-Site"):
        return None if site in {"same-origin", "none"} else MultiConvError(problem, remedy)
    origin = request.headers.get("Origin")
    if origin is None or same_host(origin, request.host):
        return None
    if hosts and host_is_trusted(origin.partition("://")[2], hosts):
        return None
    proxy = (
        "If this is the page itself, a proxy hides its name from the server: who runs it can let "
        f"the proxy send X-Forwarded-Host and set {variable('proxies')}=1."
    )
    return MultiConvError(problem, f"{remedy} {proxy}")


def _refused(settings: Settings) -> Response | None:
    """Return the answer to a request that no route should see."""
    known = not settings.hosts or host_is_trusted(request.host, settings.hosts)
    if not (known or request.endpoint in ASKED_BY_MACHINES):
        unknown = MultiConvError(
            "This server does not answer to that host’s name.",
            f"Use one of its own, or ask who runs it to add this one to {variable('hosts')}.",
        )
        return answer(unknown, 400)
    if len(request.query_string) > LIMITS.query_bytes:
        long = TooLarge(
            f"The address has {len(request.query_string):,} bytes of query; "
            f"{LIMITS.query_bytes:,} is the most.",
            "Use a named filter bank, or fewer or smaller kernels.",
            field="query",
            limit=f"{LIMITS.query_bytes // 1024} KiB",
        )
        return answer(long, 414)
    if request.method not in READING and (foreign := _foreign(settings.hosts)):
        return answer(foreign, 403)
    if request.endpoint not in TAKES_FILES and (request.content_length or 0) > LIMITS.body_bytes:
        raise TooLarge(
            f"The body has {request.content_length:,} bytes; {LIMITS.body_bytes:,} is the most.",
            "Send what you mean in the address; only pictures and filters are sent in bodies.",
            field="body",
            limit=f"{LIMITS.body_bytes // 1024} KiB",
        )
    return None


def _tell_caches(response: Response, build: str) -> None:
    """Say how long an answer holds: for ever under this build, else until its ETag changes."""
    if response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    elif request.method in {"GET", "HEAD"} and response.status_code in {200, 304}:
        of_build = request.path.startswith(READ_BY_ANYONE) and request.args.get("v") == build
        holds = MINE if is_of_uploads() or repairs() else FOREVER
        response.headers.setdefault("Cache-Control", holds if of_build else "no-cache")
        if not response.is_streamed and not response.direct_passthrough:
            response.add_etag()
            response.make_conditional(request)


def _deflate(response: Response) -> None:
    if response.status_code != 200 or response.mimetype not in TEXTS:
        return
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] <= 0 or "Content-Encoding" in response.headers:
        return
    file = response.response
    response.direct_passthrough = False
    body = response.get_data()
    if isinstance(file, FileWrapper):
        file.close()
    if len(body) < LEAST:
        return
    # No time in it, so that the same page has the same bytes and the same ETag.
    response.set_data(gzip.compress(body, LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    tag, weak = response.get_etag()
    if tag:
        response.set_etag(f"{tag}-gzip", weak=bool(weak))


def register(app: Flask, settings: Settings) -> None:
    """Refuse what no route should see; deflate texts; set the security and caching headers."""
    policy = f"{POLICY}frame-ancestors {' '.join(settings.embedders) or NOBODY}"

    @app.before_request
    def refuse() -> Response | None:
        return _refused(settings)

    @app.after_request
    def finish(response: Response) -> Response:
        _deflate(response)  # before its tag is set, which is then that of the bytes sent
        headers = response.headers
        headers["X-Content-Type-Options"] = "nosniff"
        # Browsers read these of what can be a page; on sixty small files they would be 20 kB.
        if response.mimetype not in PARTS_OF_PAGES or response.status_code >= 400:
            headers.setdefault("Content-Security-Policy", policy)
            headers.extend(OF_PAGES)
            # Browsers have a camera for secure pages alone; the page asks for it on use.
            may = "self" if request.is_secure or is_own(request.host) else ""
            headers["Permissions-Policy"] = f"geolocation=(), microphone=(), camera=({may})"
        if request.path.startswith(READ_BY_ANYONE) and request.method in READING:
            headers.extend(TO_ANYONE)
            if request.method == "OPTIONS":
                headers.extend(TO_WHO_ASKS_FIRST)
        if words := repairs():
            headers[REPAIRED] = ",".join(words)
        _tell_caches(response, app.config["BUILD"])
        return response
