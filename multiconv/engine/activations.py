"""The functions that stand after a layer's sum, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import InvalidValue

Array = NDArray[Any]


def identity(x: Array) -> Array:
    """Return x itself, any shape.

    Examples
    --------
    >>> identity(np.array([-1.0, 2.0]))
    array([-1.,  2.])
    """
    return x


def relu(x: Array) -> Array:
    """Return max(x, 0), any shape.

    Examples
    --------
    >>> relu(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    return np.maximum(x, 0)


ACTIVATIONS: Mapping[str, Callable[[Array], Array]] = MappingProxyType(
    {"identity": identity, "relu": relu}
)


def activation(name: str) -> Callable[[Array], Array]:
    """Return the activation of that name.

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
