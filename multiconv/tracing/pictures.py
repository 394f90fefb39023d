"""The picture that an experiment names, sample or upload, at its working size."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import NotFound
from multiconv.experiment.model import Experiment, Source
from multiconv.imaging.resize import resized, resized_size
from multiconv.imaging.samples import SAMPLES, Sample
from multiconv.store.pictures import Store


def is_sample(source: Source) -> bool:
    """Tell whether a source names a sample and not an upload."""
    return source.image.startswith("sample:")


def sample_of(source: Source) -> Sample:
    """Return the sample that a source names."""
    name = source.image.removeprefix("sample:")
    if name not in SAMPLES:
        raise NotFound(
            f"There is no sample called “{name[:40]}”.",
            f"The samples are {', '.join(SAMPLES)}.",
            field="image",
        )
    return SAMPLES[name]


def size_of(source: Source, store: Store) -> tuple[int, int]:
    """Return (height, width) as worked on, without reading an upload's pixels."""
    return resized_size(own_size_of(source, store), source.size)


def own_size_of(source: Source, store: Store) -> tuple[int, int]:
    """Return a picture's own (height, width)."""
    if is_sample(source):
        height, width, _ = sample_of(source).pixels().shape
        return height, width
    return store.size_of(source.image)


def levels_of(source: Source, store: Store) -> NDArray[np.uint8]:
    """Return the picture as worked on, (H, W, 3) uint8."""
    if is_sample(source):
        return resized(sample_of(source).pixels(), source.size)
    return store.get(source.image, source.size)


def pinned(experiment: Experiment, output_size: tuple[int, int]) -> tuple[int, int]:
    """Return the pinned pixel (i, j): the link's, else the sample's own, else the middle."""
    source, focus = experiment.source, experiment.focus
    down, across = sample_of(source).focus if is_sample(source) else (0.5, 0.5)
    rows, columns = output_size
    return (
        min(int(down * rows), rows - 1) if focus.i is None else focus.i,
        min(int(across * columns), columns - 1) if focus.j is None else focus.j,
    )


def planes_of(maps: NDArray[Any]) -> NDArray[np.float32]:
    """Return maps, (H, W, C), as float32, each channel's plane in one piece, as partials read."""
    return maps.transpose(2, 0, 1).astype(np.float32, order="C").transpose(1, 2, 0)


def planes_in_ones(levels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return a picture's levels as planes from 0 to 1, with no second copy of them."""
    planes = planes_of(levels)
    planes /= np.float32(255)
    return planes


class Scaled:
    """Levels as numbers from 0 to 1, divided only where they are looked up."""

    def __init__(self, levels: NDArray[np.uint8]) -> None:
        self._levels = levels

    def __getitem__(self, at: Any) -> NDArray[np.float64]:
        return np.asarray(self._levels[at], dtype=np.float64) / 255
