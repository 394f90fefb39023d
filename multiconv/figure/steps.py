"""The sum one term after another: what each step shows and says; how fast the window goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from multiconv.experiment.numbers import weight_text
from multiconv.experiment.words import activation_words
from multiconv.figure.channels import Channel
from multiconv.figure.sum import divided_by
from multiconv.tracing.trace import Trace

PACES = (1, 4, 16, 60, 240, 1000, 4000)
LONGEST = 20
"""Seconds in which the window has gone over the whole picture, unless a pace is chosen."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many output pixels a second the window goes, and what that is called."""

    value: int
    words: str


def paces_of(pixels: int) -> tuple[Pace, ...]:
    """Return the paces that the window can have; the last is its own for so many output pixels."""
    fixed = (Pace(pace, f"{pace} a second") for pace in PACES)
    return (*fixed, Pace(pixels // LONGEST + 1, f"the whole in {LONGEST} s"))


@dataclass(frozen=True, slots=True)
class Step:
    """A button: its label, the map that it shows, how many channels have entered, its words."""

    label: str
    shows: str
    entered: int
    words: str


def steps_of(trace: Trace, channels: Sequence[Channel]) -> tuple[Step, ...]:
    """Return the steps from nothing to the output: the channels in their order, then the bias.

    Where a what-if leaves the partials apart there are none.
    """
    if not trace.experiment.sums:
        return ()
    found = [Step("0", "running-0", 0, "Nothing yet: every pixel is 0.")]
    names: list[str] = []
    coming = [channel.name for channel in channels if channel.adds]
    count = len(coming)
    for channel in channels:
        if not channel.adds:
            continue
        label = f"+ {channel.name}" if names else channel.name
        names.append(channel.name)
        left = coming[len(names) :]
        words = f"{' + '.join(names)}, pixel by pixel; {_missing(left, len(left))}."
        entered = channel.q + 1
        if channel.source:  # of many the names would be a paragraph
            label = f"{len(names)} of {count} inputs"
            left = [f"the other {count - len(names)}"] if len(names) < count else []
            words = f"{label}, the last is {channel.q}; {_missing(left, count - len(names))}."
        found.append(Step(label, f"running-{entered}", entered, words.capitalize()))
    divided = divided_by(trace)
    everything = (
        f"({' + '.join(names)}) {divided} + bias" if divided else " + ".join([*names, "bias"])
    )
    if any(channel.source for channel in channels):
        everything = f"{count} inputs {divided}+ bias".replace("  ", " ")
    words = f"{everything}: the bias is {weight_text(trace.layer.bias)}.".capitalize()
    found.append(Step(f"{divided} + bias".strip(), "sum", len(channels), words))
    if trace.layer.activation != "identity":
        then = activation_words(trace.layer.activation)
        shows = f"output-{trace.experiment.focus.k}"
        found.append(Step(then, shows, len(channels), f"{then} of the sum: the output."))
    return tuple(found)


def _missing(left: Sequence[str], count: int) -> str:
    """Return what has not entered yet: so many channels, as ``left`` names them, and the bias."""
    return (
        f"{', '.join(left)}{' and ' * bool(left)}the bias {'are' if count else 'is'} still missing"
    )
