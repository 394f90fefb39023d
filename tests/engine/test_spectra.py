import numpy as np
import pytest
from scipy import signal

from multiconv import conv2d, plan
from multiconv.engine.geometry import geometry
from multiconv.engine.spectra import tile_of

SHAPE = (31, 31, 1, 1)


def errors(x, kernel, **how):
    """The largest error, as a share of the products' sizes at its pixel, and the output."""
    found = conv2d(x[..., np.newaxis], kernel[..., np.newaxis, np.newaxis], **how)[..., 0]
    exact, sizes = (
        signal.correlate(a.astype(np.float64), b.astype(np.float64), "same", "direct")
        for a, b in ((x, kernel), (np.abs(x), np.abs(kernel)))
    )
    return (np.abs(found - exact) / sizes).max(), found


@pytest.fixture(scope="module")
def bright():
    """A picture of 0 … 1 with one pixel of 10⁶."""
    x = np.random.default_rng(0).random((200, 220), np.float32)
    x[90, 100] = 1e6
    return x


def test_a_bright_pixel_costs_its_surroundings_no_precision(bright):
    assert plan((200, 220, 1), SHAPE).path == "spectra"
    kernel = np.random.default_rng(1).standard_normal((31, 31)).astype(np.float32)
    assert errors(bright, kernel)[0] <= 2e-6


def test_what_is_not_negative_stays_so(bright):
    kernel = np.random.default_rng(1).random((31, 31), np.float32)
    error, found = errors(bright, kernel)
    assert error <= 2e-6
    assert found.min() >= 0
    dark = np.zeros((200, 220, 1), np.float32)
    dark[90, 100] = 1e6
    assert conv2d(dark, kernel[..., np.newaxis, np.newaxis]).min() == 0


def test_several_channels_share_the_transforms(bright):
    rng = np.random.default_rng(2)
    x = np.stack([bright, rng.random(bright.shape, np.float32)], axis=-1)
    filters = rng.standard_normal((31, 31, 2, 2)).astype(np.float32)
    assert plan(x.shape, filters.shape).path == "spectra"
    found = conv2d(x, filters)
    x, filters = x.astype(np.float64), filters.astype(np.float64)
    for k in range(2):
        exact, sizes = (
            sum(signal.correlate(a[..., q], b[..., q, k], "same") for q in range(2))
            for a, b in ((x, filters), (abs(x), abs(filters)))
        )
        assert (abs(found[..., k] - exact) / sizes).max() <= 2e-6


def test_tiles_are_near_288_by_160_or_five_times_the_reach():
    assert tile_of(geometry((1024, 1024), (31, 31))) == (288, 160)
    assert tile_of(geometry((1024, 1024), (101, 101)))[0] >= 4 * 100
