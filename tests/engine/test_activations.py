import numpy as np
import pytest

from multiconv.engine.activations import ACTIVATIONS, activation
from multiconv.errors import InvalidValue


def test_identity_and_relu():
    x = np.array([-2.0, 0.0, 3.0], np.float32)
    assert activation("identity")(x) is x
    assert activation("relu")(x).tolist() == [0, 0, 3]


@pytest.mark.parametrize("name", list(ACTIVATIONS))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_activation_keeps_the_type(name, dtype):
    assert activation(name)(np.ones((2, 2), dtype)).dtype == dtype


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(InvalidValue, match="identity, relu") as caught:
        activation("swish")
    assert caught.value.field == "activation"
