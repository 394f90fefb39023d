"""The definition as plain loops, and random layers: expectations that owe nothing to the engine."""

from __future__ import annotations

import functools
import math
import pickle
from dataclasses import dataclass

import numpy as np
import pytest

NUMPY_PAD = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def same_pads(n, k, s, d):
    """SAME from its definition: the least total that lets ⌈n/s⌉ windows fit, odd one after."""
    out, total = math.ceil(n / s), 0
    while (n + total - (k - 1) * d - 1) // s + 1 < out:
        total += 1
    return total // 2, total - total // 2


@dataclass(frozen=True)
class Case:
    """A random layer, its arguments as PyTorch's padding and as this library's."""

    x: np.ndarray
    filters: np.ndarray
    bias: np.ndarray
    strides: tuple[int, int]
    pads: tuple[tuple[int, int], tuple[int, int]]
    padding: object
    padding_mode: str
    dilations: tuple[int, int]
    groups: int

    @property
    def padded(self):
        pads = ((0, 0), *self.pads, (0, 0))
        if self.padding_mode == "zeros":
            return np.pad(self.x, pads)
        return np.pad(self.x, pads, mode=NUMPY_PAD[self.padding_mode])

    @property
    def arguments(self):
        return {
            "strides": self.strides,
            "padding": self.padding,
            "padding_mode": self.padding_mode,
            "dilations": self.dilations,
            "groups": self.groups,
        }


def a_case(seed, *, integers=False, dtype=np.float64, longest=12, widest=5, channels=4):
    rng = np.random.default_rng(seed)
    while True:
        size = rng.integers(1, longest + 1, 2)
        kernel = rng.integers(1, widest + 1, 2)
        strides, dilations = rng.integers(1, 4, 2), rng.integers(1, 4, 2)
        groups = int(rng.integers(1, 4))
        c_in, c_out = groups * rng.integers(1, channels, 2)
        mode = str(rng.choice(["zeros", "reflect", "replicate", "circular"]))
        how = rng.integers(0, 5)
        if how == 0:
            padding = "SAME"
            pads = tuple(
                same_pads(*map(int, axis))
                for axis in zip(size, kernel, strides, dilations, strict=True)
            )
        elif how == 1:
            padding, pads = "VALID", ((0, 0), (0, 0))
        elif how == 2:
            padding = int(rng.integers(0, 4))
            pads = ((padding, padding), (padding, padding))
        elif how == 3:
            padding = tuple(map(int, rng.integers(0, 4, 2)))
            pads = tuple((p, p) for p in padding)
        else:
            padding = pads = tuple(tuple(map(int, pair)) for pair in rng.integers(0, 4, (2, 2)))
        fits = all(
            n + sum(pad) >= (k - 1) * d + 1
            for n, k, d, pad in zip(size, kernel, dilations, pads, strict=True)
        )
        if fits and not (
            mode == "reflect" and any(max(p) >= n for p, n in zip(pads, size, strict=True))
        ):
            break

    def numbers(shape):
        if integers:
            return rng.integers(-9, 10, shape).astype(dtype)
        return rng.standard_normal(shape).astype(dtype)

    return Case(
        numbers((int(rng.integers(1, 3)), *size, c_in)),
        numbers((*kernel, c_in // groups, c_out)),
        numbers(c_out),
        tuple(map(int, strides)),
        pads,
        padding,
        mode,
        tuple(map(int, dilations)),
        groups,
    )


def plain_partials(case):
    """Every (output, input) partial as plain loops, (N, H', W', C_out, C_in)."""
    padded = case.padded
    kh, kw, width, c_out = case.filters.shape
    (s1, s2), (d1, d2) = case.strides, case.dilations
    batch, rows, cols, c_in = padded.shape
    height, length = (rows - (kh - 1) * d1 - 1) // s1 + 1, (cols - (kw - 1) * d2 - 1) // s2 + 1
    result = np.zeros((batch, height, length, c_out, c_in))
    for b, i, j, k in np.ndindex(batch, height, length, c_out):
        group = k // (c_out // case.groups)
        for di, dj, at in np.ndindex(kh, kw, width):
            q = group * width + at
            value = padded[b, s1 * i + d1 * di, s2 * j + d2 * dj, q]
            result[b, i, j, k, q] += value * case.filters[di, dj, at, k]
    return result


@pytest.fixture(scope="session")
def case():
    return a_case


@pytest.fixture(scope="session")
def plain():
    """Loop over each layer once, however many ways of computing it are compared with that."""

    @functools.cache
    def looped(layer):
        found = plain_partials(pickle.loads(layer))  # noqa: S301  (written below)
        found.flags.writeable = False
        return found

    return lambda case: looped(pickle.dumps(case))
