"""What the engine accepts: shapes, types and finite numbers, each refusal naming its argument."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.finite import refuse_non_finite
from multiconv.errors import InvalidValue

Array = NDArray[Any]


def batch_of(x: Array, name: str = "x", *, look: bool = True) -> Array:
    """Return x as a batch (N, H, W, C), a view, checked to be finite floats of 32 or 64 bits.

    Where ``look`` is false the caller sees to it that the numbers are finite.

    Raises
    ------
    InvalidValue
        For another number of axes, an empty axis, another type, or NaN and infinity, which
        would spread over their neighbours.

    Examples
    --------
    >>> batch_of(np.zeros((4, 5, 3))).shape
    (1, 4, 5, 3)
    """
    if not isinstance(x, np.ndarray) or x.dtype not in (np.float32, np.float64):
        raise InvalidValue(
            f"{name} holds {getattr(x, 'dtype', type(x).__name__)}.",
            "Use an array of float32 or float64; for an 8-bit picture that is x / 255.",
            field=name,
        )
    if x.ndim not in (3, 4) or 0 in x.shape:
        raise InvalidValue(
            f"{name} has the shape {x.shape}.",
            "Use (height, width, channels) or (batch, height, width, channels), none of them 0.",
            field=name,
        )
    if look:
        refuse_non_finite(x, name)
    return x if x.ndim == 4 else x[np.newaxis]


def filters_of(filters: Array, x: Array, groups: int) -> Array:
    """Return filters, (kh, kw, C_in / groups, C_out), in x's type, checked against x and groups.

    Raises
    ------
    InvalidValue
        Naming ``filters`` or ``groups``, with the numbers that do not fit.

    Examples
    --------
    >>> filters_of(np.ones((3, 3, 3, 8)), np.ones((1, 5, 5, 3), np.float32), 1).dtype
    dtype('float32')
    """
    values = np.asarray(filters)
    if values.ndim != 4 or 0 in values.shape or values.dtype.kind not in "iuf":
        raise InvalidValue(
            f"filters has the shape {values.shape} and the type {values.dtype}.",
            "Use numbers in the shape (kh, kw, C_in / groups, C_out).",
            field="filters",
        )
    c_in, c_out = x.shape[-1], values.shape[3]
    if isinstance(groups, bool) or groups < 1 or c_in % groups or c_out % groups:
        raise InvalidValue(
            f"groups is {groups}, with {c_in} input and {c_out} output channels.",
            "Use a whole number that divides both.",
            field="groups",
        )
    if values.shape[2] * groups != c_in:
        raise InvalidValue(
            f"filters takes {values.shape[2]} channels a group, but x has C_in / groups = "
            f"{c_in} / {groups} = {c_in // groups}.",
            "Make the third axis of filters C_in / groups.",
            field="filters",
        )
    refuse_non_finite(values, "filters")
    return values.astype(x.dtype, copy=False)


def transposed_filters_of(filters: Array, x: Array, groups: int) -> Array:
    """Return HWOI filters, (kh, kw, C_out / groups, C_in), as (G, kh, kw, C_in / G, C_out / G).

    Raises
    ------
    InvalidValue
        Naming ``filters`` or ``groups``, with the numbers that do not fit.

    Examples
    --------
    >>> transposed_filters_of(np.ones((3, 3, 8, 6)), np.ones((1, 5, 5, 6)), 2).shape
    (2, 3, 3, 3, 8)
    """
    values = np.asarray(filters)
    c_in = x.shape[-1]
    if values.ndim == 4 and values.shape[3] != c_in:
        raise InvalidValue(
            f"filters takes {values.shape[3]} channels, but x has {c_in}.",
            "Use the shape (kh, kw, C_out / groups, C_in).",
            field="filters",
        )
    # HWOI is the HWIO of the convolution whose adjoint this is: its inputs are the outputs here.
    per_group = values.shape[2] if values.ndim == 4 else 1
    shape = (*x.shape[:-1], per_group * max(int(groups), 1))
    checked = filters_of(values, np.broadcast_to(x.dtype.type(0), shape), groups)
    kh, kw, _, _ = checked.shape
    split = checked.reshape(kh, kw, per_group, groups, c_in // groups)
    return split.transpose(3, 0, 1, 4, 2)


def bias_of(bias: Array | None, c_out: int, dtype: Any) -> Array:
    """Return bias as (C_out,) in that type; zeros where there is none.

    Raises
    ------
    InvalidValue
        Where bias is not one finite number per output channel.

    Examples
    --------
    >>> bias_of(None, 2, np.float32)
    array([0., 0.], dtype=float32)
    """
    if bias is None:
        return np.zeros(c_out, dtype)
    values = np.asarray(bias, dtype)
    if values.shape != (c_out,):
        raise InvalidValue(
            f"bias has the shape {values.shape}, but there are {c_out} output channels.",
            "Give one number per output channel.",
            field="bias",
        )
    refuse_non_finite(values, "bias")
    return values


def channel_of(k: int, c_out: int) -> int:
    """Return k, checked to be an output channel.

    Examples
    --------
    >>> channel_of(1, 2)
    1
    """
    if not 0 <= k < c_out:
        raise InvalidValue(
            f"k is {k}, but there are {c_out} output channels.",
            f"Choose k from 0 to {c_out - 1}.",
            field="k",
        )
    return k
