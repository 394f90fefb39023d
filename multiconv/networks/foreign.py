"""What a file is that holds weights in no kind that is read, or none at all, in one sentence.

It stands alone because the list grows with every kind that somebody hands in.
"""

from __future__ import annotations

from collections.abc import Collection

READ = ".npy, .npz, JSON and .safetensors"

_ANOTHER = "Hand in the filters alone, saved with numpy.save."
_KERAS = (
    'Save the first layer alone: numpy.savez("weights.npz", '
    '**dict(zip(("kernel", "bias"), layer.get_weights()))).'
)
_ONNX = (
    "Save its first layer alone: numpy.savez(name=array), array by onnx.numpy_helper.to_array or "
    "the variable's numpy()."
)
_LITE = "Read the tensor with an interpreter's get_tensor, and save it with numpy.save."
_FLAX = (
    "Restore it where you trust it, flax.serialization.msgpack_restore, and save the first "
    "layer's kernel and bias with numpy.savez."
)
_MATLAB = (
    'Convert it: numpy.save("weights.npy", scipy.io.loadmat("weights.mat")["name of the array"]).'
)
_PICTURE = "Hand a picture in at the figure, and here a file of filters."
_UNPACK = "Unpack it, and send the file within it."

_BEGINNINGS: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"\x89HDF\r\n\x1a\n", "HDF5, as Keras saves it (.h5)", _KERAS),
    (4, b"TFL3", "a TensorFlow Lite model (.tflite)", _LITE),
    (0, b"GGUF", "a GGUF model", _ANOTHER),
    (0, b"MATLAB 5.0 MAT-file", "a MATLAB file (.mat)", _MATLAB),
    (0, b"\x89PNG", "a picture", _PICTURE),
    (0, b"\xff\xd8\xff", "a picture", _PICTURE),
    (0, b"GIF8", "a picture", _PICTURE),
    (8, b"WEBP", "a picture", _PICTURE),
    (0, b"%PDF", "a PDF", _ANOTHER),
    (0, b"\x1f\x8b", "packed with gzip (.gz)", _UNPACK),
    (0, b"BZh", "packed with bzip2 (.bz2)", _UNPACK),
    (0, b"\xfd7zXZ", "packed with xz", _UNPACK),
    (0, b"(\xb5/\xfd", "packed with zstd", _UNPACK),
    (0, b"7z\xbc\xaf", "a 7z archive", _UNPACK),
    (0, b"Rar!", "a RAR archive", _UNPACK),
    (257, b"ustar", "a tar archive", _UNPACK),
    (0, b"SQLite format 3", "a database", _ANOTHER),
)


def foreign_kind(body: bytes) -> tuple[str, str]:
    """Return what a file is that is none of ours, and what to do."""
    for at, beginning, what, remedy in _BEGINNINGS:
        if body[at:].startswith(beginning):
            return what, remedy
    if body[0] == 8 and body[2:3] in {b"\x12", b":", b"\x1a"}:  # a version, then a text or message
        return "a protobuf model, as ONNX and TensorFlow save them (.onnx, .pb)", _ONNX
    if 0x81 <= body[0] <= 0x8F and 0xA0 <= body[1] <= 0xBF:  # a map whose first key is a text
        return "MessagePack, as Flax saves it", _FLAX
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return "of no kind that is known here", _ANOTHER
    if text.isprintable() or all(each.isprintable() for each in text.split()):
        return "text that is no JSON", 'Save the array instead: numpy.save("weights.npy", array).'
    return "of no kind that is known here", _ANOTHER


def foreign_archive(names: Collection[str]) -> tuple[str, str]:
    """Return what a zip without a .npy is, by the names in it, and what to do."""
    if any(name.endswith(".h5") for name in names) and "config.json" in names:
        return "a Keras model (.keras)", _KERAS
    if any(name.startswith("saved_model.pb") or "/saved_model.pb" in name for name in names):
        return "a TensorFlow SavedModel, zipped", _ONNX
    if "[Content_Types].xml" in names:
        return "an Office document", _ANOTHER
    return "a zip without a .npy in it", _UNPACK
