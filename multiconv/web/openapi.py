"""The API's own description, put together from the values and the routes that answer it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from multiconv.engine.activations import ACTIVATIONS
from multiconv.experiment.banks import PLANES
from multiconv.experiment.fields import BY_NAME, NAMES, WHAT_IFS
from multiconv.experiment.link import COUNT
from multiconv.experiment.model import ALL, KINDS, LIMITS
from multiconv.experiment.programs import LIBRARIES
from multiconv.filters.kernels import KERNELS
from multiconv.imaging.samples import SAMPLES
from multiconv.networks.shipped import CREDITS
from multiconv.web.errors import TITLES

blueprint = Blueprint("openapi", __name__)

Document = dict[str, Any]

COMPUTED = (400, 404, 413, 414, 503)
"""What may be answered where an experiment is computed, besides the answer."""

PROBLEMS, PAGE, JSON = "application/problem+json", "text/html", "application/json"
OCTETS, DRAWING = "application/octet-stream", "image/svg+xml"


def _row_of(items: Document, least: int = 0, most: int = 0) -> Document:
    bounds = {"minItems": least, "maxItems": most} if most else {}
    return {"type": "array", "items": items, **bounds}


def _record(required: Document, optional: Document | None = None) -> Document:
    """Return the schema of an object with just these properties."""
    return {
        "type": "object",
        "properties": required | (optional or {}),
        "required": list(required),
        "additionalProperties": False,
    }


def _words(known: Iterable[str]) -> Document:
    return {"type": "string", "enum": list(known)}


def _whole(lowest: int, highest: int) -> Document:
    return {"type": "integer", "minimum": lowest, "maximum": highest}


TEXT: Document = {"type": "string"}
BYTES: Document = {"type": "string", "format": "binary"}
WHOLE: Document = {"type": "integer"}
NUMBER: Document = {"type": "number"}
MAYBE: Document = {"type": ["number", "null"]}
ID: Document = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
PAIR, SHAPE, GRID = _row_of(WHOLE, 2, 2), _row_of(WHOLE, 4, 4), _row_of(_row_of(NUMBER))

PROBLEM = _record(
    {"type": TEXT, "title": TEXT, "status": WHOLE, "detail": TEXT, "remedy": TEXT},
    {"field": TEXT, "limit": TEXT},
)
FACTS_OF_A_MAP = _record(
    {"name": TEXT, "shape": _row_of(WHOLE)}
    | dict.fromkeys(("min", "max", "mean"), MAYBE)
    | dict.fromkeys(("png", "npy"), TEXT)
)
WHAT_IF: Document = {"if": _record({"name": _words(WHAT_IFS), "words": TEXT})}
LAYER = _record(
    {"n": WHOLE, "name": TEXT, "kind": _words(KINDS), "input_shape": SHAPE, "output_shape": SHAPE}
    | dict.fromkeys(("kernel", "strides", "dilations"), PAIR)
    | {"pads": _row_of(PAIR, 2, 2), "activation": _words(ACTIVATIONS)}
    | dict.fromkeys(("groups", "parameters", "multiply_adds"), WHOLE)
    | {"field": PAIR, "jump": _row_of(NUMBER, 2, 2)},  # a transposed layer's is a fraction
    {"output_padding": PAIR},
)
NETWORK = _record(
    dict.fromkeys(("name", "title", "credit", "image", "url"), TEXT)
    | {"size": WHOLE, "parameters": WHOLE, "layers": _row_of(LAYER)}
)
LEARNING = _record(
    {"step": WHOLE, "steps_to_one_percent": {"type": ["integer", "null"]}}
    | dict.fromkeys(("rate", "stable", "condition", "loss", "first_loss", "floor", "bias"), NUMBER)
    | dict.fromkeys(("weights", "gradient"), GRID)
)
GEOMETRY = _record(
    dict.fromkeys(("input", "kernel", "strides", "dilations", "output"), PAIR)
    | {"pads": _row_of(PAIR, 2, 2), "mode": TEXT}
)
WAY = _record(
    dict.fromkeys(("rate", "level", "floor"), NUMBER)
    | {"last": WHOLE, "vectors": GRID}
    | dict.fromkeys(("means", "values", "ends", "missing"), _row_of(NUMBER))
    | {"target": _record({"kernels": GRID, "geometry": GEOMETRY})}
)
EXPERIMENT = _record(
    {
        "query": TEXT,
        "sentence": TEXT,
        "filters_of": _row_of(_record({"first": WHOLE, "last": WHOLE, "of": TEXT})),
        "input_shape": SHAPE,
        "filters_shape": SHAPE | {"description": "HWIO; HWOI of a transposed layer"},
        "output_shape": SHAPE,
        "layers": _row_of(LAYER),
        "layer": WHOLE,
        "pads": _row_of(PAIR, 2, 2),
        "k": WHOLE,
        "pixel": PAIR,
        "range": NUMBER,
        "maps": _row_of(FACTS_OF_A_MAP),
        "cost": _record({"multiply_adds": WHOLE}),
    },
    WHAT_IF | {"output_padding": PAIR, "learning": LEARNING},
)
SUBTOTAL = _record(
    {"q": WHOLE, "subtotal": NUMBER}, dict.fromkeys(("values", "kernel", "products"), GRID)
)
PROBE = _record(
    {
        "i": WHOLE,
        "j": WHOLE,
        "k": WHOLE,
        "rows": _row_of(WHOLE),
        "cols": _row_of(WHOLE),
        "channels": _row_of(SUBTOTAL),
        **dict.fromkeys(("for", "against", "bias"), NUMBER),
        **dict.fromkeys(("sum", "total"), MAYBE),
        "field": _record(dict.fromkeys(("top", "left", "height", "width"), WHOLE)),
    },
    WHAT_IF | {"divisor": WHOLE} | dict.fromkeys(("row_taps", "col_taps"), _row_of(WHOLE)),
)
STORED = _record({"id": ID, "width": WHOLE, "height": WHOLE, "url": TEXT, "notes": _row_of(TEXT)})

WEIGHT: Document = {"type": "number", "minimum": -LIMITS.weight, "maximum": LIMITS.weight}
TAPS = _row_of(_row_of(WEIGHT, 1, LIMITS.outputs), 1, LIMITS.inputs)
FILTERS = _row_of(_row_of(TAPS, 1, LIMITS.kernel_side), 1, LIMITS.kernel_side) | {
    "description": "filters[di][dj][q][k]: kernel rows, kernel columns, inputs, outputs"
}
LINK = _record({"query": TEXT | {"description": "of a link whose kernels are to be stored"}})
WEIGHTS = _record(
    {"weights": BYTES | {"description": ".npy, .npz, JSON or .safetensors"}},
    {
        "tensor": TEXT | {"description": "which, if there are several"},
        "layout": _words(("auto", "hwio", "oihw", "ohwi")),
        "order": _words(("rgb", "bgr")),
        "first": _whole(0, 100_000) | {"description": "the first output that is taken"},
    },
)
_STORED_BANK: Document = {
    "kernel": _row_of(_whole(1, LIMITS.kernel_side), 2, 2),
    "outputs": _whole(1, LIMITS.outputs),
    "url": TEXT,
}
FILTERS_STORED = _record({"id": ID} | _STORED_BANK)
RECEIPT = _record(
    {
        "tensor": TEXT,
        "shape": SHAPE,
        "dtype": TEXT,
        "layout": _words(("hwio", "oihw", "ohwi")),
        "order": _words(("rgb", "bgr")),
        "first": WHOLE,
        "outputs": WHOLE,
        "of": WHOLE,
        "bias": TEXT | {"description": "which tensor was taken along; empty for none"},
        "left_out": _row_of(_record({"name": TEXT, "what": TEXT})),
    }
)
WEIGHTS_STORED = _record(_STORED_BANK | {"receipt": RECEIPT})


def _parameter(name: str, schema: Document, words: str = "", where: str = "query") -> Document:
    told = {"name": name, "in": where, "required": where == "path", "schema": schema}
    return told | ({"description": words} if words else {})


NAME_OF_A_MAP = (
    "input-<q>, partial-<q>, running-<n>, sum, for, against, subtotals, rest (of more inputs than "
    "have a row), output-<k>, layer-<n>-<k>, edges-<n>, or influence; of a generator also z and "
    "generated, of a transposed layer stamps; as pictures also photo, outputs, partials, "
    "counted and card"
)
MAP = _parameter("name", TEXT | {"pattern": "^[a-z0-9-]+$"}, NAME_OF_A_MAP, "path")
MAPS = _parameter("maps", TEXT, "names of maps, with commas")
PACKED = _parameter("packed", _words("01"), "1: differences, deflated, for slow networks")
TABLES = _parameter(
    "tables",
    TEXT | {"examples": [ALL, "0,1"]},
    "input channels, with commas, whose values, kernels and products are told; all unless said",
)
PAPER = _parameter("paper", _words("01"), "1 for an opaque picture")
STORED_ID = _parameter("name", ID, where="path")
LIBRARY = _parameter("library", _words(LIBRARIES), where="path")
FILM = _parameter("name", _words(("window", "sum")), where="path")
KIND_OF_FILM = _parameter("kind", _words(("gif", "webp")), where="path")


def _of_a_link() -> list[Document]:
    """Return the parameters that describe an experiment, every one optional."""
    schemas = {name: dict(BY_NAME[name].kind.schema) for name in NAMES}
    schemas["network"]["examples"] = list(CREDITS)
    schemas["image"]["examples"] = [f"sample:{name}" for name in SAMPLES]
    kernel = {
        "type": "string",
        "description": "kh·kw numbers row by row, with commas, or a named kernel",
        "examples": [*KERNELS, "0,0,0,0,1,0,0,0,0"],
    }
    schemas |= {f"w.{q}.0": kernel for q in range(PLANES)}
    schemas[COUNT] = _whole(1, LIMITS.layers)
    said = {
        "w.0.0": "w.<q>.<k>: the kernel from input channel q to output channel k",
        COUNT: "how many; what is of a further layer n has n. before it, as 2.kernel",
    }
    return [
        _parameter(name, schema, said.get(name, schema.get("description", name)))
        for name, schema in schemas.items()
    ]


def _answer(words: str, kind: str, schema: Document) -> Document:
    return {"description": words, "content": {kind: {"schema": schema}}}


def _mistakes(*statuses: int, kind: str = PROBLEMS) -> Document:
    schema = PROBLEM if kind == PROBLEMS else TEXT
    return {str(status): _answer(TITLES[status], kind, schema) for status in statuses}


def _reading(
    words: str, kind: str, schema: Document, *parameters: Document, mistakes: str = PAGE
) -> Document:
    """Return a GET that computes an experiment."""
    cached = {"headers": {"ETag": {"schema": TEXT}, "Cache-Control": {"schema": TEXT}}}
    return {
        "parameters": [*parameters, *_of_a_link()],
        "responses": {
            "200": _answer(words, kind, schema) | cached,
            "304": {"description": "The same as under the ETag that was given"},
            **_mistakes(*COMPUTED, kind=mistakes),
        },
    }


def _storing(bodies: Document, stored: Document, *more: int) -> Document:
    """Return a POST of what is stored, its mistakes told as JSON or as a page, as Accept says."""
    statuses = (400, 403, 404, 413, 414, 429, 503, 507, *more)
    either = {PROBLEMS: {"schema": PROBLEM}, PAGE: {"schema": TEXT}}
    refused = {str(each): {"description": TITLES[each], "content": either} for each in statuses}
    return {
        "requestBody": {
            "required": True,
            "content": {kind: {"schema": schema} for kind, schema in bodies.items()},
        },
        "responses": {"201": _answer("Stored", JSON, stored), **refused},
    }


def _sending(form: Document, stored: Document, *, receipt: bool = False) -> Document:
    """Return a POST of a form with a file, from a script or from a page."""
    told = _storing({"multipart/form-data": form}, stored, 415)
    if receipt:
        told["responses"]["201"]["content"]["text/html"] = {"schema": TEXT}
        way = "a page with the receipt and the way to the figure"
    else:
        told["responses"]["303"] = {"description": "Stored; the page that shows it"}
        way = "the way to the page"
    return told | {"description": f"With Accept: application/json the facts, else {way}."}


def _operations() -> dict[tuple[str, str], Document]:
    """Return (endpoint, method) → what its answers are; the rest is read off the routes."""
    png = _reading("The map", "image/png", BYTES, MAP)
    png["parameters"].append(PAPER)
    film = _reading("The film", "image/gif", BYTES, FILM, KIND_OF_FILM)
    film["responses"]["200"]["content"]["image/webp"] = {"schema": BYTES}
    planes = _reading("The planes", OCTETS, BYTES, MAPS, PACKED, mistakes=PROBLEMS)
    form = {
        "type": "object",
        "properties": {entry["name"]: entry["schema"] for entry in planes["parameters"]},
        "additionalProperties": False,
    }
    told = {"200": _answer("Gone", JSON, _record({"deleted": ID}))}
    told |= _mistakes(403, 404, 413, 414, 429, 503)
    gone: Document = {"parameters": [STORED_ID], "responses": told}
    return {
        ("api.healthz", "get"): {"responses": {"200": _answer("Up", "text/plain", TEXT)}},
        ("api.readyz", "get"): {
            "responses": {
                "200": _answer("Ready", "text/plain", TEXT),
                "503": _answer("Not ready, and why", "text/plain", TEXT),
            }
        },
        ("api.facts", "get"): _reading("The facts", JSON, EXPERIMENT, mistakes=PROBLEMS),
        ("api.networks", "get"): {
            "responses": {
                "200": _answer("The networks", JSON, _record({"networks": _row_of(NETWORK)}))
            }
        },
        ("api.one_pixel", "get"): _reading(
            "The arithmetic", JSON, PROBE, TABLES, mistakes=PROBLEMS
        ),
        ("api.learning", "get"): _reading("All steps", JSON, WAY, mistakes=PROBLEMS),
        ("api.planes", "get"): planes,
        ("api.planes", "post"): {
            "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": form}}},
            "responses": {"200": _answer("The planes", OCTETS, BYTES), **_mistakes(*COMPUTED, 403)},
        },
        ("maps.picture", "get"): png,
        ("maps.numbers", "get"): _reading("The map", OCTETS, BYTES, MAP),
        ("maps.values", "get"): _reading("The histogram", DRAWING, TEXT, MAP),
        ("maps.diagram", "get"): _reading("The drawing", DRAWING, TEXT),
        ("takeaway.stage", "get"): _reading("The figure", DRAWING, TEXT),
        ("takeaway.numbers", "get"): _reading("The .npz", OCTETS, BYTES),
        ("takeaway.film", "get"): film,
        ("takeaway.program", "get"): _reading("The program", "text/x-python", TEXT, LIBRARY),
        ("uploads.images", "post"): _sending(_record({"image": BYTES}), STORED),
        ("banks.take", "post"): _sending(WEIGHTS, WEIGHTS_STORED, receipt=True),
        ("banks.filters", "post"): _storing(
            {
                JSON: {"oneOf": [FILTERS, LINK]},
                OCTETS: BYTES | {"description": "the same as .npy"},
            },
            FILTERS_STORED,
        ),
        ("uploads.delete", "delete"): gone,
        ("uploads.forget", "delete"): gone,
    }


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
        **({"servers": [{"url": request.script_root}]} if request.script_root else {}),
        "paths": dict(sorted(paths.items())),
    }


@blueprint.get("/openapi.json")
def description() -> Response:
    """Answer this description."""
    return jsonify(document())
