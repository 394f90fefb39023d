"""What a program that computes an experiment writes out, for NumPy, multiconv, PyTorch and others.

The programs are ``templates/programs/<library>.py.txt``.  Every one reads the picture from the
file that the page offers as “everything”, pads it by hand, so that all libraries pad alike, and
says at its end how far its output is from the page's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Geometry, Pair
from multiconv.experiment.kernels import channel_name
from multiconv.experiment.model import Experiment, Layer
from multiconv.experiment.words import sentence

FILE = "multiconv.npz"
"""The file with the picture and every number, beside which a program runs."""

LIBRARIES = {
    "numpy": "NumPy",
    "multiconv": "multiconv",
    "pytorch": "PyTorch",
    "tensorflow": "TensorFlow",
    "jax": "JAX",
}
"""What each program is called, by the name of its file."""

_WRITTEN_OUT = 900  # more weights than this are read from the file


@dataclass(frozen=True)
class Program:
    """The experiment in words, its opened layer, and that layer's sizes and numbers.

    ``filters`` has each output's kernels, each with its channel's name; none are read from `FILE`.
    """

    words: str
    layer: Layer
    shape: Geometry
    sizes: tuple[int, ...]
    filters: list[list[tuple[str, str]]]
    bias: str


def program_of(experiment: Experiment, input_size: Pair) -> Program:
    """Return the program of an experiment whose opened layer takes inputs of that size."""
    layer = experiment.layer
    shape = layer.geometry(input_size)
    filters = layer.filters_used()
    written = [
        [
            (
                channel_name(q, experiment.focus.layer),
                f"[{', '.join(_list(row) for row in filters[:, :, at, k])}]",
            )
            for at, q in enumerate(layer.group_of(k))
        ]
        for k in range(layer.outputs)
    ]
    return Program(
        sentence(experiment, input_size, shape.output_size),
        layer,
        shape,
        filters.shape,
        written if filters.size <= _WRITTEN_OUT else [],
        _list(np.array(layer.bias)),
    )


def _list(values: NDArray[np.float64]) -> str:
    return f"[{', '.join(f'{number:.9g}' for number in values.tolist())}]"
