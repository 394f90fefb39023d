"""The figure in a notebook."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

import multiconv
from multiconv.errors import InvalidValue

RANDOM = np.random.default_rng(2)
IMAGE = RANDOM.integers(0, 256, (12, 16, 3), np.uint8)
FILTERS = RANDOM.normal(size=(3, 3, 3, 4))


@pytest.mark.parametrize("channels", [1, 3, 12])
def test_it_displays(channels):
    image, filters = RANDOM.random((9, 9, channels)), RANDOM.normal(size=(3, 3, channels, 2))
    figure = multiconv.explain(image, filters, 1)
    svg, html = figure._repr_svg_(), figure._repr_html_()
    assert ElementTree.fromstring(svg).tag.endswith("svg")  # noqa: S314
    assert html.startswith("<div")
    assert "<?xml" not in html
    ElementTree.fromstring(html)  # noqa: S314
    assert f"9 × 9 × {channels} under 3 × 3 kernels" in figure.words


def test_it_shows_conv2d_s_own_numbers():
    figure = multiconv.explain(IMAGE, FILTERS, 2, pixel=(4, 7), bias=np.ones(4), strides=1)
    x = IMAGE.astype(np.float32) / 255
    value = multiconv.conv2d(x, FILTERS.astype(np.float32), bias=np.ones(4))[4, 7, 2]
    assert f"{abs(float(value)):.3f}" in figure.svg
    assert "output[·,·,2]" in figure.svg
    assert "at row 4, column 7" in figure.svg
    assert "bias 1" in figure.svg


def test_levels_and_shares_are_the_same_picture():
    assert multiconv.explain(IMAGE, FILTERS).svg == multiconv.explain(IMAGE / 255, FILTERS).svg


def test_groups_and_a_grey_picture():
    depthwise = multiconv.explain(IMAGE, FILTERS[:, :, :1, :3], 1, groups=3, activation="relu")
    assert "Green" in depthwise.svg
    assert multiconv.explain(IMAGE[..., 0], FILTERS[:, :, :1]).words.startswith("12 × 16 × 1")


@pytest.mark.parametrize(
    ("image", "given", "field"),
    [
        (IMAGE[None], {}, "image"),
        (IMAGE.astype(int), {}, "image"),
        (IMAGE / 100, {}, "image"),
        (np.full((9, 9, 3), np.nan), {}, "image"),
        (IMAGE, {"k": 4}, "k"),
        (IMAGE, {"strides": 0}, "strides"),
        (IMAGE, {"pixel": (12, 0)}, "i"),
        (IMAGE, {"activation": "swish"}, "activation"),
    ],
)
def test_what_does_not_fit_is_told(image, given, field):
    with pytest.raises(InvalidValue) as error:
        multiconv.explain(image, FILTERS, **given)
    assert error.value.field == field
