import gzip

import pytest


@pytest.mark.parametrize("path", ["/", "/api/experiment", "/diagram.svg", "/limits"])
def test_text_comes_deflated_to_those_who_take_it(client, path):
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) == packed.content_length < len(plain.data)
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert packed.headers["ETag"] != plain.headers["ETag"]


def test_scripts_and_style_come_deflated(client):
    page = client.get("/").text
    start = page.index("/static/")
    path = page[start : page.index('"', start)]
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    with client.get(path) as plain:
        assert gzip.decompress(packed.data) == plain.data


def test_a_deflated_answer_has_its_own_tag_and_304(client):
    headers = {"Accept-Encoding": "gzip"}
    tag = client.get("/", headers=headers).headers["ETag"]
    assert client.get("/", headers={**headers, "If-None-Match": tag}).status_code == 304
    assert client.get("/", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("path", "encodings"),
    [("/healthz", "gzip"), ("/maps/sum.png", "gzip"), ("/", "gzip;q=0"), ("/", "br")],
)
def test_what_is_small_a_picture_or_not_wanted_deflated_stays(client, path, encodings):
    answer = client.get(path, headers={"Accept-Encoding": encodings})
    assert "Content-Encoding" not in answer.headers
