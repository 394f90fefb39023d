"""A histogram's bars against counts by hand."""

import re

import numpy as np

from multiconv.drawing.histogram import BINS, HEIGHT
from multiconv.drawing.histogram import histogram as drawn
from multiconv.imaging.bands import counts_of


def histogram(plane, low, high):
    return drawn(counts_of(plane, BINS, low, high), low, high)


def bars(path):
    found = re.findall(r"M(\d+) 64v-([\d.]+)h4V64Z", path)
    return {int(x) // 4: float(height) for x, height in found}


def test_every_pixel_counts_in_its_bar():
    plane = np.array([[0, 0, 0, 0], [255, 255, 128, 64]], np.uint8)
    drawing = histogram(plane, 0, 255)
    assert bars(drawing.path) == {0: 64, BINS - 1: 32, 32: 16, 16: 16}
    assert drawing.zero == 0


def test_what_lies_beyond_counts_at_the_ends():
    drawing = histogram(np.array([[-9.0, -2.0, 2.0, 9.0, 9.0, 9.0]]), -2, 2)
    assert bars(drawing.path) == {0: HEIGHT / 2, BINS - 1: HEIGHT}
    assert drawing.zero == 128


def test_a_range_without_zero_has_no_mark_of_it():
    assert histogram(np.array([[3.0]]), 2, 4).zero is None


def test_bars_stand_from_the_left_on_the_ground():
    drawing = histogram(np.array([[-1.0, 1.0, 1.0, 7.0]]), -1.0, 1.0)
    assert (drawing.path, drawing.zero) == ("M0 64v-21.33h4V64ZM252 64v-64h4V64Z", 128.0)
