"""What a program that computes an experiment writes out, for NumPy, multiconv, PyTorch and others.

The programs are ``templates/programs/<library>.py.txt``.  Every one reads the picture from the
file that the page offers as “everything”, pads it by hand, so that all libraries pad alike, and
says at its end how far its output is from the page's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from textwrap import wrap

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Geometry, Pair
from multiconv.experiment.banks import StoredBank
from multiconv.experiment.kernels import channel_name
from multiconv.experiment.model import Experiment, Layer
from multiconv.experiment.words import sentence, what_if_words

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

_COMMENT = 96  # characters on a line of a comment
_WRITTEN_OUT = 900  # more weights than this are read from the file


@dataclass(frozen=True)
class Program:
    """The experiment in words, its opened layer, and that layer's sizes and numbers.

    ``filters`` has each output's kernels, each with its channel's name; none are read from `FILE`.
    Under a what-if it computes that, and ``what_if`` says so; ``divisors`` are then of a mean, one
    for each output. ``compared`` is what of `FILE` it computes.
    """

    words: str
    layer: Layer
    shape: Geometry
    sizes: tuple[int, ...]
    filters: list[list[tuple[str, str]]]
    bias: str
    what_if: list[str]
    divisors: str
    compared: str


def program_of(experiment: Experiment, input_size: Pair) -> Program:
    """Return the program of an experiment whose opened layer takes inputs of that size."""
    own, focus = experiment.layer, experiment.focus
    shape = own.geometry(input_size)
    layer = own.under(focus.what_if)
    if focus.what_if == "apart":
        layer = _apart(layer, focus.k)
    filters = layer.filters_used()
    counts = [max(1, len(own.adding(k))) for k in range(own.outputs)]
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
        written if filters.size <= _WRITTEN_OUT or focus.what_if == "apart" else [],
        _list(np.array(layer.bias)),
        wrap(what_if_words(experiment), _COMMENT),
        _list(np.array(counts)) if focus.what_if == "mean" else "",
        "partials" if focus.what_if == "apart" else "output",
    )


def _apart(layer: Layer, k: int) -> Layer:
    """Return the depthwise layer whose outputs are what each input channel adds to output k."""
    n, kernels = layer.inputs, layer.all_kernels()
    kernels[:, :, [q for q in range(n) if q not in layer.adding(k)], k] = 0
    own = np.zeros((*layer.kernel_size, n, n))
    for q in range(n):
        own[:, :, q, q] = kernels[:, :, q, k]
    return replace(
        layer,
        bank=StoredBank("", own),
        kernels=(),
        outputs=n,
        bias=(0.0,) * n,
        groups=n,
        off=(),
        activation="identity",
    )


def _list(values: NDArray[np.float64]) -> str:
    return f"[{', '.join(f'{number:.9g}' for number in values.tolist())}]"
