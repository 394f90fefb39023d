"""Σ|products| of every value of an experiment, by plain NumPy: what rounding is measured by."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

_PADS = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
STEEPEST = 1.13
"""No activation's slope is larger; GELU's is 1.129."""


def bounds(found: dict[str, NDArray[Any]], layer: dict[str, Any], pads: Any) -> dict[str, Values]:
    """Return a bound like each computed array; what is only handed on has that of one rounding.

    On the way the partials are computed in float64, and those that were answered held to 1e-6
    of their bound, so that a wrong bound or a wrong experiment is never recorded.
    """
    x, filters, k = found["input"].astype(np.float64), found["filters"], int(found["k"])
    padded = np.pad(x, (*map(tuple, pads), (0, 0)), mode=_PADS[layer["padding_mode"]])
    outputs, members = filters.shape[3], filters.shape[2]
    full = np.zeros((*filters.shape[:2], 3, outputs))
    for each in range(outputs):
        first = each * layer["groups"] // outputs * members
        full[:, :, first : first + members, each] = filters[..., each]
    for q in layer["off"]:
        full[:, :, q] = 0
    rows, columns = found["sum"].shape
    (down, across), (lower, wider) = layer["strides"], layer["dilations"]
    products = np.zeros((rows, columns, 3))
    partials = np.zeros((rows, columns, 3))
    outs = np.zeros((rows, columns, outputs)) + np.abs(found["bias"])
    for di, dj in np.ndindex(*filters.shape[:2]):
        seen = padded[di * lower :: down, dj * wider :: across][:rows, :columns]
        products += seen * np.abs(full[di, dj, :, k])
        partials += seen * full[di, dj, :, k]
        outs += seen @ np.abs(full[di, dj])
    assert (np.abs(found["partials"] - partials) <= 1e-6 * products + 1e-12).all()
    smooth = 0.0 if layer["activation"] in {"identity", "relu"} else 0.1
    return {
        "input": x,
        "filters": np.abs(filters).astype(np.float64),
        "bias": np.abs(found["bias"]).astype(np.float64),
        "k": np.zeros(()),
        "partials": products,
        "partial-1.npy": products[..., 1],
        "sum": products.sum(axis=-1) + abs(float(found["bias"][k])),
        "output": STEEPEST * outs + smooth,
    }


def rounded_up(values: Values) -> NDArray[np.float32]:
    """Return values with seven bits, none smaller: bounds need no more, and pack into little."""
    part, exponent = np.frexp(values)
    return np.ldexp(np.ceil(part * 128) / 128, exponent).astype(np.float32)
