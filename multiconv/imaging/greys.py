"""Greys of 16 and 32 bits and of floats, brought to 8 bits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_USUAL_TOPS = {"I": (255, 65535), "F": (1, 255)}


def levels_of(
    values: NDArray[np.float64], mode: str, clear: float | None, notes: list[str]
) -> NDArray[np.uint8]:
    """Return greys of many levels as RGB of 8 bits: scaled between two ends, never cut.

    The ends are 0 and 65535 for 16 bits; 0 and the least usual top that holds all
    values (255 or 65535 for integers, 1 or 255 for floats); else the smallest and the
    largest finite value.

    Parameters
    ----------
    values : (H, W) float64, overwritten
    mode : str
        ``I`` for 32-bit integers, ``F`` for floats, others for 16 bits.
    clear : float or None
        The value that stands for "transparent".
    notes : list of str
        What was done is added to it.

    Returns
    -------
    (H, W, 3) uint8

    Examples
    --------
    >>> levels_of(np.array([[-1.0, 0.0, 4.0]]), "F", None, [])[..., 0]
    array([[  0,  51, 255]], dtype=uint8)
    """
    transparent = values == clear
    finite = values if mode != "F" else values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    usual = _USUAL_TOPS.get(mode, (65535,))
    top = next((top for top in usual if low >= 0 and high <= top), None)
    if top is not None:
        low, high = 0.0, float(top)
    notes.append(f"Its values {low:g}…{high:g} were scaled to the levels 0…255.")
    values -= low
    values *= 255 / ((high - low) or 1)
    if finite.size < values.size:
        notes.append("Values that are no numbers became black; infinite ones, black or white.")
        np.nan_to_num(values, copy=False, nan=0, posinf=255, neginf=0)
    levels = np.rint(values, out=values).astype(np.uint8)
    if transparent.any():
        notes.append("Transparent parts were laid over white.")
        levels[transparent] = 255
    return levels[..., None].repeat(3, axis=-1)
