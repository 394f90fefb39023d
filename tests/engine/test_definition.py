import numpy as np
import pytest

from multiconv.engine.definition import conv2d_by_loops, partials_by_loops
from multiconv.engine.geometry import geometry


def test_the_worked_example_of_two_channels():
    x = np.stack([np.arange(9.0), np.arange(1.0, 10)], axis=-1).reshape(3, 3, 2)
    filters = np.stack([np.arange(4.0), np.arange(1.0, 5)], axis=-1).reshape(2, 2, 2, 1)
    g = geometry((3, 3), (2, 2), padding="VALID")
    assert partials_by_loops(x, filters, 0, g)[..., 0].tolist() == [[19, 25], [37, 43]]
    found = conv2d_by_loops(x, filters, np.array([0.5]), g)
    assert found[..., 0].tolist() == [[56.5, 72.5], [104.5, 120.5]]


@pytest.mark.parametrize("seed", range(25))
def test_it_is_the_formula_on_a_padded_picture(seed, case, plain):
    c = case(seed, integers=True, longest=8)
    how = {name: value for name, value in c.arguments.items() if name != "groups"}
    g = geometry(c.x.shape[1:3], c.filters.shape[:2], **how)
    expected = plain(c)[0]
    found = conv2d_by_loops(c.x[0], c.filters, c.bias, g, c.groups)
    assert np.array_equal(found, expected.sum(axis=-1) + c.bias)
    for k in range(c.filters.shape[3]):
        alone = partials_by_loops(c.x[0], c.filters, k, g, c.groups)
        assert np.array_equal(alone, expected[:, :, k])
