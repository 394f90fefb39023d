"""What a program that computes an experiment writes out, for NumPy, multiconv, PyTorch and others.

The programs are ``templates/programs/<library>.py.txt``.  Every one reads the picture from the
file that the page offers as “everything”, pads it by hand, so that all libraries pad alike, and
says at its end how far its output is from the page's.  Of several layers it runs all, one after
another, and reads each one's numbers from that file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from textwrap import wrap

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Geometry, Pads, Pair
from multiconv.experiment.banks import StoredBank
from multiconv.experiment.kernels import channel_name
from multiconv.experiment.model import CHANNELS, Experiment, Layer
from multiconv.experiment.words import kind_words, layer_name, sentence, what_if_words

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
class Run:
    """One layer that a program runs, with its sizes, its number, and what it is in words.

    Of ``apart`` inputs each is to stay by itself: those from the first to the last that output k
    is made of, as (k, first, last + 1).
    """

    n: int
    layer: Layer
    shape: Geometry
    words: str
    apart: tuple[int, int, int] | None = None

    @property
    def reach(self) -> Pair:
        """How many rows and columns a kernel goes over, with what lies between its taps."""
        (kh, kw), (d1, d2) = self.shape.kernel_size, self.shape.dilations
        return (kh - 1) * d1 + 1, (kw - 1) * d2 + 1

    @property
    def stamped(self) -> Pair:
        """What a transposed layer's inputs stamp on before anything is cut off or added."""
        (height, width), (s1, s2) = self.shape.input_size, self.shape.strides
        return (height - 1) * s1 + self.reach[0], (width - 1) * s2 + self.reach[1]

    @property
    def before(self) -> Pair:
        """Rows that are cut off above, and columns at the left."""
        return self.shape.pads[0][0], self.shape.pads[1][0]

    @property
    def even(self) -> bool:
        """Whether as much is cut off on one side as on the other."""
        return all(before == after for before, after in self.shape.pads)

    @property
    def beyond(self) -> Pair:
        """Rows and columns that the output has beyond all stamps."""
        sides = zip(self.shape.output_padding, self.shape.pads, strict=True)
        down, across = (max(0, extra - after) for extra, (_, after) in sides)
        return down, across

    @property
    def whole(self) -> Pair:
        """The size that a transposed layer's output is cut out of."""
        return self.stamped[0] + self.beyond[0], self.stamped[1] + self.beyond[1]

    @property
    def cut(self) -> str:
        """Which rows and columns of that it is, as Python takes them; empty: all."""
        if self.whole == self.shape.output_size:
            return ""
        ends = zip(self.before, self.shape.output_size, strict=True)
        return ", ".join(f"{first}:{first + side}" for first, side in ends)

    @property
    def around(self) -> Pads:
        """What stands around a transposed layer's inputs if it is computed as a convolution."""
        rows, columns = (
            (reach - 1 - before, reach - 1 - after + extra)
            for reach, (before, after), extra in zip(
                self.reach, self.shape.pads, self.shape.output_padding, strict=True
            )
        )
        return rows, columns


@dataclass(frozen=True)
class Program:
    """The experiment in words, the layers that it runs, and of a single one its numbers.

    ``filters`` has each output's kernels, each with its channel's name; none are read from `FILE`.
    Under a what-if it computes that, and ``what_if`` says so; ``divisors`` are then of a mean, one
    for each output. ``given`` is what of `FILE` it begins with, ``compared`` what it computes;
    ``picture`` is whether that is one, which it writes out.
    """

    words: str
    runs: tuple[Run, ...]
    sizes: tuple[int, ...]
    filters: list[list[tuple[str, str]]]
    bias: str
    what_if: list[str]
    divisors: str
    given: str
    compared: str
    picture: bool = False


def is_stacked(experiment: Experiment) -> bool:
    """Tell whether programs read every layer's numbers from the file, and do not write them out."""
    return len(experiment.layers) > 1 or experiment.layer.pools or experiment.layer.transposed


def program_of(experiment: Experiment, shapes: Sequence[Geometry]) -> Program:
    """Return the program of an experiment whose layers have those sizes."""
    layers, focus = experiment.layers, experiment.focus
    if is_stacked(experiment):
        runs = tuple(
            Run(n, layer, shape, f"{layer_name(n, layer)}: {kind_words(layer)}, {_channels(layer)}")
            for n, (layer, shape) in enumerate(zip(layers, shapes, strict=True), 1)
        )
        opened = shapes[focus.layer - 1]
        whole = f" All {len(layers)} layers are run." if len(layers) > 1 else ""
        if not experiment.sums:  # nothing behind what is left apart is run
            runs = (*runs[: focus.layer - 1], _run_apart(runs[focus.layer - 1], focus.k))
            whole = f" Layers 1 to {focus.layer} are run." if focus.layer > 1 else ""
        return Program(
            f"{sentence(experiment, opened.input_size, opened.output_size)}{whole}",
            runs,
            (),
            [],
            "",
            wrap(what_if_words(experiment), _COMMENT),
            "",
            given_name(experiment),
            f"{len(layers)}.output" if experiment.sums else "partials",
            makes_picture(experiment),
        )
    return _alone(experiment, shapes[0])


def given_name(experiment: Experiment) -> str:
    """Return what the input of the first of several layers is called in the file."""
    return "photo" if experiment.source.z is None else "z"


def makes_picture(experiment: Experiment) -> bool:
    """Tell whether the last layer puts out a picture, red, green and blue from −1 to 1."""
    return experiment.source.z is not None and experiment.layers[-1].outputs == len(CHANNELS)


def _channels(layer: Layer) -> str:
    return f"{layer.inputs} channels to {layer.outputs}"


def _alone(experiment: Experiment, shape: Geometry) -> Program:
    own, focus = experiment.layer, experiment.focus
    layer = own.under(focus.what_if)
    if focus.what_if == "apart":
        layer = _apart(layer, focus.k)
    filters = layer.filters_used()
    counts = [max(1, len(own.adding(k))) for k in range(own.outputs)]
    written = [
        [
            (
                channel_name(q, focus.layer, own.inputs),
                f"[{', '.join(_list(row) for row in filters[:, :, at, k])}]",
            )
            for at, q in enumerate(layer.group_of(k))
        ]
        for k in range(layer.outputs)
    ]
    return Program(
        sentence(experiment, shape.input_size, shape.output_size),
        (Run(1, layer, shape, ""),),
        filters.shape,
        written if filters.size <= _WRITTEN_OUT or focus.what_if == "apart" else [],
        _list(np.array(layer.bias)),
        wrap(what_if_words(experiment), _COMMENT),
        _list(np.array(counts)) if focus.what_if == "mean" else "",
        "input",
        "partials" if focus.what_if == "apart" else "output",
    )


def _run_apart(run: Run, k: int) -> Run:
    """Return a layer's run that gives what each input channel adds to output k."""
    group, n = run.layer.group_of(k), run.layer.inputs
    alone = replace(run.layer, outputs=n, groups=n, bias=(0.0,) * n, activation="identity", off=())
    words = f"{run.words}; what each input adds to output {k}"
    return replace(run, layer=alone, words=words, apart=(k, group.start, group.stop))


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
