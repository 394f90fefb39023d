"""Filters that a network learned: the first convolution of dlib's face-recognition ResNet."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from io import BytesIO

import numpy as np

from multiconv.filters.kernels import Values

NOTICE = (
    "The first convolution of dlib's face-recognition ResNet (Davis E. King, CC0 1.0): "
    "trained on faces, from photographs collected for research."
)
"""What stands wherever these filters are shown."""

_FILE = "dlib_conv1_32x3x7x7.npy"


@cache
def trained() -> Values:
    """Return the trained filters, (7, 7, 3, 32) float64, read-only; ``data/NOTICE.md`` tells more.

    Examples
    --------
    >>> trained().shape, round(float(trained().min()), 4), round(float(trained().max()), 4)
    ((7, 7, 3, 32), -0.0712, 0.0629)
    """
    body = files("multiconv.filters").joinpath("data", _FILE).read_bytes()
    stored = np.load(BytesIO(body), allow_pickle=False)  # (32, 3, 7, 7): OIHW, channels R, G, B
    filters = np.ascontiguousarray(stored.transpose(2, 3, 1, 0).astype(np.float64))
    filters.setflags(write=False)
    return filters
