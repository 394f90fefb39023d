import numpy as np
import pytest

from multiconv import conv2d_transpose

torch = pytest.importorskip(
    "torch", reason="PyTorch (the extra `oracles`) is not installed: its comparisons did not run"
)


@pytest.mark.parametrize("seed", range(200))
def test_pytorch_agrees(seed):
    rng = np.random.default_rng(seed)
    groups = int(rng.integers(1, 4))
    c_in, share = groups * int(rng.integers(1, 5)), int(rng.integers(1, 5))
    kernel, strides, dilations = (tuple(map(int, rng.integers(1, n, 2))) for n in (6, 4, 4))
    padding = tuple(
        int(rng.integers(0, (k - 1) * d + 1)) for k, d in zip(kernel, dilations, strict=True)
    )
    extra = tuple(int(rng.integers(0, max(s, d))) for s, d in zip(strides, dilations, strict=True))
    size = rng.integers(4, 12, 2)
    while min((size - 1) * strides) < max(2 * max(padding), 1):
        size += 4
    x = rng.standard_normal((2, *size, c_in))
    filters = rng.standard_normal((*kernel, share, c_in))
    bias = rng.standard_normal(groups * share)
    expected = torch.nn.functional.conv_transpose2d(
        torch.from_numpy(x.transpose(0, 3, 1, 2).copy()),
        torch.from_numpy(filters.transpose(3, 2, 0, 1).copy()),
        torch.from_numpy(bias),
        stride=strides,
        padding=padding,
        output_padding=extra,
        dilation=dilations,
        groups=groups,
    )
    found = conv2d_transpose(
        x,
        filters,
        bias=bias,
        strides=strides,
        padding=padding,
        output_padding=extra,
        dilations=dilations,
        groups=groups,
    )
    assert np.allclose(found, expected.numpy().transpose(0, 2, 3, 1), atol=1e-10)
