import numpy as np
import pytest

from multiconv import conv2d, partials
from multiconv.errors import InvalidValue

X, FILTERS = np.ones((5, 5, 4)), np.ones((3, 3, 4, 6))


def with_nan(array):
    spoilt = array.copy()
    spoilt.flat[3] = np.nan
    return spoilt


@pytest.mark.parametrize(
    ("field", "x", "filters", "arguments"),
    [
        ("x", np.ones((5, 5, 4), np.uint8), FILTERS, {}),
        ("x", [[1.0]], FILTERS, {}),
        ("x", np.ones((5, 5)), FILTERS, {}),
        ("x", np.ones((0, 5, 5, 4)), FILTERS, {}),
        ("x", with_nan(X), FILTERS, {}),
        ("x", np.full((5, 5, 4), np.inf), FILTERS, {}),
        ("filters", X, with_nan(FILTERS), {}),
        ("filters", X, np.ones((3, 3, 4)), {}),
        ("filters", X, np.ones((3, 3, 3, 6)), {}),
        ("filters", X, FILTERS, {"groups": 2}),
        ("groups", X, FILTERS, {"groups": 3}),
        ("groups", X, FILTERS, {"groups": 0}),
        ("bias", X, FILTERS, {"bias": np.ones(5)}),
        ("bias", X, FILTERS, {"bias": np.full(6, np.nan)}),
    ],
)
def test_each_mistake_names_its_argument(field, x, filters, arguments):
    with pytest.raises(InvalidValue) as caught:
        conv2d(x, filters, **arguments)
    assert caught.value.field == field


@pytest.mark.parametrize("k", [-1, 6])
def test_k_is_one_of_the_outputs(k):
    with pytest.raises(InvalidValue) as caught:
        partials(X, FILTERS, k)
    assert caught.value.field == "k"


def test_finite_numbers_whose_sum_is_not_are_accepted():
    huge = np.full((2, 2, 1), 3e38, np.float32)
    assert conv2d(huge, np.zeros((1, 1, 1, 1))).tolist() == np.zeros((2, 2, 1)).tolist()
