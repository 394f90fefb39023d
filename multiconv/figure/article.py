"""The experiments that the article's links open, whose addresses are written from what is read.

So they cannot rot; the tests check what the text claims of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from multiconv.drawing.ribbon import Strip, strips
from multiconv.experiment.banks import PLANES
from multiconv.experiment.kernels import kernel_text
from multiconv.experiment.link import read, to_query
from multiconv.experiment.model import Experiment, Layer, Source
from multiconv.figure.links import address_of
from multiconv.filters.banks import NOTICE
from multiconv.networks.shipped import CREDITS, network

Pairs = tuple[tuple[str, str], ...]

_OPENING = [Layer().kernel(q, 0) for q in range(PLANES)]

# Zeros around the picture would be an edge of brightness of their own.
_EDGE: Pairs = (("image", "sample:edge"), ("padding_mode", "replicate"))


# The second layer opened, over the first one's answers after a ReLU.
_TWO: Pairs = (("activation", "relu"), ("layers", "2"), ("layer", "2"))

# What is said of it is so of this picture.
_FACES: Pairs = (("network", "faces"), ("image", "sample:portrait"))

# A map of ones, twice as large by stamps of 5 × 5: what is not flat then is the stamps' doing.
_ONES: Pairs = (
    *(("size", "24"), ("outputs", "1"), ("filters", "zero"), ("bias", "1")),
    *(("layers", "2"), ("layer", "2"), ("2.kind", "transposed"), ("2.outputs", "1")),
    *(("2.kernel", "5x5"), ("2.strides", "2x2")),
)
_AS_THERE: Pairs = (("2.padding", "2"), ("2.output_padding", "1x1"))

# Red alone, stamped two pixels further each.
_STAMPED: Pairs = (
    *(("size", "96"), ("kind", "transposed"), ("strides", "2x2"), ("outputs", "1")),
    *(("w.1.0", "zero"), ("w.2.0", "zero")),
)

_EMOJI: Pairs = (("network", "emoji"),)


def _kernels(*texts: str, k: int = 0) -> Pairs:
    """Return the parameters that set the kernels from red, green and blue to output k."""
    return tuple((f"w.{q}.{k}", text) for q, text in enumerate(texts))


# The channels handed on as blue, green, red, and one output over them.
_SWAPPED: Pairs = (
    *(("kernel", "1x1"), ("outputs", "3")),
    *(
        pair
        for k in range(3)
        for pair in _kernels(*("1" if q + k == 2 else "0" for q in range(3)), k=k)
    ),
    *(("2.outputs", "1"), ("layer", "2")),
)


def _over(kernels: Iterable[NDArray[np.float64]]) -> Pairs:
    """Return the parameters that set the second layer's kernels from channels 0, 1 and 2."""
    return tuple((f"2.w.{q}.0", kernel_text(tuple(each.ravel()))) for q, each in enumerate(kernels))


_LEARNING: Pairs = (("outputs", "1"), ("filters", "zero"), ("target", "luminance-edges:0"))

_LOTS: Pairs = (
    *(("outputs", "4"), ("activation", "relu")),
    *(("2.groups", "2"), ("layer", "2")),
)

TRIES: Mapping[str, Pairs] = MappingProxyType(
    {
        "opening": (),
        "one-channel": _kernels("sobel-x", "zero", "zero"),
        "without-green": _kernels("soft", "zero"),
        "bias": (("bias", "0.5,0,0,0,0"),),
        "greenness": (("k", "1"),),
        "sixteen": (("outputs", "16"),),
        "corner": (("i", "0"), ("j", "0")),
        "stride": (("strides", "2x2"),),
        "stride-corner": (
            ("image", "sample:portrait"),
            ("strides", "2x2"),
            ("i", "79"),
            ("j", "79"),
        ),
        "valid": (("padding", "valid"),),
        "dilation": (*_kernels("box", "zero", "zero"), ("dilations", "4x4")),
        "luminance-edge": (*_EDGE, ("filters", "luminance-edges")),
        "colour-edge": (*_EDGE, ("filters", "red-green-edges")),
        "trained": (("filters", "dlib"),),
        "signed": _kernels("sobel-x", "sobel-x", "sobel-x"),
        "relu": (*_kernels("sobel-x", "sobel-x", "sobel-x"), ("activation", "relu")),
        "flipped": (*_kernels("sobel-x", "sobel-x", "sobel-x"), ("if", "flipped")),
        "three-soft": _kernels("soft", "soft", "soft"),
        "mean": (*_kernels("soft", "soft", "soft"), ("if", "mean")),
        "shared": (("if", "shared"),),
        "apart": (("if", "apart"),),
        "depthwise": (("groups", "3"), ("outputs", "3")),
        "one-by-one": (("kernel", "1x1"), *_kernels("0.299", "0.587", "0.114")),
        "channels-again": (
            ("kernel", "1x1"),
            ("outputs", "3"),
            *(
                pair
                for k in range(3)
                for pair in _kernels(*("1" if q == k else "0" for q in range(3)), k=k)
            ),
        ),
        "two-layers": _TWO,
        "stride-first": (("strides", "2x2"), *_TWO),
        "pooled-between": (
            ("activation", "relu"),
            ("2.kind", "max_pool"),
            ("layers", "3"),
            ("layer", "3"),
        ),
        "pooled": (("activation", "relu"), ("2.kind", "max_pool"), ("layer", "2")),
        "sixteen-from-32": (
            ("filters", "dlib"),
            ("activation", "relu"),
            ("2.outputs", "16"),
            ("layer", "2"),
        ),
        "dead": (("bias", "-1,0,0,0,0"), *_TWO),
        "unframed": (("padding", "valid"), ("2.padding", "valid"), *_TWO),
        "folded": (
            *_kernels(*(kernel_text(tuple(2 * each.ravel())) for each in _OPENING)),
            ("bias", "-0.5,0,0,0,0"),
        ),
        "faces": _FACES,
        "faces-four": (*_FACES, ("layer", "4")),
        "faces-six": (*_FACES, ("layer", "6")),
        "faces-silenced": (*_FACES, ("7.off", "0,1,5,36")),
        "faces-small": (*_FACES, ("size", "160")),
        "faces-large": (*_FACES, ("size", "512")),
        "emoji": _EMOJI,
        "emoji-first": (*_EMOJI, ("layer", "1")),
        "emoji-second": (*_EMOJI, ("layer", "2")),
        "emoji-sevens": (*_EMOJI, ("layer", "2"), ("2.output_padding", "0x0")),
        "stamped-alone": (*_STAMPED, ("kernel", "1x1"), ("w.0.0", "1")),
        "stamped-blocks": (*_STAMPED, ("kernel", "2x2"), ("w.0.0", "1,1,1,1")),
        "chequered": (*_ONES, *_AS_THERE, ("2.w.0.0", ",".join("1" * 25))),
        "flat": (*_ONES, *_AS_THERE, ("2.filters", "twice")),
        "frameless": (*_ONES, ("2.padding", "3"), ("2.filters", "twice")),
        "there-and-back": (
            *(("size", "96"), ("strides", "2x2"), ("outputs", "1")),
            *_kernels("soft", "soft", "soft"),
            *(("layers", "2"), ("layer", "2"), ("2.kind", "transposed"), ("2.strides", "2x2")),
            *(("2.outputs", "3"), *((f"2.w.0.{k}", "soft") for k in range(3))),
        ),
        "bgr": (*_SWAPPED, *_over(_OPENING)),
        "bgr-both": (*_SWAPPED, *_over(reversed(_OPENING))),
        "groups-first": _LOTS,
        "groups-second": (*_LOTS, ("k", "2")),
        "learn-start": _LEARNING,
        "learn-thirty": (*_LEARNING, ("steps", "30")),
        "one-tap": _kernels("0,0,0,0,0,1,0,0,0", "zero", "zero"),
        "stamped-once": (
            *(("kind", "transposed"), ("outputs", "1"), ("padding", "1")),
            *_kernels("sobel-x", "sobel-x", "sobel-x"),
        ),
        "z-one": (*_EMOJI, ("z.17", "3")),
        "z-mix": (*_EMOJI, ("z", "mix(1F600,1F436,0.5)")),
        "z-random": (*_EMOJI, ("z", "random(7)")),
        "small": (("size", "96"), *_TWO),
        "large": (("size", "240"), *_TWO),
    }
)
"""The parameters of each link, by the name that the template uses."""


@cache
def _meant(name: str) -> tuple[Experiment, bool, bool]:
    """Return what a link says, whether its picture is its own, and whether its size is."""
    experiment, said = read(TRIES[name], networks=network), dict(TRIES[name])
    pictured = "image" in said or experiment.source.z is not None
    # Of a stack the person's size may be too large.
    return experiment, pictured, pictured or "size" in said or len(experiment.layers) > 1


def try_of(name: str, shown: Experiment) -> Experiment:
    """Return the experiment of one link, on the person's own picture where the text allows it."""
    experiment, pictured, sized = _meant(name)
    if pictured:
        return experiment
    source = shown.source
    if sized:
        source = replace(source, size=experiment.source.size)
    return replace(experiment, source=source)


@dataclass(frozen=True, slots=True)
class Article:
    """What the text under the figure says of a picture: its links and drawings."""

    tries: Mapping[str, str]
    strips: tuple[Strip, ...] = strips()
    trained_notice: str = NOTICE
    faces_notice: str = CREDITS["faces"]
    emoji_notice: str = CREDITS["emoji"]


def article(source: Source) -> Article:
    """Return the article over a picture; nothing else of an experiment changes it."""
    links = {}
    pictures: dict[int | None, str] = {}  # at each size, as links write it
    for name in TRIES:
        experiment, pictured, sized = _meant(name)
        size = experiment.source.size if sized else source.size
        if not pictured and size not in pictures:
            pictures[size] = to_query(Experiment(replace(source.picture, size=size)))
        links[name] = address_of("/", "" if pictured else pictures[size], _own_query(name))
    return Article(links)


@cache
def _own_query(name: str) -> str:
    """Return a link's query without the person's picture, which stands before all else."""
    experiment, pictured, _ = _meant(name)
    return to_query(experiment if pictured else replace(experiment, source=Source()))
