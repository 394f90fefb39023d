"""Pictures in and out: the same filters after, durable, twice at once, gone when deleted."""

from __future__ import annotations

import hashlib
import io
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from PIL import Image

from multiconv.experiment.model import LIMITS
from multiconv.imaging import sandbox
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store
from multiconv.web import create_app, uploads

LINK = {"k": "2", "w.1.2": "0,0,0,0,0.5,0,0,0,0", "strides": "2x2", "size": "full"}


def query_of(location):
    return dict(parse_qsl(urlsplit(location).query))


def shown(client, query):
    """The picture that a link shows, decoded by Pillow."""
    return np.asarray(
        Image.open(io.BytesIO(client.get("/maps/input.png", query_string=query).data))
    )


def test_a_form_leads_to_the_picture_under_the_same_filters(upload, picture, client):
    body = picture()
    answer = upload(body, LINK | {"i": "3", "j": "4"})
    assert answer.status_code == 303
    found = query_of(answer.headers["Location"])
    assert urlsplit(answer.headers["Location"]).netloc == ""
    assert found.pop("image")
    assert found == LINK  # the pinned pixel belonged to the other picture
    pixels = shown(client, query_of(answer.headers["Location"]))
    assert np.array_equal(pixels, np.asarray(Image.open(io.BytesIO(body))))


def test_a_script_gets_the_facts(upload, picture):
    answer = upload(picture(height=20, width=33), {"k": "1"}, json=True)
    assert answer.status_code == 201
    facts = answer.json
    assert re.fullmatch("[0-9a-f]{64}", facts["id"])
    assert (facts["width"], facts["height"]) == (33, 20)
    assert facts["url"] == f"/?image={facts['id']}&k=1" == answer.headers["Location"]


def test_a_picture_of_megabytes(upload, picture):
    body = picture(height=1500, width=2000)
    assert len(body) > 8 * 2**20
    answer = upload(body, json=True)
    assert (answer.status_code, answer.json["width"]) == (201, 2000)


def test_the_id_is_of_the_pixels_and_not_of_the_file(upload):
    pixels = np.random.default_rng(1).integers(0, 256, (9, 11, 3), np.uint8)
    ids = set()
    for kind, options in (("PNG", {}), ("PNG", {"compress_level": 0}), ("BMP", {})):
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, kind, **options)
        ids.add(upload(file.getvalue(), json=True).json["id"])
    head = f"{pixels.dtype.str} {pixels.shape}\n".encode()
    assert ids == {hashlib.sha256(head + pixels.tobytes()).hexdigest()}


def test_a_link_that_cannot_be_used_stores_nothing(upload, picture, folder):
    assert upload(picture(), {"strides": "0"}, json=True).status_code == 400
    assert upload(picture(), {"strides": "0"}).status_code == 400
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_the_name_of_the_file_is_kept_nowhere(upload, picture, folder, client, caplog):
    caplog.set_level("DEBUG")
    answer = upload(picture(), name="my-secret-name.png")
    page = client.get(answer.headers["Location"])
    assert "my-secret-name" not in page.text + caplog.text + str(dict(page.headers))
    for path in folder.rglob("*"):
        assert "my-secret-name" not in path.name
        assert not path.is_file() or b"my-secret-name" not in path.read_bytes()


def test_the_same_picture_twice_at_once_is_one(app, picture, folder):
    body = picture(height=200, width=300)
    head = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'

    def send(_):
        return app.test_client().post(
            "/images",
            data=head + body + b"\r\n--b--\r\n",
            content_type="multipart/form-data; boundary=b",
            headers={"Accept": "application/json"},
        )

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json["id"] for answer in answers}) == 1
    assert len(list(folder.glob("*.pixels"))) == 2  # the whole picture and the working copy


def test_a_full_store_is_told_and_the_rest_intact(app, client, upload, picture, folder):
    first = upload(picture(), json=True).json["id"]
    app.extensions["multiconv_store"] = full = Store(FolderBlobs(folder), 4000)
    full.upkeep.sweep()
    before = sorted((path.name, path.read_bytes()) for path in folder.iterdir())
    answer = upload(picture(height=100, seed=7), json=True)
    assert answer.status_code == 507
    assert answer.json["field"] == "image"
    assert "limit" in answer.json
    assert "no room" in answer.json["detail"]
    page = upload(picture(height=100, seed=7), {"k": "3"})
    assert page.status_code == 507
    assert "filter[·,·,0,3]" in page.text
    assert sorted((path.name, path.read_bytes()) for path in folder.iterdir()) == before
    assert client.get("/maps/input.png", query_string={"image": first}).status_code == 200


# --- Deleting --------------------------------------------------------------------------------


def test_a_form_deletes_and_keeps_the_filters(client, uploaded, folder):
    page = client.get("/", query_string={"image": uploaded, "k": "2"})
    action = re.search(r'<form id="delete" action="([^"]*)" method="post"', page.text)[1]
    answer = client.post(action.replace("&amp;", "&"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?k=2")
    assert list(folder.iterdir()) == []
    assert client.get("/", query_string={"image": uploaded}).status_code == 404


def test_a_script_deletes_once(client, uploaded):
    query = {"image": uploaded}
    assert client.get("/maps/sum.png", query_string=query).status_code == 200
    answer = client.delete(f"/images/{uploaded}")
    assert (answer.status_code, answer.json) == (200, {"deleted": uploaded})
    assert client.get("/maps/sum.png", query_string=query).status_code == 404
    again = client.delete(f"/images/{uploaded}")
    assert (again.status_code, again.json["field"]) == (404, "image")


@pytest.mark.parametrize("name", ["A" * 64, "a" * 63, "..", "%2e%2e", "..%2fx", "%00", "a.png"])
@pytest.mark.usefixtures("uploaded")
def test_a_name_that_is_no_id_deletes_nothing(client, folder, name):
    before = sorted(folder.iterdir())
    assert client.delete(f"/images/{name}").status_code == 404
    assert client.post(f"/images/{name}/delete").status_code == 404
    assert sorted(folder.iterdir()) == before


def test_a_deletion_under_readers_gives_the_picture_or_says_it_is_gone(app, upload, picture):
    for seed in range(4):
        name = upload(picture(height=150, width=150, seed=seed), json=True).json["id"]

        def read(size, name=name):
            client = app.test_client()
            return client.get("/maps/input-0.png", query_string={"image": name, "size": size})

        with ThreadPoolExecutor(4) as pool:
            readers = [pool.submit(read, 100 + at) for at in range(24)]
            assert app.test_client().delete(f"/images/{name}").status_code == 200
        found = [reader.result() for reader in readers]
        assert {answer.status_code for answer in found} <= {200, 404, 503}
        for answer in found:
            if answer.status_code == 200:
                Image.open(io.BytesIO(answer.data)).verify()


def test_samples_have_nothing_to_delete(client):
    page = client.get("/").text
    assert 'id="delete"' not in page
    assert '<a href="/">Start again</a>' in page


def test_what_takes_the_decoder_too_long_is_told(monkeypatch, upload, picture):
    decoder = sandbox.IsolatedDecoder(LIMITS, seconds=0.0)
    monkeypatch.setattr(uploads, "decoded", lambda body, _: decoder.decoded(body))
    try:
        answer = upload(picture(height=1500, width=1500), json=True)
    finally:
        decoder.close()
    assert answer.status_code == 413
    assert "too long" in answer.json["detail"]


def test_uploads_stay_over_a_restart(upload, picture, folder):
    name = upload(picture(), json=True).json["id"]
    other = create_app(store_folder=folder).test_client()
    assert other.get("/maps/sum.npy", query_string={"image": name}).status_code == 200
