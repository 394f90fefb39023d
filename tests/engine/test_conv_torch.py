from dataclasses import replace

import numpy as np
import pytest

from multiconv import conv2d, partials, plan
from multiconv.engine import conv

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


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
def test_large_kernels_by_their_spectra(seed, mode, case, monkeypatch):
    monkeypatch.setattr(conv, "ALONE", 20 * 20)
    monkeypatch.setattr(conv, "_SMALLEST", 32)
    rng = np.random.default_rng(seed)
    kernel, c_in, c_out = tuple(map(int, rng.integers(20, 34, 2))), 1 + seed % 3, 1 + seed % 2
    x = rng.standard_normal((2, *rng.integers(36, 90, 2), c_in)).astype(np.float32)
    base = case(seed)
    c = replace(
        base,
        x=x,
        filters=rng.standard_normal((*kernel, c_in, c_out)).astype(np.float32),
        bias=rng.standard_normal(c_out).astype(np.float32),
        strides=(1, 1),
        pads=((9, 12), (16, 11)),
        padding=((9, 12), (16, 11)),
        padding_mode=mode,
        dilations=(1, 1),
        groups=1,
    )
    expected = by_torch(c)
    path = plan(x.shape, c.filters.shape, padding=c.padding).path
    otherwise = "columns" if c_in == c_out == 1 else "rows"
    assert path == ("spectra" if min(expected.shape[1:3]) >= 32 else otherwise)
    found = conv2d(c.x, c.filters, bias=c.bias, **c.arguments)
    assert np.allclose(found, expected, rtol=1e-5, atol=1e-5 * abs(expected).max())


@pytest.mark.parametrize("size", [(1, 1), (7, 5), (24, 31)])
def test_a_kernel_as_large_as_the_input_gives_one_pixel(size):
    rng = np.random.default_rng(0)
    x, filters = rng.standard_normal((*size, 3)), rng.standard_normal((*size, 3, 4))
    found = conv2d(x, filters, padding="VALID")
    assert found.shape == (1, 1, 4)
    assert np.allclose(found[0, 0], np.einsum("ijq,ijqk->k", x, filters))
