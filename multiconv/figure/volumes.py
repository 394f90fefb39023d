"""The volumes with this experiment's maps on their faces."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from multiconv.drawing.volumes import MANY, Diagram, volumes
from multiconv.figure.channels import Channel
from multiconv.figure.planes import Absent
from multiconv.figure.rows import Pictures
from multiconv.figure.stamps import stamp_of
from multiconv.tracing.trace import Trace


@dataclass(frozen=True, slots=True)
class Volumes:
    """The drawing as a column and as a strip, and the picture on every slab by its map's name.

    Slabs that have none show their part of the sheet of all outputs.
    """

    column: Diagram
    strip: Diagram
    faces: Mapping[str, str]


def volumes_of(
    trace: Trace,
    channels: Sequence[Channel],
    pictures: Pictures,
    *,
    all_faces: bool = True,
    strong: Collection[int] = (),
    low: bool = False,
) -> Volumes:
    """Return the volumes of a trace's feature maps, in their real proportions.

    Of many inputs those of ``strong`` stand out, and the last one's face alone is seen; a ``low``
    drawing leaves room above.  Without ``all_faces`` only the chosen one of the outputs has a
    picture of its own.
    """
    layer, k, sums = trace.experiment.layer, trace.experiment.focus.k, trace.experiment.sums
    many = len(channels) >= MANY
    column, strip = (
        volumes(
            (*trace.layer.geometry.input_size, len(channels)),
            (*trace.layer.geometry.output_size, layer.outputs),
            k,
            wide=wide,
            low=low,
            roles=tuple(channel.role for channel in channels),
            feeding=tuple(
                channel.q
                for channel in channels
                if sums and not channel.apart and not (many and channel.off)
            ),
            subtotals=tuple(_subtotal(trace, channel.q) for channel in channels) if many else (),
            strong=tuple(strong) if many else (),
            stamp=stamp_of(trace.layer.geometry, *trace.pixel),
        )
        for wide in (False, True)
    )
    own = {f"output-{k}": trace.range_of(trace.layer.output)}
    names = [slab.href for slab in column.inputs[-1 if many else 0 :]]
    outputs = [slab.href for slab in column.outputs]
    names += [name for name in outputs if all_faces or not sums or name in own]
    faces = {
        name: (pictures if sums or name not in outputs else Absent()).map(
            name, own.get(name, trace.range)
        )
        for name in names
    }
    return Volumes(column, strip, faces)


def _subtotal(trace: Trace, q: int) -> float:
    """Return what a channel adds at the pinned pixel; a pooling adds nothing up."""
    partial = trace.layer.partials[q]
    if partial is None or trace.experiment.layer.pools:
        return 0.0
    return float(partial[trace.pixel])
