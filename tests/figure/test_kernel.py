"""How kernels stand in the page: fields, pictures, names."""

import re

import numpy as np
import pytest

from multiconv.experiment.numbers import weight_text
from multiconv.figure.channels import Channel
from multiconv.figure.kernel import kernel_of, kernel_words, tint
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
    ("shape", "pictured"),
    [((1, 1), False), ((5, 5), False), ((5, 6), True), ((6, 1), True), ((15, 15), True)],
)
def test_kernels_above_five_stand_as_pictures(shape, pictured):
    view = kernel_of(np.ones(shape), RED, 0, 1.0)
    assert view.pictured is pictured
    assert len(view.weights) == shape[0]


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
