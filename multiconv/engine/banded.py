"""Several output rows in one product: kernels as a banded matrix, beside blocks of unfolded rows.

The taps of all the rows under R output rows lie one after another in memory, and the blocks for
successive R rows overlap: a strided view, no copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from multiconv.engine.blas import blas_libraries
from multiconv.engine.checks import Array

PIXELS = 16
"""Output channels from which they are written pixel by pixel: OpenBLAS then multiplies at 100
GFLOP/s instead of 95, and the output passes through memory in its own order (0.6 to 0.9 of the
time); with fewer the registers are not full (1.3 to 1.7 times).
"""

_ROWS = 4  # Output rows times channels a product: fewer idle its registers, more multiply zeros.
_SMALL_KERNELS = {"SkylakeX", "Cooperlake", "SapphireRapids"}  # Architectures as OpenBLAS names
# them, where products as small as ours have kernels of their own.


@dataclass(frozen=True, slots=True)
class Axis:
    """The output rows of one phase, and what they see of the input.

    Attributes
    ----------
    first, apart, height : int
        Every ``apart``-th output row from ``first`` on, so many of them.
    begin, down : int
        The first padded input row that they see, and the step to the next one.
    stride, gap, span : int
        In such rows: from one output row's window to the next one's, from tap to tap, and from the
        first tap to after the last.
    band : int
        Output rows a product.
    """

    first: int
    apart: int
    height: int
    begin: int
    down: int
    stride: int
    gap: int
    span: int
    band: int

    def rows(self, numbers: range) -> range:
        """Return the output rows that have these numbers."""
        begin, end = (self.first + number * self.apart for number in (numbers.start, numbers.stop))
        return range(begin, end, self.apart)


@dataclass(frozen=True, slots=True)
class Product:
    """One product: a banded matrix, blocks of unfolded rows, and the part of the output.

    Attributes
    ----------
    matrix : (G, 1, R · K, taps)
    blocks : (G, n, taps, W′)
    where : index of the output, (G, H′, K, W′)
    shape : tuple
        Of that part with rows and channels merged, (G, n, R · K, W′).
    """

    matrix: Array
    blocks: Array
    where: tuple[slice, slice, slice, slice]
    shape: tuple[int, int, int, int]


def band_of(c_out: int, *, merges: bool) -> int:
    """Return how many output rows a product computes.

    Where an output's rows and channels do not merge into one axis, several channels' are computed
    one by one.

    Examples
    --------
    >>> band_of(2, merges=True), band_of(2, merges=False), band_of(8, merges=True)
    (2, 1, 1)
    """
    if c_out == 1:
        return _rows_of_one()
    return max(1, _ROWS // c_out) if merges else 1


@cache
def _rows_of_one() -> int:
    """Return how many rows of one output a product computes.

    OpenBLAS's kernels for AVX-512 are a tenth faster with two at 3 × 3, a twentieth to 7 × 7, level
    at 11 × 11; those for AVX2 are a tenth faster with four.
    """
    found = {library.get("architecture") for library in blas_libraries()}
    return _ROWS // 2 if found & _SMALL_KERNELS else _ROWS


def banded(shape: tuple[int, ...], axis: Axis, dtype: Any) -> tuple[list[Array], Array]:
    """Return memory for kernels, (G, K, kh, C, kw), once a row of the band, and the matrix of them.

    Parameters
    ----------
    shape : (G, kh, kw, C, K)
    axis : Axis
    dtype : dtype

    Returns
    -------
    list of (G, K, kh, C, kw) views of the matrix
    matrix : (G, 1, R · K, rows · C · kw)
        Zero but for them.

    Examples
    --------
    >>> two = Axis(0, 1, 2, 0, 1, 1, 1, 2, 2)
    >>> kernels, matrix = banded((1, 2, 1, 1, 1), two, float)
    >>> for row in kernels:
    ...     row[0, 0, :, 0, 0] = 5, 6
    >>> matrix[0, 0]
    array([[5., 6., 0.],
           [0., 5., 6.]])
    """
    groups, _, kw, c_in, c_out = shape
    rows = (axis.band - 1) * axis.stride + axis.span
    if c_out >= PIXELS:  # BLAS reads it as it writes, all the channels of a tap side by side.
        memory = np.zeros((groups, rows, c_in, kw, axis.band, c_out), dtype)
        matrix = memory.reshape(groups, 1, -1, axis.band * c_out).transpose(0, 1, 3, 2)
        memory = memory.transpose(0, 4, 5, 1, 2, 3)
    else:
        memory = np.zeros((groups, axis.band, c_out, rows, c_in, kw), dtype)
        matrix = memory.reshape(groups, 1, axis.band * c_out, -1)
    tops = range(0, axis.band * axis.stride, axis.stride)
    kernels = [memory[:, r, :, top : top + axis.span : axis.gap] for r, top in enumerate(tops)]
    return kernels, matrix


def products_of(
    unfolded: Array, width: int, matrix: Array, axis: Axis, rows: range, where: tuple[slice, slice]
) -> Iterator[Product]:
    """Yield the products that give some output rows of the axis, the last ones fewer.

    Parameters
    ----------
    unfolded : (G, rows, C, kw, W′ or more), contiguous
    width : int
    matrix : (G, 1, R · K, rows · C · kw)
    axis : Axis
    rows : range
        Of the axis' own numbers.
    where : (slice, slice)
        The groups and columns of the output.
    """
    groups, _, channels, kw, _ = unfolded.shape
    (s0, s1, _, s3, s4), c_out = unfolded.strides, matrix.shape[2] // axis.band
    whole = len(rows) // axis.band
    for top, high, blocks in (
        (rows.start, axis.band, whole),
        (rows.start + whole * axis.band, len(rows) - whole * axis.band, 1),
    ):
        if not high or not blocks:
            continue
        used = ((high - 1) * axis.stride + axis.span) * channels * kw
        seen = np.ndarray(
            (groups, blocks, used, width),
            unfolded.dtype,
            unfolded,
            (top - rows.start) * axis.stride * s1,
            (s0, s1 * high * axis.stride, s3, s4),
        )
        lines = axis.rows(range(top, top + blocks * high))
        yield Product(
            matrix[:, :, : high * c_out, :used],
            seen,
            (where[0], slice(lines.start, lines.stop, lines.step), slice(None), where[1]),
            (groups, blocks, high * c_out, width),
        )
