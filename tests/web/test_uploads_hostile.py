"""Hostile files through HTTP: told why they cannot be shown, or shown; never a fault, never slow.

``MULTICONV_HOSTILE=all`` sends every file; every day it is a representative part.
"""

from __future__ import annotations

import io
import os
import sys
import time
import zlib
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from multiconv.experiment.model import LIMITS
from multiconv.imaging import sandbox as isolated
from tests.imaging import hostile

FILES = hostile.ALL if os.environ.get("MULTICONV_HOSTILE") == "all" else hostile.SAMPLE
SLOWEST = 3.0
MOST_UNPACKINGS = {"PNG of 24 MP, 16-bit RGBA": 3.2, "PNG of 24 MP, 16-bit grey": 1.95}


def told(counted, slowest):
    print(f"{sum(counted.values())} hostile files: {dict(counted)}, slowest {slowest:.2f} s")


def test_generated_files(upload, folder):
    counted, slowest, shown = Counter(), 0.0, set()
    for at in FILES:
        what, body = hostile.hostile(at)
        began = time.perf_counter()
        answer = upload(body, json=True)
        slowest = max(slowest, time.perf_counter() - began)
        counted[answer.status_code] += 1
        assert answer.status_code in {201, 413, 415}, (at, what, answer.json)
        if answer.status_code == 201:
            shown.add(answer.json["id"])
        else:
            assert answer.json["field"] == "image"
            assert answer.json["remedy"]
    told(counted, slowest)
    assert slowest < SLOWEST
    assert counted[201] > 0.05 * len(FILES)
    there = {path.name.split(".")[0] for path in folder.glob("*.pixels")}
    assert there == shown  # nothing half-stored


@pytest.mark.parametrize("bomb", hostile.BOMBS)
def test_bombs(upload, client, bomb):
    body = hostile.BOMBS[bomb]()
    began = time.perf_counter()
    answer = upload(body, {"k": "1"}, json=True)
    took = time.perf_counter() - began
    assert answer.status_code in {201, 413, 415}, answer.json
    # The decoder itself is held to 2 s, and may have to be started first. Those of 24 megapixels
    # are whole pictures within the limits, whose cost is measured below: here the machine may be
    # busy with other tests.
    assert took < (5 if "24 MP" in bomb else SLOWEST)
    if answer.status_code == 201:
        query = {"image": answer.json["id"]}
        Image.open(io.BytesIO(client.get("/maps/sum.png", query_string=query).data)).verify()
    assert client.get("/healthz").status_code == 200


def processor_seconds():
    """Of this process and its decoder, as Linux counts them."""
    decoder = isolated._shared(LIMITS)._process.child.pid
    fields = Path(f"/proc/{decoder}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def unpacking_seconds():
    """A measure of this machine at this moment: inflating what such a picture unpacks to."""
    packed = hostile.zeros_packed(4000 * 48001)
    unpacker, began = zlib.decompressobj(), time.process_time()
    while not unpacker.eof:  # a little at a time, as decoders do
        packed = unpacker.decompress(packed, 2**16) and unpacker.unconsumed_tail
    return time.process_time() - began


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(("bomb", "most"), MOST_UNPACKINGS.items())
def test_the_largest_pictures_cost_a_bounded_number_of_unpackings(upload, client, bomb, most):
    """In processor time, the least of three, so that it does not matter who else is at work."""
    body, costs = hostile.BOMBS[bomb](), []
    upload(hostile.bases()["PNG RGB"], json=True)  # so that the decoder is there
    for _ in range(3):
        unit, began = unpacking_seconds(), processor_seconds()
        answer = upload(body, json=True)
        costs.append((processor_seconds() - began) / unit)
        assert client.delete(f"/images/{answer.json['id']}").status_code == 200
    print(f"{bomb}: {min(costs):.2f} unpackings, all {costs}")
    assert min(costs) < most
