"""Hostile files through HTTP: told why they cannot be shown, or shown; never a fault.

``MULTICONV_HOSTILE=all`` sends every file; every day it is a representative part.
"""

from __future__ import annotations

import io
import os
from collections import Counter

import pytest
from PIL import Image

from tests.imaging import hostile

FILES = hostile.ALL if os.environ.get("MULTICONV_HOSTILE") == "all" else hostile.SAMPLE


def test_generated_files(upload, folder):
    counted, shown = Counter(), set()
    for at in FILES:
        what, body = hostile.hostile(at)
        answer = upload(body, json=True)
        counted[answer.status_code] += 1
        assert answer.status_code in {201, 413, 415}, (at, what, answer.json)
        if answer.status_code == 201:
            shown.add(answer.json["id"])
        else:
            assert answer.json["field"] == "image"
            assert answer.json["remedy"]
    assert counted[201] > 0.05 * len(FILES)
    there = {path.name.split(".")[0] for path in folder.glob("*.pixels")}
    assert there == shown  # nothing half-stored


@pytest.mark.parametrize("bomb", hostile.BOMBS)
def test_bombs(upload, client, bomb):
    body = hostile.BOMBS[bomb]()
    answer = upload(body, {"k": "1"}, json=True)
    assert answer.status_code in {201, 413, 415}, answer.json
    if answer.status_code == 201:
        query = {"image": answer.json["id"]}
        Image.open(io.BytesIO(client.get("/maps/sum.png", query_string=query).data)).verify()
    assert client.get("/healthz").status_code == 200
