"""The page of limits: every one of them, from the value that the checks use."""

from __future__ import annotations

import html
import re
from dataclasses import fields, replace

from multiconv.experiment.model import LIMITS, Limits


def test_every_limit_is_told():
    assert len(LIMITS.rows()) == len(fields(Limits))


def test_the_page_tells_them(client):
    answer = client.get("/limits")
    assert answer.status_code == 200
    cells = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', html.unescape(answer.text))
    assert cells == LIMITS.rows()
    told = dict(cells)
    assert told["A picture's file"] == "10 MiB"
    assert told["A picture's pixels"] == "50 megapixels"
    assert told["A picture that is kept as it is; a larger one is halved"] == "24 megapixels"
    assert told["Work of one request"] == "up to 2,000,000,000 multiply-adds"


def test_another_limit_is_told_as_it_is():
    rows = dict(replace(LIMITS, upload_bytes=5 * 2**20, outputs=7).rows())
    assert rows["A picture's file"] == "5 MiB"
    assert rows["Output channels of a layer"] == "up to 7"


def test_the_bar_leads_there(client):
    assert 'href="/limits"' in client.get("/").text


def test_the_kinds_of_pictures_are_the_same_wherever_they_are_said(client, upload):
    said = "PNG, JPEG, WebP, GIF, TIFF, BMP or AVIF"
    assert said in client.get("/limits").text
    assert said in client.get("/").text
    assert said in upload(b"no picture", json=True).json["remedy"]
