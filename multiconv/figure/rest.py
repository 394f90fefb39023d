"""The rest: what the input channels add that have no row, in one picture, for and against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from multiconv.experiment.model import ALL
from multiconv.experiment.numbers import decimal
from multiconv.figure.channels import Channel
from multiconv.figure.ledger import RowLinks
from multiconv.figure.rows import MapPicture, Pictures, Words, map_picture, value_text
from multiconv.tracing.trace import Trace

_LONGEST = 232.0  # of a bar, in the drawing's units


@dataclass(frozen=True, slots=True)
class Rest:
    """So many channels in one row: what is for and against among them, and the sum's picture.

    ``bars`` are the two shares' lengths; ``every`` leads to a sheet of all channels.
    """

    title: str
    gains: str
    from_gains: str
    losses: str
    from_losses: str
    bars: tuple[float, float]
    value: str
    picture: MapPicture
    every: str
    words: str


def rest_of(
    trace: Trace, channels: Sequence[Channel], pictures: Pictures, turns: RowLinks
) -> Rest | None:
    """Return the rest of a trace; None where every channel has a row, or nothing is summed."""
    rows = trace.rows
    if not trace.experiment.layer.has_rest or not trace.experiment.sums:
        return None
    others = [channel.q for channel in channels if channel.adds and channel.q not in rows]
    values = [trace.subtotal(q) for q in others]
    gains = [value for value in values if value > 0]
    losses = [value for value in values if value < 0]
    total, plane = sum(values), trace.layer.rest(rows)
    places = 2 if max(sum(gains), -sum(losses), 0.0) >= 1 else 3
    title = f"the other {len(values)}"
    caption = (
        Words("what they add"),
        Words(value_text(float(plane[trace.pixel])), "value", "rest"),
    )
    none = len(values) - len(gains) - len(losses)
    nothing = f", {'one adds' if none == 1 else f'{none} add'} 0" if none else ""
    longest = max(sum(gains), -sum(losses)) or 1.0
    plus, minus = (decimal(sum(each), places, signed=True) for each in (gains, losses))
    return Rest(
        title,
        plus,
        f"from {len(gains)}",
        minus,
        f"from {len(losses)}{nothing}",
        (
            round(sum(gains) / longest * _LONGEST, 2),
            round(-sum(losses) / longest * _LONGEST, 2),
        ),
        value_text(total),
        map_picture(
            trace, pictures, "rest", plane, "input", f"What {title} add", caption, besides=rows
        ),
        turns.rows(trace.held, ALL),
        f"{title}: {plus} from {len(gains)}, {minus} from {len(losses)} = {value_text(total)}",
    )
