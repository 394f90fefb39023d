"""The figure in a notebook."""

from __future__ import annotations

import re
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
    svg = figure._repr_svg_()
    assert svg == figure.svg
    assert ElementTree.fromstring(svg).tag.endswith("svg")  # noqa: S314
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


def handed(figure):
    """All that a notebook asks an object for, and keeps: every form of it."""
    names = ("svg", "html", "png", "jpeg", "markdown", "latex", "json", "javascript", "pdf")
    forms = [getattr(figure, f"_repr_{name}_", None) for name in names]
    bundle = getattr(figure, "_repr_mimebundle_", None)
    assert bundle is None
    return [form() for form in forms if form] + [repr(figure)]


@pytest.mark.parametrize(
    ("shape", "outputs"),
    [
        ((40, 40, 3), 2),
        ((512, 512, 3), 4),
        ((1500, 2000, 3), 2),  # beyond what is drawn pixel by pixel
        ((1, 30_000, 3), 2),
        ((64, 64, 96), 2),
        ((48, 48, 3), 300),
        ((6, 6, 700), 1),
    ],
)
def test_a_notebook_is_handed_one_drawing_of_at_most_a_megabyte(shape, outputs):
    """Noise is what packs worst."""
    image, filters = RANDOM.random(shape, np.float32), RANDOM.normal(size=(1, 1, shape[2], outputs))
    figure = multiconv.explain(image, filters)
    forms = handed(figure)
    assert sum("<svg" in form for form in forms) == 1
    assert sum(len(form.encode()) for form in forms) <= 1_000_000 + len(repr(figure))
    assert len(figure.svg.encode()) <= 1_000_000
    assert len(repr(figure)) < 300
    assert ElementTree.fromstring(figure.svg).tag.endswith("svg")  # noqa: S314


def test_a_smaller_drawing_is_told_and_shows_the_numbers_of_the_whole():
    image = RANDOM.integers(0, 256, (600, 700, 3), np.uint8)
    figure = multiconv.explain(image, FILTERS, 1, pixel=(599, 3))
    step = re.search(r"The largest map is drawn by one pixel in (\d+) × \1\.", figure.words)
    assert int(step[1]) > 1
    assert step[0] in " ".join(re.sub("<[^>]*>", " ", figure.svg).split())
    x = image.astype(np.float32) / 255
    value = multiconv.conv2d(x, FILTERS.astype(np.float32))[599, 3, 1]
    assert f"{abs(float(value)):.3f}" in figure.svg
    assert "drawn by" not in multiconv.explain(IMAGE, FILTERS).words


def test_more_channels_than_any_figure_holds_are_refused_with_the_way_out():
    with pytest.raises(InvalidValue, match="2,000 output channels") as error:
        multiconv.explain(IMAGE[:2, :2], np.zeros((1, 1, 3, 2000)))
    assert "filters[:, :, :n, :m]" in error.value.remedy


@pytest.mark.parametrize(("layer", "k"), [(None, 0), (4, 44), (1, 15)])
def test_a_layer_within_a_network_shows_its_own_numbers(layer, k):
    image = RANDOM.integers(0, 256, (110, 96, 3), np.uint8)
    figure = multiconv.explain(image, network="faces", layer=layer, k=k, pixel=(2, 1))
    outputs = multiconv.network("faces").run(image.astype(np.float32) / np.float32(255))
    assert f"{abs(float(outputs[(layer or 7) - 1][2, 1, k])):.3f}" in figure.svg
    assert "trained on faces" in figure.svg
    assert f"layer {layer or 7}: " in figure.words
    assert len(figure.svg.encode()) <= 1_000_000
    assert ElementTree.fromstring(figure.svg).tag.endswith("svg")  # noqa: S314


@pytest.mark.parametrize(
    ("layer", "k", "pixel"), [(None, 2, (40, 35)), (1, 77, (1, 3)), (3, 0, (8, 9))]
)
def test_a_generators_layer_shows_its_own_numbers(layer, k, pixel):
    emoji = multiconv.network("emoji")
    numbers = np.random.default_rng(4).normal(size=100)
    figure = multiconv.explain(numbers, network="emoji", layer=layer, k=k, pixel=pixel)
    outputs = emoji.run(numbers.astype(np.float32))
    assert f"{abs(float(outputs[(layer or 5) - 1][(*pixel, k)])):.3f}" in figure.svg
    assert "Noto Color Emoji" in figure.svg
    assert "stamps" in figure.svg
    assert ElementTree.fromstring(figure.svg).tag.endswith("svg")  # noqa: S314
    named = multiconv.explain("1F600", network="emoji", layer=layer)
    learned = emoji.z.learned.of(0x1F600)
    assert named.svg == multiconv.explain(learned, network="emoji", layer=layer).svg
    assert named.svg != multiconv.explain(network="emoji", layer=layer).svg


@pytest.mark.parametrize(
    "given", ["1F6FF", "mix(1F600)", np.zeros(99), np.full(100, 11.0), np.full(100, np.nan), IMAGE]
)
def test_what_a_generator_does_not_take_is_told(given):
    with pytest.raises(InvalidValue) as error:
        multiconv.explain(given, network="emoji")
    assert error.value.field == "image"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"network": "cats"}, "network"),
        ({"network": "faces", "layer": 0}, "layer"),
        ({"network": "faces", "layer": 8}, "layer"),
        ({"network": "faces", "k": 1}, "k"),
        ({"network": "faces", "pixel": (99, 0)}, "i"),
        ({"network": "faces", "filters": FILTERS}, "filters"),
        ({"network": "faces", "bias": np.ones(1)}, "bias"),
        ({"network": "faces", "groups": 3}, "groups"),
        ({"filters": FILTERS, "layer": 1}, "layer"),
        ({"filters": FILTERS, "layer": 0}, "layer"),
        ({"layer": 0}, "layer"),
        ({}, "filters"),
    ],
)
def test_what_does_not_fit_a_network_is_told(given, field):
    with pytest.raises(InvalidValue) as error:
        multiconv.explain(np.zeros((80, 90, 3)), **given)
    assert error.value.field == field


@pytest.mark.parametrize("layer", [0, 1])
def test_a_layer_beside_filters_is_told_which_layers_there_are(layer):
    with pytest.raises(InvalidValue, match=f"layer is {layer}, but") as error:
        multiconv.explain(IMAGE, FILTERS, layer=layer)
    assert f"from 1 to {len(multiconv.network('faces').layers)}." in error.value.remedy


def test_a_picture_that_a_network_does_not_take_is_told():
    with pytest.raises(InvalidValue, match="takes 3") as error:
        multiconv.explain(np.zeros((80, 90, 4)), network="faces")
    assert error.value.field == "image"
