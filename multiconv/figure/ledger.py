"""The ledger: what each of many input channels adds at the pinned pixel, as bars and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Protocol

from multiconv.drawing.ledger import Drawing, ledger
from multiconv.experiment.changes import Held, with_held
from multiconv.experiment.model import ALL, MOST, Experiment, Rows
from multiconv.experiment.numbers import decimal
from multiconv.experiment.words import outcome_words
from multiconv.figure.channels import Channel
from multiconv.figure.rows import has_ledger, value_text
from multiconv.tracing.trace import Trace

NUMBERS = ("no", "one", "two", "three", "four", "five")


class RowLinks(Protocol):
    """Where a page leads that has other rows."""

    def rows(self, held: Held, rows: Rows, /) -> str:
        """Return the address of this experiment's page with these rows."""

    def page(self, experiment: Experiment, /) -> str:
        """Return the address of another experiment's page."""


class Still:
    """Where a drawing leads, which has no other page."""

    def rows(self, _held: Held, _rows: Rows, /) -> str:
        """Return no address."""
        return ""

    def page(self, _experiment: Experiment, /) -> str:
        """Return no address."""
        return ""


STILL = Still()


@dataclass(frozen=True, slots=True)
class Account:
    """One channel's line: what it adds, what all up to it add, where its row is or comes from."""

    channel: Channel
    subtotal: str
    running: str
    has_row: bool
    link: str

    @property
    def told(self) -> str:
        """What a bar says where it is read."""
        if self.channel.off:
            return f"{self.channel.name} is left out"
        return f"{self.channel.name} adds {self.subtotal}"


@dataclass(frozen=True, slots=True)
class Headline:
    """The whole sum in a line: what is for it, what against, the bias, what they come to."""

    gains: str
    losses: str
    bias: str
    sign: str
    total: str
    then: str = ""

    @property
    def words(self) -> str:
        """The line as one text."""
        bias = f" {self.bias} bias" if self.bias else ""
        sums = f"{self.gains} for {self.losses} against{bias} {self.sign} {self.total}"
        return ", ".join(part for part in (sums, self.then) if part)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A bar a channel in their order, the running sum, the headline, the same as a table.

    ``voices`` say how many channels add and take away, and which most; ``order`` names all of
    either kind at the pinned ``pixel``, the loudest first; ``choices`` leave some channels out, or
    all in again: (words, address).
    """

    title: str
    below: str
    voices: str
    headline: Headline
    accounts: tuple[Account, ...]
    bias: str
    total: str
    drawing: Drawing
    pixel: tuple[int, int]
    order: tuple[tuple[str, tuple[Account, ...]], ...]
    choices: tuple[tuple[str, str], ...] = ()


def ledger_of(trace: Trace, channels: Sequence[Channel], turns: RowLinks) -> Ledger | None:
    """Return the ledger of a trace, of a layer with so many inputs that it needs one."""
    if not has_ledger(trace) or not trace.experiment.sums:
        return None
    divisor, bias = trace.layer.divisor, trace.layer.bias
    subtotals = [trace.subtotal(channel.q) / divisor for channel in channels]
    running = tuple(accumulate(subtotals))
    rows, held = trace.rows, trace.held
    accounts = tuple(
        Account(
            channel,
            value_text(subtotal),
            value_text(level),
            channel.q in rows,
            f"#row-{channel.q}"
            if channel.q in rows and trace.experiment.focus.rows != ALL
            else turns.rows(held, with_row(trace, channel.q)),
        )
        for channel, subtotal, level in zip(channels, subtotals, running, strict=True)
    )
    return Ledger(
        f"What each of the {len(channels)} inputs adds to this number",
        _below(trace),
        voices_of(subtotals, [channel.adds for channel in channels]),
        headline_of(trace, subtotals),
        accounts,
        value_text(bias),
        value_text(float(trace.layer.sum[trace.pixel])),
        ledger(subtotals, bias, rows),
        trace.pixel,
        _order(subtotals, accounts),
        _choices(trace, turns),
    )


def _order(
    subtotals: Sequence[float], accounts: Sequence[Account]
) -> tuple[tuple[str, tuple[Account, ...]], ...]:
    """Return who says yes and who says no, each from the loudest to the one least heard."""
    by_size = sorted(zip(subtotals, accounts, strict=True), key=lambda pair: -abs(pair[0]))
    said = (
        (word, tuple(account for value, account in by_size if value * sign > 0))
        for word, sign in (("yes", 1), ("no", -1))
    )
    return tuple((word, loud) for word, loud in said if loud)


def _choices(trace: Trace, turns: RowLinks) -> tuple[tuple[str, str], ...]:
    """Return what leaves the rows' channels out, all others, or none."""
    experiment, rows = trace.experiment, trace.rows
    layer = experiment.layer
    if not layer.has_rest:
        return ()
    group = layer.group_of(experiment.focus.k)
    wanted = {
        "silence them": tuple(sorted({*layer.off, *rows})),
        "only them": tuple(q for q in group if q not in rows),
        "all in again": (),
    }
    return tuple(
        (words, turns.page(with_held(experiment.with_layer(replace(layer, off=off)), trace.held)))
        for words, off in wanted.items()
        if off != layer.off
    )


def with_row(trace: Trace, q: int) -> Rows:
    """Return the channels that have a row once q has one: it takes the place of the smallest."""
    rows = trace.rows
    if q in rows or not trace.experiment.layer.has_rest:
        return rows if trace.experiment.layer.has_rest else None
    least = min(rows, key=lambda each: abs(trace.subtotal(each)))
    kept = rows if len(rows) < MOST else tuple(each for each in rows if each != least)
    return tuple(sorted((*kept, q)))


def voices_of(subtotals: Sequence[float], adds: Sequence[bool]) -> str:
    """Return how many channels say yes and no to the sum, of both the loudest, and of the rest."""
    count = sum(adds)
    silent = sum(on and value == 0 for value, on in zip(subtotals, adds, strict=True))
    said = []
    for word, sign, of in (("yes", 1, f" of {count}"), ("no", -1, "")):
        loud = [sign * value for value in subtotals]
        number, q = sum(value > 0 for value in loud), max(range(len(loud)), key=loud.__getitem__)
        loudest = f"{q} ({value_text(subtotals[q])})"
        if not number:
            said.append(f"none says {word}")
        elif number == 1:
            said.append(f"1{of} says {word}: {loudest}")
        else:
            said.append(f"{number}{of} say {word}, loudest {loudest}")
    if silent:
        said.append(f"{silent} add{'s' * (silent == 1)} nothing")
    if apart := len(adds) - count:
        said.append(f"{apart} take{'s' * (apart == 1)} no part")
    words = "; ".join(said)
    return f"{words[0].upper()}{words[1:]}."


def headline_of(trace: Trace, subtotals: Sequence[float]) -> Headline:
    """Return the sum in a line, its numbers rounded alike."""
    total, bias = float(trace.layer.sum[trace.pixel]), trace.layer.bias
    gains = sum(value for value in subtotals if value > 0)
    losses = sum(value for value in subtotals if value < 0)
    largest = max(gains, -losses, abs(bias))
    places = 0 if largest >= 1000 else 2 if largest >= 1 else 3
    exact = all(round(value, places) == value for value in (gains, losses, bias, total))
    activation = trace.layer.activation
    then = ""
    if activation != "identity":
        output = float(trace.layer.output[trace.pixel])
        value = decimal(output, places, signed=True)
        then = f"then {outcome_words(activation, output, value)}"
    plus, minus, start, whole = (
        decimal(value, places, signed=True) for value in (gains, losses, bias, total)
    )
    return Headline(plus, minus, start if bias else "", "=" if exact else "≈", whole, then)


def _below(trace: Trace) -> str:
    """Return which of the channels stand below as rows."""
    layer, rows = trace.experiment.layer, trace.rows
    divided = f", each divided by {trace.layer.divisor}" if trace.layer.divisor > 1 else ""
    if layer.off:
        divided += f"; {len(layer.off)} left out, and the bars’ scale fits the others"
    if trace.experiment.focus.rows == ALL:
        return f"all stand below{divided}; the {NUMBERS[len(rows)]} in bold"
    if not layer.has_rest:
        return f"all have a row below{divided}"
    largest = sorted(range(layer.inputs), key=lambda q: -abs(trace.subtotal(q)))[: len(rows)]
    which = "largest at the pinned pixel" if set(largest) == set(rows) else "in bold"
    return f"the {NUMBERS[len(rows)]} {which} stand below{divided}"
