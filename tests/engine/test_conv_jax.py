import numpy as np
import pytest

from multiconv import conv2d

jax = pytest.importorskip(
    "jax", reason="JAX (the extra `oracles`) is not installed: its comparisons did not run"
)


@pytest.mark.parametrize("size", [(6, 7), (5, 12)])
@pytest.mark.parametrize("kernel", [(3, 3), (2, 5), (4, 1)])
@pytest.mark.parametrize("strides", [(1, 1), (2, 3)])
@pytest.mark.parametrize("dilations", [(1, 1), (2, 2)])
def test_same_is_jaxs(size, kernel, strides, dilations):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, *size, 3)).astype(np.float32)
    filters = rng.standard_normal((*kernel, 3, 4)).astype(np.float32)
    expected = jax.lax.conv_general_dilated(
        x,
        filters,
        strides,
        "SAME",
        rhs_dilation=dilations,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        precision="highest",
    )
    found = conv2d(x, filters, strides=strides, dilations=dilations)
    assert np.allclose(found, np.asarray(expected), rtol=1e-5, atol=1e-5)
