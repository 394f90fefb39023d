import numpy as np
import pytest

from multiconv import conv2d, filter_gradient
from multiconv.errors import InvalidValue


def test_exact_on_integers_against_plain_loops_of_every_geometry(case):
    for seed in range(60):
        c = case(seed, integers=True)
        rng = np.random.default_rng(seed)
        x = c.x if c.x.ndim == 4 else c.x[np.newaxis]
        shape = conv2d(x, c.filters, **c.arguments).shape
        error = rng.integers(-9, 10, shape).astype(x.dtype)
        pads = ((0, 0), *c.pads, (0, 0))
        mode = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
        padded = np.pad(x, pads, mode=mode[c.padding_mode])
        kh, kw, share, c_out = c.filters.shape
        expected = np.zeros(c.filters.shape)
        (_, high, wide, _), (s1, s2), (d1, d2) = shape, c.strides, c.dilations
        for di, dj, q, k in np.ndindex(kh, kw, share, c_out):
            channel = k * c.groups // c_out * share + q
            top, left = di * d1, dj * d2
            met = padded[:, top : top + high * s1 : s1, left : left + wide * s2 : s2, channel]
            expected[di, dj, q, k] = (error[..., k] * met[:, :high, :wide]).sum()
        found = filter_gradient(x, error, (kh, kw), **c.arguments)
        assert np.array_equal(found, expected), seed
        if len(x) == 1:
            assert np.array_equal(filter_gradient(x[0], error[0], (kh, kw), **c.arguments), found)


def test_the_output_is_linear_in_the_filters_and_this_is_its_slope(case):
    for seed in range(20):
        c = case(seed)
        output = conv2d(c.x, c.filters, **c.arguments)
        error = np.random.default_rng(seed).standard_normal(output.shape)
        slope = filter_gradient(c.x, error, c.filters.shape[:2], **c.arguments)
        assert np.vdot(error, output) == pytest.approx(np.vdot(slope, c.filters))


def test_pytorch_finds_the_same():
    torch = pytest.importorskip("torch", reason="PyTorch (the extra `oracles`) is not installed")
    for seed in range(40):
        rng = np.random.default_rng(seed)
        groups = int(rng.integers(1, 4))
        c_in, c_out = groups * int(rng.integers(1, 4)), groups * int(rng.integers(1, 4))
        kernel, strides, dilations, padding = (
            tuple(map(int, rng.integers(low, n, 2))) for low, n in ((1, 5), (1, 4), (1, 4), (0, 4))
        )
        x = rng.standard_normal((2, 14, 13, c_in))
        weight = torch.zeros((c_out, c_in // groups, *kernel), dtype=torch.float64)
        weight.requires_grad_()
        output = torch.nn.functional.conv2d(
            torch.from_numpy(x.transpose(0, 3, 1, 2).copy()),
            weight,
            stride=strides,
            padding=padding,
            dilation=dilations,
            groups=groups,
        )
        error = rng.standard_normal(output.shape)
        output.backward(torch.from_numpy(error))
        found = filter_gradient(
            x,
            error.transpose(0, 2, 3, 1),
            kernel,
            strides=strides,
            padding=padding,
            dilations=dilations,
            groups=groups,
        )
        assert np.allclose(found, weight.grad.numpy().transpose(2, 3, 1, 0), atol=1e-10)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"error": np.ones((5, 4, 2))}, "error"),
        ({"error": np.ones((4, 4, 2), np.float32)}, "error"),
        ({"error": np.full((4, 4, 2), np.nan)}, "error"),
        ({"groups": 2}, "groups"),
        ({"groups": 0}, "groups"),
        ({"kernel_size": 0}, "kernel"),
        ({"x": np.ones((4, 4))}, "x"),
    ],
)
def test_what_does_not_fit_is_named(change, field):
    given = {"x": np.ones((4, 4, 3)), "error": np.ones((4, 4, 2)), "kernel_size": 3}
    with pytest.raises(InvalidValue) as refused:
        filter_gradient(**given | change)
    assert refused.value.field == field
