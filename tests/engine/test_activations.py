import numpy as np
import pytest

from multiconv.engine.activations import ACTIVATIONS, activation, slope
from multiconv.errors import InvalidValue


def test_identity_and_relu():
    x = np.array([-2.0, 0.0, 3.0], np.float32)
    assert activation("identity")(x) is x
    assert activation("relu")(x).tolist() == [0, 0, 3]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("leaky", [-0.01, 0, 2]),
        ("sigmoid", [1 / (1 + np.e), 0.5, 1 / (1 + np.e**-2)]),
        ("tanh", [-0.761594, 0, 0.964028]),
        ("gelu", [-0.158655, 0, 1.954500]),
    ],
)
def test_the_others_at_a_few_places(name, expected):
    found = activation(name)(np.array([-1.0, 0.0, 2.0]))
    assert found == pytest.approx(expected, abs=1e-6)


def test_nothing_overflows():
    with np.errstate(over="raise"):
        assert activation("sigmoid")(np.array([-1000.0, 1000.0])).tolist() == [0, 1]
        assert activation("tanh")(np.array([100.0])) == 1


@pytest.mark.parametrize("name", list(ACTIVATIONS))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_activation_keeps_the_type(name, dtype):
    assert activation(name)(np.ones((2, 2), dtype)).dtype == dtype


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(InvalidValue, match="identity, relu") as caught:
        activation("swish")
    assert caught.value.field == "activation"


@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_a_slope_is_the_difference_of_near_values(name):
    x = np.array([-3.0, -1.1, -0.2, 0.3, 1.7, 4.0])
    near = (activation(name)(x + 1e-4) - activation(name)(x - 1e-4)) / 2e-4
    assert slope(name, x) == pytest.approx(near, abs=1e-5)
    assert slope(name, x.astype(np.float32)).dtype == np.float32


def test_the_slope_of_an_unknown_activation_is_refused():
    with pytest.raises(InvalidValue, match="identity, relu"):
        slope("swish", np.ones(1))
