"""How a kernel stands in the figure: its weights' texts and tints, and what it is called."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import InvalidValue
from multiconv.experiment.model import LIMITS, Layer
from multiconv.experiment.numbers import MINUS, number, plain, weight_text
from multiconv.figure.channels import Channel
from multiconv.filters.kernels import KERNELS, scaled_name_of
from multiconv.imaging.colour import step
from multiconv.imaging.ranges import rounded_up
from multiconv.tracing.trace import Trace

FRACTIONS = {-1.0: MINUS, 0.5: "½", -0.5: f"{MINUS}½", 0.25: "¼", -0.25: f"{MINUS}¼"}
"""How the commonest multiples are written before a name."""

ROOM: Mapping[int, int] = {1: 9, 2: 9, 3: 9, 4: 7, 5: 7}
"""The most characters, sign and all, that a row's field holds whole on every screen, by side.

Kernels of longer numbers or of a longer side stand as a picture, their fields below the figure.
"""

INSET, SQUARE = 0.08, 0.84
"""Where the square around a weight of a picture stands, and its side."""

CALLED, LENGTHY = 7, 13
"""The most characters of a kernel's name that stand beside its index, and beside that in short."""


@dataclass(frozen=True, slots=True)
class Weight:
    """One weight: the text in its field, the whole number behind it, its tints, its place.

    ``tone`` is its tint on the kernel's own scale, for a kernel that stands as a picture: beside
    a stronger kernel a weak one would show nothing.  ``reaches`` is whether a transposed layer
    stamps it on the pinned pixel.
    """

    text: str
    exact: str
    step: int
    tone: int
    label: str
    wrong: bool = False
    reaches: bool = False

    @property
    def room(self) -> str:
        """The class that steps the font down for a long text."""
        return room_of(self.text)


@dataclass(frozen=True, slots=True)
class Kernel:
    """One kernel's weights, row by row, its field, and what it is called; the fullest tone.

    ``pictured`` tells whether it stands as a picture in its row; ``lender`` is the channel whose
    kernel it is where a what-if gives all channels one: then it is not to be edited here.
    ``stamps`` is whether it is a transposed layer's, of which some weights reach a pixel;
    ``learns`` whether its numbers are learned, not typed.
    """

    field: str
    name: str
    title: str
    weights: tuple[tuple[Weight, ...], ...]
    called: str
    largest: str
    pictured: bool
    lender: str = ""
    stamps: bool = False
    learns: bool = False

    @property
    def columns(self) -> int:
        """How many weights stand side by side."""
        return len(self.weights[0])

    @property
    def side(self) -> int:
        """The longer side."""
        return max(len(self.weights), self.columns)

    @property
    def longest(self) -> int:
        """The most characters of one of its texts."""
        return max(len(weight.text) for row in self.weights for weight in row)

    @property
    def lengthy(self) -> str:
        """Whether what it is called leaves its index less room in a row, or none."""
        long = len(self.called)
        return "longest" if long > LENGTHY else "lengthy" if long > CALLED else ""

    @property
    def outlines(self) -> str | None:
        """Squares around the weights that reach the pinned pixel, as path data over its picture.

        Nothing of a kernel of which all do wherever it is pinned.
        """
        if not self.stamps:
            return None
        return "".join(
            f"M{dj + INSET:g} {di + INSET:g}h{SQUARE:g}v{SQUARE:g}h-{SQUARE:g}z"
            for di, row in enumerate(self.weights)
            for dj, weight in enumerate(row)
            if weight.reaches
        )

    @property
    def patches(self) -> tuple[tuple[int, str], ...]:
        """Its picture: of every tone the squares that have it, as path data."""
        drawn: dict[int, str] = {}
        for i, row in enumerate(self.weights):
            j = 0
            for tone, cells in groupby(row, key=lambda weight: weight.tone):
                n = len(list(cells))
                drawn[tone] = f"{drawn.get(tone, '')}M{j} {i}h{n}v1h-{n}z"
                j += n
        return tuple(sorted(drawn.items()))

    @property
    def size(self) -> str:
        """Its size in words."""
        return f"{len(self.weights)} × {self.columns}"


def kernel_of(
    values: NDArray[np.float64],
    channel: Channel,
    k: int,
    extent: float,
    *,
    typed: Sequence[str] = (),
    name: str = "",
    pictured: bool = False,
    lender: Channel | None = None,
    taps: Collection[tuple[int, int]] | None = None,
    learns: bool = False,
) -> Kernel:
    """Return the kernel from a channel to output k, its weights tinted on −extent … extent.

    ``typed`` are texts to show in place of its own (a form that could not be used); ``name`` is
    what the link calls it; ``pictured`` tells whether it is to stand as a picture; ``lender`` is
    the channel that it is borrowed from; ``taps`` are those that reach the pinned pixel, where not
    all do.
    """
    own = lender or channel
    width, numbers, field = values.shape[1], values.ravel().tolist(), f"w.{channel.q}.{k}"
    texts, wrong = [weight_text(value) for value in numbers], frozenset[int]()
    if len(typed) == len(numbers):
        texts, wrong = list(typed), wrong_places(field, typed)
    largest = max(map(abs, numbers)) or 1.0
    cells = [
        Weight(
            text,
            plain(value),
            step(value, extent),
            step(value, largest),
            f"{own.label} weight, row {at // width + 1}, column {at % width + 1}"
            + (f", for {channel.name}" if lender else ""),
            at in wrong,
            divmod(at, width) in (taps or ()),
        )
        for at, (text, value) in enumerate(zip(texts, numbers, strict=True))
    ]
    return Kernel(
        field,
        f"filter[·,·,{own.q},{k}]",
        f"The kernel from input {own.q} to output {k}",
        tuple(tuple(cells[at : at + width]) for at in range(0, len(cells), width)),
        name or kernel_words(values),
        weight_text(largest),
        pictured,
        lender.name if lender else "",
        taps is not None,
        learns,
    )


def has_room(kernels: NDArray[np.float64]) -> bool:
    """Tell whether all numbers of kernels (kh, kw, …) stand whole in the fields of their rows."""
    room = ROOM.get(max(kernels.shape[:2]), 0)
    return bool(room) and all(len(weight_text(value)) <= room for value in kernels.flat)


def room_of(text: str) -> str:
    """Return the class that steps the font down for a number; kernel.js has the same rule."""
    return {6: "six", 7: "long"}.get(len(text), "" if len(text) < 6 else "longer")


def kernel_words(kernel: NDArray[np.float64]) -> str:
    """Return what a kernel is called: a named one, a multiple of one, or the person's own."""
    return _words_of(kernel.tobytes(), kernel.shape)


@lru_cache(256)
def _words_of(numbers: bytes, shape: tuple[int, ...]) -> str:
    # Comparing with every named kernel takes longer than all else that a row says.
    found = scaled_name_of(np.frombuffer(numbers).reshape(shape))
    if found is None:
        return "own"
    factor, name = found
    title = KERNELS[name].title
    if factor == 1:
        return title
    return FRACTIONS.get(factor, f"{weight_text(factor)} ×") + f" {title}"


def name_in_link(layer: Layer, q: int, k: int) -> str:
    """Return a kernel's name with numbers, as the link writes it; empty for any other."""
    kernel = dict(layer.kernels).get((q, k), "")
    return kernel if isinstance(kernel, str) and "(" in kernel else ""


def weight_scale(trace: Trace) -> float:
    """Return the weight that gets the fullest tint: the filter's largest, rounded up.

    It is that of the bank's own kernels: no edit makes the tints of other weights fade.
    """
    if trace.learning:
        return trace.learning.scale
    layer, k = trace.experiment.layer, trace.experiment.focus.k
    own = replace(layer, kernels=()).all_kernels()[:, :, list(layer.group_of(k)), k]
    largest = float(np.abs(own).max())
    return rounded_up(largest) if largest else 1.0


def wrong_places(field: str, typed: Sequence[str]) -> frozenset[int]:
    """Return which of the typed weights are no numbers within the limit."""
    wrong = set()
    for at, text in enumerate(typed):
        try:
            number(text, field=field, limit=LIMITS.weight)
        except InvalidValue:
            wrong.add(at)
    return frozenset(wrong)


_TINTS: Mapping[int, str] = {
    at: "z" if at == 0 else f"{'p' if at > 0 else 'n'}{abs(at)}" for at in range(-8, 9)
}


def tint(step: int) -> str:
    """Return the style sheet's class for a coarse step from −8 to 8: n8 … n1, z, p1 … p8."""
    return _TINTS[step]
