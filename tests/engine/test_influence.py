import tracemalloc

import numpy as np
import pytest

from multiconv.engine.activations import ACTIVATIONS
from multiconv.engine.geometry import PADDING_MODES, geometry
from multiconv.engine.influence import influence
from multiconv.engine.stack import Passage, reached
from multiconv.engine.transposed import turned_filters

torch = pytest.importorskip(
    "torch", reason="PyTorch (the extra `oracles`) is not installed: its comparisons did not run"
)
functional = torch.nn.functional
FUNCTIONS = {
    "identity": lambda x: x,
    "relu": torch.relu,
    "leaky": functional.leaky_relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "gelu": functional.gelu,
}
TORCH_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "replicate"}


def by_autograd(passages, k, i, j):
    """The same gradient by PyTorch, which runs the layers itself."""
    source = torch.from_numpy(passages[0].x.transpose(2, 0, 1)[np.newaxis].copy())
    source.requires_grad_(True)
    x = source
    for each in passages:
        g = each.geometry
        how = {"stride": g.strides, "padding": tuple(before for before, _ in g.pads)}
        if each.kind == "max_pool":
            x = functional.max_pool2d(x, g.kernel_size, dilation=g.dilations, **how)
        elif each.kind == "transposed":
            turned = turned_filters(each.filters, each.groups).transpose(3, 2, 0, 1).copy()
            how = {"stride": g.strides, "dilation": g.dilations, "groups": each.groups}
            bias, (top, left) = torch.from_numpy(each.bias), (before for before, _ in g.pads)
            whole = functional.conv_transpose2d(
                x, torch.from_numpy(turned), bias, output_padding=g.output_padding, **how
            )
            high, wide = g.output_size
            x = FUNCTIONS[each.activation](whole[..., top : top + high, left : left + wide])
        elif each.kind == "avg_pool":
            x = functional.avg_pool2d(x, g.kernel_size, count_include_pad=False, **how)
        else:
            mode = TORCH_MODES.get(g.padding_mode, g.padding_mode)
            padded = functional.pad(x, (*g.pads[1], *g.pads[0]), mode=mode)
            filters = torch.from_numpy(each.filters.transpose(3, 2, 0, 1).copy())
            bias = torch.from_numpy(each.bias)
            how = {"stride": g.strides, "dilation": g.dilations, "groups": each.groups}
            x = FUNCTIONS[each.activation](functional.conv2d(padded, filters, bias, **how))
    x[0, k, i, j].backward()
    return source.grad.numpy()[0].transpose(1, 2, 0)


def a_stack(rng, size, channels, rows):
    """Layers of those kinds with their inputs, computed one after another."""
    x, passages = rng.uniform(0, 1, (*size, channels)), []
    for kind, shape, bank in rows(size, channels):
        each = Passage(kind, shape, x, **bank)
        passages.append(each)
        x = each.output()
    return passages, x


def random_rows(rng, kinds=("conv", "conv", "max_pool", "avg_pool")):
    def rows(size, channels):
        for _ in range(int(rng.integers(2, 5))):
            kernel = tuple(int(n) for n in rng.integers(1, 4, 2))
            kind = str(rng.choice(kinds))
            strides = tuple(int(n) for n in rng.integers(1, 3, 2))
            how = {}
            if kind == "transposed":
                kernel, strides = (tuple(int(n) for n in rng.integers(1, 4, 2)) for _ in range(2))
                groups = int(rng.choice([g for g in (1, 2) if channels % g == 0]))
                dilations = tuple(int(n) for n in rng.integers(1, 3, 2))
                pads, mode, reach = ((0, 1), (1, 0)), "zeros", (1, 1)
                extra = tuple(max(s, d) - 1 for s, d in zip(strides, dilations, strict=True))
                how = {"transposed": True, "output_padding": extra}
            elif kind == "conv":
                dilations = tuple(int(n) for n in rng.integers(1, 3, 2))
                pads = tuple((int(a), int(b)) for a, b in rng.integers(0, 3, (2, 2)))
                groups = int(rng.choice([g for g in (1, 2) if channels % g == 0]))
                mode = PADDING_MODES[rng.integers(4)]
                reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
            else:
                dilations, mode = (1, 1), "zeros"
                pads = tuple((k // 2, k // 2) for k in kernel)
                reach = kernel
            if min(n - r for n, r in zip(size, reach, strict=True)) < 0 or min(size) < 3:
                return
            how |= {"strides": strides, "padding_mode": mode, "dilations": dilations}
            shape = geometry(size, kernel, padding=pads, **how)
            bank = {}
            if kind in {"conv", "transposed"}:
                channels, width = 2 * int(rng.integers(1, 4)), channels // groups
                bank = {
                    "filters": rng.standard_normal((*kernel, width, channels)),
                    "bias": rng.standard_normal(channels) / 4,
                    "groups": groups,
                    "activation": str(rng.choice(list(ACTIVATIONS))),
                }
            yield kind, shape, bank
            size = shape.output_size

    return rows


@pytest.mark.parametrize("block", range(6))
def test_random_stacks_have_the_gradient_of_pytorch(block):
    for seed in range(20 * block, 20 * block + 20):
        rng = np.random.default_rng(seed)
        size = tuple(int(n) for n in rng.integers(9, 20, 2))
        passages, output = a_stack(rng, size, int(rng.integers(1, 4)), random_rows(rng))
        i, j, k = (int(rng.integers(side)) for side in output.shape)
        expected = by_autograd(passages, k, i, j)
        found = influence(passages, k, i, j)
        # The formula of Φ is within 1.5e-7, however small the gradient.
        least = 0.1 if any(each.activation == "gelu" for each in passages) else 0
        near = 1e-5 * max(least, abs(expected).max())
        assert abs(found - expected).max() <= near, seed
        beyond = np.ones(found.shape[:2], bool)
        beyond[np.ix_(*reached([each.geometry for each in passages], i, j))] = False
        assert not found[beyond].any(), seed


def test_random_stacks_of_transposed_layers_have_the_gradient_of_pytorch():
    empty = 0
    for seed in range(60):
        rng = np.random.default_rng(1000 + seed)
        size = tuple(int(n) for n in rng.integers(3, 8, 2))
        kinds = ("transposed", "transposed", "conv", "avg_pool", "max_pool")
        passages, output = a_stack(rng, size, int(rng.integers(1, 4)), random_rows(rng, kinds))
        if not passages:
            continue
        i, j, k = (int(rng.integers(side)) for side in output.shape)
        expected = by_autograd(passages, k, i, j)
        found = influence(passages, k, i, j)
        least = 0.1 if any(each.activation == "gelu" for each in passages) else 0
        assert abs(found - expected).max() <= 1e-5 * max(least, abs(expected).max()), seed
        rows, columns = reached([each.geometry for each in passages], i, j)
        empty += not len(rows) * len(columns)
        beyond = np.ones(found.shape[:2], bool)
        beyond[np.ix_(rows, columns)] = False
        assert not found[beyond].any(), seed
    assert empty > 2  # pixels that no input reaches are among them


def face_rows(size, channels):
    """Layers of the face network's sizes with random numbers."""
    rng = np.random.default_rng(1)
    widths = [channels, 16, 32, 32, 45, 45, 45, 1]
    for n, (k, s, pad) in enumerate([(5, 2, 0)] * 3 + [(5, 1, 2)] * 3 + [(9, 1, 4)]):
        shape = geometry(size, (k, k), strides=s, padding=pad)
        filters = (
            rng.standard_normal((k, k, widths[n], widths[n + 1])) * (2 / k / k / widths[n]) ** 0.5
        )
        bank = {"filters": filters, "bias": rng.standard_normal(widths[n + 1]) / 9}
        yield "conv", shape, bank | {"activation": "relu" if n < 6 else "identity"}
        size = shape.output_size


@pytest.mark.parametrize(("i", "j"), [(0, 0), (10, 19), (26, 21)])
def test_a_deep_stack_has_the_gradient_of_pytorch(i, j):
    passages, _ = a_stack(np.random.default_rng(0), (240, 200), 3, face_rows)
    expected = by_autograd(passages, 0, i, j)
    found = influence(passages, 0, i, j)
    assert abs(found - expected).max() <= 1e-5 * abs(expected).max()


def test_equal_numbers_have_one_winner_the_first():
    layer = Passage("max_pool", geometry((4, 4), (3, 3)), np.ones((4, 4, 2)))
    found = influence([layer], 1, 1, 1)
    assert np.argwhere(found).tolist() == [[0, 0, 1]]
    np.testing.assert_array_equal(found, by_autograd([layer], 1, 1, 1))


def test_a_value_that_a_relu_stopped_has_no_gradient():
    x, filters = np.ones((3, 3, 1)), -np.ones((3, 3, 1, 1))
    layer = Passage("conv", geometry((3, 3), (3, 3)), x, filters, activation="relu")
    assert not influence([layer], 0, 1, 1).any()


def test_a_channel_that_a_pooling_leaves_out_counts_for_nothing():
    x = np.random.default_rng(0).random((4, 4, 2))
    layer = Passage("avg_pool", geometry((4, 4), (2, 2), strides=2, padding=0), x, off=(1,))
    assert not layer.output()[..., 1].any()
    assert not influence([layer], 1, 0, 0).any()
    assert influence([layer], 0, 0, 0)[:2, :2, 0].tolist() == [[0.25, 0.25], [0.25, 0.25]]


@pytest.mark.parametrize("kind", ["max_pool", "avg_pool"])
def test_a_pooling_of_many_taps_holds_a_few_copies_of_its_box(kind):
    x = np.random.default_rng(5).random((64, 64, 32), np.float32)
    layer = Passage(kind, geometry((64, 64), (15, 15)), x)
    behind = Passage("conv", geometry((64, 64), (60, 60)), x, np.ones((60, 60, 32, 1), np.float32))
    tracemalloc.start()
    found = influence([layer, behind], 0, 32, 32)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.sum() == pytest.approx(60 * 60 * 32, rel=1e-5)
    assert peak < 12 * x.nbytes
