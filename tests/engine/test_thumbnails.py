import numpy as np
import pytest

from multiconv import conv2d
from multiconv.engine.thumbnails import thumbnails
from multiconv.errors import InvalidValue


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("f", [1, 2, 3, 4, 7])
def test_they_are_the_means_of_the_whole_output(seed, f, case):
    c = case(seed, longest=30)
    whole = conv2d(c.x, c.filters, bias=c.bias, **c.arguments)
    count, height, width, channels = whole.shape
    if min(height, width) < f:
        with pytest.raises(InvalidValue):
            thumbnails(c.x, c.filters, f, **c.arguments)
        return
    blocks = whole[:, : height // f * f, : width // f * f]
    blocks = blocks.reshape(count, height // f, f, width // f, f, channels)
    small = thumbnails(c.x, c.filters, f, bias=c.bias, **c.arguments)
    assert np.allclose(small, blocks.mean(axis=(2, 4)))
