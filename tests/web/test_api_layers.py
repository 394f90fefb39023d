"""The API of stacks: every layer's facts, any layer's arithmetic, the networks."""

from __future__ import annotations

import io

import numpy as np
import pytest

from multiconv.networks.shipped import network

STACK = (
    "image=sample:coffee&size=60&outputs=4&filters=gabors&activation=relu&2.kind=max_pool"
    "&3.kernel=5x5&3.outputs=2&3.bias=0.5,-0.25"
)


def npy(client, name, query):
    return np.load(io.BytesIO(client.get(f"/maps/{name}.npy?{query}").data))


def test_the_face_networks_layers_are_those_of_its_table(client):
    """Its parameters, what they see and how far apart, as its provenance has them."""
    found = client.get("/api/experiment?network=faces&size=200&layer=2").json
    layers = found["layers"]
    assert [each["name"] for each in layers] == [f"conv{n}" for n in range(1, 8)]
    parameters = [1_216, 12_832, 25_632, 36_045, 50_670, 50_670, 3_646]
    assert [each["parameters"] for each in layers] == parameters
    assert [each["field"] for each in layers] == [[n, n] for n in (5, 13, 29, 61, 93, 125, 189)]
    assert [each["jump"] for each in layers] == [[n, n] for n in (2, 4, 8, 8, 8, 8, 8)]
    assert layers[3]["input_shape"][3], layers[3]["output_shape"][3] == (32, 45)
    assert layers[3]["multiply_adds"] == 22 * 22 * 5 * 5 * 32 * 45
    assert found["layer"] == 2
    assert found["output_shape"] == layers[1]["output_shape"]


def test_one_layer_and_poolings_are_layers_too(client):
    (only,) = client.get("/api/experiment").json["layers"]
    assert (only["kind"], only["parameters"], only["field"]) == ("conv", 140, [3, 3])
    _, pool, third = client.get(f"/api/experiment?{STACK}").json["layers"]
    assert (pool["name"], pool["kind"], pool["parameters"]) == ("pool2", "max_pool", 0)
    # Gabor filters are 7 × 7, a pooling 2 × 2 with a stride of 2: 7 + 1 + 4 · 2.
    assert (third["field"], third["jump"], third["parameters"]) == ([16, 16], [2, 2], 202)


@pytest.mark.parametrize("layer", [1, 2, 3])
@pytest.mark.parametrize("place", ["i=0&j=0", "i=7&j=9", ""])
def test_what_is_for_and_against_and_the_bias_is_the_sum(client, layer, place):
    query = f"{STACK}&layer={layer}&{place}"
    found = client.get(f"/api/probe?{query}").json
    subtotals = [channel["subtotal"] for channel in found["channels"]]
    assert found["for"] == pytest.approx(sum(each for each in subtotals if each > 0))
    assert found["against"] == pytest.approx(sum(each for each in subtotals if each < 0))
    assert found["for"] + found["against"] + found["bias"] == pytest.approx(found["sum"])
    assert found["total"] == found["sum"]
    drawn = npy(client, "sum", query)[found["i"], found["j"]]
    assert found["sum"] == pytest.approx(float(drawn), abs=1e-5)


def test_under_a_mean_they_are_divided_and_left_apart_there_is_no_sum(client):
    found = client.get(f"/api/probe?{STACK}&layer=3&if=mean&i=3&j=3").json
    assert found["divisor"] == 4
    assert found["for"] + found["against"] + found["bias"] == pytest.approx(found["sum"])
    apart = client.get(f"/api/probe?{STACK}&layer=3&if=apart&i=3&j=3").json
    assert (apart["sum"], apart["total"]) == (None, None)
    assert apart["for"] == pytest.approx(4 * found["for"])


def test_the_field_goes_beyond_the_edges(client):
    found = client.get("/api/probe?network=faces&layer=7&i=10&j=19").json
    assert found["field"] == {"top": 0, "left": 72, "height": 189, "width": 189}
    assert len(found["channels"]) == 45
    assert found["sum"] == pytest.approx(1.072, abs=0.006)
    corner = client.get("/api/probe?network=faces&layer=7&i=0&j=0").json["field"]
    assert (corner["top"], corner["left"]) == (-80, -80)


def test_tables_are_told_of_the_channels_that_are_named(client):
    query = "/api/probe?network=faces&layer=7&i=10&j=19"
    every = client.get(query).json
    found = client.get(f"{query}&tables=5,0,5").json
    tables = {"values", "kernel", "products"}
    for whole, told in zip(every["channels"], found["channels"], strict=True):
        kept = whole if whole["q"] in (0, 5) else {n: whole[n] for n in whole.keys() - tables}
        assert told == kept
    assert found | {"channels": 0} == every | {"channels": 0}
    assert client.get(f"{query}&tables=all").json == every


@pytest.mark.parametrize(
    ("tables", "limit"),
    [("45", "0 to 44"), ("-1", "0 to 44"), ("0,,1", "0 to 44"), ("", "0 to 44")],
)
def test_a_channel_that_is_not_there_has_no_tables(client, tables, limit):
    answer = client.get(f"/api/probe?network=faces&layer=7&tables={tables}")
    assert (answer.status_code, answer.json["field"], answer.json["limit"]) == (
        400,
        "tables",
        limit,
    )


def test_the_networks_are_listed_with_their_credit(client):
    faces, emoji = client.get("/api/networks").json["networks"]
    assert (emoji["name"], emoji["size"], client.get(emoji["url"]).status_code) == ("emoji", 1, 200)
    assert emoji["layers"][-1]["output_shape"] == [1, 64, 64, 3]
    assert (faces["name"], faces["parameters"], faces["size"]) == ("faces", 180_711, 400)
    assert "trained on faces" in faces["credit"]
    assert client.get(faces["url"]).status_code == 200
    assert faces["layers"][-1]["output_shape"] == [1, 47, 47, 1]


def test_an_output_of_a_deep_layer_is_the_same_by_both_its_names(client):
    query = "network=faces&size=120&layer=4"
    for k in (0, 44):
        assert np.array_equal(
            npy(client, f"output-{k}", f"{query}&k=3"), npy(client, f"layer-4-{k}", query)
        )


def test_a_transposed_layer_says_how_its_filters_lie_and_which_taps_meet_which_inputs(client):
    query = "network=emoji&layer=3&k=5&i=7&j=8"
    facts = client.get(f"/api/experiment?{query}").json
    assert facts["filters_shape"] == [5, 5, 32, 64]  # HWOI
    assert facts["output_padding"] == facts["layers"][2]["output_padding"]
    own = network("emoji").layers[2]
    found = client.get(f"/api/probe?{query}").json
    shape = own.geometry((8, 8))
    for axis, at, taps, lines in ((0, 7, "row_taps", "rows"), (1, 8, "col_taps", "cols")):
        stride, before = shape.strides[axis], shape.pads[axis][0]
        meeting = {
            (tap, row)
            for row in range(8)
            for tap in range(5)
            if row * stride + tap - before == at  # where the stamp of that input lies
        }
        pairs = zip(found[taps], found[lines], strict=True)
        assert {pair for pair in pairs if pair[1] >= 0} == meeting
    for channel in found["channels"]:
        kernel = own.kernel(channel["q"], 5)[np.ix_(found["row_taps"], found["col_taps"])]
        assert np.allclose(channel["kernel"], kernel, atol=1e-6)
    grouped = "size=20&kind=transposed&outputs=6&groups=3&strides=2&padding=1&output_padding=1x0"
    facts = client.get(f"/api/experiment?{grouped}").json
    assert facts["filters_shape"] == [3, 3, 2, 3]
    assert facts["layers"][0]["output_padding"] == [1, 0]
    plain = client.get("/api/experiment?size=20").json
    assert "output_padding" not in plain | plain["layers"][0]
    assert "row_taps" not in client.get("/api/probe?size=20").json


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("2.padding=9", "2.padding", "(4 − 1)·2 + (5 − 1)·1 + 1 − 9 − 9 + 1 = -6"),
        ("2.outputs=7", "2.outputs", "takes 64 channels, but layer 2 puts out 7 now"),
    ],
)
def test_a_generators_shapes_that_do_not_fit_are_told_with_their_numbers(
    client, query, field, words
):
    found = client.get(f"/api/experiment?network=emoji&{query}")
    assert (found.status_code, found.json["field"]) == (400, field)
    assert words in found.json["detail"]
