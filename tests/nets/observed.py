"""What the app answers, brought into the form in which it is recorded."""

from __future__ import annotations

import io
import json
from random import Random
from typing import Any
from urllib.parse import urlencode

import numpy as np
from flask.testing import FlaskClient
from numpy.typing import NDArray
from PIL import Image

from tests.nets import reach
from tests.nets.reading import drawn, field_names, read, sent

Pairs = list[tuple[str, str]]
Found = dict[str, NDArray[Any]]

LIBRARIES = ("numpy", "multiconv", "pytorch", "tensorflow", "jax")
SAMPLED = 200
"""Values of an array that are recorded, beside its corners and its sums."""


def link(query: str) -> dict[str, Any]:
    """Return what a query says and its canonical form."""
    return {"reads": reach.parse(query), "canonical": reach.canonical(query)}


def page(client: FlaskClient, address: str) -> dict[str, Any]:
    """Return an address's answer as people read it."""
    return _seen(client.get(address))


def failed_edit(client: FlaskClient, form: Pairs) -> dict[str, Any]:
    """Return the page that comes again for a form that cannot be used."""
    return _seen(client.get("/edit?" + query_of(form)))


def _seen(answer: Any) -> dict[str, Any]:
    kind = answer.headers["Content-Type"]
    is_page = kind.startswith("text/html")
    items = read(answer.text) if is_page else answer.text.splitlines()
    fields = field_names(answer.text) if is_page else []
    return {"status": answer.status_code, "kind": kind, "fields": fields, "items": items}


def edit(client: FlaskClient, form: Pairs, *, post: bool = False) -> dict[str, Any]:
    """Return where a form leads and what is said there."""
    asked = "/edit?" + query_of(form)
    answer = client.post("/edit", data=_multi(form)) if post else client.get(asked)
    location = reach.without_build(answer.headers.get("Location", ""))
    said = reach.said(client, location)
    return {"status": answer.status_code, "to": reach.way(location), "said": said}


def query_of(form: Pairs) -> str:
    """Return a form as a query; recorded pairs come as lists."""
    return urlencode([tuple(pair) for pair in form])


def _multi(form: Pairs) -> dict[str, list[str]]:
    return {name: [text for other, text in form if other == name] for name, _ in form}


def filled(client: FlaskClient, query: str, changes: Pairs) -> dict[str, Any]:
    """Return where a page's own form leads, with some fields changed."""
    changed = dict(changes)
    form = sent(client.get(f"/?{query}").text, "/edit")
    assert changed.keys() <= {name for name, _ in form}, "a field is gone"
    return edit(client, [(name, changed.get(name, text)) for name, text in form], post=True)


def facts(client: FlaskClient, path: str, query: str) -> Any:
    """Return an API's answer with the status, builds left out."""
    answer = client.get(f"{path}?{query}")
    kind = answer.headers["Content-Type"]
    body = json.loads(reach.without_build(answer.text))
    return {"status": answer.status_code, "kind": kind, "body": body}


def drawing(client: FlaskClient, path: str, query: str) -> dict[str, Any]:
    """Return a drawing's words and the number of its shapes."""
    answer = client.get(f"{path}?{query}")
    return {"status": answer.status_code, **drawn(answer.text)}


def program(client: FlaskClient, library: str, query: str) -> list[str]:
    """Return a program's lines."""
    return client.get(f"/code/{library}.py?{query}").text.splitlines()


def openapi(client: FlaskClient) -> list[str]:
    """Return the API's description as lines, without its version."""
    described = json.loads(reach.without_build(client.get("/openapi.json").text))
    described["info"]["version"] = "VERSION"
    return json.dumps(described, indent=1, ensure_ascii=False).splitlines()


def arrays(client: FlaskClient, query: str) -> Found:
    """Return all arrays of an experiment's file, and one map's own file."""
    with np.load(io.BytesIO(client.get(f"/multiconv.npz?{query}").data)) as saved:
        found = {name: saved[name] for name in saved.files}
    found["partial-1.npy"] = np.load(io.BytesIO(client.get(f"/maps/partial-1.npy?{query}").data))
    return found


def levels(client: FlaskClient, query: str, k: int) -> tuple[Found, dict[str, Any]]:
    """Return an experiment's pictures and planes as whole numbers, and what is said of them."""
    found: Found = {}
    told: dict[str, Any] = {}
    for name in ("input-1", "partial-0", "sum", f"output-{k}"):
        picture = Image.open(io.BytesIO(client.get(f"/maps/{name}.png?{query}").data))
        told[f"{name}.png"] = picture.mode
        found[f"{name}.png"] = np.asarray(picture)
        found[f"{name}.png alpha"] = np.asarray(picture.convert("RGBA"))[..., 3]
    names = ["input-0", "partial-0", "partial-1", "partial-2", "running-2", "sum", f"output-{k}"]
    for packed in (False, True):
        answer = reach.planes(client, query, names, packed=packed)
        found |= {f"{name}{' packed' * packed}": at for name, at in answer.pop("planes").items()}
        told["packed" if packed else "plain"] = answer
    return found, told


def places(size: int) -> list[int]:
    """Return where arrays of so many values are looked at; all values of small ones."""
    if size <= SAMPLED:
        return list(range(size))
    rng = Random(14)  # noqa: S311  (`random()` is promised never to change)
    return [0, size - 1, *(int(rng.random() * size) for _ in range(SAMPLED))]


def sample(values: NDArray[Any]) -> NDArray[Any]:
    """Return an array's values at its `places`."""
    return values.ravel()[places(values.size)]


def totals(values: NDArray[Any]) -> list[float]:
    """Return the sum of an array and that of its magnitudes, in float64."""
    wide = values.astype(np.float64)
    return [float(wide.sum()), float(np.abs(wide).sum())]
