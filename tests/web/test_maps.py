"""Maps as files: what is in them, how long they hold, what their addresses say."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from PIL import Image

from multiconv.imaging import colour

EDITED = "w.1.0=0,0,0,0,0.5,0,0,0,0"


def npy(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return np.load(io.BytesIO(answer.data), allow_pickle=False)


def png(client, address):
    answer = client.get(address)
    assert (answer.status_code, answer.content_type) == (200, "image/png")
    return Image.open(io.BytesIO(answer.data))


@pytest.mark.parametrize("query", ["", "kernel=5x2&strides=2x1&padding=valid&bias=0.5,0,0,0,0"])
def test_numbers_add_up(client, query):
    partials = [npy(client, f"/maps/partial-{q}.npy?{query}") for q in range(3)]
    total = npy(client, f"/maps/sum.npy?{query}")
    bias = 0.5 if "bias" in query else 0
    assert np.allclose(sum(map(np.float64, partials)) + bias, total, atol=1e-5)
    assert total.dtype == np.float32
    found = npy(client, f"/maps/output-0.npy?{query}&activation=relu")
    assert np.array_equal(found, np.maximum(total, 0))


def test_inputs_are_the_pictures_channels(client):
    pixels = np.asarray(png(client, "/maps/input.png?size=50"))
    for q in range(3):
        assert np.array_equal(
            np.asarray(png(client, f"/maps/input-{q}.png?size=50")), pixels[..., q]
        )
        numbers = npy(client, f"/maps/input-{q}.npy?size=50")
        assert np.array_equal(numbers, np.float32(pixels[..., q]) / np.float32(255))


def test_the_identity_gives_the_picture_back_bit_for_bit(client):
    query = "w.0.0=identity&w.1.0=zero&w.2.0=zero"
    pixels = np.asarray(png(client, "/maps/input.png"))
    assert np.array_equal(np.rint(npy(client, f"/maps/sum.npy?{query}") * 255), pixels[..., 0])


def test_colours_are_indices_into_the_palette_clear_where_zero(client):
    picture = png(client, "/maps/sum.png?range=0.5")
    assert picture.mode == "P"
    numbers = npy(client, "/maps/sum.npy")
    indices = np.asarray(picture).astype(int)
    expected = 127 + np.clip(np.rint(numbers.astype(np.float64) / 0.5 * 127), -127, 127)
    assert np.abs(indices - expected).max() <= 1  # at halves, float32 may round to the other
    assert (indices == expected).mean() > 0.999
    colours = np.asarray(picture.convert("RGBA"))
    assert set(colours[indices == 127][:, 3]) <= {0}
    assert colours[indices == 254][:, 3].min() == 255
    opaque = np.asarray(png(client, "/maps/sum.png?range=0.5&paper=1").convert("RGBA"))
    assert opaque[..., 3].min() == 255
    assert np.array_equal(opaque[indices == 127][0, :3], colour.LIGHT_PAPER[:3])


def test_editing_green_leaves_red_and_blue_as_they_were(client):
    for ending in ("npy", "png"):
        query = "" if ending == "npy" else "range=1&"
        for q, changes in ((0, False), (1, True), (2, False)):
            before = client.get(f"/maps/partial-{q}.{ending}?{query}").data
            after = client.get(f"/maps/partial-{q}.{ending}?{query}{EDITED}").data
            assert (before != after) is changes


NAMES = ("input-0", "input-1", "input-2", "partial-0", "partial-1", "partial-2", "output-1")
OF_THE_FIGURE = {f"/maps/{name}.png" for name in NAMES}


def maps_on(page):
    """Address of every map on a page, by the map's name and the query besides the build."""
    found = {}
    for source in re.findall(r'(?:src|href)="(/maps/[^"]+\.png[^"]*v=[^"]*)"', page):
        parts = urlsplit(source.replace("&amp;", "&"))
        found.setdefault(parts.path, set()).add(parts.query)
    return found


def test_addresses_on_the_page_say_only_what_the_pixels_depend_on(client):
    before, after = (maps_on(client.get(f"/?range=1&{query}").text) for query in ("", EDITED))
    assert before["/maps/partial-0.png"] == after["/maps/partial-0.png"]
    assert before["/maps/partial-2.png"] == after["/maps/partial-2.png"]
    assert before["/maps/partial-1.png"] != after["/maps/partial-1.png"]
    assert before["/maps/input-1.png"] == after["/maps/input-1.png"]
    assert not any("i=" in query for queries in before.values() for query in queries)


def test_every_map_of_a_page_is_there_and_holds_for_ever(client, app):
    page = client.get(f"/?size=40&k=1&activation=relu&bias=0,0.5,0,0,0&{EDITED}")
    found = maps_on(page.text)
    assert found.keys() >= OF_THE_FIGURE
    for path, queries in found.items():
        for query in queries:
            answer = client.get(f"{path}?{query}")
            assert answer.status_code == 200
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert answer.headers["ETag"]
            assert dict(parse_qsl(query))["v"] == app.config["BUILD"]


@pytest.mark.parametrize(
    "query",
    [
        "network=faces&3.outputs=55&4.filters=random&layer=4",
        "network=faces&groups=3&outputs=6&filters=depthwise&bias=0,0,0,0,0,0&2.filters=random&layer=2",
    ],
)
def test_every_map_of_a_networks_layer_with_other_inputs_is_there(client, query):
    found = maps_on(client.get(f"/?{query}").text)
    assert any(path.startswith("/maps/input-") for path in found)
    for path, queries in found.items():
        assert all(client.get(f"{path}?{query}").status_code == 200 for query in queries), path


def test_reduced_addresses_show_what_the_whole_experiment_shows(client):
    link = f"size=40&k=1&activation=relu&bias=0,0.5,0,0,0&range=0.5&w.1.1=soft&{EDITED}"
    page = client.get(f"/?{link}")
    found = maps_on(page.text)
    assert found.keys() >= OF_THE_FIGURE
    for path, queries in found.items():
        name = path.removeprefix("/maps/").removesuffix(".png")
        if name == "input":
            continue  # the samples in the bar
        for query in queries:
            assert client.get(f"{path}?{query}").data == client.get(f"{path}?{link}").data, name


@pytest.mark.parametrize("query", ["", "v=another", "v="])
def test_maps_outside_this_build_are_asked_for_again(client, query):
    answer = client.get(f"/maps/sum.png?{query}")
    assert answer.headers["Cache-Control"] == "no-cache"
    tag = answer.headers["ETag"]
    again = client.get(f"/maps/sum.png?{query}", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    other = client.get(f"/maps/sum.png?{query}&k=1", headers={"If-None-Match": tag})
    assert other.status_code == 200


SVG = "{http://www.w3.org/2000/svg}"
HREF = "href"


@pytest.mark.parametrize("query", ["", "outputs=16&k=9&size=60&strides=3", "outputs=1&kernel=1"])
def test_the_diagram_is_one_file_that_needs_nothing_else(client, query):
    answer = client.get(f"/diagram.svg?{query}")
    assert answer.content_type == "image/svg+xml; charset=utf-8"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; img-src data:")
    root = ET.fromstring(answer.data)  # noqa: S314  (our own answer)
    assert root.tag == f"{SVG}svg"
    for element in root.iter():
        assert element.tag.removeprefix(SVG) not in {"script", "style", "use", "foreignObject"}
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert "url(" not in value
            assert name != "style"
    pictures = list(root.iter(f"{SVG}image"))
    assert len(pictures) >= 4
    for element in pictures:
        kind, _, body = element.attrib[HREF].partition(",")
        assert kind == "data:image/png;base64"
        Image.open(io.BytesIO(base64.b64decode(body, validate=True))).verify()


def test_running_sums_end_where_the_sum_without_bias_is(client):
    query = "bias=0.5,0,0,0,0&off=1"
    partials = [npy(client, f"/maps/partial-{q}.npy?{query}") for q in range(3)]
    running = [npy(client, f"/maps/running-{n}.npy?{query}") for n in range(4)]
    assert not running[0].any()
    assert np.array_equal(running[1], partials[0])
    assert np.array_equal(running[2], running[1])  # green is off
    assert not partials[1].any()
    assert np.allclose(running[3], partials[0] + partials[2], atol=1e-6)
    assert np.allclose(running[3] + 0.5, npy(client, f"/maps/sum.npy?{query}"), atol=1e-5)


def test_tinted_inputs_have_their_channels_colour(client):
    tinted = png(client, "/maps/input-1.png?inputs=tinted&size=24").convert("RGB")
    grey = png(client, "/maps/input-1.png?size=24").convert("L")
    levels = np.asarray(grey)
    assert np.array_equal(np.asarray(tinted)[..., 1], levels)
    assert not np.asarray(tinted)[..., [0, 2]].any()


def test_a_histogram_says_its_map_in_words(client):
    answer = client.get("/maps/partial-1.svg?size=24")
    assert answer.content_type == "image/svg+xml; charset=utf-8"
    tree = ET.fromstring(answer.data)  # noqa: S314
    assert tree.get("aria-label", "").startswith("what green adds: −0.")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert client.get("/maps/partial-7.svg").status_code == 404


def test_every_map_that_is_offered_answers_in_every_form(client):
    plain = "size=24&2.outputs=8&3.filters=each&layer=3"
    emoji, own = "network=emoji&layer=3", "size=12&kind=transposed&strides=2"
    every = "input-0 partial-0 running-1 sum for against subtotals rest output-0"
    every += " layer-1-0 edges-2 influence"
    names = {plain: every, emoji: f"{every} z generated stamps", own: "stamps"}
    for query, asked in names.items():
        for name in asked.split():
            for form in ("png", "npy", "svg"):
                assert client.get(f"/maps/{name}.{form}?{query}").status_code == 200, (name, form)
        for name in ("outputs", "partials"):
            assert client.get(f"/maps/{name}.png?{query}").status_code == 200
    for name in ("photo", "counted", "input"):
        assert client.get(f"/maps/{name}.png?{plain}").status_code == 200
        assert client.get(f"/maps/{name}.png?{emoji}").status_code == 400  # there is no photograph
