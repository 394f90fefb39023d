"""The sum: the curves from the rows into Σ, the bias, and what it comes to at one pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from multiconv.drawing.junction import Junction, junction
from multiconv.experiment.edit import ROW_WIDTH
from multiconv.experiment.numbers import weight_text
from multiconv.experiment.words import activation_words
from multiconv.figure.kernel import room_of
from multiconv.figure.rows import MOST, ROW_HEIGHT, Row, value_text
from multiconv.tracing.trace import Trace

WIDTH = 134
"""The width of the curves' drawing, in CSS pixels."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Where the rows meet, unless a what-if leaves them ``apart``.

    ``room`` steps the bias's font down; ``divided`` is what stands at the sum of a mean; ``term``
    that and the bias where pictures stand in a line; ``total`` the sum at the pinned pixel,
    rounded: exact numbers stand in the arithmetic.
    """

    junction: Junction
    bias: str
    room: str
    divided: str
    term: str
    total: str
    apart: bool


def sum_of(trace: Trace, rows: Sequence[Row]) -> Sum:
    """Return the sum of a trace whose working has these rows."""
    curves = junction(
        [ROW_WIDTH / 2 + ROW_HEIGHT * at for at in range(len(rows))],
        ROW_HEIGHT * len(rows),
        WIDTH,
        [row.channel.role for row in rows],
        room=ROW_WIDTH - rows[0].partial.width,
    )
    bias, divided = weight_text(trace.layer.bias), divided_by(trace)
    term = f"{divided} " if divided else ""
    term += f"+ {bias} " if trace.layer.bias else ""
    apart = not trace.experiment.sums
    return Sum(curves, bias, room_of(bias), divided, term, _total(trace), apart)


def divided_by(trace: Trace) -> str:
    """Return what a mean's sum is divided by, as “÷ 3”; nothing where it is the sum."""
    return f"÷ {trace.layer.divisor}" if trace.experiment.focus.what_if == "mean" else ""


def _total(trace: Trace) -> str:
    """Return the subtotals and the bias as one line, rounded."""
    adds = [float(partial[trace.pixel]) for partial in trace.layer.partials if partial is not None]
    terms = " ".join(map(value_text, adds))
    if len(adds) > MOST:
        terms = f"{len(adds)} subtotals"
    if not trace.experiment.sums:
        return f"{terms}, not summed"
    if divided := divided_by(trace):
        terms = f"({terms}) {divided}"
    bias = f" {value_text(trace.layer.bias)} of bias" if trace.layer.bias else ""
    total = f"{terms}{bias} ≈ {value_text(float(trace.layer.sum[trace.pixel]))}"
    if trace.layer.activation == "identity":
        return total
    then = activation_words(trace.layer.activation)
    return f"{total}; {then} ≈ {value_text(float(trace.layer.output[trace.pixel]))}"
