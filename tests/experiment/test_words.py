"""Experiments and maps in words, as tables."""

import pytest

from multiconv.errors import NotFound
from multiconv.experiment.link import read
from multiconv.experiment.model import Experiment
from multiconv.experiment.words import map_text, map_words, sentence

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
