import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, signal

from multiconv import conv2d, partials
from multiconv.engine.conv import partial
from multiconv.engine.geometry import geometry
from multiconv.errors import InvalidValue


def test_the_worked_example_of_two_channels():
    x = np.stack([np.arange(9.0), np.arange(1.0, 10)], axis=-1).reshape(3, 3, 2)
    filters = np.stack([np.arange(4.0), np.arange(1.0, 5)], axis=-1).reshape(2, 2, 2, 1)
    added = partials(x, filters, 0, padding="VALID")
    assert added[..., 0].tolist() == [[19, 25], [37, 43]]
    assert added.sum(axis=-1).tolist() == [[56, 72], [104, 120]]
    assert conv2d(x, filters, padding="VALID")[..., 0].tolist() == [[56, 72], [104, 120]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("seed", range(60))
def test_exact_on_integers_against_plain_loops(seed, dtype, case, plain):
    c = case(seed, integers=True, dtype=dtype)
    expected = plain(c)
    found = conv2d(c.x, c.filters, bias=c.bias, **c.arguments)
    assert found.dtype == dtype
    assert np.array_equal(found, expected.sum(axis=-1) + c.bias)
    k = seed % c.filters.shape[3]
    assert np.array_equal(partials(c.x, c.filters, k, **c.arguments), expected[..., k, :])


@pytest.mark.parametrize("seed", range(30))
def test_partials_and_bias_are_the_output(seed, case):
    c = case(seed, dtype=np.float32, longest=40, widest=9)
    output = conv2d(c.x, c.filters, bias=c.bias, **c.arguments)
    for k in range(c.filters.shape[3]):
        added = partials(c.x, c.filters, k, **c.arguments).sum(axis=-1) + c.bias[k]
        assert np.allclose(added, output[..., k], rtol=0, atol=1e-5 * max(1, abs(output).max()))


@pytest.mark.parametrize("size", [(64, 80), (301, 5), (7, 260)])
@pytest.mark.parametrize("side", [1, 2, 3, 4, 5, 7])
def test_scipy_agrees(size, side):
    rng = np.random.default_rng(side)
    plane, kernel = rng.standard_normal(size), rng.standard_normal((side, side))
    same = geometry(size, (side, side))
    origin = 0 if side % 2 else -1
    by_ndimage = ndimage.correlate(plane, kernel, mode="constant", origin=origin)
    assert np.allclose(partial(plane, kernel, same), by_ndimage)
    if min(size) >= side:
        by_signal = signal.correlate2d(plane, kernel, mode="valid")
        assert np.allclose(
            partial(plane, kernel, geometry(size, (side, side), padding=0)), by_signal
        )


@pytest.mark.parametrize(
    ("mode", "border"),
    [
        ("zeros", cv2.BORDER_CONSTANT),
        ("reflect", cv2.BORDER_REFLECT_101),
        ("replicate", cv2.BORDER_REPLICATE),
    ],
)
def test_opencv_agrees_on_a_photographs_size(mode, border):
    rng = np.random.default_rng(0)
    plane, kernel = rng.random((480, 640), np.float32), rng.random((5, 5), np.float32)
    expected = cv2.filter2D(plane, cv2.CV_32F, kernel, borderType=border)
    found = partial(plane, kernel, geometry((480, 640), (5, 5), padding_mode=mode))
    assert np.allclose(found, expected, rtol=1e-5, atol=1e-5)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.floats(-4, 4), st.floats(-4, 4))
def test_the_layer_is_linear(seed, a, b):
    from_seed = np.random.default_rng(seed)
    x, y = from_seed.standard_normal((2, 9, 11, 3))
    filters = from_seed.standard_normal((3, 2, 3, 2))
    together = conv2d(a * x + b * y, filters)
    assert np.allclose(together, a * conv2d(x, filters) + b * conv2d(y, filters))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.integers(-12, 12), st.integers(-12, 12))
def test_shifting_the_input_shifts_the_output(seed, down, right):
    from_seed = np.random.default_rng(seed)
    x, filters = from_seed.standard_normal((9, 11, 2)), from_seed.standard_normal((3, 4, 2, 2))
    moved = conv2d(np.roll(x, (down, right), (0, 1)), filters, padding_mode="circular")
    still = conv2d(x, filters, padding_mode="circular")
    assert np.allclose(moved, np.roll(still, (down, right), (0, 1)))


def test_one_weight_of_green_changes_greens_partial_alone():
    rng = np.random.default_rng(1)
    x, filters = rng.random((40, 50, 3), np.float32), rng.random((3, 3, 3, 4), np.float32)
    before = partials(x, filters, 2)
    filters[0, 1, 1, 2] += 1
    after = partials(x, filters, 2)
    for q, changed in enumerate([False, True, False]):
        same = before[..., q].tobytes() == after[..., q].tobytes()
        assert same is not changed


def test_the_input_is_left_alone():
    x = np.random.default_rng(0).random((6, 6, 2))
    x.setflags(write=False)
    kept = x.copy()
    conv2d(x, np.ones((3, 3, 2, 2)), padding_mode="reflect")
    assert np.array_equal(x, kept)


def test_a_picture_without_a_batch_axis_comes_back_without_one():
    x, filters = np.ones((5, 6, 3)), np.ones((3, 3, 3, 2))
    assert conv2d(x, filters).shape == (5, 6, 2)
    assert conv2d(x[np.newaxis], filters).shape == (1, 5, 6, 2)
    assert partials(x[np.newaxis], filters, 0).shape == (1, 5, 6, 3)


def test_a_planes_partial_has_the_planes_type():
    plane, g = np.arange(36.0).reshape(6, 6), geometry((6, 6), (3, 3))
    expected = partial(plane, np.ones((3, 3)), g)
    assert np.array_equal(partial(plane, np.ones((3, 3), np.float32), g), expected)
    single = partial(plane.astype(np.float32), np.ones((3, 3)), g)
    assert single.dtype == np.float32
    assert np.array_equal(single, expected)
    with pytest.raises(InvalidValue, match="plane holds int64"):
        partial(plane.astype(np.int64), np.ones((3, 3)), g)
