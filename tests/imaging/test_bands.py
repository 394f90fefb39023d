"""Maps that are made a band at a time: their numbers, what is remembered, what drawings show."""

from __future__ import annotations

import numpy as np
import pytest

from multiconv.imaging.bands import LARGE, Banded, bands_of, few, nothing, summary

VALUES = np.random.default_rng(5).normal(size=(23, 7)).astype(np.float32)


@pytest.fixture
def asked():
    return []


@pytest.fixture
def plane(asked):
    def made(first, stop, every):
        asked.append((first, stop, every))
        return VALUES[first:stop:every, ::every]

    return Banded(VALUES.shape, 5, made)


def test_it_is_its_bands_from_the_top(plane):
    assert [len(band) for band in plane.bands()] == [5, 5, 5, 5, 3]
    assert np.array_equal(np.vstack(list(plane.bands())), VALUES)
    assert np.array_equal(np.asarray(plane), VALUES)
    assert plane[22, 6] == VALUES[22, 6]
    assert (plane.shape, plane.size, plane.dtype) == (VALUES.shape, 161, np.float32)


@pytest.mark.parametrize("step", [1, 2, 3, 6, 30])
def test_every_nth_pixel_alone_is_made(plane, step):
    assert np.array_equal(plane.every(step), VALUES[::step, ::step])


def test_what_was_counted_is_remembered(plane, asked):
    low, high, mean = plane.summary
    assert (low, high) == (VALUES.min(), VALUES.max())
    assert mean == pytest.approx(VALUES.mean(dtype=np.float64), abs=1e-12)
    once = len(asked)
    assert plane.summary == summary(plane) == (low, high, mean)
    assert len(asked) == once == 5
    expected = [(int((-bound > VALUES).sum()), int((bound < VALUES).sum())) for bound in (0.5, 1)]
    assert plane.beyond([0.5, 1]) == expected
    assert plane.beyond([1]) == expected[1:]
    assert len(asked) == 2 * once


def test_an_array_is_read_in_bands_too():
    large = np.arange(3_000_000, dtype=np.float32).reshape(1000, 3000)
    bands = list(bands_of(large))
    assert len(bands) > 10
    assert np.array_equal(np.vstack(bands), large)
    assert summary(large) == (0, 2_999_999, 1_499_999.5)


def test_a_drawing_shows_few_pixels_of_a_large_map_and_all_of_another():
    small, large = np.zeros((1000, 1500)), nothing((3000, 2000))
    assert small.size < LARGE < large.size
    assert few(small).shape == (1000, 1500)
    assert few(large).shape == (1000, 667)
    assert not nothing((2, 2)).flags.writeable
