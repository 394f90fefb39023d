"""Banks over any number of inputs, against what their names say and PyTorch's rule for He."""

from __future__ import annotations

import numpy as np
import pytest

from multiconv.engine.conv import conv2d
from multiconv.filters.fitting import FITTING, fitting

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
