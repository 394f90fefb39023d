"""The functions that stand after a layer's sum, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from multiconv.engine.checks import Array
from multiconv.errors import InvalidValue


def identity(x: Array) -> Array:
    """Return x itself."""
    return x


def relu(x: Array) -> Array:
    """Return max(x, 0)."""
    return np.maximum(x, 0)


def leaky(x: Array) -> Array:
    """Return x where it is positive, else x / 100 (PyTorch's LeakyReLU)."""
    return np.asarray(np.maximum(x, x * x.dtype.type(0.01)))


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + e⁻ˣ), by way of tanh, which never overflows."""
    half = x.dtype.type(0.5)
    return np.asarray(np.tanh(x * half) * half + half)


def tanh(x: Array) -> Array:
    """Return the hyperbolic tangent."""
    return np.asarray(np.tanh(x))


_ERF = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)


def gelu(x: Array) -> Array:
    """Return x·Φ(x), Φ the normal distribution's share below x (Hendrycks and Gimpel, 2016)."""
    return np.asarray((x * _share_below(x)).astype(x.dtype))


def _share_below(x: Array) -> Array:
    """Return Φ(x) in 64 bits.

    By formula 7.1.26 of Abramowitz and Stegun, *Handbook of Mathematical Functions*, 1964, whose
    error is below 1.5e-7.
    """
    size = np.abs(x.astype(np.float64)) / np.sqrt(2)
    t = 1 / (1 + 0.3275911 * size)
    tail = np.exp(-size * size) * t * np.polyval(_ERF[::-1], t) / 2
    return np.asarray(np.where(x < 0, tail, 1 - tail))


ACTIVATIONS: Mapping[str, Callable[[Array], Array]] = MappingProxyType(
    {
        "identity": identity,
        "relu": relu,
        "leaky": leaky,
        "sigmoid": sigmoid,
        "tanh": tanh,
        "gelu": gelu,
    }
)


def activation(name: str) -> Callable[[Array], Array]:
    """Return the activation of that name, a function of an array of any shape.

    Raises
    ------
    InvalidValue
        For an unknown name, with the known ones.

    Examples
    --------
    >>> activation("relu")(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    if name not in ACTIVATIONS:
        raise InvalidValue(
            f"activation is {name!r}.", f"Use one of {', '.join(ACTIVATIONS)}.", field="activation"
        )
    return ACTIVATIONS[name]


def slope(name: str, x: Array) -> Array:
    """Return the derivative of the activation of that name at x; at a bend the one before it.

    Examples
    --------
    >>> slope("relu", np.array([-1.0, 0.0, 2.0]))
    array([0., 0., 1.])
    """
    if name == "relu":
        return (x > 0).astype(x.dtype)
    if name == "leaky":
        return np.where(x > 0, 1, 0.01).astype(x.dtype)
    if name == "sigmoid":
        y = sigmoid(x)
        return np.asarray(y * (1 - y))
    if name == "tanh":
        return np.asarray(1 - tanh(x) ** 2)
    if name == "gelu":
        bell = np.exp(-(x.astype(np.float64) ** 2) / 2) / np.sqrt(2 * np.pi)
        return np.asarray((_share_below(x) + x * bell).astype(x.dtype))
    activation(name)  # refuses what has no name
    return np.ones_like(x)
