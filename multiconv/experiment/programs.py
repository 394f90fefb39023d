"""An experiment as a program: the same numbers from NumPy, multiconv, PyTorch, TensorFlow or JAX.

Every program reads the picture from the file that the page offers as
“everything”, pads it by hand, so that all libraries pad alike, and says at its
end how far its output is from the page's.
"""

from __future__ import annotations

import numpy as np

from multiconv.engine.geometry import Geometry, Pair, geometry
from multiconv.errors import NotFound
from multiconv.experiment.kernels import channel_name
from multiconv.experiment.model import Experiment, Layer
from multiconv.experiment.numbers import quoted
from multiconv.experiment.words import sentence

FILE = "multiconv.npz"
"""The file with the picture and every number, beside which a program runs."""


_WRITTEN_OUT = 900  # more weights than this are read from the file
_PAD_MODES = {
    "zeros": "constant",
    "reflect": "reflect",
    "replicate": "edge",
    "circular": "wrap",
}


LIBRARIES = {
    "numpy": "NumPy",
    "multiconv": "multiconv",
    "pytorch": "PyTorch",
    "tensorflow": "TensorFlow",
    "jax": "JAX",
}
"""What each program is called, by the name of its file."""

IMPORTS = {
    "numpy": "",
    "multiconv": "\nimport multiconv\n",
    "pytorch": "import torch\nfrom torch.nn import functional\n",
    "tensorflow": "import tensorflow as tf\n",
    "jax": "import jax\n",
}

# Each starts from x (H, W, C), filters HWIO and bias, and ends with output (H′, W′, K) as NumPy's.
# They stand here and not in files, since this room opens none.
BODIES = {
    "numpy": """\
{pad}rows, columns = {rows}, {columns}
members, outputs = filters.shape[2:]
output = np.zeros((rows, columns, outputs), np.float32)
for k in range(outputs):
    first = k * {groups} // outputs * members  # the first input channel of k's group
    for q in range(members):
        for di in range(filters.shape[0]):
            for dj in range(filters.shape[1]):
                top, left = di * {gap_down}, dj * {gap_right}
                moved = x[top::{down}, left::{right}]
                output[..., k] += moved[:rows, :columns, first + q] * filters[di, dj, q, k]
    output[..., k] += bias[k]
{activated}""",
    "multiconv": """\
output = multiconv.conv2d(
    x,
    filters,
    bias=bias,
    strides={strides},
    padding={padding},
    padding_mode="{padding_mode}",
    dilations={dilations},
    groups={groups},
)
output = multiconv.activation("{activation}")(output)
""",
    "pytorch": """\
{pad}output = functional.conv2d(
    torch.from_numpy(x.transpose(2, 0, 1).copy())[None],  # NCHW
    torch.from_numpy(filters.transpose(3, 2, 0, 1).copy()),  # OIHW
    torch.from_numpy(bias),
    stride={strides},
    dilation={dilations},
    groups={groups},
)
{activated}output = output[0].numpy().transpose(1, 2, 0)
""",
    "tensorflow": """\
{pad}parts = [
    tf.nn.conv2d(some[None], kernels, strides={strides}, padding="VALID", dilations={dilations})
    for some, kernels in zip(
        tf.split(x, {groups}, axis=-1), tf.split(filters, {groups}, axis=-1)
    )
]
output = tf.concat(parts, axis=-1) + bias
{activated}output = output[0].numpy()
""",
    "jax": """\
{pad}output = jax.lax.conv_general_dilated(
    x[None],
    filters,
    window_strides={strides},
    padding="VALID",
    rhs_dilation={dilations},
    dimension_numbers=("NHWC", "HWIO", "NHWC"),
    feature_group_count={groups},
    precision=jax.lax.Precision.HIGHEST,
)
output = output + bias
{activated}output = np.asarray(output[0])
""",
}

_GELU = """\
from math import erf

output *= (1 + np.vectorize(erf)(output / 2**0.5)) / 2
"""

ACTIVATED = {
    "numpy": {
        "identity": "",
        "relu": "output = np.maximum(output, 0)\n",
        "leaky": "output = np.maximum(output, 0.01 * output)\n",
        "sigmoid": "output = 1 / (1 + np.exp(-output))\n",
        "tanh": "output = np.tanh(output)\n",
        "gelu": _GELU,
    },
    "multiconv": dict.fromkeys(("identity", "relu", "leaky", "sigmoid", "tanh", "gelu"), ""),
    "pytorch": {
        "identity": "",
        "relu": "output = functional.relu(output)\n",
        "leaky": "output = functional.leaky_relu(output, 0.01)\n",
        "sigmoid": "output = torch.sigmoid(output)\n",
        "tanh": "output = torch.tanh(output)\n",
        "gelu": "output = functional.gelu(output)\n",
    },
    "tensorflow": {
        "identity": "",
        "relu": "output = tf.nn.relu(output)\n",
        "leaky": "output = tf.nn.leaky_relu(output, 0.01)\n",
        "sigmoid": "output = tf.sigmoid(output)\n",
        "tanh": "output = tf.tanh(output)\n",
        "gelu": "output = tf.nn.gelu(output)\n",
    },
    "jax": {
        "identity": "",
        "relu": "output = jax.nn.relu(output)\n",
        "leaky": "output = jax.nn.leaky_relu(output, 0.01)\n",
        "sigmoid": "output = jax.nn.sigmoid(output)\n",
        "tanh": "output = jax.numpy.tanh(output)\n",
        "gelu": "output = jax.nn.gelu(output, approximate=False)\n",
    },
}
# The line after the sum, for every name in `ACTIVATIONS`.


def code(experiment: Experiment, library: str, input_size: Pair, link: str = "") -> str:
    """Return a program, for one of `LIBRARIES`, that computes all output channels.

    ``input_size`` is of the picture worked on; ``link`` is written at the top.
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
        f'x = saved["input"]  # ({input_size[0]}, {input_size[1]}, {layer.inputs}), 0 to 1',
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
            lines.append(
                f"            [{', '.join(rows)}],  # {channel_name(layer.group_of(k)[at])}"
            )
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
