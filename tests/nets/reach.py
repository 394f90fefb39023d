"""All that the nets know of the project's insides; when a module moves, this file alone follows it.

The rest of the folder speaks HTTP to the app and plain JSON values to these functions.
"""

from __future__ import annotations

import io
import json
import re
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import numpy as np
from flask.testing import FlaskClient
from numpy.typing import NDArray
from PIL import Image

from multiconv.errors import MultiConvError, NotFound
from multiconv.experiment.banks import bank_text
from multiconv.experiment.link import read, to_query
from multiconv.web import create_app

PICTURE = "285909fc74ccdcb2467d0a7cce3cb0947a3911155267129276abab0c8ddd79d7"
BANK = "6a53d07dccd4fb3a2a853ea333964218917b309271f01aef285c0cbc51f699ce"
"""The ids of the picture and the bank that `app_client` stores, which links name."""

_FILTERS = np.arange(3 * 5 * 3 * 2).reshape(3, 5, 3, 2) % 7 / 8 - 0.25
_JSON = {"Accept": "application/json", "Content-Type": "application/json"}
_SPOKEN = "told-"
"""How the ids of the sentences begin that wait in the page for a fragment to show them."""


def parse(query: str) -> dict[str, Any]:
    """Return what a query says, as plain values; numbers stay numbers, pairs become lists."""
    experiment = _read(query)
    source, focus, view = experiment.source, experiment.focus, experiment.view
    return _plain(
        {
            "source": {"image": source.image, "size": source.size},
            "layers": [
                {
                    "bank": bank_text(layer.bank),
                    "kernel_size": layer.kernel_size,
                    "outputs": layer.outputs,
                    "kernels": [[q, k, kernel] for (q, k), kernel in layer.kernels],
                    "bias": layer.bias,
                    "strides": layer.strides,
                    "padding": layer.padding,
                    "padding_mode": layer.padding_mode,
                    "dilations": layer.dilations,
                    "groups": layer.groups,
                    "activation": layer.activation,
                    "off": layer.off,
                }
                for layer in experiment.layers
            ],
            "focus": {"k": focus.k, "i": focus.i, "j": focus.j},
            "view": {"range": view.range, "ranges": view.ranges, "inputs": view.inputs},
        }
    )


def canonical(query: str) -> str:
    """Return the one link of the experiment that a query describes."""
    return to_query(_read(query))


def refusal(query: str) -> dict[str, Any] | None:
    """Return what is wrong with a query, or None if it can be used."""
    try:
        _read(query)
    except MultiConvError as error:
        return {
            "error": type(error).__name__,
            "message": str(error),
            "field": error.field,
            "limit": error.limit,
        }
    return None


def _read(query: str) -> Any:
    return read(parse_qsl(query, keep_blank_values=True), _stored)


def _stored(name: str) -> NDArray[np.float64]:
    if name != BANK:
        raise NotFound("There is no such bank.", "Use another.", field="filters")
    return _FILTERS


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


def app_client(folder: Path) -> FlaskClient:
    """Return a client of an app over a store with one picture and one bank beside the samples.

    Both are made of fixed numbers, so that their ids are always the same.
    """
    app = create_app({"TESTING": True, "PROPAGATE_EXCEPTIONS": False}, store_folder=folder)
    client = app.test_client()
    taken = client.post("/images", data={"image": (_picture(), "noise.png")})
    assert PICTURE in taken.headers["Location"], taken.text
    made = client.post("/filters", data=json.dumps(_FILTERS.tolist()), headers=_JSON)
    assert made.json["id"] == BANK, made.text
    return client


def _picture() -> io.BytesIO:
    """Return a PNG of 40 rows of 56 pixels, ramps and a ripple."""
    i, j = np.mgrid[:40, :56]
    planes = [6 * i % 256, 4 * j % 256, (i * j + 3 * i) % 256]
    file = io.BytesIO()
    Image.fromarray(np.stack(planes, axis=-1).astype(np.uint8)).save(file, "PNG")
    file.seek(0)
    return file


def without_build(text: str) -> str:
    """Return an address or a text with the build's name left out, as every change renames it."""
    text = re.sub(r"\bv=[0-9a-f]{10}\b", "v=BUILD", text)
    return re.sub(r"/static/[0-9a-f]{10}/", "/static/BUILD/", text)


def is_waiting(attributes: dict[str, str | None]) -> bool:
    """Tell whether an element waits for a fragment and is not seen before."""
    return (attributes.get("id") or "").startswith(_SPOKEN)


def way(location: str) -> str:
    """Return where a redirect leads, without what it has the page say."""
    return re.sub(r"[?&]told=[^&#]*$", "", location)


def said(client: FlaskClient, location: str) -> str:
    """Return the sentence that a redirect has the page say, "" if none."""
    if way(location) == location:
        return ""
    found = re.search(r'<p class="told"[^>]*>(.*?)</p>', client.get(location).text, re.S)
    return " ".join(found[1].split()) if found else f"no sentence for {location}"


def planes(client: FlaskClient, query: str, names: list[str], *, packed: bool) -> dict[str, Any]:
    """Return planes as they are asked for by the page: what their head says, and each by name."""
    asked = "&".join(part for part in (query, urlencode({"maps": ",".join(names)})) if part)
    answer = client.get(f"/api/planes?{asked}{'&packed=1' * packed}")
    assert answer.status_code == 200, answer.text
    body = answer.data
    if packed:
        assert answer.headers["Content-Encoding"] == "deflate"
        body = zlib.decompress(body)
    line, _, pixels = body.partition(b"\n")
    head, found, at = json.loads(line), {}, 0
    for described in head["maps"]:
        rows, columns = described["height"], described["width"]
        plane = np.frombuffer(pixels, np.uint8, rows * columns, at).reshape(rows, columns)
        at += rows * columns
        if packed:  # each byte is its step to the right, less the step of the row above
            plane = np.cumsum(np.cumsum(plane, 0, np.uint8), 1, np.uint8)
        found[described["name"]] = plane
    assert at == len(pixels)
    kinds = {described["name"]: described["levels"] for described in head["maps"]}
    return {"query": head["query"], "range": head["range"], "levels": kinds, "planes": found}
