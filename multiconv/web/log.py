"""One line of JSON a request, with nothing in it that a person typed or sent."""

from __future__ import annotations

import json
import logging
import time

from flask import Flask, Response, g, request

LOGGER = logging.getLogger("multiconv.requests")
METHODS = {"GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"}


def register(app: Flask) -> None:
    """Log every answer; register this first, so that the time is the whole request's."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def tell(response: Response) -> Response:
        # The rule stands for the path: ids, names and queries are people's own.
        rule = request.url_rule.rule if request.url_rule else None
        sent = response.calculate_content_length() or response.content_length or 0
        write(rule, request.method, response.status_code, g.get("began"), sent)
        return response


def write(rule: str | None, method: str, status: int, began: float | None, sent: int) -> None:
    """Write the line of an answer, of so many bytes sent, to what began then."""
    now = time.perf_counter()
    line = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "method": method if method in METHODS else "other",
        "path": rule,
        "status": status,
        "ms": round((now - (now if began is None else began)) * 1000, 1),
        "bytes": sent,
    }
    LOGGER.info("%s", json.dumps(line))
