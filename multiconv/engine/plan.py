"""Which way a convolution is computed, chosen from the shapes alone, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass

from multiconv.engine.geometry import Geometry, Padding, Pair, geometry
from multiconv.engine.spectral import sides_of

LARGE, ALONE = 17 * 17, 21 * 21
"""Taps from which the spectra win.  With several channels in or out, which share transforms, they
are level at 13 to 17 a side, but below 17 the sums stay exact: so far go the kernels of the page.
For one channel in and out they are level at 19 a side from 512² up, at 21 at 256², 26 at 128².
"""

THIN = 2
"""Taps down and across from which shifted columns win for one channel in and out: by a twentieth
to a quarter of the time.  A single row or column of taps is an outer or a vector product, which
NumPy does not give to BLAS as a product of matrices: `rows` takes a third to an eighth of the time.
"""

DEEP = 64
"""Input and output channels of a group from which whole windows in one product win: at 32 → 32
the rows are still a quarter faster, at 64 → 64 level, at 256 → 256 a third slower.
"""


SCRATCH = 2**25
"""Bytes beside input and output that no path passes, for pictures of a few channels."""

_SMALLEST = 128
"""Output sides below which a tile of spectra is too much padding."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How one layer will be computed.

    Attributes
    ----------
    path : {"shifts", "rows", "patches", "spectra"}
    reason : str
        Why, as a sentence.
    multiply_adds : int
        What the definition asks for, a picture.
    bytes : int
        The output and, beside it, at most this much scratch together.
    """

    path: str
    reason: str
    multiply_adds: int
    bytes: int


def plan(
    input_shape: tuple[int, ...],
    filters_shape: tuple[int, int, int, int],
    *,
    strides: int | Pair = (1, 1),
    padding: Padding = "SAME",
    padding_mode: str = "zeros",
    dilations: int | Pair = (1, 1),
    groups: int = 1,
    itemsize: int = 4,
) -> Plan:
    """Return how `conv2d` computes such shapes, and what it costs, without computing it.

    Parameters
    ----------
    input_shape : (H, W, C_in) or (N, H, W, C_in)
    filters_shape : (kh, kw, C_in / groups, C_out)
    strides, padding, padding_mode, dilations, groups
        As in `conv2d`.
    itemsize : int
        4 for float32, 8 for float64.

    Examples
    --------
    >>> chosen = plan((256, 256, 3), (3, 3, 3, 16))
    >>> chosen.path, chosen.multiply_adds
    ('rows', 28311552)
    """
    g = geometry(
        (input_shape[-3], input_shape[-2]),
        (filters_shape[0], filters_shape[1]),
        strides=strides,
        padding=padding,
        padding_mode=padding_mode,
        dilations=dilations,
    )
    return plan_of(g, groups, filters_shape[2], filters_shape[3] // groups, itemsize)


def plan_of(g: Geometry, groups: int, c_in: int, c_out: int, itemsize: int) -> Plan:
    """Return the plan for ``groups`` groups of c_in → c_out channels.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> plan_of(geometry((512, 512), (3, 3)), 3, 1, 1, 4).path
    'shifts'
    >>> plan_of(geometry((512, 512), (3, 3)), 1, 3, 16, 4).path
    'rows'
    >>> plan_of(geometry((512, 512), (31, 31)), 3, 1, 1, 4).path
    'spectra'
    >>> plan_of(geometry((56, 56), (3, 3)), 1, 64, 64, 4).path
    'patches'
    """
    kh, kw = g.kernel_size
    height, width = g.output_size
    alone = c_in == c_out == 1
    least = ALONE if alone else LARGE
    large = g.strides == (1, 1) and kh * kw >= least and min(height, width) >= _SMALLEST
    output = height * width * groups * c_out * itemsize
    products = g.multiply_adds(c_in, c_out) * groups
    pixels = (kh, kw) == g.strides == (1, 1) and g.input_size == g.output_size and c_in >= 8
    if pixels or (c_in >= DEEP and c_out >= DEEP and kh * kw < LARGE):
        path, reason = "patches", "Many channels, or a 1 × 1 kernel: one large product a tile."
    elif large and _spectra_bytes(g, c_in, c_out, itemsize) <= SCRATCH:
        path, reason = "spectra", "A large kernel: products of spectra."
    elif alone and min(kh, kw) >= THIN:
        path, reason = "shifts", "One channel in and out: columns of taps, shifted and added."
    else:
        path, reason = "rows", "An ordinary kernel: rows unfolded, several output rows a product."
    return Plan(path, reason, products, output + SCRATCH)


def _spectra_bytes(g: Geometry, c_in: int, c_out: int, itemsize: int) -> int:
    """Return what a group's kernels take as spectra, made from their padded selves."""
    rows, cols = sides_of(g)
    return 2 * rows * cols * itemsize * c_in * c_out
