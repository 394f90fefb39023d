import numpy as np
import pytest

from multiconv import conv2d_transpose, probe, trace_layer, transposed_partials
from multiconv.engine.definition import partials_by_loops
from multiconv.engine.transposed import turned_filters

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


def torch_layer(rng):
    """A random transposed layer: input, HWOI filters, bias, arguments; PyTorch's function."""
    while True:
        size, kernel = rng.integers(1, 7, 2), rng.integers(1, 6, 2)
        strides, dilations = (tuple(map(int, rng.integers(1, 4, 2))) for _ in range(2))
        extra = tuple(
            int(rng.integers(0, max(s, d))) for s, d in zip(strides, dilations, strict=True)
        )
        pads = tuple(tuple(map(int, pair)) for pair in rng.integers(0, 4, (2, 2)))
        reach = (size - 1) * strides + (kernel - 1) * dilations + 1 + extra
        if min(reach - np.sum(pads, axis=1)) >= 1:
            break
    groups = int(rng.integers(1, 4))
    c_in, share = groups * int(rng.integers(1, 4)), int(rng.integers(1, 4))
    (top, bottom), (left, right) = pads

    def run(x, filters, bias, groups=groups):
        whole = torch.nn.functional.conv_transpose2d(
            x.permute(2, 0, 1)[None],
            torch.from_numpy(filters.transpose(3, 2, 0, 1).copy()),
            torch.from_numpy(bias),
            stride=strides,
            output_padding=extra,
            dilation=dilations,
            groups=groups,
        )[0]
        cut = whole[:, top : whole.shape[1] - bottom, left : whole.shape[2] - right]
        return cut.permute(1, 2, 0)

    how = {
        "strides": strides,
        "padding": pads,
        "dilations": dilations,
        "output_padding": extra,
        "groups": groups,
    }
    filters = rng.uniform(0.5, 1.5, (*kernel, share, c_in)) * rng.choice([-1, 1])
    x, bias = rng.standard_normal((*size, c_in)), rng.standard_normal(groups * share)
    return x, filters, bias, how, run


def test_300_transposed_layers_have_pytorchs_partials_sums_and_jacobians():
    rng = np.random.default_rng(17)
    for n in range(300):
        x, filters, bias, how, run = torch_layer(rng)
        share, c_in = filters.shape[2:]
        groups = how["groups"]
        k = int(rng.integers(groups * share))
        group, members = k // share, c_in // groups
        own = range(group * members, (group + 1) * members)
        # Each input channel in a group of its own is what it adds.
        apart = filters[:, :, k % share : k % share + 1]
        expected = run(torch.from_numpy(x), apart, np.zeros(c_in), groups=c_in).numpy().copy()
        expected[..., [q for q in range(c_in) if q not in own]] = 0
        added = transposed_partials(x, filters, k, **how)
        np.testing.assert_allclose(added, expected, atol=1e-12)
        off = [q for q in own if rng.random() < 0.2]
        trace = trace_layer(
            x, filters, k, bias=bias, transposed=True, activation="relu", off=off, **how
        )
        silenced = filters.copy()
        silenced[..., off] = 0
        g, inner = trace.geometry, turned_filters(filters, groups)
        source = torch.from_numpy(x).requires_grad_(True)
        output = run(source, silenced, bias)[..., k]
        summed = output.detach().numpy()
        np.testing.assert_allclose(trace.sum, summed, atol=1e-12)
        np.testing.assert_allclose(trace.output, np.maximum(summed, 0), atol=1e-12)
        np.testing.assert_allclose(trace.running(c_in) + bias[k], summed, atol=1e-12)
        rows = set(own[:1])
        rest = sum((expected[..., q] for q in own if q not in rows and q not in off), 0 * summed)
        np.testing.assert_allclose(trace.rest(rows), rest, atol=1e-12)
        signed = trace.signed(1) + trace.signed(-1) + bias[k]
        np.testing.assert_allclose(signed, summed, atol=1e-12)
        assert [each is None for each in trace.partials] == [
            q not in own or q in off for q in range(c_in)
        ]
        if min(x.shape[:2]) < 4 and added.size < 400:
            loops = partials_by_loops(x, inner, k, g, groups)
            np.testing.assert_allclose(added, loops, atol=1e-12)
        i, j = (int(rng.integers(side)) for side in g.output_size)
        found = probe(x, trace, i, j)
        assert found.total == pytest.approx(summed[i, j], abs=1e-12)
        assert found.gains + found.losses + bias[k] == pytest.approx(summed[i, j], abs=1e-12)
        inside = np.outer(np.array(found.rows) >= 0, np.array(found.cols) >= 0)
        for channel in found.channels:
            q = channel.q
            assert channel.subtotal == pytest.approx(expected[i, j, q], abs=1e-12)
            at = np.ix_(found.rows, found.cols)
            np.testing.assert_array_equal(channel.values[inside], x[..., q][at][inside])
            if n % 4 or channel.q != own[-1]:  # a gradient takes as long as all the rest
                continue
            (slopes,) = torch.autograd.grad(output[i, j], source)
            slopes = slopes[..., q].numpy()
            assert np.count_nonzero(slopes) == inside.sum()
            np.testing.assert_allclose(channel.kernel[inside], slopes[at][inside], atol=1e-15)
        assert [channel.q for channel in found.channels] == [q for q in own if q not in off]
