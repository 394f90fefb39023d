"""What of the photograph counted for a number: how much it changes with each pixel's brightness.

It stands alone as the one thing that is followed back through the layers, not forward.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.influence import influence
from multiconv.errors import NotFound, TooLarge
from multiconv.experiment.model import Experiment
from multiconv.imaging.bands import Banded
from multiconv.tracing.trace import Trace


class Forward(Protocol):
    """Where every layer's outputs are; a `Tracer` is one."""

    def outputs_of(self, experiment: Experiment, n: int) -> NDArray[np.float32]:
        """Return every output of layer n after its activation, (H′, W′, K); of 0 the picture."""


def influence_on_photo(trace: Trace, forward: Forward) -> NDArray[np.float32]:
    """Return the gradient of the pinned value to each pixel of the photograph, (H, W).

    Its red, green and blue are added up: so much the value changes for a pixel that gets
    brighter by 1 in all three.
    """
    experiment, focus = trace.experiment, trace.experiment.focus
    if not experiment.sums:
        raise NotFound(
            "With if=apart nothing is summed, so there is no value that a pixel could change.",
            "Leave if out.",
            field="if",
        )
    if isinstance(trace.layer.sum, Banded):
        raise TooLarge(
            "What counted is followed back to pictures that are held whole, and this one is not.",
            "Choose a smaller size.",
            field="size",
        )
    passages = [
        layer.passage(
            forward.outputs_of(experiment, n), focus.what_if if n + 1 == focus.layer else ""
        )
        for n, layer in enumerate(experiment.layers[: focus.layer])
    ]
    found = influence(passages, focus.k, *trace.pixel)
    return np.asarray(found.sum(axis=2), np.float32)
