"""The colour bar of the partials and their sum: its ends, and what lies beyond them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from multiconv.experiment.model import CHANNELS
from multiconv.experiment.numbers import weight_text
from multiconv.tracing.trace import Trace

EACH = "Every map has a range of its own, and this bar is the output’s: colours do not compare."


@dataclass(frozen=True)
class Bar:
    """The colour bar: the range at its ends, what lies beyond them, whose range it is."""

    low: str
    high: str
    clipped: str
    warning: str


def bar_of(trace: Trace) -> Bar:
    """Return the colour bar of the partials and their sum, or with own ranges the output's."""
    end = weight_text(trace.range_of(trace.layer.output))
    return Bar(f"−{end}", f"+{end}", _beyond(trace), EACH if has_each(trace) else "")


def has_each(trace: Trace) -> bool:
    """Tell whether every map has a range of its own."""
    view = trace.experiment.view
    return view.range is None and view.ranges == "each"


def _beyond(trace: Trace) -> str:
    """Return how many pixels of which maps lie beyond the ends of the bar, in words."""
    names: Sequence[str] = [
        *(CHANNELS[q] for q, partial in enumerate(trace.layer.partials) if partial is not None),
        "the output",
    ]
    told = []
    for name, plane, counts in zip(names, trace.maps, trace.clipped, strict=True):
        end = weight_text(trace.range_of(plane))
        for count, sign, words in ((counts.below, "−", "below"), (counts.above, "+", "above")):
            if count:
                noun = "pixel" if count == 1 else "pixels"
                of = name if name.startswith("the") else f"what {name} adds"
                told.append(f"{count:,} {noun} of {of} {words} {sign}{end}")
    return "; ".join(told)
