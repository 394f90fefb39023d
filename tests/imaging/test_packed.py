"""Pixels packed and unpacked again; what cannot be unpacked is told."""

import zlib

import numpy as np
import pytest

from multiconv.imaging.packed import (
    HEAD_BYTES,
    deflated,
    differences,
    packed,
    packed_size,
    unpacked,
)
from multiconv.imaging.png import png_rgb

NOISE = np.random.default_rng(3).integers(0, 256, (9, 14, 3), dtype=np.uint8)
LARGE = np.random.default_rng(8).integers(0, 256, (1013, 701, 3), dtype=np.uint8)
LARGE[200:700] = 77  # flat, for the runs


@pytest.mark.parametrize(
    "pixels",
    [NOISE, NOISE[:1, :1], NOISE[:, :1], NOISE[:1], NOISE.transpose(1, 0, 2), LARGE, LARGE[:16]],
)
def test_what_is_packed_comes_back(pixels):
    body = packed(pixels)
    assert (unpacked(body) == pixels).all()
    assert unpacked(body).flags.writeable
    assert packed_size(body[:HEAD_BYTES]) == pixels.shape[:2]


def test_a_band_at_a_time_or_at_once_makes_the_same_bytes():
    assert packed(LARGE)[16:] == deflated([differences(LARGE).data])


def test_flat_pictures_take_next_to_nothing():
    assert len(packed(np.full((1000, 1000, 3), 200, np.uint8))) < 30_000


def test_zlib_reads_all_parts_one_after_the_other():
    assert zlib.decompress(deflated([b"abc", b"", bytes(1000)])) == b"abc" + bytes(1000)


def test_neighbours_differences_are_of_left_and_above():
    shown = np.array([[7, 9], [8, 10]], np.uint8)
    assert differences(shown).tolist() == [[7, 2], [1, 0]]
    assert shown.tolist() == [[7, 9], [8, 10]]


GOOD = packed(NOISE)


@pytest.mark.parametrize(
    "spoilt",
    [
        b"",
        b"x" * 99,
        png_rgb(NOISE),
        GOOD[:10],
        GOOD[:-60],
        GOOD[:-2],
        GOOD[:8] + b"\0\0\0\1" + GOOD[12:],
    ],
)
def test_other_bytes_are_refused(spoilt):
    with pytest.raises(ValueError):  # noqa: PT011  (zlib's words or NumPy's)
        unpacked(spoilt)
