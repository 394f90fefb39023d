"""What the exported programs are made of, library by library; ``code`` puts them together.

Each body starts from ``x`` (H, W, 3), ``filters`` HWIO and ``bias``, and ends
with ``output`` (H′, W′, K) as NumPy's array.
"""

from __future__ import annotations

TITLES = {
    "numpy": "NumPy",
    "multiconv": "multiconv",
    "pytorch": "PyTorch",
    "tensorflow": "TensorFlow",
    "jax": "JAX",
}

IMPORTS = {
    "numpy": "",
    "multiconv": "\nimport multiconv\n",
    "pytorch": "import torch\nfrom torch.nn import functional\n",
    "tensorflow": "import tensorflow as tf\n",
    "jax": "import jax\n",
}

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
"""The line after the sum, for every name in `ACTIVATIONS`."""
