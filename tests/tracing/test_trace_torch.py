"""Random stacks of all kinds of layers against PyTorch: all outputs, and the opened layer's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from multiconv.experiment.model import Experiment, Focus, Layer, Source
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store
from multiconv.tracing.trace import Tracer

torch = pytest.importorskip(
    "torch", reason="PyTorch (the extra `oracles`) is not installed: its comparisons did not run"
)
functional = torch.nn.functional
FUNCTIONS = {"identity": lambda y: y, "relu": torch.relu, "tanh": torch.tanh}


def random_layer(rng, inputs):
    """A layer of any kind over so many inputs, that PyTorch has too."""
    off = tuple(q for q in range(inputs) if rng.random() < 0.1)
    if rng.random() < 0.35:
        size = tuple(map(int, rng.integers(1, 4, 2)))
        return Layer(
            kind=str(rng.choice(["max_pool", "avg_pool"])),
            bank="", kernel_size=size, strides=tuple(map(int, rng.integers(1, 4, 2))),
            padding=tuple(int(rng.integers(0, side // 2 + 1)) for side in size),
            inputs=inputs, outputs=inputs, groups=inputs, bias=(0.0,) * inputs, off=off,
        )  # fmt: skip
    groups = 2 if inputs % 2 == 0 and rng.random() < 0.3 else 1
    outputs = int(rng.integers(1, 5)) * groups
    kind = "transposed" if rng.random() < 0.4 else "conv"
    strides = tuple(map(int, rng.integers(1, 3, 2)))
    extra = tuple(int(rng.integers(0, step)) for step in strides) if kind != "conv" else (0, 0)
    return Layer(
        bank="random", kernel_size=tuple(map(int, rng.integers(1, 6, 2))), kind=kind,
        strides=strides, padding=int(rng.integers(0, 4)), output_padding=extra,
        dilations=tuple(map(int, rng.integers(1, 3, 2))), groups=groups,
        activation=str(rng.choice(["identity", "relu", "tanh"])),
        inputs=inputs, outputs=outputs, bias=tuple(map(float, rng.normal(size=outputs))), off=off,
    )  # fmt: skip


def by_torch(x, layer):
    """A layer's outputs over (1, C, H, W), in the precision of those."""
    x, bias = x.clone(), torch.tensor(layer.bias, dtype=x.dtype)
    x[:, list(layer.off)] = 0
    if layer.kind == "max_pool":
        x = functional.max_pool2d(x, layer.kernel_size, layer.strides, layer.padding)
        x[:, list(layer.off)] = 0
        return x
    if layer.kind == "avg_pool":
        return functional.avg_pool2d(
            x, layer.kernel_size, layer.strides, layer.padding, count_include_pad=False
        )
    if layer.kind == "transposed":
        shares = layer.outputs // layer.groups
        kernels = layer.all_kernels()  # those of a group alone, in, out, as PyTorch has them
        found = [
            kernels[:, :, q, q * layer.groups // layer.inputs * shares :][..., :shares]
            for q in range(layer.inputs)
        ]
        x = functional.conv_transpose2d(
            x, torch.from_numpy(np.stack(found).transpose(0, 3, 1, 2).copy()).to(x.dtype), bias,
            layer.strides, layer.padding, layer.output_padding, layer.groups, layer.dilations,
        )  # fmt: skip
        return FUNCTIONS[layer.activation](x)
    x = functional.conv2d(
        x, torch.from_numpy(layer.filters().transpose(3, 2, 0, 1).copy()).to(x.dtype), bias,
        layer.strides, layer.padding, layer.dilations, layer.groups,
    )  # fmt: skip
    return FUNCTIONS[layer.activation](x)


@pytest.mark.parametrize("ten", range(6))
def test_every_layer_of_a_random_stack_is_pytorchs(ten, tmp_path):
    """Of 300 stacks each layer over what the one before gave, and the whole chain.

    Where a chain loses more than 1e-5, PyTorch in the same precision loses about as much.
    """
    rng, tracer = np.random.default_rng(ten), Tracer(Store(FolderBlobs(tmp_path), 2**22))
    left = 50
    while left:
        layers = [replace(random_layer(rng, 3), off=())]
        for _ in range(int(rng.integers(1, 6))):
            layers.append(random_layer(rng, layers[-1].outputs))
        opened = int(rng.integers(1, len(layers) + 1))
        k = int(rng.integers(layers[opened - 1].outputs))
        source = Source("sample:coffee", int(rng.integers(20, 60)))
        experiment = Experiment(source, tuple(layers), Focus(k, layer=opened))
        try:
            trace = tracer.trace(experiment)
        except ValueError:
            continue  # too small for it
        left -= 1
        levels = tracer.levels(source)
        x = torch.from_numpy(levels.transpose(2, 0, 1).copy()).double()[None] / 255
        before = x
        single = x.float()
        for n, layer in enumerate(layers, 1):
            alone = by_torch(before, layer)[0].numpy().transpose(1, 2, 0)
            found = tracer.outputs_of(experiment, n)
            assert np.abs(found - alone).max() <= 1e-5 * max(1, np.abs(alone).max())
            before = torch.from_numpy(found.transpose(2, 0, 1).astype(np.float64))[None]
            x, single = by_torch(x, layer), by_torch(single, layer)
            expected, theirs = (maps[0].numpy().transpose(1, 2, 0) for maps in (x, single))
            assert (
                found.shape == expected.shape == (*trace.shapes[n - 1].output_size, layer.outputs)
            )
            most = max(1e-5 * max(1, np.abs(expected).max()), 2 * np.abs(theirs - expected).max())
            assert np.abs(found - expected).max() <= most
            if n == opened:
                assert np.abs(trace.layer.output - expected[..., k]).max() <= most
                total = trace.probe(*trace.pixel).total
                assert total == pytest.approx(float(trace.layer.sum[trace.pixel]), abs=1e-4)
