"""One layer with every intermediate: partials, their sum plus bias, the activation; a pooling."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass

import numpy as np

from multiconv.engine.activations import activation as activation_of
from multiconv.engine.checks import Array, batch_of, cast_bias, cast_filters, channel_of, flushed
from multiconv.engine.conv import partial as partial_of
from multiconv.engine.geometry import Geometry, Padding, Pair, geometry
from multiconv.engine.pooling import avg_pool, max_pool
from multiconv.engine.transposed import inner_filters, stamped_partial, turned_filters
from multiconv.errors import InvalidValue

PartialOf = Callable[[int, Array, Array, Geometry], Array]


@dataclass(frozen=True)
class LayerTrace:
    """Every intermediate on the way to output channel k.

    Attributes
    ----------
    geometry : Geometry
    filters : (kh, kw, C_in) array
        Channel k's kernels as given; zero where a channel takes no part.
    bias : float
    divisor : int
        What the partials' sum is divided by before the bias: 1, or for a mean their number.
    activation : str
    partials : tuple of (H′, W′) array or None
        One per input channel, None outside k's group and where it is left out.
    sum : (H′, W′) array
        The partials added in the order of the channels, divided, and the bias.
    output : (H′, W′) array
        ``sum`` after the activation.
    """

    geometry: Geometry
    filters: Array
    bias: float
    divisor: int
    activation: str
    partials: tuple[Array | None, ...]
    sum: Array
    output: Array

    def running(self, count: int) -> Array:
        """Return what the first ``count`` input channels add up to, without the bias, (H′, W′).

        Examples
        --------
        >>> x = np.stack([np.full((1, 2), 2.0), np.full((1, 2), 3.0)], axis=-1)
        >>> trace = trace_layer(x, np.ones((1, 1, 2, 1)), 0, bias=np.array([9.0]))
        >>> [trace.running(count).tolist() for count in range(3)]
        [[[0.0, 0.0]], [[2.0, 2.0]], [[5.0, 5.0]]]
        """
        return self._added(self.partials[:count])

    def rest(self, rows: Container[int]) -> Array:
        """Return what the input channels add up to that are not among ``rows``, (H′, W′)."""
        return self._added(added for q, added in enumerate(self.partials) if q not in rows)

    def signed(self, sign: int) -> Array:
        """Return what adds to the sum at each pixel (``sign`` 1), or takes from it (−1), (H′, W′).

        The two and the bias are the sum, if it is not divided.
        """
        clipped = np.maximum if sign > 0 else np.minimum
        return self._added(clipped(each, 0) for each in self.partials if each is not None)

    def _added(self, partials: Iterable[Array | None]) -> Array:
        total = np.zeros_like(self.sum)
        for added in partials:
            if added is not None:
                total += added
        return total


@dataclass(frozen=True)
class PoolTrace(LayerTrace):
    """Output channel k of a pooling: channel k alone is pooled, and nothing is summed.

    Its one partial, its sum and its output are the same map.  At one pixel it is a kernel's
    arithmetic too, of 1 for the winner of the largest, of 1 / n for the mean of n.
    """

    largest: bool

    def kernel_over(self, values: Array, inside: Array) -> Array:
        """Return 1 for the winner, which of equal ones is the first, or 1 / n for each of n.

        ``values`` are those of a window, (kh, kw); ``inside`` tells which are no padding.
        """
        kernel = inside.astype(np.float64)
        if not self.largest:
            kernel /= kernel.sum()
            return kernel
        winner = np.where(inside, values, -np.inf).argmax()
        kernel[:] = 0
        kernel.flat[winner] = 1
        return kernel


def trace_pool(
    x: Array,
    size: Pair,
    k: int,
    *,
    largest: bool,
    strides: Pair,
    padding: Padding = "VALID",
    off: Container[int] = (),
) -> PoolTrace:
    """Return output channel k of a pooling over ``x``, (H, W, C); zeros where it is left out."""
    g = geometry((x.shape[0], x.shape[1]), size, strides=strides, padding=padding)
    partials: list[Array | None] = [None] * x.shape[2]
    output = np.zeros(g.output_size, x.dtype)
    if channel_of(k, x.shape[2]) not in off:
        pool = max_pool if largest else avg_pool
        output = pool(x[..., k : k + 1], size, strides=strides, padding=padding)[..., 0]
        partials[k] = output
    kernels = np.zeros((*size, x.shape[2]))
    return PoolTrace(g, kernels, 0.0, 1, "identity", tuple(partials), output, output, largest)


def trace_layer(
    x: Array,
    filters: Array,
    k: int,
    *,
    bias: Array | None = None,
    strides: int | Pair = (1, 1),
    padding: Padding = "SAME",
    padding_mode: str = "zeros",
    dilations: int | Pair = (1, 1),
    groups: int = 1,
    transposed: bool = False,
    output_padding: int | Pair = (0, 0),
    activation: str = "identity",
    partial: PartialOf | None = None,
    off: Container[int] = (),
    mean: bool = False,
) -> LayerTrace:
    """Return output channel k of a layer with all that it is made of.

    Parameters
    ----------
    x : (H, W, C_in), float32 or float64
    filters, bias, strides, padding, padding_mode, dilations, groups
        As in `conv2d`.
    k : int
        The output channel.
    transposed : bool
        The layer is `conv2d_transpose`, and filters are HWOI as there.
    output_padding : int or (int, int)
        Of a transposed layer.
    activation : str
        A name in `ACTIVATIONS`.
    partial : callable, optional
        (q, plane, kernel, geometry) → (H′, W′); a caller's cache stands here.
    off : container of int
        Input channels to be left out of the sum.
    mean : bool
        Divide what the channels add up to by how many take part, as no framework does.

    Raises
    ------
    InvalidValue
        Naming the argument that does not fit.

    Examples
    --------
    >>> x = np.stack([np.arange(9.0), np.arange(1.0, 10)], axis=-1).reshape(3, 3, 2)
    >>> filters = np.stack([np.arange(4.0), np.arange(1.0, 5)], axis=-1).reshape(2, 2, 2, 1)
    >>> bias = np.array([-60.0])
    >>> trace_layer(x, filters, 0, bias=bias, padding="VALID", activation="relu").output
    array([[ 0., 12.],
           [44., 60.]])
    """
    picture = flushed(batch_of(x))[0]
    if x.ndim != 3:
        raise InvalidValue(
            f"x has the shape {x.shape}.",
            "Trace one picture, (height, width, channels).",
            field="x",
        )
    if transposed:
        cast = inner_filters(filters, picture, groups)
        exact = turned_filters(np.asarray(filters), groups)
    else:
        cast = cast_filters(filters, x.dtype, picture.shape[2], groups)
        exact = np.asarray(filters)
    c_out, width = cast.shape[3], cast.shape[2]
    first = channel_of(k, c_out) * groups // c_out * width
    g = geometry(
        (x.shape[0], x.shape[1]),
        (cast.shape[0], cast.shape[1]),
        strides=strides,
        padding=padding,
        padding_mode=padding_mode,
        dilations=dilations,
        transposed=transposed,
        output_padding=output_padding,
    )
    make = partial or plain_partial
    function = activation_of(activation)
    start = cast_bias(bias, c_out, x.dtype)[k]
    total: Array | None = None
    kernels = np.zeros((*g.kernel_size, x.shape[2]))
    added: list[Array | None] = [None] * x.shape[2]
    for at in range(width):
        q = first + at
        if q in off:
            continue
        added_here = make(q, picture[..., q], cast[:, :, at, k], g)
        kernels[:, :, q], added[q] = exact[:, :, at, k], added_here
        # The first takes the bias along: a pass less through memory than to start from it.
        along = 0 if mean else start
        total = added_here + along if total is None else np.add(total, added_here, out=total)
    divisor = max(1, sum(each is not None for each in added)) if mean else 1
    if total is None:
        total = np.full(g.output_size, start, x.dtype)
    elif mean:
        np.divide(total, divisor, out=total)
        total += start
    shown_bias = 0.0 if bias is None else float(np.asarray(bias)[k])
    maps = tuple(added), total, function(total)
    return LayerTrace(g, kernels, shown_bias, divisor, activation, *maps)


def plain_partial(_: int, plane: Array, kernel: Array, g: Geometry) -> Array:
    """Return one channel's partial, whatever the layer's kind; a cache stands in its place."""
    return stamped_partial(plane, kernel, g) if g.transposed else partial_of(plane, kernel, g)
