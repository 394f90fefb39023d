"""Files that hold weights in another kind, or none at all, are told for what they are."""

from __future__ import annotations

import gzip
import struct

import pytest

from multiconv.errors import InvalidValue
from multiconv.networks.tensors import tensors
from tests.networks.hostile import zipped

FILES = {
    "a Keras model (.keras)": zipped(
        [("metadata.json", b"{}"), ("config.json", b"{}"), ("model.weights.h5", b"\x89HDF")]
    ),
    "HDF5, as Keras saves it (.h5)": b"\x89HDF\r\n\x1a\n" + bytes(40),
    "a TensorFlow Lite model (.tflite)": b"\x1c\0\0\0TFL3" + bytes(40),
    # ir_version 8, then producer_name or graph
    "a protobuf model": b"\x08\x08\x12\x07pytorch" + bytes(40),
    "a TensorFlow SavedModel, zipped": zipped([("m/saved_model.pb", b"\x08\x01\x12")]),
    "MessagePack, as Flax saves it": b"\x81\xa6params\x81\xa6Conv_0\x82" + b"\xff" * 20,
    "a MATLAB file (.mat)": b"MATLAB 5.0 MAT-file, Platform: GLNXA64" + bytes(100),
    "a GGUF model": b"GGUF" + struct.pack("<I", 3) + bytes(40),
    "a picture": b"\xff\xd8\xff\xe0" + bytes(40),
    "a PDF": b"%PDF-1.7\n",
    "packed with gzip (.gz)": gzip.compress(b"weights"),
    "packed with zstd": b"(\xb5/\xfd" + bytes(20),
    "a 7z archive": b"7z\xbc\xaf\x27\x1c" + bytes(20),
    "a tar archive": b"weights.npy" + bytes(246) + b"ustar" + bytes(250),
    "an Office document": zipped([("[Content_Types].xml", b"<xml/>"), ("xl/a.xml", b"")]),
    "a zip without a .npy in it": zipped([("weights.csv", b"1,2")]),
    "text that is no JSON": b"0.1, 0.2, 0.3\n0.4, 0.5, 0.6\n",
    "of no kind that is known here": bytes(range(256)),
}


@pytest.mark.parametrize("what", FILES)
def test_one_sentence_says_what_it_is_and_what_is_read(what):
    with pytest.raises(InvalidValue) as error:
        tensors(FILES[what])
    told = error.value.problem
    assert what in told
    assert told.endswith("what is read here is .npy, .npz, JSON and .safetensors.")
    assert len(error.value.remedy) > 20


@pytest.mark.parametrize(
    "body",
    [
        zipped([("archive/data.pkl", b"\x80\x02."), ("archive/data/0", b"")]),
        b"\x80\x04K\x01.",
        b"\x80\x05K\x01.",
    ],
)
def test_a_pickle_is_told_as_one(body):
    with pytest.raises(InvalidValue, match="a pickle"):
        tensors(body)
