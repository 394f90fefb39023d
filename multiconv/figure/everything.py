"""Every number of an experiment in one file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import prod
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import TooLarge
from multiconv.experiment.model import LIMITS
from multiconv.figure.scene import Scene
from multiconv.imaging.bands import Banded, bands_of

Bands = Iterable[NDArray[Any]]

FLOAT = np.dtype("<f4")


def write_everything(
    file: IO[bytes], scene: Scene, filters: NDArray[Any], bias: tuple[float, ...]
) -> None:
    """Write an ``.npz`` file, a band at a time: input, filters, bias, partials, sum, output.

    ``input`` (H, W, C) float32 0…1, ``filters`` HWIO and ``bias`` float32,
    ``partials`` (H′, W′, C) and ``sum`` (H′, W′) of the chosen output ``k``,
    ``output`` (H′, W′, K) after the activation.  Large maps are not packed: it would take
    minutes and save a third.

    Parameters
    ----------
    file : binary file
    scene : Scene
    filters : (kh, kw, C / groups, K) array
    bias : K numbers

    Raises
    ------
    TooLarge
        If the file would have more bytes than the store may.
    """
    layer = scene.layer
    size, like = layer.geometry.output_size, layer.sum
    entries: list[tuple[str, Any, tuple[int, ...], Bands]] = [
        ("input", FLOAT, scene.levels.shape, map(_scaled, bands_of(scene.levels))),
        ("filters", FLOAT, filters.shape, [filters]),
        ("bias", FLOAT, (len(bias),), [np.array(bias)]),
        ("k", np.dtype("<i8"), (), [np.array(scene.k)]),
        ("partials", FLOAT, (*size, len(layer.partials)), _stacked(layer.partials, like)),
        ("sum", FLOAT, size, bands_of(like)),
        ("output", FLOAT, (*size, len(scene.outputs)), _stacked(scene.outputs, like)),
    ]
    room = sum(prod(shape) * dtype.itemsize for _, dtype, shape, _ in entries)
    if room > LIMITS.store_bytes:
        raise TooLarge(
            f"All numbers of this experiment are {room:,} bytes.",
            "Choose a smaller size or fewer outputs, or take maps one by one.",
            field="size",
            limit=f"{LIMITS.store_bytes:,} bytes",
        )
    packing = ZIP_STORED if isinstance(layer.sum, Banded) else ZIP_DEFLATED
    with ZipFile(file, "w", packing) as archive:
        for name, dtype, shape, bands in entries:
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                header = {"descr": dtype.str, "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(entry, header)
                for band in bands:
                    entry.write(np.ascontiguousarray(band, dtype).data)


def _scaled(levels: NDArray[np.uint8]) -> NDArray[np.float32]:
    return levels.astype(np.float32) / np.float32(255)


def _stacked(maps: Iterable[Any], like: Any) -> Iterator[NDArray[Any]]:
    """Yield maps side by side along a last axis, a band at a time; zeros for those left out."""
    streams = [None if plane is None else bands_of(plane) for plane in maps]
    for band in bands_of(like):
        none = np.zeros_like(band)
        yield np.stack([none if bands is None else next(bands) for bands in streams], axis=-1)
