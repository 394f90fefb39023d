"""How a kernel stands in the page: its fields' texts and tints, and what it is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import InvalidValue
from multiconv.experiment.model import LIMITS, Layer
from multiconv.experiment.numbers import MINUS, number, plain, weight_text
from multiconv.filters.kernels import KERNELS, scaled_name_of
from multiconv.imaging.colour import step

FRACTIONS = {-1.0: MINUS, 0.5: "½", -0.5: f"{MINUS}½", 0.25: "¼", -0.25: f"{MINUS}¼"}
"""How the commonest multiples are written before a name."""


ROOMY = 6
"""The most characters, sign and all, that a 3 × 3 kernel's field holds at full size."""


FIELDS_SIDE = 5
"""Kernels of a longer side stand as a picture in their row, their fields below the figure."""


@dataclass(frozen=True)
class Cell:
    """One weight: the text in its field, the whole number behind it, its tint, its place."""

    text: str
    exact: str
    step: int
    label: str
    wrong: bool = False

    @property
    def room(self) -> str:
        """The class that steps the font down for a long text; tints.js has the same rule."""
        characters = len(self.text)
        return "" if characters <= ROOMY else "long" if characters <= ROOMY + 1 else "longer"


@dataclass(frozen=True)
class KernelView:
    """One kernel's fields, row by row, and what it is called.

    ``picture`` holds tints on the kernel's own scale, whose fullest is ``largest``: beside a
    stronger kernel a weak one would show nothing.
    """

    field: str
    rows: tuple[tuple[Cell, ...], ...]
    called: str
    picture: tuple[tuple[int, ...], ...]
    largest: str

    @property
    def pictured(self) -> bool:
        """Whether it stands as a picture in its row."""
        return max(len(self.rows), len(self.rows[0])) > FIELDS_SIDE

    @property
    def size(self) -> str:
        """Its size in words."""
        return f"{len(self.rows)} × {len(self.rows[0])}"


def called(kernel: NDArray[np.float64]) -> str:
    """Return what a kernel is called: a named one, a multiple of one, or the person's own.

    Examples
    --------
    >>> from multiconv.filters.kernels import kernel
    >>> called(kernel("soft")), called(-0.5 * kernel("soft")), called(np.array([[1.0, 2.0]]))
    ('Soft', '−½ Soft', 'own')
    """
    found = scaled_name_of(kernel)
    if found is None:
        return "own"
    factor, name = found
    title = KERNELS[name].title
    if factor == 1:
        return title
    return FRACTIONS.get(factor, f"{weight_text(factor)} ×") + f" {title}"


def written(layer: Layer, q: int, k: int) -> str:
    """Return a kernel's name with numbers, as the link writes it; empty for any other."""
    kernel = dict(layer.kernels).get((q, k), "")
    return kernel if isinstance(kernel, str) and "(" in kernel else ""


def kernel_view(
    kernel: NDArray[np.float64],
    extent: float,
    field: str,
    channel: str,
    typed: list[str] | None = None,
    wrong: frozenset[int] = frozenset(),
    name: str = "",
) -> KernelView:
    """Return a kernel's fields, tinted on the scale −extent … extent.

    ``typed`` are texts to show in place of the kernel's own (a form that could
    not be used); ``wrong`` are the positions among them that are no numbers; ``name``
    is what the link calls the kernel.
    """
    height, width = kernel.shape
    values = kernel.ravel().tolist()
    texts = typed if typed and len(typed) == len(values) else [weight_text(v) for v in values]
    cells = [
        Cell(
            text,
            plain(value),
            step(value, extent),
            f"{channel} weight, row {at // width + 1}, column {at % width + 1}",
            at in wrong,
        )
        for at, (text, value) in enumerate(zip(texts, values, strict=True))
    ]
    rows = tuple(tuple(cells[at : at + width]) for at in range(0, height * width, width))
    own = float(np.abs(kernel).max()) or 1.0
    picture = tuple(tuple(step(value, own) for value in row) for row in kernel.tolist())
    return KernelView(field, rows, name or called(kernel), picture, weight_text(own))


def wrong_cells(typed: Mapping[str, Sequence[str]]) -> dict[str, frozenset[int]]:
    """Return which of the typed weights of each kernel are no numbers within the limit."""
    wrong = {}
    for name, texts in typed.items():
        places = []
        for at, text in enumerate(texts):
            try:
                number(text, field=name, limit=LIMITS.weight)
            except InvalidValue:
                places.append(at)
        wrong[name] = frozenset(places)
    return wrong


def tint(step: int) -> str:
    """Return the style sheet's class for a coarse step from −8 to 8.

    Examples
    --------
    >>> tint(0), tint(3), tint(-8)
    ('z', 'p3', 'n8')
    """
    return "z" if step == 0 else f"{'p' if step > 0 else 'n'}{abs(step)}"
