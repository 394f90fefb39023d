"""Every activation of the face network against PyTorch's, on several pictures at several sizes."""

from __future__ import annotations

import numpy as np
import pytest

from multiconv.experiment.model import Experiment, Focus, Source
from multiconv.networks.shipped import network
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store
from multiconv.tracing.trace import Tracer

torch = pytest.importorskip(
    "torch", reason="PyTorch (the extra `oracles`) is not installed: its comparisons did not run"
)


@pytest.fixture
def tracer(tmp_path):
    return Tracer(Store(FolderBlobs(tmp_path, 2**22)))


@pytest.mark.parametrize(
    ("image", "size"),
    [
        ("portrait", 400), ("portrait", 512), ("portrait", 160), ("cat", 400), ("cat", 257),
        ("coffee", 400), ("coffee", 333), ("discs", 200), ("edge", 96),
    ],
)  # fmt: skip
def test_all_activations_are_pytorchs(image, size, tracer):
    layers, source = network("faces").layers, Source(f"sample:{image}", size)
    experiment = Experiment(source, layers, Focus(layer=7), network=network("faces"))
    x = torch.from_numpy(tracer.levels(source).transpose(2, 0, 1).copy()).float()[None] / 255
    for n, layer in enumerate(layers, 1):
        filters = torch.from_numpy(layer.filters().transpose(3, 2, 0, 1).copy()).float()
        pad = 0 if layer.padding == "VALID" else layer.padding
        bias = torch.tensor(layer.bias, dtype=torch.float32)
        x = torch.nn.functional.conv2d(x, filters, bias, layer.strides, pad)
        x = torch.relu(x) if n < 7 else x
        expected = x[0].numpy().transpose(1, 2, 0)
        found = tracer.outputs_of(experiment, n)
        assert found.shape == expected.shape
        assert np.abs(found - expected).max() <= 1e-5 * np.abs(expected).max()
        trace = tracer.trace(experiment.opening(n))
        error = np.abs(trace.layer.output - expected[..., 0]).max()
        assert error <= 1e-5 * np.abs(expected).max()
