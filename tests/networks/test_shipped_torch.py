"""The networks beside PyTorch: every activation, on samples and for latents; the gradient."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from multiconv.engine.influence import influence
from multiconv.experiment.latent import latent_of
from multiconv.experiment.model import Source
from multiconv.imaging.samples import SAMPLES
from multiconv.networks.shipped import network
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store
from multiconv.tracing.pictures import levels_of

torch = pytest.importorskip(
    "torch", reason="PyTorch (the extra `oracles`) is not installed: its comparisons did not run"
)


@pytest.fixture(scope="module")
def shares(tmp_path_factory):
    """``shares(sample, size)``: a sample's numbers from 0 to 1, in 64 bits."""
    store = Store(FolderBlobs(tmp_path_factory.mktemp("store")), 2**22)
    return lambda sample, size: levels_of(Source(f"sample:{sample}", size), store) / 255


def by_torch(x):
    """Every layer's output, the picture first, each linked to it."""
    maps = [torch.from_numpy(x.transpose(2, 0, 1)[np.newaxis].copy()).requires_grad_(True)]
    for layer in network("faces").layers:
        filters = torch.from_numpy(layer.filters().transpose(3, 2, 0, 1).copy())
        pad = 0 if layer.padding == "VALID" else layer.padding
        found = torch.nn.functional.conv2d(
            maps[-1], filters, torch.tensor(layer.bias, dtype=filters.dtype), layer.strides, pad
        )
        maps.append(torch.relu(found) if layer.activation == "relu" else found)
    return maps


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_activation_at_five_sizes(sample, shares):
    for size in (80, 160, 250, 333, 400):
        x = shares(sample, size)
        with torch.no_grad():
            maps = by_torch(x)
        outputs = network("faces").run(x.astype(np.float32))
        for theirs, ours in zip(maps[1:], outputs, strict=True):
            expected = theirs.numpy()[0].transpose(1, 2, 0)
            assert abs(ours - expected).max() <= 1e-5 * abs(expected).max()


def test_the_influence_of_a_value(shares):
    portrait = shares("portrait", 400)
    maps = by_torch(portrait)
    inputs = [portrait, *network("faces").run(portrait)]
    passages = [layer.passage(x) for layer, x in zip(network("faces").layers, inputs, strict=False)]
    for n, k, i, j in (
        (7, 0, 10, 19),
        (7, 0, 0, 0),
        (7, 0, 46, 30),
        (4, 30, 12, 12),
        (2, 5, 9, 90),
    ):
        (gradient,) = torch.autograd.grad(maps[n][0, k, i, j], maps[0], retain_graph=True)
        expected = gradient.numpy()[0].transpose(1, 2, 0)
        found = influence(passages[:n], k, i, j)
        assert abs(found - expected).max() <= 1e-5 * abs(expected).max()


def test_every_activation_of_the_generator_for_twenty_latents():
    emoji = network("emoji")
    points = emoji.z.learned.points[::17]
    texts = [*(f"{point:X}" for point in points), "random(7)", "random(8)"]
    texts += [f"mix({a:X},{b:X},0.{n}5)" for n, (a, b) in enumerate(pairwise(points))]
    assert len(texts) == 19
    for text in (*texts, "mix(1F33B,1F981,0.6)"):
        z = latent_of(text, "z", emoji.z.learned).numbers()
        x = torch.from_numpy(z.astype(np.float64))[None, :, None, None]
        outputs = emoji.run(z)
        for layer, ours in zip(emoji.layers, outputs, strict=True):
            filters = torch.from_numpy(layer.filters().transpose(2, 3, 0, 1).copy())
            pad = 0 if layer.padding == "VALID" else layer.padding
            x = torch.nn.functional.conv_transpose2d(
                x, filters, torch.tensor(layer.bias, dtype=filters.dtype), layer.strides, pad,
                layer.output_padding,
            )  # fmt: skip
            x = torch.relu(x) if layer.activation == "relu" else torch.tanh(x)
            expected = x.numpy()[0].transpose(1, 2, 0)
            assert abs(ours - expected).max() <= 1e-5 * max(1, abs(expected).max())
