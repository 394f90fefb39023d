"""Answers that several routes give: on to a page, made of what was sent, files to keep."""

from __future__ import annotations

from typing import Any, cast

from flask import Response, jsonify, redirect, request

DRAWING_POLICY = "default-src 'none'; img-src data:; frame-ancestors 'none'"


def under(address: str) -> str:
    """Return an address of this app as it is from outside: below the path that it has there."""
    return request.script_root + address


def seen_at(link: str) -> Response:
    """Return the answer that sends a browser on to a page, as an address without a host."""
    return cast(Response, redirect(under(link), 303))


def made_at(link: str, **facts: Any) -> Response:
    """Return the answer that tells a script what was made of what it sent, and where it is."""
    answer = jsonify(url=under(link), **facts)
    answer.status_code = 201
    answer.headers["Location"] = under(link)
    return answer


def drawing_file(drawing: str) -> Response:
    """Return a drawing as a file that needs nothing else."""
    response = Response(drawing, content_type="image/svg+xml; charset=utf-8")
    response.headers["Content-Security-Policy"] = DRAWING_POLICY
    return response


def file_to_keep(body: bytes, name: str, kind: str, *, how: str = "attachment") -> Response:
    """Return a file under the name that it is kept by."""
    response = Response(body, content_type=kind)
    response.headers["Content-Disposition"] = f'{how}; filename="{name}"'
    return response
