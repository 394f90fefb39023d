"""Hostile files are refused in words, within bounds; good ones are read to the last digit."""

from __future__ import annotations

import json
import re
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
    name = re.search("filters=([0-9a-f]{64})", answer.json["url"])[1]
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
    assert answer.status_code == 201
    link = answer.headers["Location"]
    assert "image=sample:cat" in link
    assert "size=64" in link
    assert f'href="{link.replace("&", "&amp;")}"' in answer.text
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


WHOLE = np.arange(-75, 75).reshape(2, 3, 5, 5)
EIGHTHS = np.linspace(-9, 9, 150).reshape(2, 3, 5, 5)


@pytest.mark.parametrize("kind", ["i1", "i2", "<i4", ">i4", "i8", "u1", "u2", "u4", ">u8"])
def test_whole_numbers_are_taken_as_they_are(kind, hand_in, app):
    numbers = WHOLE if "i" in kind else WHOLE + 75
    answer = hand_in(npy(numbers.astype(kind)))
    np.testing.assert_array_equal(opened(app, answer), numbers.transpose(2, 3, 1, 0))
    assert "taken as they are" in answer.json["receipt"]["dtype"]


@pytest.mark.parametrize("kind", ["I8", "I16", "I32", "I64", "U8", "U16", "U32", "U64"])
def test_whole_numbers_of_safetensors_are_taken(kind, hand_in, app):
    numbers = WHOLE + 75
    data = numbers.astype(f"<{kind[0].lower()}{int(kind[1:]) // 8}").tobytes()
    body = safe({"w": {"dtype": kind, "shape": [2, 3, 5, 5], "data_offsets": [0, len(data)]}}, data)
    if kind == "I8":  # 75 and more of these do not fit
        numbers = numbers.astype(np.int8)
    np.testing.assert_array_equal(opened(app, hand_in(body)), numbers.transpose(2, 3, 1, 0))


SHORT = {"BF16": "bfloat16", "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2"}


@pytest.mark.parametrize("kind", SHORT)
def test_short_floats_of_safetensors_are_read_to_the_last_bit(kind, hand_in, app):
    """Against the types that JAX brings along."""
    types = pytest.importorskip("ml_dtypes")
    stored = EIGHTHS.astype(getattr(types, SHORT[kind]))
    data = stored.tobytes()
    entry = {"dtype": kind, "shape": [2, 3, 5, 5], "data_offsets": [0, len(data)]}
    expected = stored.astype(np.float64).transpose(2, 3, 1, 0)
    np.testing.assert_array_equal(opened(app, hand_in(safe({"w": entry}, data))), expected)


@pytest.mark.parametrize(
    ("kind", "bits", "expected"),
    [
        ("BF16", 0x3F80, 1.0),
        ("BF16", 0xC049, -3.140625),
        ("F8_E5M2", 0x3C, 1.0),
        ("F8_E5M2", 0x01, 2.0**-16),
        ("F8_E4M3", 0x38, 1.0),
        ("F8_E4M3", 0xFE, -448.0),
        ("F8_E4M3", 0x01, 2.0**-9),
        ("F8_E4M3", 0x08, 2.0**-6),
    ],
)
def test_short_floats_are_what_their_bits_say(kind, bits, expected):
    """Values from the formats' definitions: sign, exponent less its bias, fraction."""
    size = 2 if kind == "BF16" else 1
    entry = {"dtype": kind, "shape": [1], "data_offsets": [0, size]}
    found = tensors(safe({"w": entry}, bits.to_bytes(size, "little")))["w"].read()
    assert found.tolist() == [expected]


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_bfloat16_npy_of_jax_is_read(order, hand_in, app):
    bits = (EIGHTHS.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
    stored = np.asarray(bits.view("V2"), order=order)  # what numpy.save makes of it
    expected = (bits.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    answer = hand_in(npy(stored))
    np.testing.assert_array_equal(opened(app, answer), expected.transpose(2, 3, 1, 0))
    assert "bfloat16" in answer.json["receipt"]["dtype"]


def test_names_in_names_are_joined(hand_in, app):
    body = json.dumps({"net": {"conv1": {"weight": GOOD.tolist(), "bias": [1, 2]}}, "epoch": 3})
    answer = hand_in(body.encode())
    np.testing.assert_array_equal(opened(app, answer), HWIO)
    told = answer.json["receipt"]
    assert (told["tensor"], told["bias"]) == ("net.conv1.weight", "net.conv1.bias")
    assert [each["name"] for each in told["left_out"]] == ["epoch"]


def test_integers_as_the_reports_have_them(hand_in, app):
    sobel = np.zeros((3, 3, 3, 2), np.int64)
    sobel[..., 0] = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])[..., None]
    sobel[..., 1] = sobel[..., 0].transpose(1, 0, 2)
    np.testing.assert_array_equal(opened(app, hand_in(npy(sobel))), sobel)
