"""What is known is told without any work, and only where it would be answered as it was."""

from __future__ import annotations

import pytest

from multiconv.web import create_app
from multiconv.web.settings import Settings

PATHS = [
    *("/?size=40", "/maps/sum.png?size=40", "/maps/sum.npy?size=40", "/maps/sum.svg?size=40"),
    *("/diagram.svg?size=40", "/stage.svg?size=40", "/multiconv.npz?size=40"),
    *("/code/pytorch.py?size=40", "/film/sum.gif?size=40", "/api/networks"),
    *("/api/experiment?size=40", "/api/probe?size=40", "/api/planes?size=40&packed=1"),
    "/api/learning?size=40&target=luminance-edges:0",
]
GZIP = {"Accept-Encoding": "gzip"}
FIGURE = {"Multiconv-Part": "figure"}


class Busyless:
    """A tracer that must not be asked anything."""

    def __getattr__(self, name):
        raise AssertionError(f"{name} of the tracer was asked")


def idle(app):
    """Let whatever traces or draws a page fail from now on."""

    def never(*_):
        raise AssertionError("a page was made")

    app.extensions["multiconv"] = Busyless()
    app.extensions["multiconv_pages"] = never


@pytest.mark.parametrize("headers", [{}, GZIP, {**GZIP, **FIGURE}], ids=["plain", "gzip", "part"])
def test_what_is_known_is_told_without_a_trace(app, client, headers):
    first = {path: client.get(path, headers=headers) for path in PATHS}
    idle(app)
    for path, answer in first.items():
        tag = answer.headers["ETag"]
        for given in (tag, f"W/{tag}", f'"other", {tag}'):
            again = client.get(path, headers={**headers, "If-None-Match": given})
            assert (again.status_code, again.data) == (304, b""), path
        for name in ("ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin"):
            assert again.headers.get(name) == answer.headers.get(name), (path, name)
        assert client.head(path, headers={**headers, "If-None-Match": tag}).status_code == 304


def test_every_other_answer_has_another_tag(app, client, folder):
    asked = [(path, headers) for path in PATHS for headers in ({}, GZIP)]
    tags = {(path, client.get(path, headers=headers).headers["ETag"]) for path, headers in asked}
    assert len({tag for _, tag in tags}) == len(tags)
    page = client.get("/?size=40").headers["ETag"]
    below = app.test_client().get("/?size=40", environ_overrides={"SCRIPT_NAME": "/tools"})
    other = create_app(store_folder=folder, settings=Settings(preview=False)).test_client()
    others = [
        client.get("/?size=40", headers=FIGURE),
        client.get("/?size=40", headers={"Host": "multiconv.example"}),
        client.get("/?size=40", base_url="https://localhost"),
        client.get("/?size=40&told=layer"),
        below,
        other.get("/?size=40"),
    ]
    seen = {page, *(answer.headers["ETag"] for answer in others)}
    assert len(seen) == 1 + len(others)


@pytest.mark.parametrize("path", ["/", "/maps/sum.png", "/api/planes", "/stage.svg"])
def test_what_was_deleted_is_not_told_as_known(client, uploaded, path):
    at = f"{path}?size=20&image={uploaded}"
    known = {"If-None-Match": client.get(at).headers["ETag"]}
    assert client.get(at, headers=known).status_code == 304
    client.delete(f"/images/{uploaded}")
    gone = client.get(at, headers=known)
    assert gone.status_code == 404
    assert gone.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/?image%3D{}", "/?size%3D20%26image%3D{}", "/maps/sum.png?image%3D{}&v={}"]
)
def test_a_link_that_is_put_right_is_told_as_known_only_while_its_picture_is_there(
    app, client, uploaded, path
):
    at = path.format(uploaded, app.config["BUILD"])
    first = client.get(at)
    known = {"If-None-Match": first.headers["ETag"]}
    again = client.get(at, headers=known)
    assert again.status_code == 304
    for name in ("Cache-Control", "Multiconv-Repaired"):
        assert again.headers[name] == first.headers[name]
    client.delete(f"/images/{uploaded}")
    assert client.get(at, headers=known).status_code == 404


def test_filters_of_the_store_are_asked_for_too(client, folder):
    kept = client.post("/filters", json={"query": "size=40&w.0.0=1,2,3,4,5,6,7,8,9"}).json["url"]
    at = f"/maps/sum.png{kept[1:]}"
    known = {"If-None-Match": client.get(at).headers["ETag"]}
    assert client.get(at, headers=known).status_code == 304
    for file in folder.glob("*.npy"):
        file.unlink()
    assert client.get(at, headers=known).status_code == 404


def test_a_star_is_no_tag_of_a_mistake(client):
    for tag in ("*", '"other"'):
        assert client.get("/?k=99", headers={"If-None-Match": tag}).status_code == 400
    assert client.get("/?size=40", headers={"If-None-Match": "*"}).status_code == 304
