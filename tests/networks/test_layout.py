"""HWIO or OIHW, RGB or BGR, and which outputs: told apart, or asked."""

from __future__ import annotations

import numpy as np
import pytest

from multiconv.errors import InvalidValue
from multiconv.networks.layout import bank_from, bias_of, readings
from multiconv.networks.tensors import Tensor


def tensor(array):
    return Tensor(array.shape, lambda: array)


@pytest.mark.parametrize(
    ("shape", "fits"),
    [
        ((7, 7, 3, 64), ["hwio"]),
        ((64, 3, 7, 7), ["oihw"]),
        ((3, 3, 3, 16), ["hwio"]),
        ((16, 3, 3, 3), ["oihw"]),
        ((3, 3, 3, 3), ["hwio", "oihw"]),
        ((1, 3, 3, 5), ["hwio", "oihw"]),
        ((96, 3, 11, 11), ["oihw"]),
        ((11, 11, 3, 96), ["hwio"]),
        ((64, 3, 3, 3), ["oihw"]),
        ((3, 3, 64, 64), []),
        ((3, 3, 3), []),
        ((0, 3, 3, 3), []),
    ],
)
def test_readings(shape, fits):
    assert readings(shape) == fits


def test_an_ambiguous_shape_is_read_as_asked():
    array = np.random.default_rng(0).normal(size=(3, 3, 3, 3))
    hwio = bank_from(tensor(array), "w", "hwio", "rgb", 0)
    oihw = bank_from(tensor(array), "w", "oihw", "rgb", 0)
    assert hwio[0, 1, 2, 0] == array[0, 1, 2, 0]
    assert oihw[0, 1, 2, 0] == array[0, 2, 0, 1]
    with pytest.raises(InvalidValue, match="both layouts") as error:
        bank_from(tensor(array), "w", "auto", "rgb", 0)
    assert error.value.field == "layout"


def test_bgr_is_turned_round():
    array = np.zeros((5, 5, 3, 1))
    array[..., 0, 0] = 7  # blue
    assert bank_from(tensor(array), "w", "auto", "bgr", 0)[0, 0].ravel().tolist() == [0, 0, 7]


def test_more_outputs_than_a_layer_has_are_taken_from_the_first_asked():
    array = np.arange(96.0).reshape(96, 1, 1, 1) * np.ones((1, 3, 5, 5))
    assert bank_from(tensor(array), "w", "auto", "rgb", 0).shape == (5, 5, 3, 64)
    assert bank_from(tensor(array), "w", "auto", "rgb", 90)[0, 0, 0].tolist() == list(range(90, 96))
    with pytest.raises(InvalidValue, match="there are 96"):
        bank_from(tensor(array), "w", "auto", "rgb", 96)


@pytest.mark.parametrize(
    ("layout", "order", "field"), [("nchw", "rgb", "layout"), ("auto", "gbr", "order")]
)
def test_unknown_choices_are_refused(layout, order, field):
    with pytest.raises(InvalidValue) as error:
        bank_from(tensor(np.zeros((5, 5, 3, 1))), "w", layout, order, 0)
    assert error.value.field == field


def test_the_biases_of_the_outputs_that_are_taken():
    weight, bias = tensor(np.zeros((2, 3, 1, 1))), tensor(np.array([0.5, 1]))
    found = {"a.weight": weight, "a.bias": bias}
    assert bias_of(found, "a.weight", 1, np.zeros((1, 1, 3, 1))) == (1.0,)
