"""One output pixel's complete arithmetic, in 64 bits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multiconv.engine.checks import Array
from multiconv.engine.trace import LayerTrace, PoolTrace


@dataclass(frozen=True)
class ChannelProbe:
    """What input channel q adds at one pixel: values × kernel = products, Σ subtotal.

    Of a transposed layer ``kernel`` has the taps that reach the pixel, in the order of the values.

    Attributes
    ----------
    q : int
    values, kernel, products : (kh, kw) float64 array, or as many as reach the pixel
    subtotal : float
    """

    q: int
    values: Array
    kernel: Array
    products: Array
    subtotal: float


@dataclass(frozen=True)
class Probe:
    """One output pixel's arithmetic: the subtotals (÷ divisor) + bias = total.

    Attributes
    ----------
    rows, cols : tuple of int
        Input row (column) of each tap, −1 where the tap lies in the padding; of a transposed
        layer those that reach the pixel.
    row_taps, col_taps : tuple of int
        Which rows and columns of the kernel they meet: all, of a transposed layer those alone.
    channels : tuple of ChannelProbe
        The channels of k's group, in order.
    bias : float
    divisor : int
        1, or for a mean the number of channels.
    total : float
        Before the activation.
    """

    rows: tuple[int, ...]
    cols: tuple[int, ...]
    row_taps: tuple[int, ...]
    col_taps: tuple[int, ...]
    channels: tuple[ChannelProbe, ...]
    bias: float
    divisor: int
    total: float

    @property
    def gains(self) -> float:
        """What is for the sum: the positive subtotals together, divided as all are."""
        return self._signed(1)

    @property
    def losses(self) -> float:
        """What is against it: the negative subtotals together."""
        return self._signed(-1)

    def _signed(self, sign: int) -> float:
        subtotals = (channel.subtotal for channel in self.channels)
        return sum(each for each in subtotals if each * sign > 0) / self.divisor


def probe(x: Array, trace: LayerTrace, i: int, j: int) -> Probe:
    """Return the arithmetic of output pixel (i, j) of a traced layer.

    Parameters
    ----------
    x : (H, W, C_in) array
        The picture that was traced.
    trace : LayerTrace
    i, j : int
        The output pixel.

    Raises
    ------
    InvalidValue
        Where (i, j) lies outside the output.

    Examples
    --------
    >>> from multiconv.engine.trace import trace_layer
    >>> x = np.arange(9.0).reshape(3, 3, 1)
    >>> trace = trace_layer(x, np.arange(4.0).reshape(2, 2, 1, 1), 0)
    >>> found = probe(x, trace, 2, 0)
    >>> found.rows, found.channels[0].products.tolist(), found.total
    ((2, -1), [[0.0, 7.0], [0.0, 0.0]], 7.0)
    """
    window = trace.geometry.window_of(i, j)
    rows = np.array(window.source_rows, np.intp)[:, np.newaxis]
    cols = np.array(window.source_cols, np.intp)
    taps = np.ix_(window.row_taps, window.col_taps)
    inside = ~((rows < 0) | (cols < 0))
    values = np.where(inside[..., np.newaxis], x[rows, cols].astype(np.float64), 0.0)
    channels = []
    for q, added in enumerate(trace.partials):
        if added is not None:
            kernel = np.asarray(trace.filters[..., q], np.float64)[taps]
            if isinstance(trace, PoolTrace):
                kernel = trace.kernel_over(values[..., q], inside)
            products = values[..., q] * kernel
            subtotal = float(products.sum())
            channels.append(ChannelProbe(q, values[..., q], kernel, products, subtotal))
    total = sum(channel.subtotal for channel in channels) / trace.divisor + trace.bias
    return Probe(
        window.rows,
        window.cols,
        window.row_taps,
        window.col_taps,
        tuple(channels),
        trace.bias,
        trace.divisor,
        total,
    )
