"""The API's answers, against SciPy and plain NumPy on the same decoded pixels."""

from __future__ import annotations

import io
import json
import re
import zlib
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from PIL import Image
from scipy.signal import correlate2d

from multiconv.filters.banks import bank
from multiconv.imaging.samples import SAMPLES

KERNELS = {
    "w.0.1": [[0.5, -1, 2], [0, 0.25, -0.125], [1, 1e-3, -3]],
    "w.1.1": [[-2, 0, 1], [1 / 9, 0, 0], [0, 0, 0.7]],
    "w.2.1": [[0, 0, 0], [0, -1.5, 0], [0.1, 0.2, 0.3]],
}
BIAS = 0.125


@pytest.fixture(params=[*(f"sample:{name}" for name in SAMPLES), "jpeg", "png", "tall"])
def link(request, upload, picture):
    """A link of kernels of one's own on every sample and three uploads."""
    image = request.param
    if ":" not in image:
        body = {
            "jpeg": lambda: picture("JPEG", 300, 200, seed=1, quality=70),
            "png": lambda: picture("PNG", 91, 160, seed=2),
            "tall": lambda: picture("WEBP", 400, 30, seed=3, lossless=True),
        }[image]()
        image = upload(body, json=True).json["id"]
    kernels = {name: ",".join(str(float(v)) for v in np.ravel(k)) for name, k in KERNELS.items()}
    return {"image": image, "k": "1", "bias": f"0,{BIAS},0,0,0"} | kernels


@pytest.fixture
def pixels(client, link):
    """The decoded picture as a link shows it, read by Pillow, from 0 to 1 in float64."""
    body = client.get("/maps/input.png", query_string={"image": link["image"]}).data
    return np.asarray(Image.open(io.BytesIO(body)), np.float64) / 255


def npy(client, name, query):
    return np.load(io.BytesIO(client.get(f"/maps/{name}.npy", query_string=query).data))


def test_sum_and_partials_agree_with_scipy(client, link, pixels):
    partials = [
        correlate2d(pixels[..., q], np.array(KERNELS[f"w.{q}.1"]), mode="same") for q in range(3)
    ]
    for q, expected in enumerate(partials):
        assert np.abs(npy(client, f"partial-{q}", link) - expected).max() < 1e-5
    assert np.abs(npy(client, "sum", link) - (sum(partials) + BIAS)).max() < 1e-5


@pytest.mark.parametrize("path", ["/api/probe", "/api/experiment"])
def test_no_zero_has_a_sign(client, path):
    query = {f"w.{q}.0": ",".join(["-1"] * 9) for q in range(3)}
    query |= {"padding": "9", "i": "0", "j": "0"}  # its window holds padding alone
    assert not re.search(r"-0\.0(?!\d)", client.get(path, query_string=query).text)


@pytest.mark.parametrize("place", [(0, 0), (17, 9), (-1, -1)])
def test_the_probe_agrees_with_plain_numpy(client, link, pixels, place):
    rows, columns, _ = pixels.shape
    i, j = place[0] % rows, place[1] % columns
    found = client.get("/api/probe", query_string=link | {"i": i, "j": j}).json
    assert (found["i"], found["j"], found["k"]) == (i, j, 1)
    inside_rows = [row if 0 <= row < rows else -1 for row in range(i - 1, i + 2)]
    inside_cols = [col if 0 <= col < columns else -1 for col in range(j - 1, j + 2)]
    assert (found["rows"], found["cols"]) == (inside_rows, inside_cols)
    padded = np.pad(pixels, ((1, 1), (1, 1), (0, 0)))
    total = BIAS
    for q, channel in enumerate(found["channels"]):
        window, kernel = padded[i : i + 3, j : j + 3, q], np.array(KERNELS[f"w.{q}.1"])
        assert channel["q"] == q
        assert np.abs(np.array(channel["values"]) - window).max() < 1e-12
        assert np.abs(np.array(channel["kernel"]) - kernel).max() < 1e-12
        assert np.abs(np.array(channel["products"]) - window * kernel).max() < 1e-12
        assert abs(channel["subtotal"] - (window * kernel).sum()) < 1e-12
        total += (window * kernel).sum()
    assert (found["bias"], len(found["channels"])) == (BIAS, 3)
    assert abs(found["total"] - total) < 1e-12
    assert abs(npy(client, "sum", link)[i, j] - found["total"]) < 1e-5


def test_the_probe_names_the_channels_of_ks_group(client):
    found = client.get("/api/probe?filters=redness&outputs=3&groups=3&k=2").json
    assert [channel["q"] for channel in found["channels"]] == [2]


def test_experiment_tells_shapes_ranges_and_links(client):
    query = "strides=2&padding=valid&kernel=5x3&k=2&i=3&j=4&size=64&range=0.5&activation=relu"
    facts = client.get(f"/api/experiment?{query}").json
    assert dict(parse_qsl(facts["query"])) == dict(parse_qsl(query)) | {"strides": "2x2"}
    assert facts["input_shape"] == [1, 64, 64, 3]
    assert facts["filters_shape"] == [5, 3, 3, 5]
    assert facts["output_shape"] == [1, 30, 31, 5]
    assert facts["pads"] == [[0, 0], [0, 0]]
    assert (facts["k"], facts["pixel"], facts["range"]) == (2, [3, 4], 0.5)
    assert facts["cost"]["multiply_adds"] == 30 * 31 * 5 * 3 * 3 * 5
    names = [found["name"] for found in facts["maps"]]
    assert names == [
        *(f"input-{q}" for q in range(3)),
        *(f"partial-{q}" for q in range(3)),
        "sum",
        *(f"output-{k}" for k in range(5)),
    ]
    for found in facts["maps"]:
        values = np.load(io.BytesIO(client.get(found["npy"]).data))
        assert list(values.shape) == found["shape"]
        assert (values.min(), values.max()) == (found["min"], found["max"])
        assert abs(values.mean(dtype=np.float64) - found["mean"]) < 1e-6
        answer = client.get(found["png"])
        assert answer.headers["Cache-Control"].endswith("immutable")
        assert Image.open(io.BytesIO(answer.data)).size == values.shape[::-1]
    assert facts["maps"][7]["min"] >= 0  # after the activation
    assert "sentence" in facts


def test_links_of_maps_leave_out_what_they_do_not_depend_on(client):
    before, after = (
        {found["name"]: found for found in client.get(f"/api/experiment?{query}").json["maps"]}
        for query in ("range=1", "range=1&w.1.0=soft")
    )
    assert before["partial-0"] == after["partial-0"]
    assert before["partial-1"]["npy"] != after["partial-1"]["npy"]


def test_planes_come_as_a_line_of_json_and_bytes(client):
    names = ["input-1", "partial-0", "sum", "output-3"]
    query = {"size": "40", "range": "0.5", "image": "sample:coffee"}
    answer = client.get("/api/planes", query_string=query | {"maps": ",".join(names)})
    assert answer.content_type == "application/octet-stream"
    head, _, body = answer.data.partition(b"\n")
    told = json.loads(head)
    assert told["range"] == 0.5
    assert [plane["name"] for plane in told["maps"]] == names
    for plane in told["maps"]:
        size = plane["height"] * plane["width"]
        picture = np.frombuffer(body[:size], np.uint8).reshape(plane["height"], plane["width"])
        body = body[size:]
        assert plane["levels"] is (plane["name"] == "input-1")
        address = f"/maps/{plane['name']}.png"
        shown = Image.open(io.BytesIO(client.get(address, query_string=query).data))
        assert np.array_equal(np.asarray(shown), picture)
    assert body == b""
    assert urlsplit("?" + told["query"]).query == "image=sample:coffee&size=40&range=0.5"


def test_packed_planes_are_the_same_in_fewer_bytes(client):
    query = {"image": "sample:coffee", "size": "200", "maps": "input-0,partial-1,output-0"}
    plain = client.get("/api/planes", query_string=query)
    packed = client.get("/api/planes", query_string=query | {"packed": "1"})
    assert packed.headers["Content-Encoding"] == "deflate"
    assert len(packed.data) < 0.5 * len(plain.data)
    (head, body), (expected, planes) = (
        data.split(b"\n", 1) for data in (zlib.decompress(packed.data), plain.data)
    )
    described = json.loads(head)
    assert described == json.loads(expected) | {"packed": True}
    sides = described["maps"][0]["height"], described["maps"][0]["width"]
    found = np.frombuffer(body, np.uint8).reshape(3, *sides)
    # Differences across and down, undone by summing down and across, in bytes that wrap around.
    whole = found.cumsum(axis=1, dtype=np.uint8).cumsum(axis=2, dtype=np.uint8)
    assert whole.tobytes() == planes


def test_planes_that_are_too_long_for_an_address_are_posted(client):
    numbers = ",".join(["0.0123456789012345"] * 225)
    query = {"size": "40", "kernel": "15x15", "outputs": "2", "maps": "partial-1,output-1"}
    query |= {f"w.{q}.{k}": numbers for q in range(3) for k in range(2)}
    assert client.get("/api/planes", query_string=query).status_code == 414
    answer = client.post("/api/planes", data=query)
    assert answer.status_code == 200
    short = {name: text for name, text in query.items() if not name.endswith(".1")}
    partial = client.get("/api/planes", query_string=short | {"maps": "partial-1"}).data
    size = 40 * 40
    assert answer.data.partition(b"\n")[2][:size] == partial.partition(b"\n")[2]
    wrong = client.post("/api/planes?size=40", data={"size": "50"})
    assert (wrong.status_code, wrong.json["field"]) == (400, "size")


def test_the_bank_alone_is_the_default(client):
    kernels = [client.get("/api/probe?i=5&j=5").json["channels"][q]["kernel"] for q in range(3)]
    assert np.allclose(np.stack(kernels, axis=-1), bank("redness")[..., 0])


def test_healthz(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.data) == (200, b"ok\n")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("", [(0, 4, "Redness")]),
        ("filters=dlib&outputs=3", [(0, 2, "Trained on faces, 7 × 7")]),
        (
            "filters=dlib&outputs=64&k=63",
            [(0, 31, "Trained on faces, 7 × 7"), (32, 63, "random numbers, of no bank")],
        ),
    ],
)
def test_the_facts_say_which_outputs_are_whose(client, query, told):
    facts = client.get(f"/api/experiment?size=32&{query}").get_json()
    assert [(each["first"], each["last"], each["of"]) for each in facts["filters_of"]] == told


def test_the_page_and_the_drawing_do_not_claim_random_filters_as_trained(client):
    query = "filters=dlib&outputs=64&k=40&size=32"
    words = "output 40 is random numbers, of no bank"
    assert words in client.get(f"/?{query}").text
    drawn = " ".join(re.sub("<[^>]*>", " ", client.get(f"/stage.svg?{query}").text).split())
    assert words in drawn
