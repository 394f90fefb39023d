"""Every mistake through HTTP: on the page with what was typed, as problem+json under the API."""

from __future__ import annotations

import html
import io
import re
import struct
import zlib
from urllib.parse import urlencode

import numpy as np
import pytest
from PIL import Image

from multiconv.experiment.model import LIMITS
from multiconv.web import create_app
from multiconv.web.settings import Settings
from tests.hosted.engines import BUCKET, found_at, free_port

ABSENT = "0123456789abcdef" * 4
NINE = "0,0,0,0,1,0,0,0,0"

# What is asked, and the answer's status, field, limit, and words of the problem and the remedy.
MISTAKES = [
    ({"image": ABSENT}, 404, "image", None, f"There is no image “{ABSENT}”", "upload it again"),
    ({"image": ABSENT.upper()}, 400, "image", None, "names neither a sample nor", "64 digits 0–9"),
    ({"image": "../etc/passwd"}, 400, "image", None, "“../etc/passwd”", "sample:<name>"),
    ({"image": "a\0b"}, 400, "image", None, "“a\ufffdb”", "sample:<name>"),
    ({"image": "sample:nobody"}, 404, "image", None, "no sample called “nobody”", "portrait"),
    ({"w.1.0": "abc," * 8 + "1"}, 400, "w.1.0", "1,000,000", "“abc”, which is no", "such as"),
    ({"w.1.0": "NaN," + "1," * 7 + "1"}, 400, "w.1.0", "1,000,000", "“NaN”", "decimal number"),
    ({"w.1.0": "inf," + "1," * 7 + "1"}, 400, "w.1.0", "1,000,000", "“inf”", "decimal number"),
    ({"w.1.0": "1e309," + "1," * 7 + "1"}, 400, "w.1.0", "1,000,000", "too large", "1,000,000"),
    ({"w.1.0": "1_0," + "1," * 7 + "1"}, 400, "w.1.0", "1,000,000", "“1_0”", "decimal number"),
    ({"w.1.0": "１," + "1," * 7 + "1"}, 400, "w.1.0", "1,000,000", "“１”", "decimal number"),
    ({"w.1.0": "," + "1," * 7 + "1"}, 400, "w.1.0", "1,000,000", "empty", "decimal number"),
    ({"w.1.0": "1,2,3"}, 400, "w.1.0", "9 numbers", "3 weights, but a kernel", "9 numbers"),
    ({"w.1.0": "nosuch"}, 400, "w.1.0", None, "neither numbers nor", "gaussian"),
    ({"w.7.0": NINE}, 400, "w.7.0", "0 to 2", "“7”, which is out of range", "0 to 2"),
    ({"strides": "0"}, 400, "strides", "1 to 16", "“0”, which is out of range", "from 1 to 16"),
    ({"strides": "2x0"}, 400, "strides", "1 to 16", "“2x0”", "from 1 to 16"),
    ({"kernel": "99"}, 400, "kernel", None, "“99”, which is out of range", "each from 1 to 15"),
    ({"dilations": "0"}, 400, "dilations", "1 to 16", "out of range", "from 1 to 16"),
    ({"padding": "some"}, 400, "padding", "0 to 64", "“some”", "same, valid"),
    ({"activation": "loud"}, 400, "activation", None, "“loud”", "relu"),
    ({"filters": "nosuch"}, 404, "filters", None, "“nosuch”, which is no bank", "redness"),
    ({"outputs": "1000"}, 400, "outputs", None, "out of range", "whole number from 1"),
    ({"k": "99"}, 400, "k", "0 to 4", "out of range", "0 to 4"),
    ({"i": "160"}, 400, "i", None, "the output has 160 rows", "from 0 to 159"),
    ({"size": "0"}, 400, "size", f"1 to {LIMITS.working_size}", "out of range", "whole number"),
    ({"range": "0"}, 400, "range", "above 0", "above zero", "leave range out"),
    ({"colour": "red"}, 400, "colour", None, "no parameter “colour”", "padding_mode"),
    ({"2.kernel": "99"}, 400, "2.kernel", "1 to 15", "2.kernel is “99”", "1 to 15"),
    ({"2.kind": "max_pool", "2.bias": "0"}, 400, "2.bias", None, "pooling", "leave out 2.kind"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "status", "field", "limit", "problem", "remedy"), MISTAKES)
def test_api_tells_a_mistake_as_problem_json(client, query, status, field, limit, problem, remedy):
    answer = client.get("/api/probe", query_string=query)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    told = answer.json
    assert (told["status"], told["field"], told["type"]) == (status, field, "about:blank")
    assert problem in told["detail"]
    assert remedy in told["remedy"]
    assert (limit or "") in told.get("limit", "")


@pytest.mark.parametrize(
    ("query", "status", "field", "problem", "remedy"), [case[:3] + case[4:] for case in MISTAKES]
)
def test_page_tells_a_mistake_above_the_figure(client, query, status, field, problem, remedy):
    answer = client.get("/", query_string=query | {"activation": query.get("activation", "relu")})
    assert answer.status_code == status
    told = re.findall(r'role="alert" id="mistake-([^"]*)">(.*?)</p>', answer.text)
    assert [html.unescape(name) for name, _ in told] == [field]
    words = html.unescape(told[0][1])
    assert problem in words
    assert remedy in words
    assert "image/png" in answer.text or ".png" in answer.text  # the figure is there all the same
    if field != "activation":  # and what was right is kept
        assert '<option value="relu" selected>' in answer.text


def test_kernel_larger_than_the_padded_input_shows_the_formula(client):
    query = {"kernel": "7", "padding": "valid", "size": "5", "image": "sample:discs"}
    answer = client.get("/api/experiment", query_string=query)
    assert answer.status_code == 400
    assert answer.json["field"] == "kernel"
    # ⌊(n + pads − (d(k − 1) + 1)) / s⌋ + 1 with n = 5, no pads, k = 7.
    assert re.search(r"5.*7.*1", answer.json["detail"])
    assert "⌊" in answer.json["detail"]
    assert "padding" in answer.json["remedy"] or "smaller" in answer.json["remedy"]
    page = client.get("/", query_string=query)
    assert page.status_code == 400
    assert "⌊" in page.text


def test_several_mistakes_are_told_together_and_the_rest_kept(client):
    query = {"strides": "0", "k": "2", "w.0.2": "x", "size": "80"}
    answer = client.get("/", query_string=query)
    assert answer.status_code == 400
    assert re.findall(r'id="mistake-([^"]*)"', answer.text) == ["strides", "w.0.2"]
    assert "filter[·,·,0,2]" in answer.text
    assert "80 × 80" in html.unescape(answer.text)


def test_thousands_of_mistakes_cost_no_more_than_a_few(client):
    query = "&".join(f"p{at}=1" for at in range(1600))
    answer = client.get("/?" + query)
    assert answer.status_code == 400
    assert answer.text.count('role="alert"') == 1


# --- Uploads ---------------------------------------------------------------------------------


def claiming(width, height):
    """A PNG of a few bytes whose header names a size."""

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def truncated():
    file = io.BytesIO()
    Image.fromarray(np.arange(30000, dtype=np.uint8).reshape(100, 100, 3)).save(file, "JPEG")
    return file.getvalue()[:-900]


UPLOADS = [
    ("not an image", b"hello, this is text", 415, None, "", "PNG"),
    ("empty", b"", 415, None, "empty", ""),
    ("truncated", truncated(), 415, None, "cut short", ""),
    ("lying name", b"GIF89", 415, None, "", ""),
    ("too many bytes", bytes(LIMITS.upload_bytes + 1), 413, "10 MiB", "10.0 MiB", "smaller"),
    ("too many bytes to read", bytes(LIMITS.upload_bytes + 2**20), 413, "10 MiB", "", "smaller"),
    ("too many pixels", claiming(9000, 6000), 413, "50 megapixels", "9000 × 6000", "smaller"),
    ("too long a side", claiming(65_500, 2), 413, "16000 pixels a side", "65500 × 2", "smaller"),
]


@pytest.mark.parametrize(
    ("body", "status", "limit", "problem", "remedy"),
    [case[1:] for case in UPLOADS],
    ids=[case[0] for case in UPLOADS],
)
def test_upload_mistakes(upload, folder, body, status, limit, problem, remedy):
    answer = upload(body, {"k": "2", "strides": "2"}, json=True)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["field"] == "image"
    assert answer.json.get("limit") == limit
    assert problem in answer.json["detail"]
    assert remedy in answer.json["remedy"]
    page = upload(body, {"k": "2", "strides": "2"})
    assert page.status_code == status
    assert 'id="mistake-image"' in page.text
    assert problem in html.unescape(page.text)
    assert "filter[·,·,0,2]" in page.text
    assert '<option value="2x2" selected>' in page.text
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_nothing_sent_is_told(client):
    answer = client.post("/images", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["field"]) == (400, "image")
    assert "No picture was sent." in answer.json["detail"]


# --- Addresses and methods -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/maps/sum.gif", 404),
        ("/maps/input-3.png", 404),
        ("/maps/output-5.npy", 404),
        ("/maps/..%2f..%2fapp.py.png", 404),
        ("/maps/sum%00.png", 404),
        ("/static/x/../../app.py", 404),
        ("/static/x/%2e%2e/%2e%2e/app.py", 404),
        ("/static/x/..%2f..%2fapp.py", 404),
        ("/static/x//etc/passwd", 404),
        ("/static/x/js%00/main.js", 404),
        ("/images/" + ABSENT, 405),
        ("/images", 405),
        ("/maps/sum.png?paper=2", 400),
        ("/api/planes?maps=sum,nosuch", 404),
        ("/api/planes?maps=" + ",".join(["sum"] * 999), 400),
    ],
)
def test_addresses_that_are_none(client, path, status):
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    assert "import" not in answer.text


def test_method_that_is_not_taken_names_those_that_are(client):
    answer = client.post("/maps/sum.png")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_no_error_says_what_the_server_is_made_of(client, app):
    app.view_functions["pages.robots"] = lambda: 1 / 0
    answer = client.get("/robots.txt")
    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.text
    assert "server's" in html.unescape(answer.text)


def test_an_unexpected_error_is_logged_without_its_words(client, app, caplog):
    def fail():
        raise ValueError("what somebody typed")

    app.view_functions["pages.robots"] = fail
    assert client.get("/robots.txt?typed=too").status_code == 500
    assert "ValueError" in caplog.text
    assert "in fail" in caplog.text
    assert "typed" not in caplog.text.replace('raise ValueError("what somebody typed")', "")


SCRIPT = "\"'><script>alert(1)</script>"


@pytest.mark.parametrize(
    "name",
    [
        *("image", "size", "kernel", "strides", "padding", "padding_mode", "dilations", "groups"),
        *("outputs", "filters", "bias", "activation", "k", "i", "j", "range", "w.0.0", SCRIPT),
    ],
)
@pytest.mark.parametrize("path", ["/", "/edit", "/api/experiment", "/maps/sum.png"])
def test_script_in_every_field_is_text(client, name, path):
    query = {name: SCRIPT}
    if path == "/edit":
        query |= {"from": f"k=1&{urlencode({'w.0.1': SCRIPT})}"}
    answer = client.get(path, query_string=query)
    assert answer.status_code in {400, 404}
    if answer.content_type.startswith("text/html"):
        assert "<script>alert" not in answer.text
        assert "\"'>" not in answer.text
    else:
        assert answer.content_type == "application/problem+json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_header_lines_in_names_make_no_headers(upload, picture, client):
    answer = client.get("/?a%0d%0aSet-Cookie:%20x=1=2")
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers
    answer = client.get("/edit?k=1%0d%0aSet-Cookie:%20x")
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers
    sent = upload(picture(), name="a\r\nSet-Cookie: x=1.png")
    assert sent.status_code in {303, 400}
    assert "Set-Cookie" not in sent.headers


@pytest.fixture
def away(monkeypatch):
    """A client of a server whose object store is out of reach."""
    pytest.importorskip("obstore", reason="obstore is not installed: no object store was tried")
    for name, text in found_at(free_port()).items():
        monkeypatch.setenv(name, text)
    return create_app({"TESTING": True}, settings=Settings(store=BUCKET)).test_client()


def test_a_store_that_is_away_is_told_and_the_rest_answered(away, picture):
    name = "a" * 64
    for address in (f"/?image={name}", f"/?filters={name}", f"/edit?from=image%3D{name}&k=1"):
        answer = away.get(address)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5"), address
        assert "The store of pictures and filters cannot be reached." in answer.text
        assert 'id="stage"' in answer.text  # the page is there, with the first picture
    sent = {"image": (io.BytesIO(picture()), "a.png")}
    accept = {"Accept": "application/json"}
    for told in (
        away.get(f"/api/experiment?image={name}"),
        away.post("/images", data=sent, headers=accept),
        away.post("/filters", json=[[[[1.0]], [[1.0]], [[1.0]]]], headers=accept),
        away.delete(f"/images/{name}"),
        away.delete(f"/filters/{name}"),
    ):
        assert (told.status_code, told.headers["Retry-After"]) == (503, "5")
        assert told.json["title"] == "The store cannot be reached"
        assert "Nothing is lost" in told.json["remedy"]
    ready = away.get("/readyz")
    assert (ready.status_code, ready.text) == (503, "store fails\ndecoder ok\n")
    assert away.get("/").status_code == away.get("/healthz").status_code == 200
