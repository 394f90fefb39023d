"""The sum one term after another: what each step shows, and what it says."""

from __future__ import annotations

from dataclasses import dataclass

from multiconv.experiment.model import CHANNELS
from multiconv.experiment.numbers import weight_text
from multiconv.experiment.words import activation_words
from multiconv.tracing.trace import Trace


@dataclass(frozen=True)
class Step:
    """A button: its label, the map that it shows, how many channels have entered, its words."""

    label: str
    shows: str
    entered: int
    words: str


@dataclass(frozen=True)
class Steps:
    """The steps of the sum and the last pixel's number, counted row by row from 0."""

    sum: tuple[Step, ...]
    last_pixel: int


def steps_of(trace: Trace) -> Steps:
    """Return the steps from nothing to the output: the channels in their order, then the bias."""
    found = [Step("0", "running-0", 0, "Nothing yet: every pixel is 0.")]
    names: list[str] = []
    for q, partial in enumerate(trace.layer.partials):
        if partial is None:
            continue
        label = f"+ {CHANNELS[q]}" if names else CHANNELS[q]
        names.append(CHANNELS[q])
        words = f"{' + '.join(names)}, pixel by pixel; the bias is still missing."
        found.append(Step(label, f"running-{q + 1}", q + 1, words.capitalize()))
    bias = weight_text(trace.layer.bias)
    everything = " + ".join([*names, "bias"])
    words = f"{everything}: the bias is {bias}.".capitalize()
    found.append(Step("+ bias", "sum", len(CHANNELS), words))
    if trace.layer.activation != "identity":
        then = activation_words(trace.layer.activation)
        k = trace.experiment.focus.k
        found.append(Step(then, f"output-{k}", len(CHANNELS), f"{then} of the sum: the output."))
    rows, columns = trace.layer.geometry.output_size
    return Steps(tuple(found), rows * columns - 1)
