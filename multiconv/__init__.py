"""Convolution layers, channel by channel: what each input adds to each output.

Examples
--------
>>> import numpy as np
>>> x = np.ones((4, 4, 3), np.float32)
>>> filters = np.ones((3, 3, 3, 2), np.float32)
>>> partials(x, filters, k=0).shape, float(conv2d(x, filters)[1, 1, 0])
((4, 4, 3), 27.0)
"""

from multiconv.engine.activations import activation
from multiconv.engine.conv import conv2d, partials, plan
from multiconv.engine.geometry import geometry
from multiconv.engine.pooling import avg_pool, max_pool
from multiconv.engine.probe import probe
from multiconv.engine.thumbnails import thumbnails
from multiconv.engine.trace import trace_layer
from multiconv.engine.transposed import conv2d_transpose
from multiconv.errors import MultiConvError
from multiconv.explain import explain
from multiconv.filters.named import bank, kernel

__all__ = [
    "MultiConvError",
    "activation",
    "avg_pool",
    "bank",
    "conv2d",
    "conv2d_transpose",
    "explain",
    "geometry",
    "kernel",
    "max_pool",
    "partials",
    "plan",
    "probe",
    "thumbnails",
    "trace_layer",
]
