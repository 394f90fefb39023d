import numpy as np
import pytest

from multiconv import conv2d, partials

torch = pytest.importorskip(
    "torch", reason="PyTorch (the extra `oracles`) is not installed: its comparisons did not run"
)


def by_torch(c):
    padded = torch.from_numpy(np.ascontiguousarray(c.padded.transpose(0, 3, 1, 2)))
    filters = torch.from_numpy(np.ascontiguousarray(c.filters.transpose(3, 2, 0, 1)))
    found = torch.nn.functional.conv2d(
        padded.double(),
        filters.double(),
        torch.from_numpy(c.bias).double(),
        stride=c.strides,
        dilation=c.dilations,
        groups=c.groups,
    )
    return found.numpy().transpose(0, 2, 3, 1)


@pytest.mark.parametrize("block", range(11))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_two_thousand_random_layers(block, dtype, case):
    for seed in range(200 * block, 200 * block + 100):
        c = case(seed + (100 if dtype is np.float32 else 0), dtype=dtype, longest=24, widest=7)
        expected = by_torch(c)
        near = 1e-5 * max(1, abs(expected).max())
        found = conv2d(c.x, c.filters, bias=c.bias, **c.arguments)
        assert np.allclose(found, expected, rtol=1e-5, atol=near), seed
        k = seed % c.filters.shape[3]
        added = partials(c.x, c.filters, k, **c.arguments).sum(axis=-1) + c.bias[k]
        assert np.allclose(added, expected[..., k], rtol=1e-5, atol=near), seed


@pytest.mark.filterwarnings("ignore:Using padding=.same. with even kernel:UserWarning")
@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("kernel", [(3, 3), (2, 4), (5, 2)])
def test_same_with_padding_modes_is_pytorchs_layer(mode, kernel):
    rng = np.random.default_rng(0)
    x, filters = rng.standard_normal((9, 10, 2)), rng.standard_normal((*kernel, 2, 3))
    layer = torch.nn.Conv2d(
        2, 3, kernel, padding="same", padding_mode=mode, bias=False, dtype=torch.float64
    )
    layer.weight.data = torch.from_numpy(filters.transpose(3, 2, 0, 1).copy())
    with torch.no_grad():
        expected = layer(torch.from_numpy(x.transpose(2, 0, 1)[np.newaxis].copy())).numpy()[0]
    assert np.allclose(conv2d(x, filters, padding_mode=mode), expected.transpose(1, 2, 0))
