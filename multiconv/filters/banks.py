"""Banks of filters over red, green and blue (HWIO) by name: made by hand, by formula, trained.

Grey is the luma of ITU-R BT.601; the colour differences are those of JPEG (JFIF), which follow
from it; sepia's three mixes are the ones that Microsoft's documentation of `ColorMatrix` made
common; the Gabors stand in three colour directions, as those that AlexNet learnt.  The trained ones
are the first convolution of dlib's face-recognition ResNet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO

import numpy as np

from multiconv.engine.geometry import Pair, pair
from multiconv.errors import NotFound
from multiconv.filters.kernels import KERNELS, Values, fitted, kernel

Filter = tuple[Values, Values, Values]
"""One output's kernels for red, green and blue, all of one size."""


@dataclass(frozen=True)
class Bank:
    """A named set of filters over RGB: title and note are for people, titles one per output.

    ``groups`` is into how many the bank means the channels to fall.
    """

    title: str
    kernel_size: Pair
    outputs: int
    note: str
    titles: tuple[str, ...]
    groups: int = 1


NOTICE = (
    "The first convolution of dlib's face-recognition ResNet (Davis E. King, CC0 1.0): "
    "trained on faces, from photographs collected for research."
)
"""What stands wherever these filters are shown."""

_FILE = "dlib_conv1_32x3x7x7.npy"


@cache
def trained() -> Values:
    """Return the trained filters, (7, 7, 3, 32), read-only; ``data/NOTICE.md`` tells more."""
    body = files("multiconv.filters").joinpath("data", _FILE).read_bytes()
    stored = np.load(BytesIO(body), allow_pickle=False)  # (32, 3, 7, 7): OIHW, channels R, G, B
    filters = np.ascontiguousarray(stored.transpose(2, 3, 1, 0).astype(np.float64))
    filters.setflags(write=False)
    return filters


def _times(factor: float, values: Values) -> Values:
    """Return a multiple with at most twelve decimals, so that 0.1 · 0.1 reads 0.01."""
    return (factor * values).round(12)


def _one(q: int, values: Values) -> Filter:
    """Return a filter that sees channel q alone."""
    red, green, blue = (values if at == q else np.zeros_like(values) for at in range(3))
    return red, green, blue


def _mix(*shares: float) -> Filter:
    red, green, blue = (np.array([[share]]) for share in shares)
    return red, green, blue


def _sampled(family: str, *numbers: float, side: int) -> Values:
    return kernel(f"{family}({','.join(map(str, numbers))})", (side, side)).round(4) + 0.0


def _surrounded(centre: int, around: int) -> Filter:
    """Return a narrow bell on one channel less a wide one on another, so that grey gives 0."""
    narrow, wide = (_sampled("gaussian", sigma, side=5) for sigma in (0.6, 1.5))
    narrow[2, 2] += wide.sum() - narrow.sum()  # rounding must not break the balance
    planes = [np.zeros((5, 5)) for _ in range(3)]
    planes[centre] += narrow.round(4)
    planes[around] -= wide
    return planes[0], planes[1], planes[2]


def _coloured(angle: float, *shares: float) -> Filter:
    wave = _sampled("gabor", angle, 5.0, side=7)
    wave[3, 3] -= wave.sum()
    red, green, blue = (_times(share, wave) + 0.0 for share in shares)
    return red, green, blue


_COLOURS = {"brightness": (0.3, 0.6, 0.1), "red–green": (1, -1, 0), "blue–yellow": (-0.5, -0.5, 1)}
_CHANNELS = ("red", "green", "blue")
_EDGES = {"left to right": "sobel-x", "top to bottom": "sobel-y"}

ADDED: dict[str, dict[str, Filter]] = {
    "one-channel": {
        f"{name} alone": _one(q, KERNELS["soft"].values) for q, name in enumerate(_CHANNELS)
    },
    "mixes": {
        "grey": _mix(0.299, 0.587, 0.114),
        "sepia, red": _mix(0.393, 0.769, 0.189),
        "sepia, green": _mix(0.349, 0.686, 0.168),
        "sepia, blue": _mix(0.272, 0.534, 0.131),
        "mean": _mix(*(1 / 3,) * 3),
        "blue difference": _mix(-0.168736, -0.331264, 0.5),
        "red difference": _mix(0.5, -0.418688, -0.081312),
    },
    "opponent": {
        f"{_CHANNELS[centre]} centre, {_CHANNELS[around]} surround": _surrounded(centre, around)
        for centre, around in ((0, 1), (1, 0), (2, 0), (2, 1), (0, 2), (1, 2))
    },
    "gabors": {
        f"{colour} stripes, {angle}°": _coloured(angle, *shares)
        for colour, shares in _COLOURS.items()
        for angle in (0, 45, 90, 135)
    },
    "depthwise": {
        f"{name} edges, {way}": _one(q, KERNELS[edge].values)
        for q, name in enumerate(_CHANNELS)
        for way, edge in _EDGES.items()
    },
}

_PLUS = np.array([[0, -0.1, 0], [-0.1, -0.1, -0.1], [0, -0.1, 0]])
_SOFT, _ZERO = KERNELS["soft"].values, KERNELS["zero"].values


def _luminance(name: str) -> Filter:
    red, green, blue = (_times(share, KERNELS[name].values) for share in (0.299, 0.587, 0.114))
    return red, green, blue


def _opposed(name: str) -> Filter:
    return KERNELS[name].values, -KERNELS[name].values, _ZERO


def _across(name: str) -> Filter:
    edge = KERNELS[name].values
    return -0.5 * edge, -0.5 * edge, edge


ORIGINAL: dict[str, dict[str, Filter]] = {
    "redness": {
        "redness": (_SOFT, -0.5 * _SOFT, _PLUS),
        "greenness": (_PLUS, _SOFT, -0.5 * _SOFT),
        "blueness": (-0.5 * _SOFT, _PLUS, _SOFT),
        "warm against cold": (_SOFT, _ZERO, -_SOFT),
        "brightness": (_times(0.3, _SOFT), _times(0.6, _SOFT), _times(0.1, _SOFT)),
    },
    "blue-yellow": {
        "blue against yellow": (-0.5 * _SOFT, -0.5 * _SOFT, _SOFT),
        "yellow against blue": (0.5 * _SOFT, 0.5 * _SOFT, -_SOFT),
        "blue–yellow edges, left to right": _across("sobel-x"),
        "blue–yellow edges, top to bottom": _across("sobel-y"),
    },
    "luminance-edges": {
        "brightness edges, left to right": _luminance("sobel-x"),
        "brightness edges, top to bottom": _luminance("sobel-y"),
        "brightness, Laplacian": _luminance("laplacian"),
        "brightness, outline": _luminance("outline"),
    },
    "red-green-edges": {
        "red–green edges, left to right": _opposed("sobel-x"),
        "red–green edges, top to bottom": _opposed("sobel-y"),
        "red–green, Laplacian": _opposed("laplacian"),
    },
}


def _trained(k: int) -> Filter:
    red, green, blue = (trained()[:, :, q, k] for q in range(3))
    return red, green, blue


TRAINED = {"dlib": {f"trained {k}": _trained(k) for k in range(trained().shape[3])}}

FILTERS: dict[str, dict[str, Filter]] = ORIGINAL | ADDED | TRAINED

_WORDS = {
    "redness": ("Redness", "Red counts for, green and blue against: white and grey cancel."),
    "blue-yellow": ("Blue against yellow", "Blue counts for, red and green against, half each."),
    "luminance-edges": (
        "Luminance edges",
        "Edges of brightness: where only the colour changes, the three partials cancel.",
    ),
    "red-green-edges": (
        "Red–green edges",
        "Red's edges minus green's: edges of colour that brightness alone can miss.",
    ),
    "one-channel": ("One channel only", "Each output sees one channel; the other two add nothing."),
    "mixes": (
        "Mixes, 1 × 1",
        "No neighbours, only colours mixed: a grey, a sepia picture's three channels, and Y′CbCr.",
    ),
    "opponent": (
        "Centre against surround",
        "One colour in the middle against another around it, as cells of the retina answer.",
    ),
    "gabors": (
        "Coloured Gabors",
        "Stripes at four angles in brightness, red–green and blue–yellow, as first layers learn.",
    ),
    "depthwise": (
        "Depthwise edges",
        "Three groups: every output belongs to one channel, and nothing is summed across colours.",
    ),
    "dlib": ("Trained on faces, 7 × 7", NOTICE),
}


def _size(own: Mapping[str, Filter]) -> Pair:
    height, width = next(iter(own.values()))[0].shape
    return height, width


BANKS: Mapping[str, Bank] = {
    name: Bank(
        _WORDS[name][0],
        _size(own),
        len(own),
        _WORDS[name][1],
        tuple(own),
        groups=3 if name == "depthwise" else 1,
    )
    for name, own in FILTERS.items()
}


def bank(name: str, kernel_size: Pair | None = None, outputs: int | None = None) -> Values:
    """Return a fresh bank of filters, (kh, kw, 3, K).

    Beyond the bank's own filters come those of the first four banks after it in turn, and then
    random ones, so that no output is blank and no two are the same.

    Raises
    ------
    NotFound
        For an unknown name, naming the field ``filters``.
    InvalidValue
        Where ``outputs`` is no whole number of 1 or more.

    Examples
    --------
    >>> bank("redness").shape, bank("redness", (5, 5), 16).shape
    ((3, 3, 3, 5), (5, 5, 3, 16))
    >>> [round(float(total), 6) for total in bank("redness")[..., 0].sum(axis=(0, 1))]
    [1.0, -0.5, -0.5]
    """
    size = BANKS[name].kernel_size if kernel_size is None and name in BANKS else kernel_size
    return _bank(name, size, outputs).copy()


def bank_titles(name: str, outputs: int | None = None) -> tuple[str, ...]:
    """Return what each output of a bank shows, for as many outputs as asked."""
    return tuple(title for title, _ in _members(name, outputs, (1, 1)))


@dataclass(frozen=True, slots=True)
class Share:
    """Outputs ``first`` to ``last`` of a layer and the bank that they are of, empty for random."""

    first: int
    last: int
    bank: str = ""


def bank_shares(name: str, outputs: int) -> tuple[Share, ...]:
    """Return whose filters each of so many outputs of a bank has, one after the other.

    A bank fills outputs beyond its own with others' filters, and then with random ones.
    """
    shares, first = [], 0
    for each in _in_turn(name):
        if first < outputs:
            shares.append(Share(first, min(first + BANKS[each].outputs, outputs) - 1, each))
            first += BANKS[each].outputs
    return (*shares, Share(first, outputs - 1)) if first < outputs else tuple(shares)


def _in_turn(name: str) -> list[str]:
    """Return a bank and those whose filters follow its own."""
    names = list(ORIGINAL)
    if name not in ORIGINAL:
        return [name]
    return names[names.index(name) :] + names[: names.index(name)]


@lru_cache(maxsize=64)
def _bank(name: str, size: Pair | None, outputs: int | None) -> Values:
    members = _members(name, outputs, size or (1, 1))
    filters = (fitted(np.stack(rgb, axis=-1), size or (1, 1)) for _, rgb in members)
    return np.stack(list(filters), axis=-1)


def _members(name: str, outputs: int | None, size: Pair) -> list[tuple[str, Filter]]:
    if name not in FILTERS:
        raise NotFound(
            f"There is no bank of filters named {name!r}.",
            f"Use one of {', '.join(FILTERS)}.",
            field="filters",
        )
    count = BANKS[name].outputs if outputs is None else pair(outputs, "outputs")[0]
    members = [member for each in _in_turn(name) for member in FILTERS[each].items()]
    for at in range(len(members), count):
        red, green, blue = np.moveaxis(random_filter(at, size), -1, 0)
        members.append((f"random {at}", (red, green, blue)))
    return members[:count]


def random_filter(at: int, size: Pair) -> Values:
    """Return output channel ``at`` of a layer that has not learnt anything yet, (kh, kw, 3)."""
    return np.stack([kernel(f"random({3 * at + q})", size) for q in range(3)], axis=-1)
