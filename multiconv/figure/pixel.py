"""The pinned pixel's arithmetic and its formula, ready for the template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Window
from multiconv.experiment.arithmetic import Arithmetic, arithmetic
from multiconv.experiment.words import activation_words
from multiconv.figure.channels import Channel
from multiconv.figure.formula import Term, formula
from multiconv.figure.kernel import tint
from multiconv.imaging.colour import step
from multiconv.imaging.ranges import rounded_up
from multiconv.tracing.trace import Trace


@dataclass(frozen=True)
class Cell:
    """One number of a table and the classes that colour it."""

    text: str
    kind: str = ""


Cells = list[list[Cell]]


@dataclass(frozen=True)
class Tables:
    """One channel's tables: window × kernel = products, and their subtotal."""

    channel: Channel
    window: Cells
    kernel: Cells
    products: Cells
    sign: str
    subtotal: str


@dataclass(frozen=True)
class Pixel:
    """Output pixel (i, j) of channel k with all its numbers."""

    i: int
    j: int
    columns: int
    formula: list[list[Term]]
    channels: list[Tables]
    lines: list[Term]


def level_kind(level: int) -> str:
    """Return the classes of a grey level's cell: one of sixteen greys, and light text on dark."""
    grey = level * 16 // 256
    return f"g{grey} dark" if grey < 8 else f"g{grey}"


def pixel_of(trace: Trace, channels: Sequence[Channel]) -> Pixel:
    """Return the pinned pixel's arithmetic."""
    i, j = trace.pixel
    window = trace.layer.geometry.window_of(i, j)
    active = [q for q, partial in enumerate(trace.layer.partials) if partial is not None]
    levels = {q: _levels(trace.levels[:, :, q], window) for q in active}
    kernels = {q: trace.layer.filters[:, :, q].tolist() for q in active}
    working = arithmetic(
        [levels[q] for q in active],
        [kernels[q] for q in active],
        bias=trace.layer.bias,
        activation=trace.layer.activation,
    )
    largest = float(np.abs(trace.layer.filters).max()) or 1.0
    extent = rounded_up(largest)
    tables = []
    for q, texts in zip(active, working.channels, strict=True):
        tables.append(
            Tables(
                channels[q],
                _window_cells(levels[q], texts.levels, window),
                _tinted(texts.kernel, kernels[q], extent),
                _tinted(texts.products, _products(levels[q], kernels[q]), extent * 255),
                texts.sign,
                texts.subtotal,
            )
        )
    return Pixel(
        i,
        j,
        trace.layer.geometry.kernel_size[1],
        formula(trace.layer.geometry, i, j, trace.experiment.focus.k, biased=trace.layer.bias != 0),
        tables,
        _lines(working, trace.layer.activation),
    )


def _levels(plane: NDArray[np.uint8], window: Window) -> list[list[int | None]]:
    """Return the window's levels; None where the padding is a zero."""
    return [
        [
            None if row < 0 or column < 0 else int(plane[row, column])
            for column in window.source_cols
        ]
        for row in window.source_rows
    ]


def _products(
    levels: Sequence[Sequence[int | None]], kernel: list[list[float]]
) -> list[list[float]]:
    return [
        [(level or 0) * weight for level, weight in zip(*rows, strict=True)]
        for rows in zip(levels, kernel, strict=True)
    ]


def _window_cells(
    levels: Sequence[Sequence[int | None]], texts: Iterable[Iterable[str]], window: Window
) -> Cells:
    return [
        [
            Cell(text, "pad" if row < 0 or column < 0 else level_kind(level or 0))
            for column, level, text in zip(window.cols, level_row, text_row, strict=True)
        ]
        for row, level_row, text_row in zip(window.rows, levels, texts, strict=True)
    ]


def _tinted(
    texts: Iterable[Iterable[str]], values: Sequence[Sequence[float]], extent: float
) -> Cells:
    return [
        [Cell(text, tint(step(value, extent))) for text, value in zip(*rows, strict=True)]
        for rows in zip(texts, values, strict=True)
    ]


def _lines(working: Arithmetic, activation: str) -> list[Term]:
    """Return the last lines: the subtotals, their sum, the value, the activation."""
    sums = " ".join(channel.subtotal for channel in working.channels)
    lines = [
        Term(sums, "terms"),
        Term(f"{working.total_sign} {working.total} of 255 levels", "levels"),
    ]
    value = f"{working.value_sign} {working.value}"
    if working.bias is None:
        lines.append(Term(f"÷ 255 {value}", "final"))
    else:
        lines.append(Term(f"÷ 255, then {working.bias} of bias", "muted"))
        lines.append(Term(value, "final"))
    if working.output is not None:
        lines.append(
            Term(
                f"{activation_words(activation)} {working.output_sign} {working.output}",
                "final",
            )
        )
    return lines
