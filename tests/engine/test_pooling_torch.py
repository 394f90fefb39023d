import numpy as np
import pytest

from multiconv import avg_pool, max_pool
from multiconv.engine.activations import ACTIVATIONS

torch = pytest.importorskip(
    "torch", reason="PyTorch (the extra `oracles`) is not installed: its comparisons did not run"
)


def taken(function, *arguments, **named):
    """What PyTorch answers, (N, H, W, C); None for a geometry that it refuses."""
    try:
        return function(*arguments, **named).numpy().transpose(0, 2, 3, 1)
    except RuntimeError:
        return None


@pytest.mark.parametrize("hundred", range(20))
def test_every_geometry_that_pytorch_takes_gives_what_it_gives(hundred):
    """2,000 of each kind, windows beyond the input, gaps beyond it and ceil mode among them."""
    rng, left = np.random.default_rng(hundred), {"largest": 100, "mean": 100}
    while any(left.values()):
        size, strides, dilations = (tuple(map(int, rng.integers(1, n, 2))) for n in (8, 9, 6))
        spans = [(k - 1) * d + 1 for k, d in zip(size, dilations, strict=True)]
        padding = tuple(int(rng.integers(0, span // 2 + 1)) for span in spans)
        ceil_mode, with_pad = bool(rng.integers(2)), bool(rng.integers(2))
        x = rng.standard_normal((2, *rng.integers(1, 14, 2), 3)).astype(np.float32)
        planes = torch.from_numpy(x.transpose(0, 3, 1, 2).copy())
        how = {"strides": strides, "padding": padding, "ceil_mode": ceil_mode}
        pool = torch.nn.functional.max_pool2d
        largest = taken(pool, planes, size, strides, padding, dilations, ceil_mode=ceil_mode)
        if largest is not None and left["largest"]:
            left["largest"] -= 1
            assert np.array_equal(max_pool(x, size, dilations=dilations, **how), largest)
        how["padding"] = padding = tuple(min(p, k // 2) for p, k in zip(padding, size, strict=True))
        pool = torch.nn.functional.avg_pool2d
        options = {"ceil_mode": ceil_mode, "count_include_pad": with_pad}
        mean = taken(pool, planes, size, strides, padding, **options)
        if mean is not None and left["mean"]:
            left["mean"] -= 1
            found = avg_pool(x, size, count_include_pad=with_pad, **how)
            assert found.shape == mean.shape
            assert np.allclose(found, mean, atol=1e-6)


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
