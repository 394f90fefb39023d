import tracemalloc

import numpy as np
import pytest

from multiconv import partials, plan
from multiconv.errors import InvalidValue


@pytest.mark.parametrize(
    ("input_shape", "filters_shape", "arguments", "path"),
    [
        ((512, 512, 3), (3, 3, 3, 1), {}, "rows"),
        ((512, 512, 3), (8, 8, 1, 3), {"groups": 3}, "rows"),
        ((512, 512, 3), (9, 9, 1, 3), {"groups": 3}, "columns"),
        ((512, 512, 3), (9, 9, 3, 1), {}, "rows"),
        ((512, 512, 3), (1, 99, 1, 3), {"groups": 3}, "rows"),
        ((512, 512, 3), (99, 1, 1, 3), {"groups": 3}, "rows"),
        ((512, 512, 3), (11, 11, 1, 3), {"groups": 3, "strides": 2}, "columns"),
        ((512, 512, 3), (11, 11, 1, 3), {"groups": 3, "dilations": 2}, "columns"),
        ((256, 256, 3), (7, 7, 3, 64), {}, "rows"),
        ((512, 512, 3), (31, 31, 3, 1), {}, "spectra"),
        ((512, 512, 3), (31, 31, 3, 1), {"strides": 2}, "rows"),
        ((512, 512, 3), (31, 31, 60, 60), {}, "rows"),
        ((512, 512, 3), (23, 23, 1, 3), {"groups": 3}, "spectra"),
        ((127, 512, 3), (25, 25, 1, 3), {"groups": 3}, "columns"),
        ((512, 512, 3), (22, 22, 1, 3), {"groups": 3}, "columns"),
        ((512, 512, 3), (15, 15, 3, 16), {}, "rows"),
        ((512, 512, 3), (17, 17, 3, 16), {}, "spectra"),
        ((56, 56, 64), (3, 3, 64, 64), {}, "pixels"),
        ((56, 56, 16), (3, 3, 16, 16), {}, "pixels"),
        ((56, 56, 15), (3, 3, 15, 64), {}, "rows"),
        ((56, 56, 64), (3, 3, 64, 15), {}, "rows"),
        ((56, 56, 64), (1, 1, 64, 64), {}, "pixels"),
        ((56, 56, 16), (1, 1, 16, 4), {}, "pixels"),
        ((56, 56, 3), (1, 1, 3, 4), {}, "rows"),
        ((56, 56, 64), (5, 5, 1, 64), {"groups": 64}, "rows"),
    ],
)
def test_the_shapes_choose_the_path(input_shape, filters_shape, arguments, path):
    assert plan(input_shape, filters_shape, **arguments).path == path


def test_the_cost_is_the_definitions():
    chosen = plan((10, 20, 4), (3, 5, 2, 6), groups=2)
    assert chosen.multiply_adds == 10 * 20 * 3 * 5 * 2 * 6
    assert chosen.bytes >= 10 * 20 * 6 * 4


def test_a_mistake_names_its_argument():
    with pytest.raises(InvalidValue) as caught:
        plan((10, 20, 4), (3, 5, 4, 6), strides=0)
    assert caught.value.field == "strides"


@pytest.mark.parametrize("side", [3, 31])
def test_twelve_megapixels_need_little_beside_input_and_output(side):
    x = np.zeros((3000, 4000, 3), np.float32)
    kernel = np.ones((side, side, 3, 1), np.float32)
    tracemalloc.start()
    partials(x, kernel, 0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - x.nbytes < 64 * 2**20
