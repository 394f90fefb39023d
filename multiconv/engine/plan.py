"""Which way a convolution is computed, chosen from the shapes alone, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass

from multiconv.engine.geometry import Geometry, Padding, Pair, geometry
from multiconv.engine.spectra import sides_of

LARGE, ALONE = 17 * 17, 23 * 23
"""Taps from which the spectra win.  With several channels in or out, which share transforms, they
are level at 13 to 19 a side, but below 17 the sums stay exact: so far go the kernels of the page.
For one channel in and out they are level at 19 a side at 1024², 23 at 512², 25 at 256², 28 at 128².
"""

THIN, SMALL = 2, 3
"""Shifted columns win for one channel in and out from the first number of taps down and across,
by a twentieth to a fifth of the time.  A single row or column of taps is an outer or a vector
product, which NumPy does not give to BLAS as a product of matrices: `rows` takes a third to an
eighth of the time.  Up to the second number across, `rows` takes 0.8 to 1.05 of it, but 1.1 to
1.4 with a step down, whose rows it unfolds in vain, and up to 1.4 where a dilation parts the rows.
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
    >>> plan_of(geometry((512, 512), (5, 5)), 3, 1, 1, 4).path
    'shifts'
    >>> plan_of(geometry((512, 512), (3, 3)), 1, 3, 16, 4).path
    'rows'
    >>> plan_of(geometry((512, 512), (31, 31)), 3, 1, 1, 4).path
    'spectra'
    >>> plan_of(geometry((56, 56), (3, 3)), 1, 64, 64, 4).path
    'patches'
    """
    path, reason = path_of(g, c_in, c_out, itemsize)
    height, width = g.output_size
    output = height * width * groups * c_out * itemsize
    return Plan(path, reason, g.multiply_adds(c_in, c_out) * groups, output + SCRATCH)


def path_of(g: Geometry, c_in: int, c_out: int, itemsize: int) -> tuple[str, str]:
    """Return the path of a plan and its reason; the number of groups does not count.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> path_of(geometry((512, 512), (1, 1)), 8, 8, 4)
    ('patches', 'Many channels, or a 1 × 1 kernel: one large product a tile.')
    """
    kh, kw = g.kernel_size
    alone = c_in == c_out == 1
    large = g.strides == (1, 1) and kh * kw >= (ALONE if alone else LARGE)
    pixels = (kh, kw) == g.strides == (1, 1) and g.input_size == g.output_size and c_in >= 8
    if pixels or (c_in >= DEEP and c_out >= DEEP and kh * kw < LARGE):
        return "patches", "Many channels, or a 1 × 1 kernel: one large product a tile."
    if (
        large
        and min(g.output_size) >= _SMALLEST
        and _spectra_bytes(g, c_in, c_out, itemsize) <= SCRATCH
    ):
        return "spectra", "A large kernel: products of spectra."
    small = kw <= SMALL and g.strides[0] == g.dilations[0] == 1
    if alone and min(kh, kw) >= THIN and not small:
        return "shifts", "One channel in and out: columns of taps, shifted and added."
    return "rows", "An ordinary kernel: rows unfolded, several output rows a product."


def _spectra_bytes(g: Geometry, c_in: int, c_out: int, itemsize: int) -> int:
    """Return what a group's kernels take as spectra, made from their padded selves."""
    rows, cols = sides_of(g)
    return 2 * rows * cols * itemsize * c_in * c_out
