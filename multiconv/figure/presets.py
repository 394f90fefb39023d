"""The kernels that the lists beside the figure offer by name."""

from __future__ import annotations

from multiconv.filters.kernels import KERNELS

Options = tuple[tuple[str, str], ...]

WITH_NUMBERS: Options = (
    ("gaussian(1)", "Gaussian, σ = 1"),
    ("gaussian(2)", "Gaussian, σ = 2"),
    ("gabor(0,4)", "Gabor, upright stripes"),
    ("gabor(45,4)", "Gabor, slanting stripes"),
    ("gabor(90,4)", "Gabor, level stripes"),
    ("motion(0)", "Motion blur, sideways"),
    ("motion(45)", "Motion blur, slanting"),
    ("random(1)", "Random 1"),
    ("random(2)", "Random 2"),
    ("random(3)", "Random 3"),
)
"""Kernels with numbers that the lists offer; any others can be typed."""


def presets() -> Options:
    """Return the named kernels as (name, words)."""
    return (*((name, kernel.title) for name, kernel in KERNELS.items()), *WITH_NUMBERS)
