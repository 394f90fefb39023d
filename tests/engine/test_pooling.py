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
        ("padding", 2, {"padding": 11, "dilations": 20}),
        ("kernel", 9, {}),
    ],
)
def test_each_mistake_names_its_argument(field, size, how):
    with pytest.raises(InvalidValue) as caught:
        max_pool(np.ones((8, 8, 1)), size, **how)
    assert caught.value.field == field


SQUARE, LARGER = np.arange(1.0, 17).reshape(4, 4, 1), np.arange(1.0, 26).reshape(5, 5, 1)
TWOS = np.arange(1.0, 5).reshape(2, 2, 1)


@pytest.mark.parametrize(
    ("pool", "x", "size", "how", "expected"),
    [
        (max_pool, SQUARE, 3, {"strides": 2, "ceil_mode": True}, [[11, 12], [15, 16]]),
        (avg_pool, SQUARE, 3, {"strides": 2, "ceil_mode": True}, [[6, 7.5], [12, 13.5]]),
        (max_pool, SQUARE, 2, {"strides": 1, "dilations": 2}, [[11, 12], [15, 16]]),
        (max_pool, LARGER, 2, {"strides": 2}, [[7, 9], [17, 19]]),
        (max_pool, TWOS, 1, {"strides": 2, "ceil_mode": True}, [[1]]),
        (
            max_pool,
            LARGER,
            3,
            {"strides": 2, "padding": "SAME"},
            [[7, 9, 10], [17, 19, 20], [22, 24, 25]],
        ),
        (
            avg_pool,
            LARGER,
            3,
            {"strides": 2, "padding": "SAME"},
            [[4, 5.5, 7], [11.5, 13, 14.5], [19, 20.5, 22]],
        ),
        (
            avg_pool,
            LARGER,
            5,
            {"strides": 1, "padding": 2},
            [
                [7, 7.5, 8, 8.5, 9],
                [9.5, 10, 10.5, 11, 11.5],
                [12, 12.5, 13, 13.5, 14],
                [14.5, 15, 15.5, 16, 16.5],
                [17, 17.5, 18, 18.5, 19],
            ],
        ),
        (
            avg_pool,
            LARGER,
            5,
            {"strides": 1, "padding": 2, "count_include_pad": True},
            [
                [2.52, 3.6, 4.8, 4.08, 3.24],
                [4.56, 6.4, 8.4, 7.04, 5.52],
                [7.2, 10, 13, 10.8, 8.4],
                [6.96, 9.6, 12.4, 10.24, 7.92],
                [6.12, 8.4, 10.8, 8.88, 6.84],
            ],
        ),
    ],
)
def test_the_examples_of_the_onnx_standard(pool, x, size, how, expected):
    """From the operators' published test cases; those of 5 × 5 with pads 2 are its own tables."""
    np.testing.assert_allclose(pool(x, size, **how)[..., 0], expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("pool", "size", "how", "expected"),
    [
        # A window of 5 on 3 pixels, of which ceil mode keeps the only one: by hand.
        (max_pool, 5, {"ceil_mode": True}, [[9]]),
        (avg_pool, 5, {"ceil_mode": True}, [[5]]),
        # Of its 6 × 6 taps 5 × 5 lie on the input or its padding.
        (avg_pool, 6, {"ceil_mode": True, "padding": 1, "count_include_pad": True}, [[45 / 25]]),
        (avg_pool, (7, 1), {"strides": 9, "ceil_mode": True}, [[4]]),
        (max_pool, (1, 7), {"strides": (1, 5), "ceil_mode": True}, [[3], [6], [9]]),
        # Taps at −1 and 3, both outside: PyTorch takes padding of 1 under a window that spans 5.
        (max_pool, 2, {"strides": 1, "padding": 1, "dilations": 4}, [[-np.inf]]),
    ],
)  # fmt: skip
def test_windows_beyond_the_input_are_pytorchs(pool, size, how, expected):
    x = np.arange(1.0, 10).reshape(3, 3, 1)
    np.testing.assert_allclose(pool(x, size, **how)[..., 0], expected)


def test_what_lies_below_the_smallest_normal_number_has_no_mean():
    x = np.full((4, 4, 1), 1e-39, np.float32)
    assert not avg_pool(x, 2).any()
    assert max_pool(x, 2).max() == np.float32(1e-39)
