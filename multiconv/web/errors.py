"""Mistakes as answers: a status for each kind, a page for people, problem+json under the API."""

from __future__ import annotations

import json
import traceback

from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from multiconv.errors import (
    Busy,
    InvalidValue,
    MultiConvError,
    NotFound,
    StoreAway,
    StoreFull,
    TooLarge,
    TooMany,
    UnsupportedPicture,
)
from multiconv.experiment.model import LIMITS

STATUS: dict[type[MultiConvError], int] = {
    InvalidValue: 400,
    NotFound: 404,
    TooLarge: 413,
    UnsupportedPicture: 415,
    TooMany: 429,
    Busy: 503,
    StoreAway: 503,
    StoreFull: 507,
}

TITLES = {
    400: "That value cannot be used",
    403: "That request came from another site",
    404: "Nothing here by that name",
    405: "That address does not take this kind of request",
    413: "Too large",
    414: "The address is too long",
    415: "Not a picture that can be read",
    429: "Too many at once from one address",
    500: "Something went wrong here",
    503: "Busy at this moment",
    507: "No room for another picture",
}


AWAY = "The store cannot be reached"
"""The title of what waits for the store, not for a turn."""
AGAIN = {TooMany: "60", StoreAway: "5", Busy: "1"}
"""Seconds after which the same may be asked again."""


def status_of(error: MultiConvError) -> int:
    """Return the HTTP status that an error is answered with."""
    return STATUS.get(type(error), 400)


def wants_json() -> bool:
    """Tell whether this request is for the API, or asks for JSON before HTML."""
    accept = request.accept_mimetypes
    return (
        request.path.startswith("/api/")
        or request.method == "DELETE"
        or (bool(accept) and accept["application/json"] > accept["text/html"])
    )


def answer(error: MultiConvError, status: int = 0) -> Response:
    """Return an error in the form this request can use: problem+json (RFC 9457), or a page."""
    status = status or status_of(error)
    title = AWAY if isinstance(error, StoreAway) else TITLES.get(status, "Error")
    if wants_json():
        told = {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": str(error),
            "field": error.field,
            "limit": error.limit,
            "remedy": error.remedy,
        }
        known = {name: value for name, value in told.items() if value is not None}
        body = json.dumps(known, ensure_ascii=False)
        response = Response(body, status, content_type="application/problem+json")
    else:
        framed = request.headers.get("Sec-Fetch-Dest") in {"iframe", "frame"}
        back = "/?embed=1" if framed else "/"  # a figure that stands alone stays so
        page = render_template("error.html", error=error, title=title, status=status, back=back)
        response = Response(page, status)
    tell_when_again(response, error)
    return response


def tell_when_again(response: Response, error: MultiConvError) -> None:
    """Say when to come again, of a mistake that is none of whoever asked."""
    if type(error) in AGAIN:
        response.headers["Retry-After"] = AGAIN[type(error)]


def body_too_large() -> TooLarge:
    """Return the mistake of a request whose body is over the limit."""
    limit = f"{LIMITS.upload_bytes // 2**20} MiB"
    return TooLarge(
        "What was sent is larger than this address takes.",
        f"An upload may have up to {limit}: save the picture smaller, or as a JPEG.",
        field="image",
        limit=limit,
    )


def register(app: Flask) -> None:
    """Answer every mistake, expected or not, in words."""
    app.register_error_handler(MultiConvError, answer)
    app.register_error_handler(RequestEntityTooLarge, lambda _: answer(body_too_large()))

    @app.errorhandler(HTTPException)
    def other(error: HTTPException) -> Response:
        status = error.code or 500
        words = MultiConvError(
            f"{TITLES.get(status, error.name)}.", "Go to the start page and try from there."
        )
        response = answer(words, status)
        for name, value in error.get_headers():
            if name.lower() in {"allow", "retry-after"}:
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        # Not the error's own words: they may hold what somebody typed.
        frames = "".join(traceback.format_tb(error.__traceback__))
        current_app.logger.error("%s\n%s", type(error).__name__, frames)
        return answer(
            MultiConvError("This is a fault of the server's.", "Try again, or start again."), 500
        )
