"""Tensors by their names from ``.npy``, ``.npz``, JSON and ``.safetensors``, never from pickles.

What a file says of its sizes is checked before room is made for its numbers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multiconv.networks.arrays import HEAD, MOST_TENSORS, Tensor, archive_tensors, npy, npy_head
from multiconv.networks.refusals import (
    FILE_BYTES,
    JSON_BYTES,
    damaged,
    of_dtype,
    pickled,
    refused,
    too_large,
)

_SAFE_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}


def tensors(body: bytes) -> Mapping[str, Tensor]:
    """Return the tensors of a file by their names; the kind is told from the content.

    Raises
    ------
    InvalidValue
        For pickles, unknown kinds, damaged files and numbers that are no floats.
    TooLarge
        For files, and tensors once unpacked, of more than 10 MiB.

    Examples
    --------
    >>> from io import BytesIO
    >>> file = BytesIO()
    >>> np.save(file, np.zeros((2, 3, 3, 3)))
    >>> {name: tensor.shape for name, tensor in tensors(file.getvalue()).items()}
    {'array': (2, 3, 3, 3)}
    """
    if not body:
        raise refused("The file is empty.", "Choose a file of weights.")
    if len(body) > FILE_BYTES:
        raise too_large("The file", len(body))
    if body.startswith(b"\x93NUMPY"):
        shape, dtype = npy_head("array", body[:HEAD])
        return {"array": Tensor(shape, lambda: npy(body, shape, dtype))}
    if body.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return archive_tensors(body)
    if body.startswith(b"\x89HDF"):
        raise refused(
            "The file is HDF5, as Keras saves it.",
            'Save the kernel alone: numpy.save("weights.npy", layer.get_weights()[0]).',
        )
    if body[0] == 0x80 or body.startswith((b"(dp", b"ccopy_reg", b"cnumpy")):
        raise pickled("a pickle")
    if body.lstrip()[:1] in {b"[", b"{"}:
        return _json(body)
    if len(body) > 9 and body[8:9] == b"{":
        return _safetensors(body)
    raise refused(
        "The file is of no kind that is read here.", "Send .npy, .npz, JSON or .safetensors."
    )


def _json(body: bytes) -> Mapping[str, Tensor]:
    """Return the tensors of nested lists: one, or several by name."""
    if len(body) > JSON_BYTES:
        raise too_large("The JSON", len(body), JSON_BYTES)
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise damaged("JSON") from None
    named = said if isinstance(said, dict) else {"array": said}
    found = {}
    for name, value in list(named.items())[:MOST_TENSORS]:
        array = _array(value)
        if array is not None:
            found[str(name)] = Tensor(array.shape, partial(np.asarray, array))
    if not found:
        raise refused("The JSON holds no rows of numbers of equal length.", "Send nested lists.")
    return found


def _array(value: object) -> NDArray[np.float64] | None:
    try:
        array = np.array(value)
    except (ValueError, RecursionError, OverflowError):
        return None
    return array.astype(np.float64) if array.dtype.kind in "if" and array.ndim else None


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
        raise damaged(".safetensors") from None
    return {
        name: Tensor(tuple(entry["shape"]), _safe_reader(name, entry)) for name, entry in entries
    }


def _safe_reader(name: str, entry: Mapping[str, Any]) -> Callable[[], NDArray[Any]]:
    def read() -> NDArray[Any]:
        if entry["dtype"] not in _SAFE_DTYPES:
            raise of_dtype(name, entry["dtype"])
        numbers = np.frombuffer(entry["data"], np.dtype(_SAFE_DTYPES[entry["dtype"]]))
        return numbers.reshape(entry["shape"])

    return read
