"""The API's own description, put together from the values and the routes that answer it."""

from __future__ import annotations

import inspect
import re
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from multiconv.web import answers, schemas
from multiconv.web.errors import TITLES

blueprint = Blueprint("openapi", __name__)

Document = dict[str, Any]

COMPUTED = (400, 404, 413, 414, 503)
"""What may be answered where an experiment is computed, besides the answer."""


def _answer(words: str, kind: str, schema: Document, extra: Document | None = None) -> Document:
    return {"description": words, "content": {kind: {"schema": schema}}, **(extra or {})}


def _mistakes(statuses: tuple[int, ...], kind: str = "application/problem+json") -> Document:
    schema = answers.PROBLEM if kind.endswith("json") else schemas.TEXT
    return {str(status): _answer(TITLES[status], kind, schema) for status in statuses}


def _either(statuses: tuple[int, ...]) -> Document:
    """Return mistakes told as JSON or as a page, as the request's Accept says."""
    kinds = [_mistakes(statuses, kind) for kind in ("application/problem+json", "text/html")]
    return {
        status: told | {"content": told["content"] | kinds[1][status]["content"]}
        for status, told in kinds[0].items()
    }


def _reading(
    words: str,
    kind: str,
    schema: Document,
    *,
    parameters: tuple[Document, ...] = (),
    mistakes: str = "application/problem+json",
) -> Document:
    """Return a GET that computes an experiment."""
    return {
        "parameters": [*parameters, *schemas.parameters()],
        "responses": {
            "200": _answer(words, kind, schema, {"headers": schemas.CACHED}),
            "304": {"description": "The same as under the ETag that was given"},
            **_mistakes(COMPUTED, mistakes),
        },
    }


def _in_body(words: str, kind: str, parameters: tuple[Document, ...]) -> Document:
    """Return the same as `_reading` whose parameters are sent as a form's fields."""
    fields = {entry["name"]: entry["schema"] for entry in (*parameters, *schemas.parameters())}
    form = {"type": "object", "properties": fields, "additionalProperties": False}
    return {
        "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": form}}},
        "responses": {
            "200": _answer(words, kind, schemas.BYTES),
            **_mistakes((*COMPUTED, 403)),
        },
    }


def _sending(form: Document, stored: Document) -> Document:
    """Return a POST of a form with a file, from a script or from a page."""
    return {
        "description": "With Accept: application/json the facts, else the way to the page.",
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
        "responses": {
            "201": _answer("Stored", "application/json", stored),
            "303": {"description": "Stored; the page that shows it"},
            **_either((400, 403, 404, 413, 414, 415, 503, 507)),
        },
    }


def _taken_away(page: str) -> dict[tuple[str, str], Document]:
    """Return the same as `_operations`, of what people take with them."""
    octets, svg, python = "application/octet-stream", "image/svg+xml", "text/x-python"
    film = _reading("The film", "image/gif", schemas.BYTES, parameters=schemas.FILM, mistakes=page)
    film["responses"]["200"]["content"]["image/webp"] = {"schema": schemas.BYTES}
    return {
        ("takeaway.stage", "get"): _reading("The figure", svg, schemas.TEXT, mistakes=page),
        ("takeaway.numbers", "get"): _reading("The .npz", octets, schemas.BYTES, mistakes=page),
        ("takeaway.film", "get"): film,
        ("takeaway.program", "get"): _reading(
            "The program", python, schemas.TEXT, parameters=schemas.LIBRARY, mistakes=page
        ),
    }


def _operations() -> dict[tuple[str, str], Document]:
    """Return (endpoint, method) → what its answers are; the rest is read off the routes."""
    page = "text/html"
    png = _reading("The map", "image/png", schemas.BYTES, parameters=schemas.MAP, mistakes=page)
    png["parameters"] = [*png["parameters"], schemas.PAPER]
    return {
        ("api.healthz", "get"): {"responses": {"200": _answer("Up", "text/plain", schemas.TEXT)}},
        ("api.facts", "get"): _reading("The facts", "application/json", answers.EXPERIMENT),
        ("api.one_pixel", "get"): _reading("The arithmetic", "application/json", answers.PROBE),
        ("api.planes", "get"): _reading(
            "The planes", "application/octet-stream", schemas.BYTES,
            parameters=(schemas.MAPS, schemas.PACKED),
        ),
        ("api.planes", "post"): _in_body(
            "The planes", "application/octet-stream", (schemas.MAPS, schemas.PACKED)
        ),
        ("maps.picture", "get"): png,
        ("maps.numbers", "get"): _reading(
            "The map", "application/octet-stream", schemas.BYTES, parameters=schemas.MAP,
            mistakes=page,
        ),
        ("maps.values", "get"): _reading(
            "The histogram", "image/svg+xml", schemas.TEXT, parameters=schemas.MAP, mistakes=page
        ),
        ("maps.diagram", "get"): _reading(
            "The drawing", "image/svg+xml", schemas.TEXT, mistakes=page
        ),
        **_taken_away(page),
        ("uploads.images", "post"): _sending(answers.UPLOAD, answers.STORED),
        ("weights.take", "post"): _sending(answers.WEIGHTS, answers.WEIGHTS_STORED),
        ("banks.filters", "post"): {
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {"schema": {"oneOf": [answers.FILTERS, answers.LINK]}},
                    "application/octet-stream": {
                        "schema": schemas.BYTES | {"description": "the same as .npy"}
                    },
                },
            },
            "responses": {
                "201": _answer("Stored", "application/json", answers.FILTERS_STORED),
                **_either((400, 403, 404, 413, 414, 503, 507)),
            },
        },
        ("uploads.delete", "delete"): {
            "parameters": [schemas.IMAGE_ID],
            "responses": {
                "200": _answer("Gone", "application/json", answers.DELETED),
                **_mistakes((403, 404, 413, 414)),
            },
        },
    }  # fmt: skip


def document() -> Document:
    """Return the description of every address that scripts may use (OpenAPI 3.1)."""
    operations = _operations()
    paths: Document = {}
    for rule in current_app.url_map.iter_rules():
        path = re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule)
        for method in rule.methods or ():
            if told := operations.get((rule.endpoint, method.lower())):
                words = inspect.getdoc(current_app.view_functions[rule.endpoint]) or ""
                summary, _, more = words.partition("\n\n")
                named = {"operationId": rule.endpoint.rpartition(".")[2], "summary": summary}
                described = {"description": more} if more else {}
                paths.setdefault(path, {})[method.lower()] = named | described | told
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "multiconv",
            "version": current_app.config["BUILD"],
            "description": "What each input channel adds to one output channel of a convolution.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": dict(sorted(paths.items())),
    }


@blueprint.get("/openapi.json")
def description() -> Response:
    """Answer this description."""
    return jsonify(document())
