"""A generator's maps: its numbers, its picture in colour, the sides of its volumes."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image

from multiconv.imaging.colour import indices
from multiconv.networks.shipped import network

QUERY = "network=emoji&z=mix(1F628,1F600,0.3)"


@pytest.fixture
def outputs():
    generator = network("emoji")
    learned = generator.z.learned
    z = 0.7 * learned.of(0x1F628) + 0.3 * learned.of(0x1F600)
    return z.astype(np.float32), generator.run(z.astype(np.float32))


def test_the_picture_is_the_last_three_outputs_in_colour(client, outputs):
    shares = (outputs[1][-1] + 1) / 2
    found = np.asarray(Image.open(io.BytesIO(client.get(f"/maps/generated.png?{QUERY}").data)))
    assert found.shape == (64, 64, 3)
    assert np.array_equal(found, np.rint(shares * 255))
    numbers = np.load(io.BytesIO(client.get(f"/maps/generated.npy?{QUERY}&layer=2").data))
    assert np.allclose(numbers, shares, atol=1e-6)
    assert found[0, 0].min() > 240  # on white ground


def test_planes_bring_the_whole_row_at_once(client, outputs):
    z, made = outputs
    names = "z,layer-1-42,edges-3,generated,output-2"
    body = client.get(f"/api/planes?{QUERY}&maps={names}&k=2").data
    head, _, planes = body.partition(b"\n")
    found = {}
    for each in json.loads(head)["maps"]:
        shape = each["height"], each["width"]
        count = shape[0] * shape[1]
        found[each["name"]], planes = (
            np.frombuffer(planes[:count], np.uint8).reshape(shape),
            planes[count:],
        )
    assert not planes
    assert np.array_equal(found["z"], indices(z.reshape(-1, 1), 2.5))
    levels = np.rint((made[-1] + 1) / 2 * 255)
    assert np.array_equal(found["generated"].reshape(3, 64, 64).transpose(1, 2, 0), levels)
    assert found["layer-1-42"].shape == (4, 4)
    sides = np.vstack([made[2][:, 0], made[2][0]])
    assert found["edges-3"].shape == sides.shape == (32, 32)
    shown = found["edges-3"].astype(float) - 127
    assert np.corrcoef(shown.ravel(), sides.ravel())[0, 1] > 0.999


def test_what_each_input_adds_at_the_pinned_pixel_is_a_row(client):
    query = f"{QUERY}&layer=5&k=1&i=40&j=35&5.off=3"
    with_all = client.get(f"/api/probe?{query}").get_json()
    row = np.load(io.BytesIO(client.get(f"/maps/subtotals.npy?{query}").data))
    added = [0.0] * 16
    for each in with_all["channels"]:
        added[each["q"]] = each["subtotal"]
    assert len(with_all["channels"]) == 15
    assert np.allclose(row, [added], atol=1e-5)
    head, _, shown = client.get(f"/api/planes?{query}&maps=subtotals").data.partition(b"\n")
    described = json.loads(head)["maps"][0]
    assert described["range"] == np.abs(row).max()
    assert np.array_equal(np.frombuffer(shown, np.uint8), indices(row, described["range"])[0])


def test_pictures_have_none_of_them(client):
    for name in ("z", "generated"):
        assert client.get(f"/maps/{name}.png?size=16").status_code == 404
    assert client.get(f"/maps/edges-9.png?{QUERY}").status_code == 404
    assert client.get("/maps/edges-1.png?size=16").status_code == 200


def test_edits_behind_leave_a_maps_address_as_it_was(client):
    page = client.get(f"/?{QUERY}&layer=2&2.k=3&z.61=1").text
    assert 'data-face="generated"' in page
    edges = [part for part in page.split('"') if part.startswith("/maps/edges-2")]
    assert edges
    assert not any("layer=2" in each or "k=3" in each for each in edges)
