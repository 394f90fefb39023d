"""Transposed layers in links: every field comes back as it was, and what they lack is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from multiconv.errors import InvalidValue
from multiconv.experiment.link import read, to_pairs
from multiconv.experiment.model import Experiment, Focus, Layer
from multiconv.experiment.words import kind_words, layer_name
from multiconv.networks.shipped import network


def random_layer(rng, inputs):
    """A transposed layer with every field another than the usual, now and then."""

    def sometimes(value, usual):
        return value if rng.random() < 0.5 else usual

    groups = sometimes(2, 1) if inputs % 2 == 0 else 1
    outputs = int(rng.integers(1, 4)) * groups
    size, strides = (tuple(map(int, rng.integers(1, 6, 2))) for _ in range(2))
    layer = Layer(
        bank="redness" if inputs == 3 else "random",
        kernel_size=size,
        outputs=outputs,
        bias=tuple(round(float(each), 3) for each in rng.normal(size=outputs)),
        strides=strides,
        padding=[0, 1, "SAME", "VALID", (1, 2), ((0, 1), (2, 0))][rng.integers(6)],
        dilations=sometimes((2, 1), (1, 1)),
        output_padding=sometimes((strides[0] - 1, 0), (0, 0)),
        groups=groups,
        activation=sometimes("relu", "identity"),
        off=sometimes((inputs - 1,), ()),
        inputs=inputs,
        kind="transposed",
    )
    if rng.random() < 0.5:
        numbers = tuple(round(float(each), 3) for each in rng.normal(size=size[0] * size[1]))
        layer = replace(layer, kernels=(((0, 0), numbers),))
    return layer


def test_random_stacks_come_back_as_they_were():
    rng = np.random.default_rng(4)
    for _ in range(150):
        layers = [random_layer(rng, 3)]
        for _ in range(int(rng.integers(0, 3))):
            inputs = layers[-1].outputs
            plain = Layer(inputs=inputs).with_inputs(inputs)
            layers.append(random_layer(rng, inputs) if rng.random() < 0.7 else plain)
        experiment = Experiment(layers=tuple(layers), focus=Focus(layer=len(layers)))
        assert read(to_pairs(experiment)) == experiment


def test_what_is_usual_need_not_be_said():
    (layer,) = read([("kind", "transposed")]).layers
    assert (layer.kernel_size, layer.strides, layer.padding) == ((3, 3), (1, 1), "SAME")
    assert (layer.output_padding, layer.bank, layer.outputs) == ((0, 0), "redness", 5)
    assert layer.geometry((40, 30)).output_size == (40, 30)
    twice = read([("kind", "transposed"), ("strides", "2x2")]).layer
    assert twice.geometry((40, 30)).output_size == (80, 60)
    assert (layer_name(2, layer), kind_words(layer)) == ("deconv2", "3 × 3 transposed convolution")


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("kind=transposed padding_mode=reflect", "padding_mode", "is a transposed convolution"),
        ("network=emoji padding_mode=reflect", "padding_mode", r"Leave padding_mode out\.$"),
        ("network=emoji 2.padding_mode=zeros", "2.padding_mode", r"2\.padding_mode out\.$"),
        ("output_padding=1x1", "output_padding", "is a convolution.* or say kind=transposed"),
        ("2.output_padding=1x1", "2.output_padding", "say 2.kind=transposed"),
        ("2.kind=max_pool 2.output_padding=1", "2.output_padding", "is a pooling"),
        ("kind=transposed output_padding=-1", "output_padding", "from 0 to 16"),
        ("kind=transposed output_padding=17", "output_padding", "from 0 to 16"),
        ("kind=transposed if=mean", "if", "a transposed convolution, of which no what-if"),
        ("kind=deconv", "kind", "conv, transposed, max_pool, avg_pool"),
    ],
)
def test_what_it_lacks_is_refused(query, field, words):
    with pytest.raises(InvalidValue, match=words) as caught:
        read([tuple(each.split("=")) for each in query.split()], networks=network)
    assert caught.value.field == field
