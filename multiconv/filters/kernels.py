"""The values of the named kernels.

Ridge, outline, sharpen, box, both Gaussians and unsharp are those of Wikipedia's article
“Kernel (image processing)”; Sobel (1968), Prewitt (1970), Roberts (1963) and Scharr (2000) are
laid on as OpenCV and SciPy do, so that x answers where the right is brighter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Pair, pair

Values = NDArray[np.float64]


@dataclass(frozen=True)
class NamedKernel:
    """A kernel with a name for people: its title and its (kh, kw) values."""

    title: str
    values: Values


def _named(title: str, *rows: tuple[float, ...]) -> NamedKernel:
    values = np.array(rows, dtype=np.float64)
    values.setflags(write=False)
    return NamedKernel(title, values)


def _outer(title: str, line: tuple[float, ...], scale: float) -> NamedKernel:
    return _named(title, *((np.outer(line, line) * scale).tolist()))


_N = 1 / 9
_PASCAL = (1, 4, 6, 4, 1)
_UNSHARP = -np.outer(_PASCAL, _PASCAL) / 256
_UNSHARP[2, 2] = 476 / 256
KERNELS: Mapping[str, NamedKernel] = MappingProxyType(
    {
        "identity": _named("Identity", (0, 0, 0), (0, 1, 0), (0, 0, 0)),
        "soft": _named("Soft", (0.1, 0.1, 0.1), (0.1, 0.2, 0.1), (0.1, 0.1, 0.1)),
        "box": _named("Box", (_N, _N, _N), (_N, _N, _N), (_N, _N, _N)),
        "gaussian": _named(
            "Gaussian", (0.0625, 0.125, 0.0625), (0.125, 0.25, 0.125), (0.0625, 0.125, 0.0625)
        ),
        "sharpen": _named("Sharpen", (0, -1, 0), (-1, 5, -1), (0, -1, 0)),
        "emboss": _named("Emboss", (-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
        "outline": _named("Outline", (-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
        "laplacian": _named("Laplacian", (0, 1, 0), (1, -4, 1), (0, 1, 0)),
        "sobel-x": _named("Sobel x", (-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
        "sobel-y": _named("Sobel y", (-1, -2, -1), (0, 0, 0), (1, 2, 1)),
        "zero": _named("Zero", (0, 0, 0), (0, 0, 0), (0, 0, 0)),
        "shift": _named("Shift", (0, 0, 0), (1, 0, 0), (0, 0, 0)),
        "plus": _named("Plus", (0, 0.2, 0), (0.2, 0.2, 0.2), (0, 0.2, 0)),
        "ridge": _named("Ridge", (0, -1, 0), (-1, 4, -1), (0, -1, 0)),
        "prewitt-x": _named("Prewitt x", (-1, 0, 1), (-1, 0, 1), (-1, 0, 1)),
        "prewitt-y": _named("Prewitt y", (-1, -1, -1), (0, 0, 0), (1, 1, 1)),
        "scharr-x": _named("Scharr x", (-3, 0, 3), (-10, 0, 10), (-3, 0, 3)),
        "scharr-y": _named("Scharr y", (-3, -10, -3), (0, 0, 0), (3, 10, 3)),
        "roberts-1": _named("Roberts ↘", (1, 0), (0, -1)),
        "roberts-2": _named("Roberts ↙", (0, 1), (-1, 0)),
        "box-5": _outer("Box 5 × 5", (1, 1, 1, 1, 1), 1 / 25),
        "gaussian-5": _outer("Gaussian 5 × 5", _PASCAL, 1 / 256),
        "unsharp": _named("Unsharp 5 × 5", *_UNSHARP.tolist()),
    }
)


def fitted(kernel: Values, size: Pair) -> Values:
    """Return kernel padded with zeros or cropped about its centre, index (side − 1) // 2.

    Parameters
    ----------
    kernel : (kh, kw) or (kh, kw, …) array
    size : (int, int)

    Examples
    --------
    >>> fitted(np.array([[1.0, 2.0], [3.0, 4.0]]), (3, 3))
    array([[0., 0., 0.],
           [0., 1., 2.],
           [0., 3., 4.]])
    """
    height, width = pair(size, "kernel")
    result = np.zeros((height, width, *kernel.shape[2:]))
    (into_rows, of_rows), (into_cols, of_cols) = (
        _overlap(new, old) for new, old in zip((height, width), kernel.shape[:2], strict=True)
    )
    result[into_rows, into_cols] = kernel[of_rows, of_cols]
    return result


def _overlap(new: int, old: int) -> tuple[slice, slice]:
    shift = (new - 1) // 2 - (old - 1) // 2
    first, stop = max(shift, 0), min(old + shift, new)
    return slice(first, stop), slice(first - shift, stop - shift)
