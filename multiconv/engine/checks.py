"""What the engine accepts: shapes, types and finite numbers, each refusal naming its argument."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.scratch import scratch
from multiconv.errors import InvalidValue

Array = NDArray[Any]


def refuse_non_finite(values: Array, name: str) -> None:
    """Raise InvalidValue where values hold NaN or infinity."""
    # A sum is not finite where one of its numbers is not, and takes half the time of a look at
    # each; finite numbers can add up to infinity as well, and then each is looked at.
    if math.isfinite(np.einsum(values, range(values.ndim), ())):
        return
    count = int(values.size - np.count_nonzero(np.isfinite(values)))
    if not count:
        return
    raise InvalidValue(
        f"{name} holds {count} number{'s that are' if count > 1 else ' that is'} not finite.",
        "Replace NaN and infinity first.",
        field=name,
    )


_AT_ONCE = 2**16  # Numbers: so many stay in the cache, and no large picture is copied to be seen.


def flushed(values: Array) -> Array:
    """Return (A, B, C, D) with 0 for what lies below its type's smallest normal number.

    Such numbers have lost their digits already, and many processors take a hundred times as long
    for a product with one; so their bits are multiplied here, as whole numbers.
    """
    step = max(1, _AT_ONCE // math.prod(values.shape[2:]))
    places = product(range(len(values)), range(0, values.shape[1], step))
    small = values.size <= _AT_ONCE
    parts = [np.s_[:, :]] if small else [np.s_[at, top : top + step] for at, top in places]
    if not any(_may_hold_small(values[part]) for part in parts):
        return values
    smallest = np.finfo(values.dtype).smallest_normal
    if not any(((np.abs(values[part]) < smallest) & (values[part] != 0)).any() for part in parts):
        return values
    bits, result = values.view(f"u{values.itemsize}"), np.empty_like(values)
    into = result.view(bits.dtype)
    for part in parts:
        np.multiply(bits[part], np.abs(values[part]) >= smallest, out=into[part])
    return result


def _may_hold_small(values: Array) -> bool:
    """Tell whether a number but 0 may lie below its type's smallest normal one: else none does.

    Two thirds of such a number cannot be written, and of that the processor tells: underflow.
    """
    try:
        with np.errstate(under="raise"):
            thirds = scratch("thirds", values.shape, values.dtype)
            np.multiply(values, values.dtype.type(2 / 3), out=thirds)
    except FloatingPointError:
        return True
    return False


def batch_of(x: Array, name: str = "x", *, look: bool = True) -> Array:
    """Return x as a batch (N, H, W, C), a view, checked to be finite floats of 32 or 64 bits.

    Where ``look`` is false the caller sees to it that the numbers are finite.
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


def cast_filters(filters: Array, dtype: Any, c_in: int, groups: int) -> Array:
    """Return filters, (kh, kw, C_in / groups, C_out), in that type, checked against the input."""
    values = np.asarray(filters)
    if values.ndim != 4 or 0 in values.shape or values.dtype.kind not in "iuf":
        raise InvalidValue(
            f"filters has the shape {values.shape} and the type {values.dtype}.",
            "Use numbers in the shape (kh, kw, C_in / groups, C_out).",
            field="filters",
        )
    c_out = values.shape[3]
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
    return flushed(values.astype(dtype, copy=False))


def cast_bias(bias: Array | None, c_out: int, dtype: Any) -> Array:
    """Return bias as (C_out,) in that type, checked to be finite; zeros where there is none."""
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
    """Return k, checked to be an output channel."""
    if not 0 <= k < c_out:
        raise InvalidValue(
            f"k is {k}, but there are {c_out} output channels.",
            f"Choose k from 0 to {c_out - 1}.",
            field="k",
        )
    return k
