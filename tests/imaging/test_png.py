"""PNGs written by hand, read back by Pillow."""

import io

import numpy as np
import pytest
from PIL import Image

from multiconv.errors import UnsupportedPicture
from multiconv.imaging.png import png_grey, png_indexed, png_rgb, rgb_of, rgb_size_of

NOISE = np.random.default_rng(3).integers(0, 256, (9, 14, 3), dtype=np.uint8)


def read(body):
    image = Image.open(io.BytesIO(body))
    image.load()
    return image


@pytest.mark.parametrize("pixels", [NOISE, NOISE[:1, :1], NOISE[:, :1], NOISE.transpose(1, 0, 2)])
def test_colour(pixels):
    body = png_rgb(pixels)
    image = read(body)
    assert image.mode == "RGB"
    assert (np.asarray(image) == pixels).all()
    assert (rgb_of(body) == pixels).all()
    assert rgb_size_of(body[:41]) == pixels.shape[:2]


def test_pictures_of_megapixels_are_packed_in_parts_and_come_back_whole():
    rng = np.random.default_rng(8)
    noise = rng.integers(0, 256, (1013, 701, 3), dtype=np.uint8)  # no multiple of anything
    noise[200:700] = 77  # flat, for the runs
    body = png_rgb(noise)
    assert (np.asarray(read(body)) == noise).all()
    assert (rgb_of(body) == noise).all()
    assert png_rgb(noise) == body  # whichever thread is first


def test_fewer_rows_than_parts():
    wide = np.random.default_rng(9).integers(0, 256, (3, 200_000, 3), dtype=np.uint8)
    assert (np.asarray(read(png_rgb(wide))) == wide).all()


def test_flat_pictures_take_next_to_nothing():
    assert len(png_rgb(np.full((1000, 1000, 3), 200, np.uint8))) < 30_000


def test_grey():
    image = read(png_grey(NOISE[..., 0]))
    assert image.mode == "L"
    assert (np.asarray(image) == NOISE[..., 0]).all()


def test_indexed_with_transparency():
    table = np.random.default_rng(4).integers(0, 256, (256, 4), dtype=np.uint8)
    image = read(png_indexed(NOISE[..., 0], table))
    assert image.mode == "P"
    assert (np.asarray(image) == NOISE[..., 0]).all()
    assert (np.asarray(image.convert("RGBA")) == table[NOISE[..., 0]]).all()


def test_an_opaque_palette_needs_no_transparency():
    table = np.random.default_rng(4).integers(0, 256, (256, 4), dtype=np.uint8)
    table[:, 3] = 255
    body = png_indexed(NOISE[..., 0], table)
    assert b"tRNS" not in body
    assert (np.asarray(read(body).convert("RGB")) == table[NOISE[..., 0], :3]).all()


@pytest.mark.parametrize("spoilt", [b"", b"x" * 99, png_grey(NOISE[..., 0]), png_rgb(NOISE)[:-60]])
def test_other_files_are_refused(spoilt):
    with pytest.raises(UnsupportedPicture, match="damaged"):
        rgb_of(spoilt)
