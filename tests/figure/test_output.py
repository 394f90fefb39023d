"""The output: how its size comes about in words, and in pictures."""

from dataclasses import replace

import pytest

from multiconv.engine.geometry import geometry
from multiconv.experiment.model import Layer
from multiconv.figure.output import shape_words


@pytest.mark.parametrize(
    ("size", "options", "words"),
    [
        ((160, 160), {}, "out = ⌈160 / 1⌉ = 160; pads 1 on every side"),
        (
            (160, 107),
            {"strides": (2, 2)},
            "rows = ⌈160 / 2⌉ = 80; columns = ⌈107 / 2⌉ = 54; "
            "pads 0 above, 1 below, 1 left, 1 right",
        ),
        ((160, 160), {"padding": "VALID"}, "out = ⌊(160 − 3) / 1⌋ + 1 = 158"),
        (
            (160, 160),
            {"padding": "VALID", "strides": (4, 4)},
            "out = ⌊(160 − 3) / 4⌋ + 1 = 40; the last row and column are not reached",
        ),
        (
            (20, 20),
            {"padding": ((1, 1), (1, 1)), "dilations": (2, 2)},
            "out = ⌊(20 + 1 + 1 − (3 − 1)·2 − 1) / 1⌋ + 1 = 18",
        ),
    ],
)
def test_sizes_are_told_with_their_formula(size, options, words):
    layer = replace(Layer(), padding=options.get("padding", "SAME"))
    assert shape_words(geometry(size, (3, 3), **options), layer) == words


def test_a_changed_shape_stands_on_the_page(client):
    page = client.get("/?strides=2&size=160").text
    assert "160 × 160 × 3 → 80 × 80 × 5: out = ⌈160 / 2⌉ = 80" in page
    assert '<p class="shape">' not in client.get("/?size=160").text


def test_channels_of_another_group_stand_apart(client):
    page = client.get("/?filters=depthwise&k=3&size=40").text
    assert page.count("another group: nothing") == 2
    assert page.count('class="curve green"') == 1
    assert page.count('class="curve red apart"') == page.count('class="curve blue apart"') == 1
    assert "another group" not in client.get("/?size=40").text
