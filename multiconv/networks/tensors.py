"""Tensors by their names from ``.npy``, ``.npz``, JSON and ``.safetensors``, never from pickles.

What a file says of its sizes is checked before room is made for its numbers.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import InvalidValue, MultiConvError, TooLarge
from multiconv.experiment.numbers import quoted

Shape = tuple[int, ...]

FILE_BYTES = 10 * 2**20
"""The most bytes of a file, and of any tensor once it is unpacked."""

_JSON_BYTES = 2 * 2**20  # text grows a lot when it is read
_HEAD_BYTES = 10_000  # a header has some hundred; NumPy allows no more either
_MOST_TENSORS = 4096
_SAFE_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}

_CONVERT = (
    "Convert it where you trust it: import numpy, torch; "
    'state = torch.load("weights.pt", weights_only=True); '
    'numpy.savez("weights.npz", **{name: t.numpy() for name, t in state.items() if t.ndim == 4}).'
)


@dataclass(frozen=True)
class Tensor:
    """A tensor that is there: its shape, and how to read it."""

    shape: Shape
    read: Callable[[], NDArray[Any]]


def refused(problem: str, remedy: str, *, field: str = "weights") -> InvalidValue:
    """Return the error for a file, or a field beside it, that cannot be used."""
    return InvalidValue(problem, remedy, field=field)


def too_large(what: str, size: int, limit: int = FILE_BYTES) -> TooLarge:
    """Return the error for something that would take too much room."""
    return TooLarge(
        f"{what} has {size:,} bytes; {limit:,} is the most.",
        "Save only the first layer's filters.",
        field="weights",
        limit=f"{limit // 2**20} MiB",
    )


def tensors(body: bytes) -> Mapping[str, Tensor]:
    """Return the tensors of a file by their names; the kind is told from the content.

    Raises
    ------
    InvalidValue
        For pickles, unknown kinds, damaged files and numbers that are no floats.
    TooLarge
        For files, and tensors once unpacked, of more than 10 MiB.
    """
    if not body:
        raise refused("The file is empty.", "Choose a file of weights.")
    if len(body) > FILE_BYTES:
        raise too_large("The file", len(body))
    if body.startswith(b"\x93NUMPY"):
        shape, dtype = _npy_head("array", body[:_HEAD_BYTES])
        return {"array": Tensor(shape, partial(_npy, body, shape, dtype))}
    if body.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _npz(body)
    if body.startswith(b"\x89HDF"):
        raise refused(
            "The file is HDF5, as Keras saves it.",
            'Save the kernel alone: numpy.save("weights.npy", layer.get_weights()[0]).',
        )
    if body[0] == 0x80 or body.startswith((b"(dp", b"ccopy_reg", b"cnumpy")):
        raise _pickled("a pickle")
    if body.lstrip()[:1] in {b"[", b"{"}:
        return _json(body)
    if len(body) > 9 and body[8:9] == b"{":
        return _safetensors(body)
    raise refused(
        "The file is of no kind that is read here.", "Send .npy, .npz, JSON or .safetensors."
    )


def _pickled(what: str) -> InvalidValue:
    return refused(f"The file is {what}: reading it could run code.", _CONVERT)


def _damaged(kind: str) -> InvalidValue:
    return refused(f"The {kind} file is damaged or cut short.", "Save it again and send it whole.")


def _of_dtype(name: str, dtype: object) -> InvalidValue:
    return refused(
        f"{quoted(name)} holds {str(dtype)[:40]}.", "Save it as float32, float64 or float16."
    )


def _npy_head(name: str, head: bytes) -> tuple[Shape, np.dtype[Any]]:
    """Return what the header of a .npy says, checked."""
    file, read = BytesIO(head), np.lib.format
    try:
        version = read.read_magic(file)
        readers = {(1, 0): read.read_array_header_1_0, (2, 0): read.read_array_header_2_0}
        shape, _, dtype = readers[version](file, max_header_size=_HEAD_BYTES)
    except Exception:  # whatever NumPy's parser of a header stumbles over, the file is at fault
        raise _damaged(".npy") from None
    if dtype.hasobject:
        raise _pickled("a .npy of Python objects, a pickle")
    if dtype.kind != "f" or dtype.itemsize > 8:
        raise _of_dtype(name, dtype)
    if not all(isinstance(side, int) and side >= 0 for side in shape):
        raise _damaged(".npy")
    if (size := prod(shape) * dtype.itemsize) > FILE_BYTES:
        raise too_large("The tensor", size)
    return shape, dtype


def _npy(body: bytes, shape: Shape, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return the array of a .npy whose header was read."""
    if len(body) < prod(shape) * dtype.itemsize:
        raise _damaged(".npy")
    try:
        array: NDArray[Any] = np.load(BytesIO(body), allow_pickle=False)
    except (ValueError, EOFError, OSError):
        raise _damaged(".npy") from None
    return array


def _npz(body: bytes) -> Mapping[str, Tensor]:
    """Return the tensors of a .npz; an entry's size is checked before it is unpacked."""
    if (count := body.count(b"PK\x01\x02")) > _MOST_TENSORS:  # before any entry is looked at
        raise refused(f"The file holds {count:,} entries.", "Save only the first layer's filters.")
    try:
        archive = zipfile.ZipFile(BytesIO(body))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):  # the last: a newer zip
        raise _damaged(".npz") from None
    if any(entry.filename.endswith(".pkl") for entry in entries):
        raise _pickled("one that torch.save wrote, a pickle")

    def unpacked(entry: zipfile.ZipInfo, most: int) -> bytes:
        """Return at most so many bytes of an entry, however many it says or holds."""
        try:
            with archive.open(entry) as file:
                return file.read(most)
        except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError):
            raise _damaged(".npz") from None

    def read(entry: zipfile.ZipInfo, shape: Shape, dtype: np.dtype[Any]) -> NDArray[Any]:
        return _npy(unpacked(entry, FILE_BYTES + _HEAD_BYTES), shape, dtype)

    found = {}
    for entry in entries:
        name = entry.filename.removesuffix(".npy")
        if name == entry.filename:
            continue
        try:
            shape, dtype = _npy_head(name, unpacked(entry, _HEAD_BYTES))
        except MultiConvError:
            continue  # another layer of another kind; it is told only if nothing else is there
        found[name] = Tensor(shape, partial(read, entry, shape, dtype))
    if not found and entries:
        _npy_head(entries[0].filename, unpacked(entries[0], _HEAD_BYTES))
    return found


def _json(body: bytes) -> Mapping[str, Tensor]:
    """Return the tensors of nested lists: one, or several by name."""
    if len(body) > _JSON_BYTES:
        raise too_large("The JSON", len(body), _JSON_BYTES)
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise _damaged("JSON") from None
    named = said if isinstance(said, dict) else {"array": said}
    found = {}
    for name, value in list(named.items())[:_MOST_TENSORS]:
        try:
            array = np.array(value)
        except (ValueError, RecursionError, OverflowError):
            continue
        if array.dtype.kind in "if" and array.ndim:
            found[name] = Tensor(array.shape, partial(np.asarray, array, np.float64))
    if not found:
        raise refused("The JSON holds no rows of numbers of equal length.", "Send nested lists.")
    return found


def _safetensors(body: bytes) -> Mapping[str, Tensor]:
    try:
        from safetensors import SafetensorError, deserialize
    except ImportError:
        raise refused(
            "Reading .safetensors needs a package that is not installed on this server.",
            "Install multiconv[safetensors], or send the filters as .npy or .npz.",
        ) from None
    try:
        entries = deserialize(body)  # type: ignore[no-untyped-call]  # no types
    except (SafetensorError, ValueError, OverflowError):
        raise _damaged(".safetensors") from None

    def read(name: str, entry: Mapping[str, Any]) -> NDArray[Any]:
        if entry["dtype"] not in _SAFE_DTYPES:
            raise _of_dtype(name, entry["dtype"])
        numbers = np.frombuffer(entry["data"], np.dtype(_SAFE_DTYPES[entry["dtype"]]))
        return numbers.reshape(entry["shape"])

    return {
        name: Tensor(tuple(entry["shape"]), partial(read, name, entry)) for name, entry in entries
    }
