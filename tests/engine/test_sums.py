import numpy as np
import pytest

from multiconv.engine.sums import BLOCK, sum_of

LENGTHS = [64, 65, 127, 128, 1000, 2**14, 2**14 + 1, 2**14 + 64, 2**15 + 63, 70_001]


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("count", [*range(1, 12), 15, 21])
def test_planes_add_up(count, length):
    planes = np.random.default_rng(0).integers(-99, 100, (count, length)).astype(np.float32)
    total = np.full(length, np.nan, np.float32)
    sum_of(planes)(total)
    assert np.array_equal(total, planes.astype(np.int64).sum(axis=0))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("count", [*range(2, 12), 15, 21])
def test_the_same_numbers_have_the_same_sum_wherever_they_stand(count, dtype):
    for seed in range(5):
        column = np.random.default_rng(seed).standard_normal(count).astype(dtype)
        seen = set()
        for length in LENGTHS:
            memory = np.empty((count, length + seed), dtype)
            memory[:] = column[:, np.newaxis]
            total = np.empty(length, dtype)
            sum_of(memory[:, seed:])(total)
            seen |= set(total.tolist())
        assert len(seen) == 1


def test_planes_are_read_when_they_are_added():
    planes, total = np.zeros((5, BLOCK)), np.empty(BLOCK)
    add_up = sum_of(planes)
    planes += 2
    add_up(total)
    assert set(total.tolist()) == {10.0}
