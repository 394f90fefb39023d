"""Banks over any number of inputs, against what their names say and PyTorch's rule for He."""

from __future__ import annotations

import numpy as np
import pytest

from multiconv.engine.conv import conv2d
from multiconv.engine.transposed import conv2d_transpose
from multiconv.filters.fitting import ENLARGING, FITTING, fitting

X = np.random.default_rng(3).normal(size=(7, 6, 5)).astype(np.float32)


def filters(name, size, inputs, outputs):
    return fitting(name).filters(size, inputs, outputs)


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (5, 3)])
def test_one_map_each_hands_every_map_on(size):
    found = conv2d(X, filters("each", size, 5, 7).astype(np.float32))
    assert np.array_equal(found, X[..., [0, 1, 2, 3, 4, 0, 1]])


def test_the_mean_is_that_of_all_maps():
    found = conv2d(X, filters("mean", (3, 3), 5, 1).astype(np.float32))
    assert np.allclose(found[..., 0], X.mean(axis=2), atol=1e-6)


@pytest.mark.parametrize("side", [2, 3, 4, 5, 6])
def test_twice_as_large_leaves_a_flat_map_flat_where_no_edge_is_near(side):
    stamps = filters("twice", (side, side), 2, 2).astype(np.float32).transpose(0, 1, 3, 2)
    flat = np.ones((8, 8, 2), np.float32) * np.float32([1, -3])
    found = conv2d_transpose(flat, stamps, strides=2)
    assert found.shape == (16, 16, 2)
    assert np.allclose(found[3:-3, 3:-3], [1, -3], atol=1e-6)
    # All ones count how many stamps meet, which differs from pixel to pixel at an odd side.
    ones = conv2d_transpose(flat, np.ones_like(stamps), strides=2)[3:-3, 3:-3]
    assert np.ptp(ones[..., 0]) == pytest.approx(0 if side % 2 == 0 else 2 * side)


def test_five_of_twice_as_large_are_1_2_2_2_1_by_4():
    line = np.array([1, 2, 2, 2, 1]) / 4
    fits = ENLARGING["twice"]
    assert fits.side == 5
    assert np.allclose(filters("twice", (5, 5), 3, 3)[:, :, 1, 1], np.outer(line, line))


def test_he_has_its_variance_and_its_bound():
    found = filters("he(7)", (3, 3), 64, 64)
    bound = np.sqrt(6 / (9 * 64))
    assert np.abs(found).max() <= bound
    assert found.var() == pytest.approx(2 / (9 * 64), rel=0.02)  # torch.nn.init.kaiming_uniform_
    assert abs(found.mean()) < bound / 50


def test_the_first_outputs_are_the_same_however_many_there_are():
    for name in (*FITTING, "he(123456789)"):
        few, many = (filters(name, (3, 5), 6, outputs) for outputs in (3, 11))
        assert np.array_equal(few, many[..., :3])
        assert few.shape == (3, 5, 6, 3)


def test_another_seed_is_another_bank():
    assert not np.array_equal(filters("he(1)", (3, 3), 4, 2), filters("he(2)", (3, 3), 4, 2))


@pytest.mark.parametrize("name", ["he", "he()", "he(-1)", "he(01)", "he(1234567890)", "eachs", ""])
def test_other_names_are_none(name):
    assert fitting(name) is None
