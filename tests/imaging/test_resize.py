"""Shrinking by areas."""

import numpy as np
import pytest

from multiconv.imaging.resize import resized


@pytest.mark.parametrize(
    ("shape", "longest", "expected"),
    [
        ((100, 50), 10, (10, 5)),
        ((50, 100), 10, (5, 10)),
        ((1000, 1), 10, (10, 1)),
        ((1, 1000), 160, (1, 160)),
        ((7, 5), 160, (7, 5)),
        ((160, 160), 160, (160, 160)),
        ((161, 160), 160, (160, 159)),
        ((7, 5), None, (7, 5)),
        ((3, 3), 1, (1, 1)),
    ],
)
def test_resized_shapes(shape, longest, expected):
    pixels = np.full((*shape, 3), 77, np.uint8)
    shrunk = resized(pixels, longest)
    assert shrunk.shape == (*expected, 3)
    assert shrunk.dtype == np.uint8
    assert (shrunk == 77).all()


@pytest.mark.parametrize(
    ("side", "longest"), [(320, 160), (512, 160), (37, 11), (1000, 30), (67, 66)]
)
def test_resized_is_the_mean_over_areas(side, longest):
    pixels = np.random.default_rng(side).integers(0, 256, (side, side, 3), dtype=np.uint8)
    # The definition by the integral over the picture, first down the columns, then along the rows.
    fine = pixels[..., 0].astype(np.float64).cumsum(axis=0)
    stops = np.arange(longest + 1) * side / longest
    rows = np.array([np.interp(stops, np.arange(side + 1), np.r_[0, line]) for line in fine.T])
    columns = np.diff(rows, axis=1).T  # sums over each stretch of rows, (longest, side)
    sums = np.array(
        [np.interp(stops, np.arange(side + 1), np.r_[0, line]) for line in columns.cumsum(axis=1)]
    )
    means = np.diff(sums, axis=1) * (longest / side) ** 2
    assert np.abs(resized(pixels, longest)[..., 0] - means).max() <= 0.51


def test_resized_never_overshoots_at_an_edge():
    pixels = np.zeros((300, 300, 3), np.uint8)
    pixels[:, 133:] = 200
    shrunk = resized(pixels, 160)
    assert set(np.unique(shrunk[:, :70])) == {0}
    assert shrunk.max() == 200
