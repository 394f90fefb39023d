"""Hostile files are refused in words, within bounds; good ones are read to the last digit."""

from __future__ import annotations

import json
import tracemalloc

import numpy as np
import pytest

from multiconv.errors import InvalidValue
from multiconv.networks.tensors import tensors
from tests.networks.hostile import FILES, GOOD, npy, npz, safe

HWIO = GOOD.transpose(2, 3, 1, 0).astype(np.float64)


def opened(app, answer):
    """The filters of the page that an answer leads to."""
    assert answer.status_code == 201, answer.get_data(as_text=True)
    name = answer.json["url"].rpartition("filters=")[2]
    return app.extensions["multiconv_store"].get_array(name)


def test_there_are_forty_and_more():
    assert len(FILES) >= 40


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_in_words(name, hand_in, folder, capsys):
    body = FILES[name]
    tracemalloc.start()
    try:
        answer = hand_in(body)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.status_code in {400, 413}, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    assert len(answer.json["detail"]) > 20
    assert answer.json["remedy"]
    assert most < 160 * 2**20
    assert "a pickle was run" not in capsys.readouterr().out
    assert list(folder.glob("*.npy")) == []


@pytest.mark.parametrize("name", ["a pickle", "a .pt", "either layout", "JSON cut short"])
def test_a_person_gets_the_page_again_with_words(name, hand_in):
    answer = hand_in(FILES[name], accept="text/html")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert 'role="alert"' in text
    assert '<input type="file"' in text


def test_a_pt_is_told_how_to_be_converted(hand_in):
    said = hand_in(FILES["a .pt"]).json["remedy"]
    assert "torch.load" in said
    assert "weights_only=True" in said
    assert "numpy.savez" in said


@pytest.mark.parametrize(
    "body",
    [
        npy(GOOD),
        npy(np.asfortranarray(GOOD)),
        npy(GOOD.astype(np.float64)),
        npy(GOOD.astype(np.float16)),
        npy(GOOD.transpose(2, 3, 1, 0)),
        npy(GOOD.astype(">f4")),
        npz(weight=GOOD, bias=np.zeros(2, np.float32)),
        json.dumps(GOOD.tolist()).encode(),
        json.dumps({"conv1": GOOD.tolist(), "bias": [0, 1]}).encode(),
        safe({"w": {"dtype": "F32", "shape": [2, 3, 5, 5], "data_offsets": [0, 600]}},
             GOOD.tobytes()),
    ],
    ids=["npy", "Fortran", "float64", "float16", "HWIO", "big-endian", "npz", "JSON", "named",
         "safetensors"],
)  # fmt: skip
def test_a_good_file_is_read_to_the_last_digit(body, hand_in, app):
    np.testing.assert_array_equal(opened(app, hand_in(body)), HWIO)


def test_the_tensor_can_be_named(hand_in, app):
    body = npz(a=GOOD, b=GOOD + 1)
    answer = hand_in(body)
    assert answer.status_code == 400
    assert answer.json["field"] == "tensor"
    assert "“a”, “b”" in answer.json["remedy"]
    np.testing.assert_array_equal(opened(app, hand_in(body, tensor="b")), HWIO + 1)
    assert hand_in(body, tensor="c").status_code == 400


def test_the_page_of_handed_in_filters_opens_with_the_same_picture(hand_in, client):
    answer = hand_in(npy(GOOD), query="?image=sample:cat&size=64", accept="text/html")
    assert answer.status_code == 303
    link = answer.headers["Location"]
    assert "image=sample:cat" in link
    assert "size=64" in link
    assert client.get(link).status_code == 200


def test_without_its_package_a_safetensors_is_told_what_to_do(hand_in, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "safetensors", None)
    answer = hand_in(safe({"w": {}}))
    assert answer.status_code == 400
    assert "multiconv[safetensors]" in answer.json["remedy"]


def test_a_zip_of_too_many_entries_is_refused_before_any_is_looked_at(monkeypatch):
    monkeypatch.setattr("zipfile.ZipFile", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(InvalidValue, match="holds 5,000 entries"):
        tensors(FILES["a .npz of 5000 entries"])
