import numpy as np
import pytest

from multiconv import avg_pool, max_pool
from multiconv.engine.activations import ACTIVATIONS

torch = pytest.importorskip(
    "torch", reason="PyTorch (the extra `oracles`) is not installed: its comparisons did not run"
)


@pytest.mark.parametrize("seed", range(200))
def test_pytorch_agrees(seed):
    rng = np.random.default_rng(seed)
    size, strides, dilations = (tuple(map(int, rng.integers(1, n, 2))) for n in (5, 4, 3))
    padding = tuple(int(rng.integers(0, k // 2 + 1)) for k in size)
    ceil_mode, with_pad = bool(rng.integers(2)), bool(rng.integers(2))
    x = rng.standard_normal((2, *rng.integers(9, 20, 2), 3)).astype(np.float32)
    planes = torch.from_numpy(x.transpose(0, 3, 1, 2).copy())
    largest = torch.nn.functional.max_pool2d(
        planes, size, strides, padding, dilations, ceil_mode=ceil_mode
    )
    how = {"strides": strides, "padding": padding, "ceil_mode": ceil_mode}
    found = max_pool(x, size, dilations=dilations, **how)
    assert np.array_equal(found, largest.numpy().transpose(0, 2, 3, 1))
    mean = torch.nn.functional.avg_pool2d(
        planes, size, strides, padding, ceil_mode=ceil_mode, count_include_pad=with_pad
    )
    means = avg_pool(x, size, count_include_pad=with_pad, **how)
    assert np.allclose(means, mean.numpy().transpose(0, 2, 3, 1), atol=1e-6)


@pytest.mark.parametrize(
    ("name", "pytorchs"),
    [
        ("relu", "relu"),
        ("leaky", "leaky_relu"),
        ("sigmoid", "sigmoid"),
        ("tanh", "tanh"),
        ("gelu", "gelu"),
    ],
)
def test_activations_are_pytorchs(name, pytorchs):
    x = np.linspace(-30, 30, 2001)
    functions = torch.sigmoid, torch.tanh
    expected = {f.__name__: f for f in functions}.get(
        pytorchs, getattr(torch.nn.functional, pytorchs)
    )(torch.from_numpy(x))
    assert np.allclose(ACTIVATIONS[name](x), expected.numpy(), rtol=1e-6, atol=5e-7)
    single = ACTIVATIONS[name](x.astype(np.float32))
    assert np.allclose(single, expected.numpy(), rtol=1e-5, atol=1e-6)
