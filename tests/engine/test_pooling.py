import numpy as np
import pytest

from multiconv import avg_pool, max_pool
from multiconv.errors import InvalidValue


@pytest.mark.parametrize("padding", ["SAME", "VALID", 1, ((0, 1), (1, 0))])
@pytest.mark.parametrize(("size", "strides"), [((2, 3), None), ((3, 2), (2, 1)), (2, 1)])
def test_against_masked_windows(padding, size, strides):
    rng = np.random.default_rng(0)
    x = rng.integers(-9, 10, (2, 7, 8, 3)).astype(np.float32)
    kh, kw = size if isinstance(size, tuple) else (size, size)
    s1, s2 = strides if isinstance(strides, tuple) else (strides or kh, strides or kw)
    found = max_pool(x, size, strides=strides, padding=padding)
    means = avg_pool(x, size, strides=strides, padding=padding)
    before = {"SAME": None, "VALID": (0, 0), 1: (1, 1)}.get(
        padding if not isinstance(padding, tuple) else "", (0, 1)
    )
    if before is None:
        before = tuple(
            max((-(-n // s) - 1) * s + k - n, 0) // 2 for n, k, s in ((7, kh, s1), (8, kw, s2))
        )
    for i, j in np.ndindex(*found.shape[1:3]):
        top, left = i * s1 - before[0], j * s2 - before[1]
        window = x[:, max(top, 0) : top + kh, max(left, 0) : left + kw]
        assert np.array_equal(found[:, i, j], window.max(axis=(1, 2)))
        assert np.allclose(means[:, i, j], window.mean(axis=(1, 2)), atol=1e-6)


def test_a_picture_without_a_batch_axis_comes_back_without_one():
    assert max_pool(np.ones((6, 6, 2)), 2).shape == (3, 3, 2)
    assert avg_pool(np.ones((6, 6, 2), np.float32), 3).dtype == np.float32


@pytest.mark.parametrize(
    ("field", "size", "how"),
    [
        ("size", 0, {}),
        ("strides", 2, {"strides": 0}),
        ("padding", 1, {"padding": 1}),
        ("padding", 2, {"padding": 1, "dilations": 9}),
        ("kernel", 9, {}),
    ],
)
def test_each_mistake_names_its_argument(field, size, how):
    with pytest.raises(InvalidValue) as caught:
        max_pool(np.ones((8, 8, 1)), size, **how)
    assert caught.value.field == field
