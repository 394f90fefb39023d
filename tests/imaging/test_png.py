"""PNGs read back by Pillow."""

import io

import numpy as np
import pytest
from PIL import Image

from multiconv.imaging.png import pixels_of, png_grey, png_indexed, png_rgb, png_size

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
    assert (pixels_of(body) == pixels).all()
    assert png_size(body[:64]) == pixels.shape[:2]


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


@pytest.mark.parametrize("spoilt", [b"", b"x" * 99, png_rgb(NOISE)[:-60]])
def test_other_files_are_refused(spoilt):
    with pytest.raises(ValueError):  # noqa: PT011  (Pillow's words)
        pixels_of(spoilt)


def test_the_size_of_what_is_no_png():
    with pytest.raises(ValueError, match="no PNG"):
        png_size(b"x" * 64)
