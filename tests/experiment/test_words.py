"""Experiments and maps in words, as tables."""

from urllib.parse import parse_qsl

import numpy as np
import pytest

from multiconv.errors import NotFound
from multiconv.experiment.link import read
from multiconv.experiment.model import Experiment, Layer
from multiconv.experiment.words import (
    kernel_count_words,
    map_text,
    map_words,
    origin_words,
    sentence,
)
from multiconv.filters.banks import NOTICE
from multiconv.networks.shipped import network

PLAIN = "3 input channels, 5 outputs, 3 × 3 kernels, stride 1, same padding"


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({}, "same padding."),
        ({"outputs": "1"}, "3 input channels, 1 output, 3 × 3 kernels, stride 1, same padding."),
        ({"strides": "2"}, "stride 2, same padding."),
        ({"strides": "2x1"}, "stride 2 × 1, same padding."),
        ({"kernel": "1x5", "padding": "valid"}, "1 × 5 kernels, stride 1, valid padding."),
        ({"padding": "2"}, "stride 1, padding 2."),
        ({"padding": "1x2"}, "padding 1 × 2."),
        ({"padding": "0,1,2,3"}, "padding 0 above, 1 below, 2 left, 3 right."),
        ({"padding_mode": "reflect"}, "same padding (reflect)."),
        ({"dilations": "2"}, "same padding, dilation 2."),
        ({"outputs": "3", "groups": "3"}, "same padding, 3 groups."),
        ({"activation": "relu"}, "same padding, then ReLU."),
    ],
)
def test_sentence(changes, end):
    words = sentence(read(changes.items()), (160, 160), (160, 160))
    assert words.startswith("Sample portrait at 160 × 160: 3 input channels, ")
    assert words.endswith(end)


def test_a_changed_size_and_a_title_are_told():
    words = sentence(read([]), (160, 107), (80, 54), "NASA portrait")
    assert words == f"NASA portrait at 160 × 107: {PLAIN}, giving 80 × 54."


def test_of_several_layers_the_opened_one_is_named():
    stack = read(parse_qsl("outputs=4&2.kind=max_pool&3.outputs=2&layer=3"))
    words = sentence(stack, (80, 80), (80, 80))
    assert words.startswith("Sample portrait, conv3 at 80 × 80: 4 input channels, 2 outputs, ")
    faces = read([("network", "faces"), ("layer", "7")], networks=network)
    words = sentence(faces, (47, 47), (47, 47))
    assert words.startswith("Sample portrait in the face network, conv7 at 47 × 47: 45 input ")


def test_an_upload_shows_no_digits():
    words = sentence(read([("image", "0f" * 32)]), (9, 9), (9, 9))
    assert words == f"Your picture at 9 × 9: {PLAIN}."


def test_maps():
    assert [map_words(f"partial-{q}", Experiment()) for q in range(3)] == [
        "what red adds",
        "what green adds",
        "what blue adds",
    ]
    assert map_words("sum", Experiment()) == "what all channels add up to, with the bias"
    assert (
        map_text("partial-0", Experiment(), 0, 1, 0.4444) == "what red adds: 0.00 … 1.00, mean 0.44"
    )
    with pytest.raises(NotFound):
        map_words("output-5", Experiment())


STORED = "ab" * 32


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("filters=redness", ""),
        ("filters=redness&outputs=3", ""),
        ("filters=mixes&outputs=7", ""),
        (
            "filters=redness&outputs=9&k=8",
            "Filters of outputs 0 to 4: Redness, 5 to 8: Blue against yellow; "
            "output 8 is Blue against yellow.",
        ),
        (
            "filters=red-green-edges&outputs=4&k=3",
            "Filters of outputs 0 to 2: Red–green edges, 3: Redness; output 3 is Redness.",
        ),
        (
            "filters=one-channel&outputs=8&k=7",
            "Filters of outputs 0 to 2: One channel only, 3 to 7: random numbers, of no bank; "
            "output 7 is random numbers, of no bank.",
        ),
        (
            "filters=redness&outputs=20",
            "Filters of outputs 0 to 4: Redness, 5 to 8: Blue against yellow, "
            "9 to 12: Luminance edges, 13 to 15: Red–green edges, "
            "16 to 19: random numbers, of no bank; output 0 is Redness.",
        ),
        (f"filters={STORED}&outputs=2", ""),
        (
            f"filters={STORED}&outputs=3&k=2",
            "Filters of outputs 0 to 1: a stored bank, 2: random numbers, of no bank; "
            "output 2 is random numbers, of no bank.",
        ),
        ("layers=2&layer=2&2.filters=random&2.outputs=9", ""),
    ],
)
def test_whose_filters_the_outputs_have(link, told):
    layer, k = opened(link)
    assert origin_words(layer, k) == told


def opened(link):
    """A link's opened layer and its chosen output, a bank of two filters in the store."""
    pairs = [tuple(each.split("=")) for each in link.split("&")]
    if "layers" in link:
        return Layer(bank="random", inputs=5, outputs=9, bias=(0.0,) * 9), 0
    shown = read(pairs, lambda _: np.ones((3, 3, 3, 2)))
    return shown.layer, shown.focus.k


@pytest.mark.parametrize(
    ("link", "before", "after"),
    [
        ("filters=dlib", "", ""),
        ("filters=dlib&outputs=5", "", ""),
        (
            "filters=dlib&outputs=64&k=40",
            "Filters of outputs 0 to 31: Trained on faces, 7 × 7, 32 to 63: random numbers, of no "
            "bank; output 40 is random numbers, of no bank. ",
            "",
        ),
        ("filters=dlib&kernel=3x3", "", " Here they are cut to 3 × 3."),
        ("filters=dlib&kernel=9x9", "", " Here zeros stand around them."),
        ("filters=dlib&kernel=9x5", "", " Here they are cut to 9 × 5."),
        ("filters=dlib&w.0.1=zero", "", " Kernels of output 1 were edited."),
        (
            "filters=dlib&w.0.1=zero&w.2.1=soft&w.1.7=soft",
            "",
            " Kernels of outputs 1, 7 were edited.",
        ),
    ],
)
def test_trained_filters_are_claimed_where_they_are_and_as_they_are(link, before, after):
    assert origin_words(*opened(link)) == f"{before}{NOTICE}{after}"


def test_how_many_kernels_a_layer_has_is_said_with_why():
    layers = network("faces").layers
    assert kernel_count_words(layers[3]) == "45 outputs · 32 inputs = 1,440 kernels"
    assert kernel_count_words(layers[6]) == "1 output · 45 inputs = 45 kernels"
    grouped = Layer(inputs=6, outputs=4, groups=2, bias=(0.0,) * 4)
    assert kernel_count_words(grouped) == "4 outputs · 3 inputs each = 12 kernels"
