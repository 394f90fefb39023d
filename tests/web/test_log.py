"""One line of JSON a request, and nothing in it that somebody typed."""

from __future__ import annotations

import json

import pytest

from multiconv.web.log import LOGGER


@pytest.fixture
def lines(caplog):
    caplog.set_level("INFO", logger=LOGGER.name)
    return lambda: [json.loads(r.getMessage()) for r in caplog.records if r.name == LOGGER.name]


@pytest.mark.parametrize(
    ("method", "path", "rule", "status"),
    [
        ("GET", "/?k=1", "/", 200),
        ("GET", "/maps/sum.npy?size=33", "/maps/<name>.npy", 200),
        ("HEAD", "/healthz", "/healthz", 200),
        ("DELETE", "/images/" + "a" * 64, "/images/<name>", 404),
        ("GET", "/somebody/typed/this?and=that", None, 404),
        ("GET", "/?colour=secret", "/", 400),
        ("BREW", "/", None, 405),
    ],
)
def test_a_line_has_the_route_and_not_the_path(client, lines, method, path, rule, status):
    answer = client.open(path, method=method)
    (line,) = lines()
    assert list(line) == ["time", "method", "path", "status", "ms", "bytes"]
    assert line["method"] == (method if method != "BREW" else "other")
    assert (line["path"], line["status"]) == (rule, status)
    if method == "GET":
        assert line["bytes"] == len(answer.data)
    assert 0 <= line["ms"] < 60_000


def test_nothing_that_was_sent_is_in_the_log(client, caplog, upload, picture):
    caplog.set_level("DEBUG")
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x0e\0\x02\0\0\0\x0bMINE ALONE\0\0\0\0\0\0"
    assert upload(picture("JPEG", exif=exif), {"k": "3"}, name="SECRET.jpg").status_code == 303
    client.get("/?w.0.0=TYPED", headers={"User-Agent": "AGENT", "Referer": "http://a/REFERER"})
    client.get("/PATH%0d%0aX", headers={"Cookie": "COOKIE=1"})
    for word in ("MINE", "SECRET", "TYPED", "AGENT", "REFERER", "PATH", "COOKIE", "k=3"):
        assert word not in caplog.text
