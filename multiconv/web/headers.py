"""What every answer says to browsers and caches, and what no other site may ask for."""

from __future__ import annotations

from flask import Flask, Response, request

from multiconv.errors import MultiConvError
from multiconv.web.errors import answer

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DRAWING_POLICY = "default-src 'none'; img-src data:; frame-ancestors 'none'"
FOREVER = "public, max-age=31536000, immutable"


def register(app: Flask) -> None:
    """Refuse posts from other sites, and set the security and caching headers."""

    @app.before_request
    def same_site_only() -> Response | None:
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            return None
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        origin = request.headers.get("Origin")
        if site in {"same-origin", "none"} and origin in {None, request.host_url.rstrip("/")}:
            return None
        return answer(
            MultiConvError(
                "This request was sent from another site's page.",
                "Open this page itself and choose the picture there.",
            ),
            403,
        )

    @app.after_request
    def secured(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "geolocation=(), microphone=(), camera=()")
        if response.status_code >= 400:
            headers["Cache-Control"] = "no-store"
        elif request.args.get("v") == app.config["BUILD"]:
            headers["Cache-Control"] = FOREVER
        elif request.method in {"GET", "HEAD"} and response.status_code == 200:
            headers.setdefault("Cache-Control", "no-cache")
            if not response.is_streamed and not response.direct_passthrough:
                response.add_etag()
                response.make_conditional(request)
        return response
