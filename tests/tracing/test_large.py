"""A trace strip by strip is the trace of the whole picture, number for number."""

from __future__ import annotations

import numpy as np
import pytest

from multiconv.engine.geometry import geometry
from multiconv.engine.trace import trace_layer
from multiconv.tracing import large as strips
from multiconv.tracing.large import banded_trace

LEVELS = np.random.default_rng(7).integers(0, 256, (61, 43, 3), np.uint8)
BIAS = np.array([0.25, -0.5, 1.0])
CASES = [
    {},
    {"padding": "VALID", "strides": (2, 3)},
    {"padding": ((3, 1), (0, 5)), "padding_mode": "reflect", "dilations": (3, 2)},
    {"padding": 4, "padding_mode": "circular", "strides": (3, 1)},
    {"padding": 6, "padding_mode": "replicate", "dilations": (2, 5), "strides": (2, 2)},
    {"padding": 9, "dilations": (4, 1)},
]


@pytest.fixture(autouse=True)
def _small_bands(monkeypatch):
    monkeypatch.setattr(strips, "BAND", 43 * 4)


def both(how, *, kernel=(3, 3), groups=1, activation="identity", off=()):
    rng = np.random.default_rng(11)
    filters = rng.normal(size=(*kernel, 3 // groups, 3))
    g = geometry(LEVELS.shape[:2], kernel, **how)
    rest = {"bias": BIAS, "groups": groups, "activation": activation, "off": off}
    whole = trace_layer(LEVELS.astype(np.float32) / np.float32(255), filters, 1, **how, **rest)
    return whole, banded_trace(LEVELS, filters, 1, g, **rest)


@pytest.mark.parametrize("how", CASES, ids=str)
@pytest.mark.parametrize("kernel", [(3, 3), (4, 7)])
def test_every_map_is_the_same(how, kernel):
    whole, banded = both(how, kernel=kernel, activation="gelu")
    maps = zip(
        (*whole.partials, whole.sum, whole.output, *map(whole.running, range(4))),
        (*banded.partials, banded.sum, banded.output, *map(banded.running, range(4))),
        strict=True,
    )
    # A band's products may be added in another order: a quarter of what the engine promises, of
    # all that is added at a pixel (levels are 1 at most).
    room = 5e-7 * float(np.abs(whole.filters).sum())
    for expected, found in maps:
        assert found.shape == expected.shape
        assert np.allclose(np.asarray(found), expected, rtol=0, atol=room)
        assert np.allclose(found.every(3), expected[::3, ::3], rtol=0, atol=room)
        assert found[4, 2] == pytest.approx(expected[4, 2], abs=room)
    assert len(list(banded.sum.bands())) > 3
    assert np.array_equal(banded.filters, whole.filters)
    assert (banded.geometry, banded.bias, banded.activation) == (whole.geometry, -0.5, "gelu")


def test_partials_and_bias_are_the_sum():
    _, banded = both({"padding_mode": "circular"})
    total = sum(np.asarray(partial, np.float64) for partial in banded.partials) - 0.5
    assert np.allclose(np.asarray(banded.sum), total, atol=1e-5)


def test_channels_that_are_off_or_of_another_group_add_nothing():
    whole, banded = both({}, off=(0,))
    assert [made is None for made in banded.partials] == [True, False, False]
    assert np.allclose(np.asarray(banded.sum), whole.sum, atol=2e-6)
    whole, banded = both({}, groups=3)
    assert [made is None for made in banded.partials] == [True, False, True]
    assert np.allclose(np.asarray(banded.output), whole.output, atol=2e-6)
    _, silent = both({}, off=(0, 1, 2))
    assert np.array_equal(np.asarray(silent.sum), np.full((61, 43), np.float32(-0.5)))
