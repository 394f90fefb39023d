"""NumPy's own files, whose sizes are checked before room is made for their numbers."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import MultiConvError
from multiconv.networks.refusals import (
    FILE_BYTES,
    damaged,
    of_dtype,
    pickled,
    refused,
    too_large,
)

Shape = tuple[int, ...]

HEAD = 10_000
"""So many bytes are read for a header, which has some hundred; NumPy allows no more either."""
MOST_TENSORS = 4096


@dataclass(frozen=True)
class Tensor:
    """A tensor that is there: its shape, and how to read it."""

    shape: Shape
    read: Callable[[], NDArray[Any]]


def npy_head(name: str, head: bytes) -> tuple[Shape, np.dtype[Any]]:
    """Return what the header of a .npy says, checked."""
    file, read = BytesIO(head), np.lib.format
    try:
        version = read.read_magic(file)
        readers = {(1, 0): read.read_array_header_1_0, (2, 0): read.read_array_header_2_0}
        shape, _, dtype = readers[version](file, max_header_size=HEAD)
    except Exception:  # whatever NumPy's parser of a header stumbles over, the file is at fault
        raise damaged(".npy") from None
    if dtype.hasobject:
        raise pickled("a .npy of Python objects, a pickle")
    if dtype.kind != "f" or dtype.itemsize > 8:
        raise of_dtype(name, dtype)
    if not all(isinstance(side, int) and side >= 0 for side in shape):
        raise damaged(".npy")
    if (size := prod(shape) * dtype.itemsize) > FILE_BYTES:
        raise too_large("The tensor", size)
    return shape, dtype


def npy(body: bytes, shape: Shape, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return the array of a .npy whose header was read."""
    if len(body) < prod(shape) * dtype.itemsize:
        raise damaged(".npy")
    try:
        array: NDArray[Any] = np.load(BytesIO(body), allow_pickle=False)
    except (ValueError, EOFError, OSError):
        raise damaged(".npy") from None
    return array


def archive_tensors(body: bytes) -> Mapping[str, Tensor]:
    """Return the tensors of a .npz; an entry's size is checked before it is unpacked."""
    try:
        archive = zipfile.ZipFile(BytesIO(body))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):  # the last: a newer zip
        raise damaged(".npz") from None
    if any(entry.filename.endswith(".pkl") for entry in entries):
        raise pickled("one that torch.save wrote, a pickle")
    if len(entries) > MOST_TENSORS:
        raise refused(
            f"The file holds {len(entries):,} entries.", "Save only the first layer's filters."
        )
    found = {}
    for entry in entries:
        if not entry.filename.endswith(".npy"):
            continue
        name = entry.filename.removesuffix(".npy")
        try:
            shape, dtype = npy_head(name, _unpacked(archive, entry, HEAD))
        except MultiConvError:
            continue  # another layer of another kind; it is told only if nothing else is there
        found[name] = Tensor(shape, _reader(archive, entry, shape, dtype))
    if not found and entries:
        npy_head(entries[0].filename, _unpacked(archive, entries[0], HEAD))
    return found


def _reader(
    archive: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    shape: Shape,
    dtype: np.dtype[Any],
) -> Callable[[], NDArray[Any]]:
    return lambda: npy(_unpacked(archive, entry, FILE_BYTES + HEAD), shape, dtype)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """Return at most so many bytes of an entry, however many it says or holds."""
    try:
        with archive.open(entry) as file:
            return file.read(most)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError):
        raise damaged(".npz") from None
