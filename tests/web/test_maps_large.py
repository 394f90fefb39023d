"""Pictures too large to be held as floats: the same answers, and within a request's memory."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from multiconv.experiment.model import LIMITS
from multiconv.figure import outputs as sheet
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store
from multiconv.tracing import large as strips
from multiconv.tracing.trace import Tracer
from tests.nets import observed, reach
from tests.nets.comparing import values_apart
from tests.web.server import serving

FAR = "padding=3,1,2,5&padding_mode=reflect&dilations=2x1&strides=1x2&activation=tanh&bias=0,0.5"


@pytest.fixture
def banded(app, monkeypatch):
    """Let the app make every picture's maps a band at a time, from now on."""

    def begin():
        monkeypatch.setattr(strips, "BAND", 200)
        monkeypatch.setattr(sheet, "STRIP", 200)
        app.extensions["multiconv"] = Tracer(app.extensions["multiconv_store"], whole=0)

    return begin


ROUNDING = 1e-6  # Of Σ|products|: a BLAS adds in another order where rows stand elsewhere.
LEVEL = 1
COLOUR = 4 * LEVEL  # What a level is in a picture of colours, at most.


def frames(body):
    """All frames of a picture, as indices where they have a palette, else as colours."""
    with Image.open(io.BytesIO(body)) as picture:
        pages = [page.convert("RGBA") for page in ImageSequence.Iterator(picture)]
        indexed = picture.mode == "P" and len(pages) == 1
        return [np.asarray(picture)] if indexed else [np.asarray(page) for page in pages]


def seen(client, path, link):
    """An answer, as what people and programs take from it."""
    ending = path.rpartition(".")[2]
    if ending in ("png", "gif", "webp"):
        return frames(client.get(f"{path}?{link}").data)
    if ending == "npy":
        return [np.load(io.BytesIO(client.get(f"{path}?{link}").data))]
    if path.startswith("/api/"):
        return observed.facts(client, path, link)
    if ending == "svg":
        return observed.drawing(client, path, link)
    return observed.page(client, f"{path}?{link}")


def is_near(found, expected):
    if found.shape != expected.shape or found.dtype != expected.dtype:
        return False
    if found.dtype.kind == "f":
        return np.allclose(found, expected, rtol=0, atol=8 * ROUNDING)  # Σ|weights| ≤ 8.
    most = LEVEL if found.ndim == 2 else COLOUR
    return abs(found.astype(int) - expected).max() <= most


@pytest.mark.parametrize("query", ["", "ranges=each&outputs=9&off=1", FAR + ",0&outputs=3&k=1"])
def test_every_answer_is_the_same(client, banded, uploaded, query):
    link = f"image={uploaded}&size=full&{query}"
    paths = [
        *("/", "/diagram.svg", "/stage.svg", "/api/experiment", "/api/probe"),
        *("/maps/outputs.png", "/film/sum.gif", "/film/window.webp"),
        *(f"/maps/input-1.{ending}" for ending in ("png", "npy", "svg")),
        *(f"/maps/partial-2.{ending}" for ending in ("png", "npy", "svg")),
        *(f"/maps/running-{n}.png" for n in range(4)),
        *(f"/maps/{name}.{ending}" for name in ("sum", "output-1") for ending in ("png", "npy")),
        "/maps/layer-1-1.png",
    ]
    names = ["input-0", "partial-1", "sum", "output-2", "running-2"]
    whole = {path: seen(client, path, link) for path in paths}
    planes = reach.planes(client, link, names, packed=False)
    banded()
    for path, expected in whole.items():
        found = seen(client, path, link)
        if isinstance(expected, list):
            alike = zip(found, expected, strict=True)
            assert all(is_near(*pair) for pair in alike), path
        else:
            assert expected.get("status", 200) == 200, path
            assert values_apart(expected, found) == [], path
    found = reach.planes(client, link, names, packed=False)
    before = planes.pop("planes")
    assert all(is_near(plane, before[name]) for name, plane in found.pop("planes").items())
    assert values_apart(planes, found) == []


def test_every_number_in_one_file_is_the_same(client, banded, uploaded):
    link = f"/multiconv.npz?image={uploaded}&size=full&outputs=3&off=1&activation=relu"
    whole = np.load(io.BytesIO(client.get(link).data))
    banded()
    body = client.get(link).data
    found = np.load(io.BytesIO(body))
    assert found.files == whole.files
    for name in whole.files:
        assert is_near(found[name], whole[name]), name
    assert zipfile.ZipFile(io.BytesIO(body)).testzip() is None
    partials = found["partials"].sum(axis=-1, dtype=np.float64)
    assert np.allclose(partials, found["sum"], atol=1e-5)


def test_where_all_outputs_are_too_much_work_the_chosen_one_is_told(client, app, uploaded):
    fewer = 24 * 30 * 9 * 3 * 4
    limits = type(LIMITS)(multiply_adds=fewer)
    app.extensions["multiconv"] = Tracer(app.extensions["multiconv_store"], limits=limits)
    facts = client.get(f"/api/experiment?image={uploaded}&size=full&k=2").json
    known = {found["name"] for found in facts["maps"] if found["max"] is not None}
    outputs = {found["name"] for found in facts["maps"]} - known
    assert outputs == {f"output-{k}" for k in (0, 1, 3, 4)}
    assert {"input-0", "partial-2", "sum", "output-2"} <= known
    assert facts["cost"]["multiply_adds"] > fewer
    assert all(found["png"].startswith("/maps/") for found in facts["maps"])


@pytest.fixture(scope="module")
def largest(tmp_path_factory):
    """A server that has a picture of 24 megapixels, and the picture."""
    store = tmp_path_factory.mktemp("large") / "store"
    rows, columns = np.arange(4000)[:, np.newaxis], np.arange(6000)
    pixels = np.empty((4000, 6000, 3), np.uint8)
    for q in range(3):
        pixels[..., q] = (rows * (q + 3) // 7) ^ (columns * (5 - q) // 3)
    name = Store(FolderBlobs(store), LIMITS.store_bytes).put(pixels)
    with serving(store) as server:
        for path in ("/", "/maps/sum.png", "/api/planes?maps=sum"):  # what any first visit takes
            assert server.get(path)[0] == 200
        yield server, f"image={name}&size=full", pixels


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_24_megapixels_are_answered_within_the_memory_of_a_request(largest):
    server, link, pixels = largest
    before = server.status("VmRSS")
    Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")  # begin VmHWM anew
    status, page = server.get(f"/?{link}")
    assert (status, b'role="alert"' in page) == (200, False)
    status, body = server.get(f"/maps/partial-0.npy?{link}&w.0.0=0,0,0,0,0,1,0,0,0")
    assert status == 200
    shifted = np.load(io.BytesIO(body))
    assert np.array_equal(shifted[:, :-1], pixels[:, 1:, 0] / np.float32(255))
    for path in (
        "/maps/output-0.png?range=1&",
        "/maps/layer-1-0.png?outputs=3&kernel=1x1&",
        "/?kind=max_pool&",
        "/api/probe?i=3999&j=5999&",
    ):
        status, _ = server.get(path + link)
        assert status == 200
    grown = (server.status("VmHWM") - before) * 1024
    print(f"24 megapixels: {grown / 2**20:.0f} MiB at most")
    assert grown < LIMITS.request_bytes
