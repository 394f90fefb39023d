"""The transposed convolution: the adjoint of `conv2d`, as generators grow pictures with it.

Output pixel o receives input pixel i by tap di where o + before = s·i + d·di (Dumoulin and Visin,
*A guide to convolution arithmetic*, 2016, chapter 4).  For each of the s₁ × s₂ remainders of o the
taps that meet are an ordinary small convolution without stride, so that no product with the zeros
between the pixels is ever computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from multiconv.engine.geometry import Padding, Pads, Pair, geometry, pair
from multiconv.engine.layer import Layer, convolved
from multiconv.engine.padding import pads_of
from multiconv.engine.tensors import Array, batch_of, bias_of, transposed_filters_of
from multiconv.errors import InvalidValue


def conv2d_transpose(
    x: Array,
    filters: Array,
    *,
    bias: Array | None = None,
    strides: int | Pair = (1, 1),
    padding: Padding = "SAME",
    output_padding: int | Pair = (0, 0),
    dilations: int | Pair = (1, 1),
    groups: int = 1,
    threads: int = 1,
) -> Array:
    """Return the transposed convolution, (H′, W′, C_out), with a batch axis where x has one.

    A side is (n − 1)·s + (k − 1)·d + 1 − before − after + output_padding; SAME gives n·s.

    Parameters
    ----------
    x : (H, W, C_in) or (N, H, W, C_in), float32 or float64
    filters : (kh, kw, C_out / groups, C_in)
        HWOI: the very tensor of the `conv2d` that this is the adjoint of.
    bias : (C_out,), optional
    strides, dilations, groups, threads
        As in `conv2d`.
    padding : "SAME", "VALID", int, (h, w) or ((top, bottom), (left, right))
        What is cut from the result, as in PyTorch and ONNX.
    output_padding : int or (int, int)
        Rows and columns added at the bottom and right, fewer than a stride or dilation.

    Raises
    ------
    InvalidValue
        Naming the argument that does not fit.

    Examples
    --------
    >>> x, filters = np.array([[[1.0], [2.0]]]), np.ones((1, 3, 1, 1))
    >>> conv2d_transpose(x, filters, strides=(1, 2), padding="VALID")[..., 0]
    array([[1., 1., 3., 2., 2.]])
    """
    batch = batch_of(x)
    split = transposed_filters_of(filters, batch, groups)
    _, kh, kw, _, per_group = split.shape
    steps, gaps = pair(strides, "strides"), pair(dilations, "dilations")
    size = (batch.shape[1], batch.shape[2])
    pads, sides = _resolved(size, (kh, kw), steps, gaps, padding, output_padding)
    c_out = groups * per_group
    result = np.empty((len(batch), *sides, c_out), batch.dtype)
    result[...] = bias_of(bias, c_out, batch.dtype)
    pictures = batch.transpose(0, 3, 1, 2).reshape(len(batch), groups, -1, *size)
    for p1, p2 in product(range(min(steps[0], sides[0])), range(min(steps[1], sides[1]))):
        target = result[:, p1 :: steps[0], p2 :: steps[1]]
        rows = _meeting(p1 + pads[0][0], size[0], kh, steps[0], gaps[0], target.shape[1])
        cols = _meeting(p2 + pads[1][0], size[1], kw, steps[1], gaps[1], target.shape[2])
        if rows is None or cols is None:
            continue
        seen = pictures[..., rows.kept, cols.kept]
        g = geometry(
            (seen.shape[3], seen.shape[4]),
            (len(range(kh)[rows.taps]), len(range(kw)[cols.taps])),
            padding=(rows.pads, cols.pads),
            dilations=(rows.gap, cols.gap),
        )
        target += convolved(Layer(seen, split[:, rows.taps, cols.taps], g), threads)
    return result if x.ndim == 4 else result[0]


@dataclass(frozen=True, slots=True)
class _Meeting:
    """One axis, one remainder: the taps that meet, in the order of the input, and its padding."""

    taps: slice
    gap: int
    kept: slice
    pads: Pair


def _meeting(offset: int, n: int, k: int, s: int, d: int, count: int) -> _Meeting | None:
    taps = [tap for tap in range(k) if (offset - d * tap) % s == 0]
    if not taps:
        return None
    step = taps[1] - taps[0] if len(taps) > 1 else 1
    gap = d * step // s if len(taps) > 1 else 1
    first = (offset - d * taps[-1]) // s
    last = first + count - 1 + (len(taps) - 1) * gap
    if first >= n or last < 0:
        return None
    stop = taps[0] - step
    turned = slice(taps[-1], stop if stop >= 0 else None, -step)
    kept = slice(max(first, 0), min(last + 1, n))
    return _Meeting(turned, gap, kept, (max(-first, 0), max(last + 1 - n, 0)))


def _resolved(
    size: Pair, kernel: Pair, steps: Pair, gaps: Pair, padding: Padding, output_padding: int | Pair
) -> tuple[Pads, Pair]:
    """Return the pads to cut and the output's size."""
    extra = pair(output_padding, "output_padding", 0)
    same = isinstance(padding, str) and padding.upper() == "SAME"
    if any(e and (same or e >= max(s, d)) for e, s, d in zip(extra, steps, gaps, strict=True)):
        raise InvalidValue(
            f"output_padding is {output_padding!r}, with strides {steps}, dilations {gaps} and "
            f"padding {padding!r}.",
            "Use less than the larger of stride and dilation, and 0 with SAME.",
            field="output_padding",
        )
    grown = size[0] * steps[0], size[1] * steps[1]
    pads = pads_of(padding, grown, kernel, steps, gaps)
    if same:
        return pads, grown
    sides = []
    for n, k, s, d, (before, after), e in zip(size, kernel, steps, gaps, pads, extra, strict=True):
        side = (n - 1) * s + (k - 1) * d + 1 - before - after + e
        if side < 1:
            raise InvalidValue(
                "The padding cuts everything away: (n − 1)·s + (k − 1)·d + 1 − before − after + "
                f"output_padding = ({n} − 1)·{s} + ({k} − 1)·{d} + 1 − {before} − {after} + {e} = "
                f"{side}.",
                "Use less padding, or a larger kernel, stride or picture.",
                field="padding",
            )
        sides.append(side)
    return pads, (sides[0], sides[1])
