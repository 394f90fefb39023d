"""The networks: their layers, what links say of them, what the face one answers on samples."""

from __future__ import annotations

from urllib.parse import parse_qsl

import numpy as np
import pytest

from multiconv.errors import InvalidValue
from multiconv.experiment.link import read, to_pairs, to_query
from multiconv.experiment.maps import pixels_experiment
from multiconv.experiment.model import Experiment, Source
from multiconv.experiment.words import origin_words
from multiconv.networks.shipped import CREDITS, network
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store
from multiconv.tracing.trace import Tracer


def of(query):
    return read(parse_qsl(query), networks=network)


@pytest.fixture(scope="module")
def tracer(tmp_path_factory):
    return Tracer(Store(FolderBlobs(tmp_path_factory.mktemp("store")), 2**22))


def test_its_layers_are_those_of_dlibs_detector():
    layers = network("faces").layers
    sizes = [(layer.inputs, layer.outputs, layer.kernel_size[0]) for layer in layers]
    assert sizes == [
        (3, 16, 5), (16, 32, 5), (32, 32, 5), (32, 45, 5), (45, 45, 5), (45, 45, 5), (45, 1, 9),
    ]  # fmt: skip
    assert [layer.strides for layer in layers] == [(2, 2)] * 3 + [(1, 1)] * 4
    assert [layer.padding for layer in layers] == ["VALID"] * 3 + [2, 2, 2, 4]
    assert [layer.activation for layer in layers] == ["relu"] * 6 + ["identity"]
    numbers = [layer.filters().size + layer.outputs for layer in layers]
    assert numbers == [1_216, 12_832, 25_632, 36_045, 50_670, 50_670, 3_646]
    assert sum(numbers) == 180_711


def test_the_generator_has_the_shape_of_the_dcgan_papers_figure():
    emoji = network("emoji")
    sizes = [(layer.inputs, layer.outputs, layer.kernel_size[0]) for layer in emoji.layers]
    assert sizes == [(100, 128, 4), (128, 64, 5), (64, 32, 5), (32, 16, 5), (16, 3, 5)]
    assert [shape.output_size[0] for shape in emoji.shapes((1, 1))] == [4, 8, 16, 32, 64]
    assert [layer.strides for layer in emoji.layers] == [(1, 1)] + [(2, 2)] * 4
    assert [layer.padding for layer in emoji.layers] == ["VALID"] + [2] * 4
    assert [layer.output_padding for layer in emoji.layers] == [(0, 0)] + [(1, 1)] * 4
    assert [layer.activation for layer in emoji.layers] == ["relu"] * 4 + ["tanh"]
    assert len(emoji.z.learned.points) == 153
    for said in ("DCGAN", "an eighth", "without an adversary", "Noto Color Emoji", "153 pictures"):
        assert said in CREDITS["emoji"]
    words = origin_words(of("network=emoji&layer=2").layer, 0)
    assert words.startswith("The emoji generator’s deconv2, of a generator of the DCGAN")


def test_it_says_what_it_was_trained_on_wherever_its_filters_are_shown(client):
    assert "trained on faces" in CREDITS["faces"]
    for query in ("network=faces&layer=4", "network=faces&layer=4&4.w.0.3=soft&k=3"):
        words = origin_words(of(query).layer, 3)
        assert words.startswith("The face network’s conv4, of dlib")
        assert CREDITS["faces"] in words
    assert words.endswith("Kernels of output 3 were edited.")
    page = client.get("/?network=faces&size=200").text
    assert "trained on faces" in page


def test_it_opens_the_portrait_at_its_last_layer():
    experiment = of("network=faces")
    assert experiment.source == Source("sample:portrait", 400)
    assert experiment.focus.layer == len(experiment.layers) == 7
    assert to_query(experiment) == "network=faces"
    assert experiment.layers == network("faces").layers
    other = of("image=sample:cat&layer=2&network=faces&size=160")
    assert to_query(other) == "network=faces&image=sample:cat&size=160&layer=2"


@pytest.mark.parametrize(
    "query",
    [
        "network=faces&5.off=3",
        "network=faces&w.2.15=zero&bias=" + ",".join(["0"] * 16),
        "network=faces&7.outputs=2&k=1",
        "network=faces&3.filters=random&6.k=44&layer=3&k=31",
        "network=faces&2.strides=1x1&3.kernel=3x3&3.activation=tanh",
        "network=faces&5.outputs=20&6.filters=random",
        "network=faces&7.kind=max_pool",
        "4.filters=faces-conv2&filters=faces-conv1&2.kind=max_pool&3.kind=avg_pool",
    ],
)
def test_a_layers_field_stands_in_for_that_layers_value_alone(query):
    experiment = of(query)
    found = dict(to_pairs(experiment))
    asked = dict(parse_qsl(query))
    assert found == asked
    assert of(to_query(experiment)) == experiment
    touched = {int(name.split(".")[0]) if name[0].isdigit() else 1 for name in asked}
    for n, own in enumerate(network("faces").layers, 1):
        if experiment.network and n not in touched:
            assert experiment.layers[n - 1] == own


def test_fewer_outputs_keep_their_biases():
    layer = of("network=faces&6.outputs=20&7.filters=random").layers[5]
    own = network("faces").layers[5]
    assert layer.bias == own.bias[:20]
    assert np.array_equal(layer.filters(), own.filters()[..., :20])


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("network=face", "network", "Use one of faces, emoji."),
        ("network=faces&layers=7", "layers", "Leave layers out"),
        ("network=faces&5.outputs=20", "5.outputs", "Layer 6 of the face network takes 45"),
        ("network=faces&outputs=20", "outputs", "Layer 2 of the face network takes 16"),
        ("network=faces&8.off=1", "8.off", "layers 1 to 7"),
        ("network=faces&8.k=1", "8.k", "layers 1 to 7"),
        ("network=faces&layer=8", "layer", "from 1 to 7."),
        ("network=faces&k=1", "k", "Only 0 goes here."),
        ("network=faces&4.off=32", "4.off", "0 to 31"),
        ("2.filters=faces-conv2", "2.filters", "for 16 input channels, but this layer has 5"),
    ],
)
def test_what_does_not_fit_is_explained(query, field, words):
    with pytest.raises(InvalidValue) as caught:
        of(query)
    assert caught.value.field == field
    assert words in str(caught.value)


def test_the_face_is_found_and_lost(tracer):
    trace = tracer.trace(of("network=faces"))
    found = trace.layer.output
    assert trace.pixel == (10, 19)
    assert abs(found[10, 19] - 1.072) <= 0.006
    assert found.argmax() == 10 * 47 + 19
    assert (found > 0).sum() == 8
    without = tracer.trace(of("network=faces&7.off=0,1,5,36"))
    assert without.pixel == (10, 19)  # of the network as it comes
    assert abs(without.layer.output.max() + 0.22) <= 0.006
    for name in ("cat", "coffee"):
        other = tracer.trace(of(f"network=faces&image=sample:{name}"))
        assert other.layer.output.max() < 0


def test_in_every_layer_the_pixel_is_over_the_face(tracer):
    for n in range(1, 8):
        trace = tracer.trace(of(f"network=faces&layer={n}"))
        i, j = trace.pixel
        step = (2, 4, 8, 8, 8, 8, 8)[n - 1]
        first = (2, 6, 14, 14, 14, 14, 14)[n - 1]
        assert abs(first + step * i - (14 + 8 * 10)) <= step / 2
        assert abs(first + step * j - (14 + 8 * 19)) <= step / 2
    assert tracer.trace(of("network=faces&layer=2&i=3")).pixel[0] == 3


def test_a_picture_too_small_for_it_is_told_the_size_that_goes(tracer):
    with pytest.raises(InvalidValue, match="smallest size that goes through all layers is size="):
        tracer.trace(of("network=faces&size=20"))


def test_a_maps_address_says_what_acts_on_it(tracer):
    start = of("network=faces&layer=5&k=3&7.off=1&4.off=2&w.0.0=soft&5.bias=" + "1," * 44 + "1")
    own_range = start.layer.extent
    for name, extent, said in (
        ("input-4", own_range, "network=faces&w.0.0=soft&4.off=2&layer=5"),
        ("input-4", 1.0, "network=faces&w.0.0=soft&4.off=2&layer=5&range=1"),
        ("partial-4", 1.0, "network=faces&w.0.0=soft&4.off=2&layer=5&k=3&range=1"),
    ):
        assert to_query(pixels_experiment(start, name, extent)) == said
    summed = dict(to_pairs(pixels_experiment(start, "sum", 1.0)))
    own = network("faces").layers[4].bias
    told = [float(each) for each in summed["5.bias"].split(",")]
    assert told == [1.0 if k == 3 else own[k] for k in range(45)]
    assert "7.off" not in summed
    whole, part = (tracer.trace(each) for each in (start, pixels_experiment(start, "sum", 1.0)))
    assert np.array_equal(whole.layer.output, part.layer.output)


def test_another_network_is_another_experiment():
    assert of("network=faces") != Experiment(of("network=faces").source, network("faces").layers)


def test_it_runs_on_arrays_as_it_does_on_the_page(tracer):
    experiment = of("network=faces&size=200")
    faces, x = network("faces"), tracer.outputs_of(experiment, 0)
    for n, output in enumerate(faces.run(x), 1):
        assert np.allclose(output, tracer.outputs_of(experiment, n), atol=1e-6)
    assert faces.shapes(x.shape[:2]) == tracer.shapes(experiment)
