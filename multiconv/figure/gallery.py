"""A page of filters in colour: trained ones, ones learned from this very picture, random ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.conv import conv2d
from multiconv.errors import TooLarge
from multiconv.experiment.banks import StoredBank
from multiconv.experiment.link import read
from multiconv.experiment.model import LIMITS, Experiment, Focus, Layer, Source
from multiconv.experiment.numbers import decimal
from multiconv.figure.links import page_link
from multiconv.figure.planes import inline
from multiconv.filters.banks import NOTICE, trained
from multiconv.filters.learned import BOUNDS, Components, principal_components, seeded
from multiconv.imaging import colour
from multiconv.imaging.png import png_indexed, png_rgb
from multiconv.imaging.ranges import automatic_range
from multiconv.store.pictures import Store
from multiconv.tracing.trace import Tracer

SIZE, SIDE, COUNT = 96, 7, 12
"""The longest side of the pictures here, and the size and number of learned and random filters."""

SEEDS = 999_999
_ALSO = {"glorot": "", "he": " The same draw as above, further from zero."}


@dataclass(frozen=True, slots=True)
class Tile:
    """One filter: its three kernels as one colour picture, its response, its words, its link."""

    filter: str
    response: str
    words: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Filters of one kind; ``action`` posts them into the store and opens them."""

    name: str
    title: str
    words: str
    tiles: tuple[Tile, ...]
    action: str = ""


def filter_pictures(filters: NDArray[np.float64]) -> list[NDArray[np.uint8]]:
    """Return each filter as a (kh, kw, 3) uint8 picture: 0 is mid grey, the largest weight full."""
    largest = np.abs(filters).max(axis=(0, 1, 2), keepdims=True)
    levels = np.rint(127.5 + 127.5 * filters / np.where(largest, largest, 1))
    return [levels[..., k].astype(np.uint8) for k in range(filters.shape[3])]


def tiles(
    x: NDArray[np.float32], filters: NDArray[np.float64], words: list[str], links: list[str]
) -> tuple[Tile, ...]:
    """Return a tile for each filter, the responses all under one range of colours."""
    output = conv2d(x, filters.astype(np.float32))  # (H, W, K)
    planes = [np.ascontiguousarray(output[..., k]) for k in range(filters.shape[3])]
    extent = automatic_range(planes)
    return tuple(
        Tile(
            inline(png_rgb(picture)),
            inline(png_indexed(colour.indices(plane, extent), colour.palette())),
            said,
            link,
        )
        for picture, plane, said, link in zip(
            filter_pictures(filters), planes, words, links, strict=True
        )
    )


def shelves(shown_one: Experiment, source: Tracer, seed: int) -> list[Shelf]:
    """Return the page's shelves for the picture of an experiment."""
    picture = shown_one.source.picture
    x = small_input(picture, source)
    query = page_link(Experiment(source=picture), path="").lstrip("?")
    count = trained().shape[3]
    trained_links = [
        page_link(replace(_trained(picture), focus=Focus(k, what_if=shown_one.focus.what_if)))
        for k in range(count)
    ]
    found = learned(x)
    shares = [f"{decimal(100 * share, 1)} %" for share in found.explained]
    numbers, blank = [str(k) for k in range(COUNT)], [""] * COUNT
    return [
        Shelf(
            "trained",
            "Trained",
            NOTICE,
            tiles(x, trained(), [f"output {k}" for k in range(count)], trained_links),
        ),
        Shelf(
            "learned",
            "Learned from this picture",
            "The principal components of its 7 × 7 patches: the directions in which they differ "
            f"most. Together these {len(shares)} explain {decimal(100 * sum(found.explained), 1)} "
            "% of the variance; the share of each stands beneath it.",
            tiles(x, found.filters, shares, blank[: len(shares)]),
            f"/filters/learned?{query}",
        ),
        *(
            Shelf(
                kind,
                f"Random, {kind.capitalize()}",
                f"What a network begins with: uniform numbers up to {BOUNDS[kind]}. "
                f"Seed {seed}.{_ALSO[kind]}",
                tiles(x, seeded(kind, seed, (SIDE, SIDE), COUNT), numbers, blank),
                f"/filters/{kind}?seed={seed}{'&' if query else ''}{query}",
            )
            for kind in BOUNDS
        ),
    ]


def learned(x: NDArray[np.float32]) -> Components:
    """Return the filters learned from a picture, at the gallery's size."""
    side = (min(SIDE, x.shape[0]), min(SIDE, x.shape[1]))
    return principal_components(x, side, min(COUNT, side[0] * side[1] * x.shape[2]))


def small_input(picture: Source, source: Tracer) -> NDArray[np.float32]:
    """Return a picture as the gallery's filters see it, (H, W, 3) from 0 to 1."""
    size = SIZE if picture.size is None else min(SIZE, picture.size)
    levels = source.levels(replace(picture, size=size))
    return levels.astype(np.float32) / np.float32(255)


def _trained(picture: Source) -> Experiment:
    return replace(read([("filters", "dlib")]), source=picture)


def bank_stored(filters: NDArray[np.float64], where: Store) -> StoredBank:
    """Put a bank into the store; of 32 bits, as all is computed with, where 64 are too large."""
    exact = filters.nbytes <= LIMITS.bank_bytes
    single = filters if exact else filters.astype(np.float32)
    if single.nbytes > LIMITS.bank_bytes:
        raise TooLarge(
            f"These filters are {single.nbytes:,} bytes.",
            "Choose smaller kernels or fewer outputs.",
            field="filters",
            limit=f"{LIMITS.bank_bytes:,} bytes",
        )
    return StoredBank(where.put_array(single), single.astype(np.float64))


def kept(filters: NDArray[np.float64], where: Store) -> Experiment:
    """Return the experiment of a bank that is put into the store.

    One that is for no picture's planes is opened behind a layer that gives it what it takes.
    """
    height, width, inputs, outputs = filters.shape
    layer = Layer(
        bank=bank_stored(filters, where),
        kernel_size=(height, width),
        outputs=outputs,
        bias=(0.0,) * outputs,
        inputs=inputs,
    )
    before = () if inputs == Layer().inputs else (Layer().with_outputs(inputs),)
    return Experiment(layers=(*before, layer), focus=Focus(layer=1 + len(before)))
