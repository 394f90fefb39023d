"""Tensors by their names from ``.npy``, ``.npz``, JSON and ``.safetensors``, never from pickles.

What a file says of its sizes is checked before room is made for its numbers.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import InvalidValue, MultiConvError, TooLarge
from multiconv.networks.foreign import READ, foreign_archive, foreign_kind

Shape = tuple[int, ...]

FILE_BYTES = 10 * 2**20
"""The most bytes of a file, and of any tensor once it is unpacked."""

_JSON_BYTES = 2 * 2**20  # text grows a lot when it is read
_HEAD_BYTES = 10_000  # a header has some hundred; NumPy allows no more either
_MOST_TENSORS = 4096
_NAME = 1000  # Characters; nested names repeat what they stand in.
_SAFE_DTYPES = {
    **{"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "bfloat16"},
    **{"F8_E5M2": "float8_e5m2", "F8_E4M3": "float8_e4m3"},
    **{f"{kind}{8 * size}": f"<{kind.lower()}{size}" for kind in "IU" for size in (1, 2, 4, 8)},
}

_CONVERT = (
    "Convert it where you trust it: import numpy, torch; "
    'state = torch.load("weights.pt", weights_only=True); '
    'numpy.savez("weights.npz", **{name: t.float().numpy() for name, t in state.items()}).'
)


@dataclass(frozen=True)
class Tensor:
    """A tensor that is there: its shape, how to read it, its type; or why it cannot be read."""

    shape: Shape
    read: Callable[[], NDArray[Any]]
    dtype: str = ""
    problem: MultiConvError | None = None


def _unreadable(problem: MultiConvError) -> Tensor:
    def read() -> NDArray[Any]:
        raise problem

    return Tensor((), read, problem=problem)


def in_full(name: str) -> str:
    """Return a tensor's name in quotation marks, whole, what cannot be printed marked."""
    return f"“{''.join(c if c.isprintable() else chr(0xFFFD) for c in name)}”"


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

    Where some can be read, those that cannot are among them with their problem.

    Raises
    ------
    InvalidValue
        For pickles, unknown kinds, damaged files and what holds no numbers.
    TooLarge
        For files, and tensors once unpacked, of more than 10 MiB.
    """
    if not body:
        raise refused("The file is empty.", "Choose a file of weights.")
    if len(body) > FILE_BYTES:
        raise too_large("The file", len(body))
    if body.startswith(b"\x93NUMPY"):
        shape, dtype = _npy_head("array", body[:_HEAD_BYTES])
        return {"array": Tensor(shape, partial(_npy, body, shape, dtype), _type_words(dtype))}
    if body.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _npz(body)
    if (body[0] == 0x80 and body[1:2] <= b"\x05") or body.startswith(
        (b"(dp", b"ccopy_reg", b"cnumpy")
    ):
        raise _pickled("a pickle")
    if body.lstrip()[:1] in {b"[", b"{"}:
        return _json(body)
    if len(body) > 9 and body[8:9] == b"{":
        return _safetensors(body)
    raise _none_of_ours(*foreign_kind(body))


def _none_of_ours(what: str, remedy: str) -> InvalidValue:
    return refused(f"The file is {what}; what is read here is {READ}.", remedy)


def _pickled(what: str) -> InvalidValue:
    return refused(f"The file is {what}: reading it could run code.", _CONVERT)


def _damaged(kind: str) -> InvalidValue:
    return refused(f"The {kind} file is damaged or cut short.", "Save it again and send it whole.")


def _of_dtype(name: str, dtype: object) -> InvalidValue:
    return refused(
        f"{in_full(name)} holds {str(dtype)[:40]}.",
        "Save it as float32, float64, float16, bfloat16 or whole numbers.",
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
    if not (dtype.kind in "iuf" and dtype.itemsize <= 8) and not _is_bfloat16(dtype):
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
    return _widened(array, "bfloat16") if _is_bfloat16(dtype) else array


def _is_bfloat16(dtype: np.dtype[Any]) -> bool:
    """Return whether a type is what JAX's bfloat16 becomes in a .npy: two bytes without a name."""
    return dtype.kind == "V" and dtype.itemsize == 2 and dtype.names is None and not dtype.subdtype


def _type_words(dtype: np.dtype[Any]) -> str:
    if _is_bfloat16(dtype):
        return "two bytes a number, which is read as bfloat16"
    return f"{dtype.name}, taken as they are" if dtype.kind in "iu" else dtype.name


def _widened(raw: NDArray[Any], kind: str) -> NDArray[Any]:
    """Return numbers of a type that NumPy has not, as float32 or float16 with the same values."""
    if kind == "bfloat16":  # the upper half of a float32
        return (raw.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    bits = raw.view(np.uint8)
    if kind == "float8_e5m2":  # the upper half of a float16
        return (bits.astype(np.uint16) << 8).view(np.float16)
    every = np.arange(256)
    exponent, fraction = every >> 3 & 15, every & 7
    values = np.where(exponent, 8 + fraction, 2 * fraction) * 2.0 ** (exponent - 10)
    values[127::128] = np.nan  # it has no infinity
    signed: NDArray[np.float32] = np.where(every & 128, -values, values).astype(np.float32)
    return signed[bits]


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

    names = [entry.filename for entry in entries]
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise refused(f"The file has {in_full(twice[0])} twice.", "Give each a name of its own.")
    if entries and not any(name.endswith(".npy") for name in names):
        raise _none_of_ours(*foreign_archive(names))
    found = {}
    for entry in entries:
        name = entry.filename.removesuffix(".npy")
        if name == entry.filename:
            found[name] = _unreadable(refused(f"{in_full(name)} is no .npy.", "Send arrays."))
            continue
        try:
            shape, dtype = _npy_head(name, unpacked(entry, _HEAD_BYTES))
        except MultiConvError as problem:
            found[name] = _unreadable(problem)
            continue
        found[name] = Tensor(shape, partial(read, entry, shape, dtype), _type_words(dtype))
    problems = [tensor.problem for tensor in found.values() if tensor.problem]
    if problems and len(problems) == len(found):
        raise problems[0]
    return found


def _json(body: bytes) -> Mapping[str, Tensor]:
    """Return the tensors of nested lists: one, or several by name, as conv1.weight in conv1."""
    if len(body) > _JSON_BYTES:
        raise too_large("The JSON", len(body), _JSON_BYTES)
    try:
        said = json.loads(body)
        named = _flat(said) if isinstance(said, dict) else [("array", said)]
    except (ValueError, RecursionError):
        raise _damaged("JSON") from None
    found, other = {}, refused("It is no rows of numbers of equal length.", "Send nested lists.")
    for name, value in named[:_MOST_TENSORS]:
        found[name] = _unreadable(other)
        try:
            array = np.array(value)
        except (ValueError, RecursionError, OverflowError):
            continue
        if array.dtype.kind in "if" and array.ndim:
            found[name] = Tensor(
                array.shape, partial(np.asarray, array, np.float64), "JSON's numbers"
            )
    if all(tensor.problem for tensor in found.values()):
        raise refused("The JSON holds no rows of numbers of equal length.", "Send nested lists.")
    return found


def _flat(said: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """Return what stands in nested objects by its names, joined by points."""
    found = []
    for own, value in said.items():
        name = before + own
        if len(name) > _NAME:
            raise refused(
                f"A name in the JSON has {len(name):,} characters.", f"Use up to {_NAME:,}."
            )
        found += _flat(value, f"{name}.") if isinstance(value, dict) else [(name, value)]
    return found


def _safetensors(body: bytes) -> Mapping[str, Tensor]:
    try:
        from safetensors import SafetensorError, deserialize
    except ImportError:
        raise refused(
            "FilterShape .safetensors needs a package that is not installed on this server.",
            "Install multiconv[safetensors], or send the filters as .npy or .npz.",
        ) from None
    try:
        entries = deserialize(body)  # type: ignore[no-untyped-call]  # no types
    except (SafetensorError, ValueError, OverflowError):
        raise _damaged(".safetensors") from None

    def read(entry: Mapping[str, Any]) -> NDArray[Any]:
        kind = _SAFE_DTYPES[entry["dtype"]]
        if "float" in kind:
            numbers = _widened(np.frombuffer(entry["data"], np.uint8), kind)
        else:
            numbers = np.frombuffer(entry["data"], np.dtype(kind))
        return numbers.reshape(entry["shape"])

    def tensor(name: str, entry: Mapping[str, Any]) -> Tensor:
        if (kind := _SAFE_DTYPES.get(entry["dtype"])) is None:
            return _unreadable(_of_dtype(name, entry["dtype"]))
        words = kind if "float" in kind else _type_words(np.dtype(kind))
        return Tensor(tuple(entry["shape"]), partial(read, entry), words)

    return {name: tensor(name, entry) for name, entry in entries}
