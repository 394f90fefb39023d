"""A kernel that learns by gradient descent, at any step at once: no step before it is taken.

The loss is the mean square of error = output − target over the N pixels of one picture; the bias
follows the weights so that the error's mean is 0.  With X, a row of inputs for each pixel, and y,
the target, both less their means, it is a parabola of the weights w: G = XᵀX/N, c = Xᵀy/N,

    gradient = 2·(G·w − c),    w ← w − η·gradient.

Along each eigenvector of G, of eigenvalue λ, what is still missing shrinks at every step by the
factor 1 − 2·η·λ, by itself: so many steps are one power.  They converge if η < 1 / the largest λ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Geometry
from multiconv.engine.padded import fill
from multiconv.engine.scratch import one_blas_thread

Numbers = NDArray[np.float64]

_AT_ONCE = 2**19  # numbers of X that are held at a time
_FLAT = 1e-13  # of the largest eigenvalue: along what is below, the output does not change
_NOTHING = 1e-20  # where every window is the same, rounding leaves less
_LONGEST = 10**9  # steps, beyond which none is looked for


@dataclass(frozen=True)
class Spread:
    """How a picture's windows are spread: G's eigenvalues, the smallest first, and eigenvectors.

    ``means`` are those of X's columns, which are the taps in a kernel's order, (kh, kw, C).
    """

    means: Numbers
    values: Numbers
    vectors: Numbers

    @property
    def stable(self) -> float:
        """The rate below which learning converges; where all is of one colour, any does."""
        largest = float(self.values[-1])
        return 1 / largest if largest > 0 else float("inf")

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Along which eigenvectors a change of the weights changes the output."""
        return self.values > _FLAT * max(float(self.values[-1]), 1e-300)

    @property
    def condition(self) -> float:
        """How many times slower the slowest direction is learned than the fastest."""
        seen = self.values[self.seen]
        return float(seen[-1] / seen[0]) if seen.size else 1.0


def spread_of(x: Numbers, g: Geometry) -> Spread:
    """Return how the windows of a picture, (H, W, C), are spread."""
    taps = g.kernel_size[0] * g.kernel_size[1] * x.shape[2]
    total, count = np.zeros(taps), g.output_size[0] * g.output_size[1]
    for _, part in _windows(x, g):
        total += part.sum(axis=0)
    means, product = total / count, np.zeros((taps, taps))
    with one_blas_thread:
        for _, part in _windows(x, g):
            part -= means
            product += part.T @ part
        values, vectors = np.linalg.eigh(product / count)
    return Spread(means, np.where(values > _NOTHING, values, 0), vectors)


def slope_of(x: Numbers, target: Numbers, g: Geometry, spread: Spread) -> Numbers:
    """Return c along the eigenvectors, of a target (H′, W′)."""
    slope, wanted = np.zeros(len(spread.means)), target.ravel() - target.mean()
    for pixels, part in _windows(x, g):
        slope += wanted[pixels] @ (part - spread.means)
    result: Numbers = spread.vectors.T @ slope / wanted.size
    return result


def _windows(x: Numbers, g: Geometry) -> Iterator[tuple[slice, Numbers]]:
    """Yield some rows of X at a time, (n, kh·kw·C), and which pixels they are of."""
    (kh, kw), (s1, s2), (d1, d2) = g.kernel_size, g.strides, g.dilations
    (high, wide), planes = g.output_size, x.transpose(2, 0, 1)[np.newaxis]
    channels = x.shape[2]
    many = max(1, _AT_ONCE // (wide * kh * kw * channels))
    padded_wide = x.shape[1] + sum(g.pads[1])
    for top in range(0, high, many):
        rows = min(many, high - top)
        padded = np.empty((1, channels, (rows - 1) * s1 + (kh - 1) * d1 + 1, padded_wide))
        fill(padded, planes, g, top * s1)
        part = np.empty((rows, wide, kh, kw, channels))
        for di, dj in np.ndindex(kh, kw):
            met = padded[0, :, di * d1 :: s1, dj * d2 :: s2][:, :rows, :wide]
            part[:, :, di, dj] = met.transpose(1, 2, 0)
        yield slice(top * wide, (top + rows) * wide), part.reshape(rows * wide, -1)


@dataclass(frozen=True)
class Descent:
    """A kernel's way from ``start``, (kh, kw, C), at a rate towards a target.

    ``slope`` is c along the eigenvectors; ``level`` and ``variance`` are the target's.
    """

    spread: Spread
    start: Numbers
    slope: Numbers
    level: float
    variance: float
    rate: float

    @cached_property
    def end(self) -> Numbers:
        """Where it ends along each eigenvector."""
        own, seen = self.spread.vectors.T @ self.start.ravel(), self.spread.seen
        return np.where(seen, self.slope / np.where(seen, self.spread.values, 1), own)

    @cached_property
    def missing(self) -> Numbers:
        """How far from there it starts."""
        found: Numbers = self.spread.vectors.T @ self.start.ravel() - self.end
        return found

    @cached_property
    def floor(self) -> float:
        """The loss that no kernel of this size goes below."""
        return max(self.variance - float(self.end[self.spread.seen] @ self._made), 0.0)

    @property
    def _made(self) -> Numbers:
        return self.slope[self.spread.seen]

    @property
    def is_stable(self) -> bool:
        """Whether it converges."""
        return self.rate < self.spread.stable

    def _rests(self, steps: NDArray[Any] | int) -> Numbers:
        """Return how far it is from its end along each eigenvector after so many steps."""
        factors = 1 - 2 * self.rate * self.spread.values
        with np.errstate(over="ignore"):
            powers = factors ** np.asarray(steps, np.float64)[..., np.newaxis]
            return np.where(self.missing == 0, 0.0, powers.clip(-1e300, 1e300) * self.missing)

    def kernel(self, step: int) -> Numbers:
        """Return the weights after so many steps, (kh, kw, C)."""
        found: Numbers = self.spread.vectors @ (self.end + self._rests(step))
        return found.reshape(self.start.shape)

    def bias(self, step: int) -> float:
        """Return the bias with which the mean of the error is 0."""
        return self.level - float(self.spread.means @ self.kernel(step).ravel())

    def gradient(self, step: int) -> Numbers:
        """Return how the loss changes with each weight, (kh, kw, C)."""
        found: Numbers = self.spread.vectors @ (2 * self.spread.values * self._rests(step))
        return found.reshape(self.start.shape)

    def losses(self, steps: NDArray[Any] | int) -> Numbers:
        """Return the loss after each of so many steps."""
        rests = self._rests(np.asarray(steps))
        with np.errstate(over="ignore"):
            found: Numbers = self.floor + (self.spread.values * rests**2).sum(axis=-1)
        return found

    def last(self, most: float, steps: int) -> int:
        """Return the last of so many steps until which no weight is beyond ±most."""
        if self.is_stable:
            return steps
        with np.errstate(over="ignore", invalid="ignore"):
            rests = self._rests(np.arange(steps + 1))
            kernels = (self.end + rests) @ self.spread.vectors.T
            beyond = ~(np.abs(kernels) <= most).all(axis=1)
        return int(beyond.argmax()) - 1 if beyond.any() else steps

    def steps_to(self, share: float) -> int | None:
        """Return after how many steps the loss is that share of the first; None: never, or late."""
        wanted = share * float(self.losses(0))
        if not self.is_stable or self.losses(_LONGEST) > wanted:
            return None
        low, high = 0, 1
        while self.losses(high) > wanted:
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.losses(middle) > wanted else (low, middle)
        return 0 if self.losses(0) <= wanted else high
