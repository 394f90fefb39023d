"""How kernels stand in the page: fields, pictures, names."""

import re

import numpy as np
import pytest

from multiconv.experiment.numbers import weight_text
from multiconv.figure.channels import Channel
from multiconv.figure.kernel import has_room, kernel_of, kernel_words, room_of, tint
from multiconv.filters.kernels import kernel as named

RED = Channel(0, "red", "red")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.25, "−0.25"),
        (1 / 3, "0.3333"),
        (-123456, "−123456"),
        (0.00012345, "0.000123"),
        (1e-9, "1e−09"),
        (4.391e-5, "0.0000439"),
        (-9.996e-6, "−0.00001"),
        (-9.991e-6, "−9.99e−06"),
    ],
)
def test_weights_are_short_with_a_true_minus(value, text):
    assert weight_text(value) == text


def test_a_kernel_is_called_what_it_is():
    assert kernel_words(np.zeros((3, 3))) == "Zero"
    assert kernel_words(np.array([[0, 0.1, 0], [0.1, 0.1, 0.1], [0, 0.1, 0]])) == "½ Plus"
    assert kernel_words(np.arange(9.0).reshape(3, 3)) == "own"
    assert kernel_words(named("soft")) == "Soft"
    assert kernel_words(-0.5 * named("soft")) == "−½ Soft"


@pytest.mark.parametrize(
    ("shape", "value", "room"),
    [
        *(((side, side), 1, True) for side in (1, 2, 3, 4, 5)),
        *((shape, 1, False) for shape in ((5, 6), (6, 1), (7, 7), (15, 15))),
        *(((5, 5), value, room) for value, room in ((-0.0384, True), (0.000794, False))),
        *(((4, 4), value, room) for value, room in ((-12.345, True), (-1000000, False))),
        *(((3, 3), value, room) for value, room in ((-0.000716, True), (-1234.5678, False))),
        *(((1, 1), value, room) for value, room in ((-1000000, True), (-999999.25, False))),
    ],
)
def test_kernels_whose_numbers_have_no_room_stand_as_pictures(shape, value, room):
    kernels = np.zeros((*shape, 3))
    kernels[-1, -1, 1] = value
    assert has_room(kernels) is room


@pytest.mark.parametrize(("query", "pictured"), [("kernel=5x5", False), ("filters=dlib", True)])
def test_all_rows_of_a_figure_stand_alike(app, query, pictured):
    query = f"size=24&kernel=5x5&{query}"
    text = app.test_client().get(f"/?{query}").text
    assert text.count('class="kernel-picture"') == (3 if pictured else 0)


@pytest.mark.parametrize(
    ("text", "room"),
    [("0.125", ""), ("−0.125", "six"), ("−0.0384", "long"), ("−1000000", "longer")],
)
def test_a_long_number_has_a_smaller_font(text, room):
    assert room_of(text) == room


def test_a_picture_has_its_own_scale():
    weak = np.zeros((7, 7))
    weak[3, 3], weak[0, 6] = 0.02, -0.01
    view = kernel_of(weak, RED, 0, 1.0)
    tones = [[cell.tone for cell in row] for row in view.weights]
    assert (tones[3][3], tones[0][6], tones[1][1]) == (8, -4, 0)
    assert {cell.step for row in view.weights for cell in row} == {0}
    assert view.largest == "0.02"


def test_the_page_of_a_large_kernel(client):
    page = client.get("/?kernel=7x9&w.0.0=gabor(30,4)&size=40").text
    assert len(re.findall(r'<svg class="kernel-picture"', page)) == 3
    bench = page[page.index('id="bench"') :]
    assert bench.count('name="w.0.0"') == page.count('name="w.0.0"') == 63
    assert 'method="post"' in page[page.index('id="stage"') - 40 : page.index('id="stage"') + 90]
    assert "gabor(30,4)</option>" in page


def test_small_kernels_stand_in_their_row(client):
    page = client.get("/?size=40").text
    assert "kernel-picture" not in page
    assert 'name="w.0.0"' not in page[page.index('id="bench"') :]
    assert 'name="matrix.2"' in page


def test_what_was_typed_stands_in_its_field_and_what_is_no_number_is_told():
    view = kernel_of(np.zeros((1, 3)), RED, 0, 1.0, typed=["1", "abc", "1e9"])
    assert [weight.text for weight in view.weights[0]] == ["1", "abc", "1e9"]
    assert [weight.wrong for weight in view.weights[0]] == [False, True, True]
    assert kernel_of(np.zeros((1, 3)), RED, 0, 1.0, typed=["1"]).weights[0][0].text == "0"


@pytest.mark.parametrize(("step", "name"), [(0, "z"), (3, "p3"), (-8, "n8")])
def test_tints_have_classes(step, name):
    assert tint(step) == name
