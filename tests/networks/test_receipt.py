"""The receipt of a file of weights: what was taken, how it was read, what was left out by name."""

from __future__ import annotations

import json

import numpy as np
import pytest

from multiconv.experiment.programs import FILE
from tests.networks.hostile import Bomb, npy, npz, zipped

CONV = np.random.default_rng(0).normal(size=(4, 3, 5, 5)).astype(np.float32)  # OIHW
LONG = "module.backbone.stem.block_0.convolution_{}.weight"


def receipt(answer):
    assert answer.status_code == 201, answer.text
    return answer.json["receipt"]


def left_out(answer):
    return {each["name"]: each["what"] for each in receipt(answer)["left_out"]}


def test_the_receipt_of_a_network_names_everything(hand_in):
    four, eight = np.zeros(4, np.float32), np.zeros(8, np.float32)
    body = npz(
        **{
            "conv1.weight": CONV,
            "conv1.bias": four,
            "bn1.weight": four,
            "bn1.bias": four,
            "bn1.running_mean": four,
            "bn1.num_batches_tracked": np.int64(7),
            "conv2.weight": np.zeros((8, 4, 5, 5), np.float32),
            "conv2.bias": eight,
            "fc.weight": np.zeros((10, 72), np.float32),
        }
    )
    answer = hand_in(body, order="bgr")
    told = receipt(answer)
    others = told.pop("left_out")
    assert told == {
        "tensor": "conv1.weight",
        "shape": [4, 3, 5, 5],
        "dtype": "float32",
        "layout": "oihw",
        "order": "bgr",
        "first": 0,
        "outputs": 4,
        "of": 4,
        "bias": "conv1.bias",
    }
    assert [each["name"] for each in others] == [
        *("bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.num_batches_tracked"),
        *("conv2.weight", "conv2.bias", "fc.weight"),
    ]
    what = left_out(answer)
    assert all("batch normalisation" in what[each] for each in what if each.startswith("bn1"))
    assert what["conv2.weight"] == "8 × 4 × 5 × 5, another layer"
    assert what["fc.weight"] == "10 × 72, another layer"


def test_the_pictures_of_an_export_are_no_other_layer(hand_in, client):
    what = left_out(hand_in(client.get(f"/{FILE}?size=48").data, tensor="filters"))
    for name, shape in (("input", "48 × 48 × 3"), ("sum", "48 × 48"), ("output", "48 × 48 × 5")):
        assert what[name] == f"{shape}, no filters by its shape and name"


@pytest.mark.parametrize("name", ["offset", "c", "arr_1", "conv1.beta", "conv1.bias_1"])
def test_a_bias_by_no_usual_name_is_named_and_not_taken(hand_in, name):
    answer = hand_in(npz(**{"conv1.weight": CONV, name: np.ones(4)}))
    assert receipt(answer)["bias"] == ""
    assert name in left_out(answer)
    assert "bias=" not in answer.json["url"]


@pytest.mark.parametrize("bias", [np.ones((4, 1)), np.ones(5), np.float32(1), np.ones((1, 4))])
def test_what_has_not_one_number_an_output_is_named(hand_in, bias):
    answer = hand_in(npz(**{"conv1.weight": CONV, "conv1.bias": bias}))
    assert receipt(answer)["bias"] == ""
    assert list(left_out(answer)) == ["conv1.bias"]


def test_outputs_that_are_left_out_are_counted(hand_in):
    many = np.zeros((134, 3, 5, 5), np.float32)
    told = receipt(hand_in(npy(many), first="3"))
    assert (told["first"], told["outputs"], told["of"]) == (3, 128, 134)
    page = hand_in(npy(many), first="3", accept="text/html").text
    assert "3 to 130 of 134; 6 are left out" in page


def test_what_cannot_be_read_is_named_and_no_pickle_is_opened(hand_in, capsys):
    body = zipped(
        [
            ("conv1.weight.npy", npy(CONV)),
            ("labels.npy", npy(np.array([Bomb()], object), allow_pickle=True)),
            ("phases.npy", npy(np.zeros(3, complex))),
            ("readme.txt", b"hello"),
        ]
    )
    what = left_out(hand_in(body))
    assert "a pickle" in what["labels"]
    assert "complex128" in what["phases"]
    assert "no .npy" in what["readme.txt"]
    assert "a pickle was run" not in capsys.readouterr().out
    refused = hand_in(body, tensor="labels")
    assert refused.status_code == 400
    assert "a pickle" in refused.json["detail"]


def test_names_that_begin_alike_are_readable_in_full(hand_in):
    first, second = LONG.format("a"), LONG.format("b")
    body = npz(**{first: CONV, second: CONV})
    refused = hand_in(body)
    assert refused.status_code == 400
    assert f"“{first}”, “{second}”" in refused.json["remedy"]
    page = hand_in(body, accept="text/html").text
    assert first in page
    assert second in page
    assert left_out(hand_in(body, tensor=second)) == {first: "4 × 3 × 5 × 5, another layer"}
    unknown = hand_in(body, tensor=first + "s")
    assert f"{first}s" in unknown.json["detail"]


def test_a_person_reads_the_receipt_on_the_way_to_the_figure(hand_in, client):
    body = npz(**{"conv1/weights": CONV, "conv1/biases": np.ones(4), "<b>": np.ones(2)})
    answer = hand_in(body, accept="text/html", query="?image=sample:cat")
    assert answer.status_code == 201
    for words in (
        "“conv1/weights”, 4 × 3 × 5 × 5, float32",
        "out, in, height, width (PyTorch, ONNX)",
        "red, green, blue",
        "0 to 3 of 4",
        "“conv1/biases”, taken along",
        "“&lt;b&gt;”: 2",
    ):
        assert words in answer.text
    link = answer.headers["Location"]
    assert f'href="{link.replace("&", "&amp;")}"' in answer.text
    assert "image=sample:cat" in link
    assert "bias=1,1,1,1" in link
    assert client.get(link).status_code == 200


def test_nothing_else_in_a_file_is_said_too(hand_in):
    page = hand_in(npy(CONV), accept="text/html").text
    assert "nothing else is in the file" in page
    assert "none in the file under a usual name" in page
    assert receipt(hand_in(json.dumps(CONV.tolist()).encode()))["dtype"] == "JSON's numbers"
