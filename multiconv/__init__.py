"""Convolution layers, channel by channel: what each input adds to each output.

A name's module is imported when the name is asked for first, so that the arithmetic needs NumPy
alone.

Examples
--------
>>> import numpy as np
>>> from multiconv import conv2d, partials
>>> x = np.ones((4, 4, 3), np.float32)
>>> filters = np.ones((3, 3, 3, 2), np.float32)
>>> partials(x, filters, k=0).shape, float(conv2d(x, filters)[1, 1, 0])
((4, 4, 3), 27.0)
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

__version__ = "0.1.0"

__all__ = [
    "MultiConvError",
    "activation",
    "avg_pool",
    "bank",
    "conv2d",
    "conv2d_transpose",
    "explain",
    "filter_gradient",
    "geometry",
    "kernel",
    "max_pool",
    "network",
    "partials",
    "plan",
    "probe",
    "receptive_field",
    "thumbnails",
    "trace_layer",
    "transposed_partials",
]

if TYPE_CHECKING:
    from multiconv.engine.activations import activation
    from multiconv.engine.conv import conv2d, partials, plan
    from multiconv.engine.geometry import geometry
    from multiconv.engine.gradient import filter_gradient
    from multiconv.engine.pooling import avg_pool, max_pool
    from multiconv.engine.probe import probe
    from multiconv.engine.stack import receptive_field
    from multiconv.engine.thumbnails import thumbnails
    from multiconv.engine.trace import trace_layer
    from multiconv.engine.transposed import conv2d_transpose, transposed_partials
    from multiconv.errors import MultiConvError
    from multiconv.explain import explain
    from multiconv.filters.banks import bank
    from multiconv.filters.kernels import kernel
    from multiconv.networks.shipped import network
else:
    _HOMES = {
        "engine.activations": ("activation",),
        "engine.conv": ("conv2d", "partials", "plan"),
        "engine.geometry": ("geometry",),
        "engine.gradient": ("filter_gradient",),
        "engine.pooling": ("avg_pool", "max_pool"),
        "engine.probe": ("probe",),
        "engine.stack": ("receptive_field",),
        "engine.thumbnails": ("thumbnails",),
        "engine.trace": ("trace_layer",),
        "engine.transposed": ("conv2d_transpose", "transposed_partials"),
        "errors": ("MultiConvError",),
        "explain": ("explain",),
        "filters.banks": ("bank",),
        "filters.kernels": ("kernel",),
        "networks.shipped": ("network",),
    }

    class _Package(ModuleType):
        """A package whose attribute `explain` is the function, not the module that holds it."""

        def __setattr__(self, name, value):
            if not (name in __all__ and isinstance(value, ModuleType)):
                super().__setattr__(name, value)

    sys.modules[__name__].__class__ = _Package

    def __getattr__(name):
        for home, names in _HOMES.items():
            if name in names:
                value = getattr(import_module(f"{__name__}.{home}"), name)
                globals()[name] = value
                return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        return sorted({*globals(), *__all__})
