"""Named kernels against OpenCV and SciPy, and the formulas that they follow."""

import cv2
import numpy as np
import pytest
from scipy import ndimage, signal

from multiconv.errors import InvalidValue
from multiconv.filters.kernels import kernel, name_of, own_size, settled_name


@pytest.fixture(scope="module")
def picture():
    return np.random.default_rng(5).random((12, 17))


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("sobel-x", lambda x: cv2.Sobel(x, cv2.CV_64F, 1, 0, ksize=3)),
        ("sobel-y", lambda x: cv2.Sobel(x, cv2.CV_64F, 0, 1, ksize=3)),
        ("scharr-x", lambda x: cv2.Scharr(x, cv2.CV_64F, 1, 0)),
        ("scharr-y", lambda x: cv2.Scharr(x, cv2.CV_64F, 0, 1)),
        ("laplacian", lambda x: cv2.Laplacian(x, cv2.CV_64F, ksize=1)),
        ("box-5", lambda x: cv2.blur(x, (5, 5))),
        ("gaussian-5", lambda x: cv2.GaussianBlur(x, (5, 5), 0)),
        ("prewitt-x", lambda x: ndimage.prewitt(x, axis=1, mode="mirror")),
        ("prewitt-y", lambda x: ndimage.prewitt(x, axis=0, mode="mirror")),
    ],
)
def test_named_kernels_are_those_of_the_libraries(picture, name, answer):
    ours = ndimage.correlate(picture, kernel(name), mode="mirror")
    assert np.allclose(ours, answer(picture), atol=1e-12)


@pytest.mark.parametrize("sigma", [0.5, 1, 1.5, 4])
@pytest.mark.parametrize("size", [(3, 3), (7, 5), (1, 15)])
def test_gaussian_is_that_of_opencv(sigma, size):
    down, across = (cv2.getGaussianKernel(side, sigma) for side in size)
    assert np.allclose(kernel(f"gaussian({sigma})", size), down @ across.T, atol=1e-12)


def test_gaussian_of_an_even_side_is_that_of_scipy():
    down, across = (signal.windows.gaussian(side, 1.5) for side in (4, 6))
    bell = np.outer(down, across)
    assert np.allclose(kernel("gaussian(1.5)", (4, 6)), bell / bell.sum(), atol=1e-12)


@pytest.mark.parametrize("angle", [0, 30, 45, 90, -60, 200])
@pytest.mark.parametrize("wavelength", [3, 6.5])
@pytest.mark.parametrize("size", [(7, 7), (9, 15)])
def test_gabor_is_that_of_opencv_less_its_mean(angle, wavelength, size):
    theirs = cv2.getGaborKernel(
        (size[1], size[0]), wavelength / 2, np.radians(angle), wavelength, 0.5, 0
    )
    ours = kernel(f"gabor({angle},{wavelength})", size)
    assert np.allclose(ours, theirs - theirs.mean(), atol=1e-12)
    assert ours.sum() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("angle", "line"),
    [(0, np.eye(5)[[2]] * 0 + 1), (90, None), (45, np.eye(5)[::-1]), (-45, np.eye(5))],
)
def test_motion_is_a_line(angle, line):
    expected = np.zeros((5, 5))
    if angle == 0:
        expected[2] = 0.2
    elif angle == 90:
        expected[:, 2] = 0.2
    else:
        expected = line / 5
    assert np.allclose(kernel(f"motion({angle})", (5, 5)), expected)


@pytest.mark.parametrize("angle", [7, 30, 63.5, 120, 359])
@pytest.mark.parametrize("size", [(1, 1), (7, 7), (4, 9), (15, 2)])
def test_motion_keeps_brightness_and_place(angle, size):
    line = kernel(f"motion({angle})", size)
    assert line.sum() == pytest.approx(1)
    assert line.min() >= 0
    rows, columns = np.indices(size)
    assert (line * rows).sum() == pytest.approx((size[0] - 1) / 2)
    assert (line * columns).sum() == pytest.approx((size[1] - 1) / 2)


def test_random_is_the_same_everywhere():
    assert kernel("random(7)", (1, 3)).tolist() == [[0.25, 0.79, 0.55]]
    many = np.stack([kernel(f"random({seed})", (15, 15)) for seed in range(40)])
    assert abs(many.mean()) < 0.02
    assert many.std() == pytest.approx(1 / np.sqrt(3), abs=0.01)
    assert np.abs(many).max() <= 1


def test_names_with_numbers_know_their_size_and_one_spelling():
    assert own_size("gaussian(1)") == (5, 5)
    assert own_size("gaussian(10)") == own_size("gabor(0,30)") == (15, 15)
    assert settled_name("gabor(\u221245.0, 6)") == "gabor(-45,6)"
    assert settled_name("motion(-0)") == "motion(0)"
    assert name_of(kernel("gaussian(1.5)")) is None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("gaussian(0)", "0.2 to 10"),
        ("gaussian(nan)", "sigma of gaussian is 'nan'"),
        ("gaussian(1_0)", "sigma"),
        ("gaussian(\uff11)", "sigma"),
        ("gaussian()", "sigma"),
        ("gaussian(1,2)", "2 numbers"),
        ("gabor(45)", "gabor(angle,wavelength)"),
        ("gabor(45,1)", "2 to 30"),
        ("motion(400)", "\u2212360 to 360"),
        ("random(1.5)", "whole number"),
        ("random(1000000)", "999999"),
        ("blur(3)", "blur(3)"),
        ("gaussian(1", "gaussian(1"),
        ("gaussian(1)(2)", "Write gaussian"),
    ],
)
def test_what_cannot_be_read_is_refused(name, told):
    with pytest.raises(InvalidValue) as caught:
        kernel(name)
    assert told in str(caught.value)
    assert caught.value.field == "w"
