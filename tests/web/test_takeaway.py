"""What people take away: drawings that need nothing else, numbers, films, programs."""

from __future__ import annotations

import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from multiconv.errors import NotFound
from multiconv.experiment.link import read
from multiconv.experiment.model import CHANNELS, Experiment
from multiconv.experiment.programs import LIBRARIES
from multiconv.figure.channels import Channel
from multiconv.figure.exports import exports
from multiconv.figure.links import Links

QUERIES = [
    "",
    "filters=dlib&strides=2&k=31",
    "groups=3&outputs=3&k=1&activation=relu&bias=0,0.5,0",
    "image=sample:cat&size=64&kernel=15x15&w.0.0=zero&padding=valid",
    "size=1&kernel=1",
    "off=0,1,2&bias=0.5,0,0,0,0",
    "size=24&ranges=each",
]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("name", ["stage", "diagram"])
def test_a_drawing_is_well_formed_and_refers_to_nothing(name, query, client):
    answer = client.get(f"/{name}.svg?{query}")
    assert answer.status_code == 200
    assert answer.content_type == "image/svg+xml; charset=utf-8"
    text = answer.get_data(as_text=True)
    root = ElementTree.fromstring(text)  # noqa: S314
    assert root.tag == f"{SVG}svg"
    allowed = {"svg", "g", "title", "rect", "image", "text", "tspan", "path", "line", "circle",
               "polygon"}  # fmt: skip
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in allowed
        for attribute, value in element.attrib.items():
            assert not attribute.startswith("on")
            if attribute.endswith("href"):
                assert value.startswith("data:image/png;base64,")
            if attribute in {"x", "y", "width", "height", "r", "cx", "cy", "font-size"}:
                assert np.isfinite(float(value.rstrip("%")))
    assert re.findall(r"https?://[^\"\s]+", text) == ["http://www.w3.org/2000/svg"]
    assert "undefined" not in text.lower()


def test_the_stage_says_the_pages_numbers(client):
    text = client.get("/stage.svg").get_data(as_text=True)
    page = client.get("/").get_data(as_text=True)
    for q in range(3):
        value = re.search(rf'data-value="partial-{q}">([^<]+)<', page)[1]
        assert f">{value}</tspan>" in text
    assert text.count(">0.1</tspan>") == 8
    assert "Sample portrait at 160 × 160" in text


@pytest.mark.parametrize("ranges", ["shared", "each"])
def test_the_stages_maps_have_the_pages_ranges_and_its_warning(client, ranges):
    query = {"ranges": ranges, "w.1.0": "0,0,0,0,-0.3,0,0,0,0"}
    text = client.get("/stage.svg", query_string=query).get_data(as_text=True)
    pictures = [base64.b64decode(body) for body in re.findall(r"image/png;base64,([^\"]+)", text)]
    for name in ("partial-0", "partial-1", "partial-2"):
        address = f"/maps/{name}.png"
        assert client.get(address, query_string=query | {"paper": "1"}).data in pictures
    page = client.get("/", query_string=query).get_data(as_text=True)
    ends = re.findall(r'data-value="(?:low|high)">([^<]+)<', page)
    assert all(f">{end}</tspan></text>" in text for end in ends)
    each = re.findall(r">(±[0-9.]+)<", page[: page.index('id="pixel"')])
    assert re.findall(r">(±[0-9.]+)</tspan>", text) == each
    assert bool(each) is (ranges == "each")
    said = " ".join(re.findall(r'fill="#a3261d"[^>]*>([^<]+)<', text))
    assert (said != "") is (ranges == "each")
    assert said in " ".join(page.split())


def test_everything_adds_up(client):
    query = {"size": "48", "k": "2", "bias": "0,0,0.5,0,0", "activation": "relu"}
    saved = np.load(io.BytesIO(client.get("/multiconv.npz", query_string=query).data))
    assert set(saved) == {"input", "filters", "bias", "k", "partials", "sum", "output"}
    assert saved["input"].shape == (48, 48, 3)
    assert saved["filters"].shape == (3, 3, 3, 5)
    total = saved["partials"].sum(axis=2) + saved["bias"][2]
    np.testing.assert_allclose(total, saved["sum"], atol=1e-6)
    np.testing.assert_array_equal(saved["output"][..., 2], np.maximum(saved["sum"], 0))
    levels = saved["input"] * 255
    np.testing.assert_allclose(levels, np.rint(levels), atol=1e-4)
    for name in ("sum", "partial-1", "output-4"):
        plane = np.load(io.BytesIO(client.get(f"/maps/{name}.npy", query_string=query).data))
        kind, _, at = name.partition("-")
        whole = {"sum": saved["sum"], "partial": saved["partials"], "output": saved["output"]}[kind]
        np.testing.assert_array_equal(plane, whole[..., int(at)] if at else whole)


def test_everything_of_a_stack_has_every_layer(client):
    query = {"network": "faces", "size": "120", "layer": "4", "k": "7", "4.off": "3,5"}
    saved = np.load(io.BytesIO(client.get("/multiconv.npz", query_string=query).data))
    names = [f"{n}.{what}" for n in range(1, 8) for what in ("filters", "bias", "output")]
    opened = {"input", "filters", "bias", "k", "partials", "sum", "output"}
    assert set(saved) == opened | {"photo", "layer", *names}
    assert (saved["layer"], saved["k"]) == (4, 7)
    assert saved["photo"].shape == (120, 120, 3)
    assert not saved["4.filters"][:, :, [3, 5]].any()
    np.testing.assert_allclose(saved["4.output"], saved["output"], atol=1e-5)
    np.testing.assert_array_equal(saved["3.output"], saved["input"])
    last = np.load(io.BytesIO(client.get("/maps/layer-7-0.npy", query_string=query).data))
    np.testing.assert_array_equal(saved["7.output"][..., 0], last)
    total = saved["partials"].sum(axis=2) + saved["bias"][7]
    np.testing.assert_allclose(total, saved["sum"], atol=1e-5)


def test_everything_of_a_stack_left_apart_ends_before_the_opened_layer(client):
    query = {"size": "20", "2.outputs": "2", "3.outputs": "2", "layer": "2", "if": "apart"}
    saved = np.load(io.BytesIO(client.get("/multiconv.npz", query_string=query).data))
    assert "1.output" in saved
    assert "3.filters" in saved
    assert not {"2.output", "3.output", "output", "sum"} & set(saved)


@pytest.mark.parametrize("kind", ["gif", "webp"])
@pytest.mark.parametrize("name", ["window", "sum"])
@pytest.mark.parametrize("query", [*QUERIES[:3], *QUERIES[-2:]])
def test_films_are_films(name, kind, query, client):
    answer = client.get(f"/film/{name}.{kind}?{query}")
    assert answer.status_code == 200
    assert answer.content_type == f"image/{kind}"
    assert answer.data.startswith(b"GIF89a" if kind == "gif" else b"RIFF")
    assert len(answer.data) < 4 * 2**20


@pytest.mark.parametrize(
    "path", ["/film/dance.gif", "/film/sum.mp4", "/code/theano.py", "/code/numpy.rb"]
)
def test_what_is_not_there_is_not_found(path, client):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/stage.svg", "/multiconv.npz", "/film/sum.gif", "/code/jax.py"])
def test_a_link_that_cannot_be_used_is_told(path, client):
    assert client.get(f"{path}?strides=0").status_code == 400


def panel(asked):
    """The groups of the export panel."""
    channels = [Channel(q, name, name) for q, name in enumerate(CHANNELS)]
    return exports(Links(asked, "b"), asked.focus.k, channels)


def test_everything_in_the_panel_answers(client):
    asked = read([("k", "1"), ("image", "sample:cat")])
    for group in panel(asked):
        for item in group.items:
            answer = client.get(item.address)
            assert answer.status_code == 200, item.address
            assert len(answer.data) > 100
    text = client.get("/?k=1&image=sample:cat").get_data(as_text=True)
    for item in (item for group in panel(asked) for item in group.items):
        assert f'href="{item.address.replace("&", "&amp;")}"' in text
    assert "Version 0.1.0" in text


def test_full_resolution_is_all_the_pictures_pixels(client):
    from PIL import Image

    item = next(
        item
        for group in panel(Experiment())
        for item in group.items
        if "full resolution" in item.words
    )
    assert Image.open(io.BytesIO(client.get(item.address).data)).size == (512, 512)


def test_every_library_has_its_program(client):
    for library in LIBRARIES:
        answer = client.get(f"/code/{library}.py?k=2")
        assert answer.status_code == 200
        assert "http://localhost/?k=2" in answer.get_data(as_text=True)
        assert f'filename="multiconv_{library}.py"' in answer.headers["Content-Disposition"]


def test_a_file_of_numbers_that_fails_midway_is_closed(client, monkeypatch):
    begun = []

    def failing(file, *_):
        begun.append(file)
        raise NotFound("It went while it was read.", "Upload it again.")

    monkeypatch.setattr("multiconv.web.takeaway.write_everything", failing)
    assert client.get("/multiconv.npz").status_code == 404
    assert [file.closed for file in begun] == [True]
