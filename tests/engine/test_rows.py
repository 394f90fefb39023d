import numpy as np
import pytest

from multiconv import conv2d


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize("side", [3, 5, 12])
@pytest.mark.parametrize("outputs", [1, 4, 16])
def test_a_strip_of_a_picture_has_the_numbers_of_the_whole(side, outputs, strides, dtype):
    rng = np.random.default_rng(0)
    x, filters = rng.random((61, 40, 2), dtype), rng.random((side, side, 2, outputs), dtype)
    how = {"strides": strides, "padding": "VALID"}
    whole = conv2d(x, filters, **how)
    for first in range(0, len(whole), 7):
        for count in (1, 2, 5):
            strip = x[first * strides : (first + count - 1) * strides + side]
            expected = whole[first : first + count]
            found = conv2d(strip, filters, **how)[: len(expected)]
            # All products are positive: this is 1e-6 of their sum.
            assert np.allclose(found, expected, rtol=1e-6, atol=0)
