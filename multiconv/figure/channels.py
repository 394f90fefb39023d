"""The input channels: what each is called, its colour, and whether it takes part."""

from __future__ import annotations

from dataclasses import dataclass

from multiconv.experiment.banks import PLANES
from multiconv.experiment.kernels import channel_name
from multiconv.experiment.model import CHANNELS
from multiconv.experiment.words import layer_name
from multiconv.tracing.trace import Trace


@dataclass(frozen=True, slots=True)
class Channel:
    """Input channel q: what colours it, its name within a sentence, why it may add nothing.

    ``off`` is one that was left out, ``apart`` one of another group than the chosen output; of one
    of many, ``source`` names the layer that it is an output of.
    """

    q: int
    role: str
    name: str
    off: bool = False
    apart: bool = False
    source: str = ""

    @property
    def adds(self) -> bool:
        """Whether it takes part in the sum."""
        return not (self.off or self.apart)

    @property
    def label(self) -> str:
        """The name where it stands by itself."""
        return str(self.q) if self.source else self.name.capitalize()

    @property
    def called(self) -> str:
        """The name within a caption, which has little room."""
        return str(self.q) if self.source else self.name


def channels_of(trace: Trace) -> tuple[Channel, ...]:
    """Return the inputs of the opened layer: a picture's planes by colour, others by number."""
    layer, focus = trace.experiment.layer, trace.experiment.focus
    pictured, group = trace.experiment.source.z is None, layer.group_of(focus.k)
    picture = focus.layer == 1 and pictured
    many, before = layer.inputs > PLANES and not layer.pools, trace.experiment.before
    given = "input" if pictured else "number of z"
    source = (layer_name(len(before), before[-1]) if before else given) if many else ""
    return tuple(
        Channel(
            q,
            CHANNELS[q] if picture else "input",
            channel_name(q, focus.layer, layer.inputs),
            q in layer.off,
            q not in group,
            source,
        )
        for q in range(layer.inputs)
    )
