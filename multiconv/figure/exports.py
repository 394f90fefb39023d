"""What there is to take away: the panel's groups, and every number in one file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.transposed import turned_filters
from multiconv.errors import TooLarge
from multiconv.experiment.model import LIMITS, MOST, Experiment, Layer
from multiconv.experiment.programs import FILE, LIBRARIES, given_name, is_stacked
from multiconv.figure.channels import Channel
from multiconv.figure.links import Links
from multiconv.figure.planes import Outputs, write_npy
from multiconv.imaging.bands import Banded, bands_of
from multiconv.tracing.trace import Trace

_Entry = tuple[str, str, tuple[int, ...], Iterable[NDArray[Any]]]  # name, type, shape, bands

_MOVING = (("window", "The sliding window"), ("sum", "The growing sum"))
_FILMS = "Ready in a second or two; a frame of the window is one pixel."


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to take: words, address, whether a script draws it as PNG at twice the size."""

    words: str
    address: str
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A few things of one kind under a heading; ``more`` are folded under their ``words``."""

    heading: str
    items: tuple[Item, ...]
    note: str = ""
    more: tuple[Item, ...] = ()
    words: str = ""


def exports(links: Links, k: int, channels: Sequence[Channel]) -> tuple[Group, ...]:
    """Return everything that can be taken away from an experiment."""
    drawings = (
        Item("The figure, SVG", links.at("/stage.svg")),
        Item("The figure, PNG at 2×", links.at("/stage.svg"), drawn=True),
        Item("The volumes, SVG", links.at("/diagram.svg")),
        Item("The volumes, PNG at 2×", links.at("/diagram.svg"), drawn=True),
    )
    sums, alone = links.experiment.sums, len(links.experiment.layers) == 1
    films = tuple(
        Item(f"{words}, {kind}", links.at(f"/film/{name}.{kind.lower()}"))
        for name, words in _MOVING
        if name != "window" or not links.experiment.layer.transposed
        for kind in ("GIF", "WebP")
    )
    output, paper = f"/maps/output-{k}", "paper=1"
    of_output = (
        Item(f"Output {k}", links.at(f"{output}.png", paper)),
        *([Item(f"Output {k}, full resolution", links.whole(f"{output}.png", paper))] * alone),
    )
    pictures = of_output if sums else ()
    each = tuple(
        Item(f"What {channel.name} adds", links.at(f"/maps/partial-{channel.q}.png", paper))
        for channel in channels
    )
    summed = (
        Item(f"Output {k}, .npy", links.at(f"{output}.npy")),
        Item("The sum before the activation, .npy", links.at("/maps/sum.npy")),
    )
    numbers = (
        Item("Everything, .npz", links.at(f"/{FILE}")),
        *(summed if sums else ()),
    )
    answers = (
        Item("This experiment, JSON", links.at("/api/experiment")),
        Item("This pixel, JSON", links.at("/api/probe")),
    )
    each_numbers = tuple(
        Item(f"What {channel.name} adds, .npy", links.at(f"/maps/partial-{channel.q}.npy"))
        for channel in channels
    )
    programs = tuple(Item(title, links.at(f"/code/{name}.py")) for name, title in LIBRARIES.items())
    return (
        Group("Drawings", drawings),
        *([Group("Films", films, _FILMS)] if sums else []),
        _of_channels("Pictures", pictures, each),
        _of_channels("Numbers", numbers, each_numbers, answers),
        Group("Programs", programs, f"Each reads {FILE} and prints how far it is from the page."),
    )


def _of_channels(
    heading: str, items: tuple[Item, ...], each: tuple[Item, ...], last: tuple[Item, ...] = ()
) -> Group:
    """Return a group with what there is of each channel, folded where they are many."""
    if len(each) <= MOST:
        return Group(heading, (*items, *each, *last))
    return Group(heading, (*items, *last), more=each, words=f"What each of {len(each)} inputs adds")


def write_everything(file: IO[bytes], trace: Trace, outputs: Outputs) -> None:
    """Write an ``.npz`` file, a band at a time: input, filters, bias, partials, sum, output.

    ``partials`` and ``sum`` are of the chosen output ``k``, ``output`` is all of them.  A what-if
    has its name in ``if`` and its kernels in ``filters``; where it leaves the partials apart there
    is neither ``sum`` nor ``output``.  Of several layers, and of a pooling or a transposed layer,
    there are the ``photo``, or a generator's ``z``, and ``layer``, the opened one, and of each
    ``n.filters``, ``n.bias`` and ``n.output``, as they are computed with; a transposed layer's
    filters are HWOI.  Large maps are not packed: it would take minutes and save a third.
    """
    experiment, layer, k = trace.experiment, trace.layer, trace.experiment.focus.k
    what_if = experiment.focus.what_if
    filters, bias = experiment.layer.under(what_if).filters_used(), experiment.layer.bias
    filters = _as_called(experiment.layer, filters)
    every = [
        layer.output if at == k else outputs.output(experiment, at)
        for at in range(experiment.layer.outputs if trace.experiment.sums else 0)
    ]
    size, like = layer.geometry.output_size, layer.sum
    entries: list[_Entry] = [
        ("input", "<f4", trace.inputs.shape, map(_scaled, bands_of(trace.inputs))),
        ("filters", "<f4", filters.shape, [filters]),
        ("bias", "<f4", (len(bias),), [np.array(bias)]),
        ("k", "<i8", (), [np.array(k)]),
        ("partials", "<f4", (*size, len(layer.partials)), _stacked(layer.partials, like)),
    ]
    if trace.experiment.sums:
        entries += [
            ("sum", "<f4", size, bands_of(like)),
            ("output", "<f4", (*size, len(every)), _stacked(every, like)),
        ]
    if what_if:
        entries.append(("if", f"<U{len(what_if)}", (), [np.array(what_if)]))
    stacked = is_stacked(experiment)
    if stacked:
        entries += _of_each_layer(experiment, outputs)
    room = sum(np.dtype(kind).itemsize * prod(shape) for _, kind, shape, _ in entries)
    if room > LIMITS.store_bytes:
        raise TooLarge(
            f"All numbers of this experiment are {room:,} bytes.",
            "Choose a smaller size or fewer outputs, or take maps one by one.",
            field="size",
            limit=f"{LIMITS.store_bytes:,} bytes",
        )
    packing = ZIP_STORED if stacked or isinstance(layer.sum, Banded) else ZIP_DEFLATED
    with ZipFile(file, "w", packing) as archive:
        for name, kind, shape, bands in entries:
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                write_npy(entry, shape, bands, kind)


def _of_each_layer(experiment: Experiment, outputs: Outputs) -> Iterator[_Entry]:
    """Yield the picture, and every layer's numbers as far as there are any."""
    opened, what_if = experiment.focus.layer, experiment.focus.what_if
    x = outputs.outputs_of(experiment, 0)
    yield given_name(experiment), "<f4", x.shape, [x]
    yield "layer", "<i8", (), [np.array(opened)]
    for n, layer in enumerate(experiment.layers, 1):
        if not layer.pools:
            filters = _as_called(layer, layer.filters_under(what_if if n == opened else ""))
            yield f"{n}.filters", "<f4", filters.shape, [filters]
            yield f"{n}.bias", "<f4", (layer.outputs,), [np.array(layer.bias)]
        if n < opened or experiment.sums:
            x = outputs.outputs_of(experiment, n)
            yield f"{n}.output", "<f4", x.shape, [x]


def _as_called(layer: Layer, filters: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return filters as the library's functions take them: of a transposed layer HWOI."""
    return turned_filters(filters, layer.groups) if layer.transposed else filters


def _scaled(inputs: NDArray[Any]) -> NDArray[np.float32]:
    """Return levels from 0 to 1, and what a layer before puts out as it is."""
    one = np.float32(255) if inputs.dtype == np.uint8 else np.float32(1)
    return inputs.astype(np.float32) / one


def film_inputs(trace: Trace) -> NDArray[np.uint8]:
    """Return what a film shows of the inputs, as levels: a deeper layer's largest value is 255.

    Of many channels it shows those that add most at the pinned pixel.
    """
    if trace.inputs.dtype == np.uint8:
        return trace.levels
    added = {
        q: abs(float(partial[trace.pixel]))
        for q, partial in enumerate(trace.layer.partials)
        if partial is not None
    }
    most = sorted(sorted(added, key=lambda q: -added[q])[:MOST]) or [0]
    shown = np.maximum(trace.inputs[..., most], 0)
    largest = float(shown.max()) or 1.0
    return np.rint(shown * np.float32(255 / largest)).astype(np.uint8)


def _stacked(maps: Iterable[Any], like: Any) -> Iterator[NDArray[Any]]:
    """Yield maps side by side along a last axis, a band at a time; zeros for those left out."""
    streams = [None if plane is None else bands_of(plane) for plane in maps]
    for band in bands_of(like):
        none = np.zeros_like(band)
        yield np.stack([none if bands is None else next(bands) for bands in streams], axis=-1)
