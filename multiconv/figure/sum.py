"""The sum: the curves from the rows into Σ, the bias, and what it comes to at one pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from multiconv.drawing.junction import GRAPH, Junction, graph, junction
from multiconv.engine.activations import activation
from multiconv.experiment.edit import ROW_WIDTH
from multiconv.experiment.model import MOST
from multiconv.experiment.numbers import terms_text, weight_text
from multiconv.experiment.words import activation_words, map_words, outcome_words, pooling_words
from multiconv.figure.kernel import room_of
from multiconv.figure.rest import Rest
from multiconv.figure.rows import (
    ROW_HEIGHT,
    TIGHT,
    MapPicture,
    Pictures,
    Row,
    Words,
    has_ledger,
    map_picture,
    value_text,
)
from multiconv.tracing.trace import Trace

WIDTH = 134
"""The width of the curves' drawing, in CSS pixels."""
WIDE, DOWN = 250, 150
"""The same for many channels, and where Σ stands in it."""

LONG = 5
"""From so many letters on an activation's name has no room above the arrow."""

_MIDDLE, _LEVEL = 50, 114  # of a row's picture, and how far a curve runs level beside its words


@dataclass(frozen=True, slots=True)
class Sum:
    """Where the rows meet, unless a what-if leaves them ``apart``.

    ``room`` steps the bias's font down; ``divided`` is what stands at the sum of a mean; ``term``
    that and the bias where pictures stand in a line; ``total`` the sum at the pinned pixel,
    rounded: exact numbers stand in the arithmetic; ``then`` the activation, at the arrow, and its
    ``curve`` over an ``axis``, which stand above the word, or for a long one in its place.  Of many
    channels ``shares`` are what is for and what against the sum.
    """

    junction: Junction
    bias: str
    room: str
    divided: str
    term: str
    total: str
    apart: bool
    then: str = ""
    curve: str = ""
    axis: str = ""
    shares: tuple[MapPicture, ...] = ()


def sum_of(trace: Trace, rows: Sequence[Row], pictures: Pictures, rest: Rest | None = None) -> Sum:
    """Return the sum of a trace whose working has these rows, and perhaps a rest."""
    many = has_ledger(trace)
    curves = (
        _signed_curves(trace, rows, rest)
        if many
        else junction(
            [ROW_WIDTH / 2 + ROW_HEIGHT * at for at in range(len(rows))],
            ROW_HEIGHT * len(rows),
            WIDTH,
            [row.channel.role for row in rows],
            room=ROW_WIDTH - rows[0].partial.width,
            summed=not trace.experiment.layer.pools,
        )
    )
    bias, divided = weight_text(trace.layer.bias), divided_by(trace)
    term = f"{divided} " if divided else ""
    term += f"+ {bias} " if trace.layer.bias else ""
    apart, then = not trace.experiment.sums, _then(trace)
    shares = () if not many or apart else _shares(trace, pictures)
    return Sum(
        curves,
        bias,
        room_of(bias),
        divided,
        term,
        _total(trace),
        apart,
        then,
        *_graph(trace, curves, then),
        shares,
    )


def _graph(trace: Trace, curves: Junction, then: str) -> tuple[str, str]:
    """Return the activation's curve from −3 to 3 and its axis, in the curves' drawing."""
    if not then:
        return "", ""
    values = activation(trace.experiment.layer.activation)(np.linspace(-3, 3, 25))
    right = curves.width - 6
    middle = curves.centre[1] - (40 if len(then) < LONG else 20)
    path = graph([float(value) for value in values], right, middle)
    return path, f"M{right - GRAPH[0]:g} {middle:g}h{GRAPH[0]:g}"


def _signed_curves(trace: Trace, rows: Sequence[Row], rest: Rest | None) -> Junction:
    """Return curves whose colour and width say what each row adds at the pixel."""
    values = [trace.subtotal(row.channel.q) for row in rows]
    if rest:
        values.append(float(trace.layer.rest(trace.rows)[trace.pixel]))
    largest = max(map(abs, values)) or 1.0
    return junction(
        [TIGHT * at + _MIDDLE for at in range(len(values))],
        TIGHT * len(values),
        WIDE,
        ["for" if value > 0 else "against" if value < 0 else "nothing" for value in values],
        room=TIGHT - 4 - rows[0].partial.width,
        down=DOWN,
        level=_LEVEL,
        widths=[round(1 + 3.5 * abs(value) / largest, 2) for value in values],
    )


def _shares(trace: Trace, pictures: Pictures) -> tuple[MapPicture, ...]:
    """Return the two pictures whose sum, with the bias, is the output before its activation."""
    return tuple(
        map_picture(
            trace,
            pictures,
            name,
            plane := trace.layer.signed(sign),
            "input",
            map_words(name, trace.experiment).capitalize(),
            (Words(name), Words(value_text(float(plane[trace.pixel])), "value", name)),
        )
        for name, sign in (("for", 1), ("against", -1))
    )


def _then(trace: Trace) -> str:
    """Return the activation's name, which stands where the arrow leads on from a sum."""
    name = trace.experiment.layer.activation
    summed = trace.experiment.sums and not trace.experiment.layer.pools
    return activation_words(name) if summed and name != "identity" else ""


def divided_by(trace: Trace) -> str:
    """Return what a mean's sum is divided by, as “÷ 3”; nothing where it is the sum."""
    return f"÷ {trace.layer.divisor}" if trace.experiment.focus.what_if == "mean" else ""


def _total(trace: Trace) -> str:
    """Return the subtotals and the bias as one line, rounded."""
    adds = [float(partial[trace.pixel]) for partial in trace.layer.partials if partial is not None]
    terms = terms_text(map(value_text, adds))
    if len(adds) > MOST:
        terms = f"{len(adds)} subtotals {value_text(sum(adds))}"
    if trace.experiment.layer.pools:
        if not adds:
            return f"input {trace.experiment.focus.k} is left out: 0"
        return f"{pooling_words(trace.experiment.layer)} ≈ {terms}"
    if not trace.experiment.sums:
        return f"{terms}, not summed"
    if divided := divided_by(trace):
        terms = f"({terms}) {divided}"
    bias = f" {value_text(trace.layer.bias)} of bias" if trace.layer.bias else ""
    total = f"{terms}{bias} ≈ {value_text(float(trace.layer.sum[trace.pixel]))}"
    if trace.layer.activation == "identity":
        return total
    output = float(trace.layer.output[trace.pixel])
    return f"{total}; {outcome_words(trace.layer.activation, output, value_text(output))}"
