"""An experiment as a program: the same numbers from NumPy, multiconv, PyTorch, TensorFlow or JAX.

Every program reads the picture from the file that the page offers as
“everything”, pads it by hand, so that all libraries pad alike, and says at its
end how far its output is from the page's.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from multiconv.engine.geometry import Geometry, Pair, geometry
from multiconv.errors import NotFound
from multiconv.experiment.libraries import ACTIVATED, BODIES, IMPORTS, TITLES
from multiconv.experiment.model import CHANNELS, Experiment, Layer
from multiconv.experiment.numbers import quoted
from multiconv.experiment.words import sentence

FILE = "multiconv.npz"
"""The file with the picture and every number, beside which a program runs."""

LIBRARIES: Mapping[str, str] = MappingProxyType(TITLES)
"""What each program is called, by the name of its file."""

_WRITTEN_OUT = 900  # more weights than this are read from the file
_PAD_MODES = {
    "zeros": "constant",
    "reflect": "reflect",
    "replicate": "edge",
    "circular": "wrap",
}


def code(experiment: Experiment, library: str, input_size: Pair, link: str = "") -> str:
    """Return a program that computes all output channels of an experiment.

    Parameters
    ----------
    experiment : Experiment
    library : str
        One of `LIBRARIES`.
    input_size : (int, int)
        Height and width of the picture worked on.
    link : str
        Where the experiment is; written at the top.

    Raises
    ------
    NotFound
        For another library.

    Examples
    --------
    >>> program = code(Experiment(), "numpy", (160, 160))
    >>> [line for line in program.splitlines() if line.startswith("x = ")]
    ['x = saved["input"]  # (160, 160, 3), 0 to 1', 'x = np.pad(x, ((1, 1), (1, 1), (0, 0)))']
    """
    if library not in LIBRARIES:
        raise NotFound(
            f"There is no program for {quoted(library)}.",
            f"Use one of {', '.join(LIBRARIES)}.",
            field="library",
        )
    layer = experiment.layer
    shape = geometry(
        input_size,
        layer.kernel_size,
        strides=layer.strides,
        padding=layer.padding,
        padding_mode=layer.padding_mode,
        dilations=layer.dilations,
    )
    words = sentence(experiment, input_size, shape.output_size)
    parts = (
        f'"""{words}\n\n{link + chr(10) * 2 if link else ""}'
        f'Run it beside {FILE}, which the page saves as “everything”.\n"""\n',
        f"import numpy as np\n{IMPORTS[library]}",
        f'saved = np.load("{FILE}")',
        f'x = saved["input"]  # ({input_size[0]}, {input_size[1]}, {len(CHANNELS)}), 0 to 1',
        _weights(layer),
        _body(layer, shape, library),
        'print("largest difference from the page:", np.abs(output - saved["output"]).max())\n',
    )
    return "\n".join(parts)


def _weights(layer: Layer) -> str:
    """Return the lines that make ``filters``, HWIO, and ``bias``."""
    filters = layer.filters_used()
    bias = f"bias = np.array({_list(layer.bias)}, np.float32)"
    height, width, members, outputs = filters.shape
    told = f"({height}, {width}, {members}, {outputs}): height, width, in, out"
    if filters.size > _WRITTEN_OUT:
        return f'filters = saved["filters"]  # {told}\n{bias}\n'
    lines = ["filters = np.array(", "    ["]
    for k in range(outputs):
        lines.append(f"        [  # output {k}")
        for at in range(members):
            rows = (_list(row) for row in filters[:, :, at, k])
            lines.append(f"            [{', '.join(rows)}],  # {CHANNELS[layer.group_of(k)[at]]}")
        lines.append("        ],")
    lines += ["    ],", "    np.float32,", f").transpose(2, 3, 1, 0)  # {told}", bias, ""]
    return "\n".join(lines)


def _body(layer: Layer, shape: Geometry, library: str) -> str:
    pads = ", ".join(str(pair) for pair in (*shape.pads, (0, 0)))
    mode = _PAD_MODES[layer.padding_mode]
    given = "" if mode == "constant" else f', mode="{mode}"'
    padded = any(any(pair) for pair in shape.pads)
    return BODIES[library].format(
        pad=f"x = np.pad(x, ({pads}){given})\n" if padded else "",
        rows=shape.output_size[0],
        columns=shape.output_size[1],
        strides=shape.strides,
        dilations=shape.dilations,
        down=shape.strides[0],
        right=shape.strides[1],
        gap_down=shape.dilations[0],
        gap_right=shape.dilations[1],
        groups=layer.groups,
        padding=repr(layer.padding),
        padding_mode=layer.padding_mode,
        activation=layer.activation,
        activated=ACTIVATED[library][layer.activation],
    )


def _list(values: object) -> str:
    numbers = np.asarray(values, dtype=np.float64).ravel().tolist()
    return "[" + ", ".join(f"{number:.9g}" for number in numbers) + "]"
