"""The pinned pixel's arithmetic and its formula, ready for the template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor, log10, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Geometry, Pair, Window
from multiconv.engine.trace import PoolTrace
from multiconv.experiment.arithmetic import Arithmetic, ChannelArithmetic, arithmetic
from multiconv.experiment.fields import UNITS
from multiconv.experiment.model import AVG_POOL, MAX_POOL
from multiconv.experiment.numbers import MINUS, decimal, terms_text
from multiconv.experiment.words import activation_words, layer_name, outcome_words, pooling_words
from multiconv.figure.channels import Channel
from multiconv.figure.formula import Term, activated, formula
from multiconv.figure.kernel import tint, weight_scale
from multiconv.figure.links import Links
from multiconv.figure.rows import value_text
from multiconv.figure.sum import divided_by
from multiconv.imaging.colour import step
from multiconv.tracing.trace import Trace

_POOLED = {MAX_POOL: "max", AVG_POOL: "mean"}
APART = "not summed: each stays by itself"


@dataclass(frozen=True)
class Cell:
    """One number of a table and the classes that colour it."""

    text: str
    kind: str


Cells = list[list[Cell]]
NONE = Cell("", "none")


@dataclass(frozen=True)
class Tables:
    """One channel's tables: window × kernel = products, and their subtotal in both units."""

    channel: Channel
    window: Cells
    kernel: Cells
    products: Cells
    sign: str
    subtotal: str
    added: str


@dataclass(frozen=True)
class Switch:
    """The unit that the numbers may stand in instead, and the page that has them so."""

    words: str
    link: str


@dataclass(frozen=True)
class Pixel:
    """One output pixel with all its numbers; of a picture's, the unit that they stand in.

    ``columns`` is the most that a table has; ``stamped`` whether its taps are those of a kernel
    that reach the pixel.
    """

    columns: int
    formula: list[list[Term]]
    channels: list[Tables]
    lines: list[Term]
    unit: str = ""
    other: Switch | None = None
    stamped: bool = False


def level_kind(level: int) -> str:
    """Return the classes of a grey level's cell: one of sixteen greys, and light text on dark."""
    grey = level * 16 // 256
    return f"g{grey} dark" if grey < 8 else f"g{grey}"


def pixel_of(trace: Trace, channels: Sequence[Channel], links: Links) -> Pixel:
    """Return the pinned pixel's arithmetic; a deeper layer's has no levels."""
    layer = trace.layer
    if trace.inputs.dtype != np.uint8 or isinstance(layer, PoolTrace):
        return _in_values(trace, channels)
    view = trace.experiment.view
    other = next(unit for unit in UNITS if unit != view.unit)
    elsewhere = replace(trace.asked, view=replace(view, unit=other))
    window = shown_window(layer.geometry, *trace.pixel)
    active = [q for q, partial in enumerate(layer.partials) if partial is not None]
    levels = [_levels(trace.levels[:, :, q], window) for q in active]
    taps = np.ix_(window.row_taps, window.col_taps)
    kernels = [layer.filters[:, :, q][taps] for q in active]
    working = arithmetic(
        [plane.tolist() for plane in levels],
        [kernel.tolist() for kernel in kernels],
        bias=layer.bias,
        activation=layer.activation,
        divisor=layer.divisor,
        ones=trace.experiment.view.unit == "one",
    )
    extent, room = weight_scale(trace), _room(layer.geometry)
    tables = [
        Tables(
            channels[q],
            _filled(_cells(texts.levels, _window_kinds(plane, window)), room),
            _filled(_cells(texts.kernel, _tints(kernel, extent)), room),
            _filled(_cells(texts.products, _tints(plane * kernel, extent * 255)), room),
            texts.sign,
            texts.subtotal,
            "" if other == "level" else _in_ones(texts, partial, trace.pixel),
        )
        for q, texts, plane, kernel in zip(active, working.channels, levels, kernels, strict=True)
        if (partial := layer.partials[q]) is not None
    ]
    return Pixel(
        room[1],
        _formula(trace),
        tables,
        _lines(working, trace),
        UNITS[view.unit],
        Switch(UNITS[other], links.page(elsewhere)),
        layer.geometry.transposed,
    )


def _in_values(trace: Trace, channels: Sequence[Channel]) -> Pixel:
    """Return the arithmetic in the values of the maps, of the channels that have a row."""
    found, shape = trace.probe(*trace.pixel), trace.layer.geometry
    window, room = shown_window(shape, *trace.pixel), _room(shape)
    met = shape.window_of(*trace.pixel)
    shown = np.ix_(
        [at for at, row in enumerate(met.rows) if row in window.rows],
        [at for at, column in enumerate(met.cols) if column in window.cols],
    )
    count = f" of {prod(shape.kernel_size)}" if shape.transposed else ""

    def cells(values: NDArray[Any]) -> Cells:
        return _cells(_texts(values), _tints(values, float(np.abs(values).max(initial=0)) or 1.0))

    tables = []
    for each in found.channels:
        if each.q not in trace.rows:
            continue
        seen = cells(each.values[shown])
        for row, line in zip(window.rows, seen, strict=True):
            for at, column in enumerate(window.cols):
                if row < 0 or column < 0:
                    line[at] = Cell(line[at].text, "pad")
        tables.append(
            Tables(
                channels[each.q],
                _filled(seen, room),
                _filled(cells(each.kernel[shown]), room),
                _filled(cells(each.products[shown]), room),
                "≈",
                value_text(each.subtotal),
                f"of {each.values.size} values"
                if trace.experiment.layer.pools
                else f"{each.products[shown].size}{count} products",
            )
        )
    lines = _last_lines(trace)
    return Pixel(room[1], _formula(trace), tables, lines, stamped=shape.transposed)


def _texts(values: NDArray[np.float64]) -> list[list[str]]:
    """Return numbers as a table has them: three digits of the largest, and all its places."""
    largest = float(np.abs(values).max(initial=0))
    places = min(max(2 - floor(log10(largest)), 0), 6) if largest else 0
    return [[decimal(value, places) for value in row] for row in values.tolist()]


def _last_lines(trace: Trace) -> list[Term]:
    """Return what all channels add up to, the bias, the sum, the activation, rounded."""
    layer = trace.layer
    every = [q for q, each in enumerate(layer.partials) if each is not None]
    added = [trace.subtotal(q) for q in every]
    if trace.experiment.layer.pools and not added:
        return [Term("left out", "muted"), Term("= 0", "final")]
    if trace.experiment.layer.pools:
        return [
            Term(f"{pooling_words(trace.experiment.layer)}:", "muted"),
            Term(f"≈ {value_text(float(layer.output[trace.pixel]))}", "final"),
        ]
    lines = [Term(f"{len(added)} subtotals ≈ {value_text(sum(added))}", "terms")]
    if not trace.experiment.sums:
        return [*lines, Term(APART, "muted")]
    if trace.held.rows:
        rows = [q for q in trace.held.rows if q in every]
        these = sum(trace.subtotal(q) for q in rows)
        others = f"the other {len(every) - len(rows)} ≈ {value_text(sum(added) - these)}"
        shown = Term(f"these {len(rows)} ≈ {value_text(these)}", "muted these")
        lines = [shown, Term(others, "muted others"), *lines]
    if divided := divided_by(trace):
        lines.append(Term(f"{divided} ≈ {value_text(sum(added) / layer.divisor)}", "muted"))
    if layer.bias:
        lines.append(Term(f"bias {value_text(layer.bias)}", "muted"))
    lines.append(Term(f"≈ {value_text(float(layer.sum[trace.pixel]))}", "final"))
    if layer.activation != "identity":
        value = float(layer.output[trace.pixel])
        lines.append(Term(outcome_words(layer.activation, value, value_text(value)), "final"))
    return lines


def _formula(trace: Trace) -> list[list[Term]]:
    """Return the definition with the pixel's indices, the activation around it."""
    layer = trace.layer
    focus, before = trace.experiment.focus, trace.experiment.before
    lines = formula(
        layer.geometry,
        *trace.pixel,
        focus.k,
        biased=layer.bias != 0,
        divisor=layer.divisor if focus.what_if == "mean" else 0,
        what_if=focus.what_if,
        pooled=_POOLED.get(trace.experiment.layer.kind, ""),
        source=layer_name(len(before), before[-1]) if before else "input",
    )
    if layer.activation == "identity" or not trace.experiment.sums:
        return lines
    return activated(lines, activation_words(layer.activation))


def _in_ones(texts: ChannelArithmetic, partial: NDArray[np.float32], pixel: Pair) -> str:
    """Return a subtotal in the maps' unit, 0 … 1, as the caption of its partial says it."""
    short = texts.sign == "=" and Fraction(texts.subtotal.replace(MINUS, "-")) * 1000 % 255 == 0
    return f"÷ 255 {'=' if short else '≈'} {value_text(float(partial[pixel]))}"


def _levels(plane: NDArray[np.uint8], window: Window) -> NDArray[np.int64]:
    """Return the levels under a window, 0 where the padding is a zero."""
    rows, columns = (np.array(at, np.intp) for at in (window.source_rows, window.source_cols))
    rows = rows[:, np.newaxis]
    return np.where((rows < 0) | (columns < 0), 0, plane[rows, columns]).astype(np.int64)


def _room(shape: Geometry) -> Pair:
    """Return how many rows and columns a pixel's tables have: as many as any pixel's need."""
    if not shape.transposed:
        return shape.kernel_size
    down, across = (
        min(max(len(shape.meetings(axis, at)) for at in range(shape.strides[axis])), side)
        for axis, side in enumerate(shape.input_size)
    )
    return down, across


def shown_window(shape: Geometry, i: int, j: int) -> Window:
    """Return the window of a pixel as it is shown: of a transposed layer's, what is there."""
    window = shape.window_of(i, j)
    return window.on_input() if shape.transposed else window


def _filled(cells: Cells, room: Pair) -> Cells:
    """Return a table with cells that hold nothing where another pixel's has more."""
    rows, columns = room
    wide = [[*line, *[NONE] * (columns - len(line))] for line in cells]
    return [*wide, *[[NONE] * columns for _ in range(rows - len(wide))]]


def _cells(texts: Iterable[Iterable[str]], kinds: Iterable[Iterable[str]]) -> Cells:
    return [
        [Cell(text, kind) for text, kind in zip(*rows, strict=True)]
        for rows in zip(texts, kinds, strict=True)
    ]


def _window_kinds(levels: NDArray[np.int64], window: Window) -> list[list[str]]:
    return [
        [
            "pad" if row < 0 or column < 0 else level_kind(level)
            for column, level in zip(window.cols, line, strict=True)
        ]
        for row, line in zip(window.rows, levels.tolist(), strict=True)
    ]


def _tints(values: NDArray[Any], extent: float) -> list[list[str]]:
    return [[tint(step(value, extent)) for value in row] for row in values.tolist()]


def _lines(working: Arithmetic, trace: Trace) -> list[Term]:
    """Return the last lines: the subtotals, their sum, the value, the activation."""
    activation, divided = trace.layer.activation, divided_by(trace)
    ones = trace.experiment.view.unit == "one"
    levels = " ".join(part for part in ("" if ones else "÷ 255", divided) if part)
    sums = terms_text(channel.subtotal for channel in working.channels)
    if not trace.experiment.sums:
        return [Term(sums, "terms"), Term(APART, "muted")]
    lines = [Term(sums, "terms")]
    if not ones:
        lines.append(Term(f"{working.total_sign} {working.total} of 255 levels", "levels"))
    value = f"{working.value_sign} {working.value}"
    if working.bias is None:
        lines.append(Term(f"{levels} {value}".lstrip(), "final"))
    else:
        then_bias = f"{levels}, then {working.bias} of bias".lstrip(" ,")
        lines.append(Term(then_bias, "muted"))
        lines.append(Term(value, "final"))
    if working.output is not None:
        then = activation_words(activation)
        lines.append(Term(f"{then} {working.output_sign} {working.output}", "final"))
    return lines
