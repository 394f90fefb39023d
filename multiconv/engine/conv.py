"""Convolution layers: each input channel's partial, and their sum.

``output[b,i,j,k] = bias[k] + Σ_{di,dj,q} input[b, s₁·i + d₁·di, s₂·j + d₂·dj, q]
· filters[di,dj,q,k]``
(Goodfellow, Bengio, Courville, *Deep Learning*, 2016, eq. 9.8): cross-correlation, as all
frameworks compute it.
"""

from __future__ import annotations

import numpy as np

from multiconv.engine.checks import Array, batch_of, bias_of, channel_of
from multiconv.engine.geometry import Geometry, Padding, Pair
from multiconv.engine.layer import Layer, checked, convolved, layer_of


def conv2d(
    x: Array,
    filters: Array,
    *,
    bias: Array | None = None,
    strides: int | Pair = (1, 1),
    padding: Padding = "SAME",
    padding_mode: str = "zeros",
    dilations: int | Pair = (1, 1),
    groups: int = 1,
    threads: int = 1,
) -> Array:
    """Return a layer's output, (H′, W′, C_out), with a batch axis where x has one.

    Parameters
    ----------
    x : (H, W, C_in) or (N, H, W, C_in), float32 or float64
    filters : (kh, kw, C_in / groups, C_out)
    bias : (C_out,), optional
    strides, padding, padding_mode, dilations
        As in `geometry`.
    groups : int
        Group g of the outputs sees group g of the inputs only.
    threads : int
        Pictures and groups computed side by side; one by default.

    Raises
    ------
    InvalidValue
        Naming the argument that does not fit.

    Examples
    --------
    >>> x = np.stack([np.arange(9.0), np.arange(1.0, 10)], axis=-1).reshape(3, 3, 2)
    >>> filters = np.stack([np.arange(4.0), np.arange(1.0, 5)], axis=-1).reshape(2, 2, 2, 1)
    >>> conv2d(x, filters, padding="VALID")[..., 0]
    array([[ 56.,  72.],
           [104., 120.]])
    """
    how = (strides, padding, padding_mode, dilations, groups)
    layer = layer_of(*checked(x, filters, *how, look=False), groups, unseen=x)
    values = bias_of(bias, layer.outputs, x.dtype)
    result = convolved(layer, threads)
    if bias is not None:
        result += values
    return result if x.ndim == 4 else result[0]


def partials(
    x: Array,
    filters: Array,
    k: int,
    *,
    strides: int | Pair = (1, 1),
    padding: Padding = "SAME",
    padding_mode: str = "zeros",
    dilations: int | Pair = (1, 1),
    groups: int = 1,
    threads: int = 1,
) -> Array:
    """Return what each input channel adds to output channel k, (H′, W′, C_in), without bias.

    Their sum over the last axis plus ``bias[k]`` is ``conv2d(...)[..., k]``.  A channel outside
    k's group adds nothing: its partial is zero.

    Parameters
    ----------
    x, filters, strides, padding, padding_mode, dilations, groups, threads
        As in `conv2d`.
    k : int
        The output channel.

    Raises
    ------
    InvalidValue
        Naming the argument that does not fit.

    Examples
    --------
    >>> x = np.stack([np.arange(9.0), np.arange(1.0, 10)], axis=-1).reshape(3, 3, 2)
    >>> filters = np.stack([np.arange(4.0), np.arange(1.0, 5)], axis=-1).reshape(2, 2, 2, 1)
    >>> partials(x, filters, 0, padding="VALID")[..., 1]
    array([[37., 47.],
           [67., 77.]])
    """
    how = (strides, padding, padding_mode, dilations, groups)
    look = groups > 1  # Of several groups one is computed.
    batch, filters, g = checked(x, filters, *how, look=look)
    width, c_out = filters.shape[2:]
    first = channel_of(k, c_out) // (c_out // groups)
    own = batch[..., first * width : (first + 1) * width] if look else batch
    seen = own.transpose(0, 3, 1, 2)[:, :, np.newaxis]
    kernels = filters[..., k].transpose(2, 0, 1)[..., np.newaxis, np.newaxis]
    found = convolved(Layer(seen, kernels, g, None if look else x), threads)
    if groups > 1:
        whole = np.zeros((*found.shape[:3], groups * width), found.dtype)
        whole[..., first * width : (first + 1) * width] = found
        found = whole
    return found if x.ndim == 4 else found[0]


def partial(plane: Array, kernel: Array, g: Geometry) -> Array:
    """Return one channel's partial, (H′, W′), of a plane (H, W) and a kernel (kh, kw).

    Parameters
    ----------
    plane : (H, W), float32 or float64
        Finite: nobody looks.
    kernel : (kh, kw)
        Taken in the plane's type.
    g : Geometry

    Raises
    ------
    InvalidValue
        Naming plane where it holds another type.

    Examples
    --------
    >>> from multiconv.engine.geometry import geometry
    >>> g = geometry((3, 3), (2, 2), padding="VALID")
    >>> partial(np.arange(9.0).reshape(3, 3), np.arange(4.0).reshape(2, 2), g)
    array([[19., 25.],
           [37., 43.]])
    """
    batch = batch_of(plane[..., np.newaxis], "plane", look=False)
    own = kernel.astype(plane.dtype, copy=False)[np.newaxis, ..., np.newaxis, np.newaxis]
    layer = Layer(batch.transpose(0, 3, 1, 2)[:, np.newaxis], own, g)
    return convolved(layer)[0, ..., 0]
