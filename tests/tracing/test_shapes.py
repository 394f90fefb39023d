"""A stack's sizes: which layer runs out of pixels, which working size goes, which is too much."""

from __future__ import annotations

from urllib.parse import parse_qsl

import numpy as np
import pytest

from multiconv.errors import InvalidValue, TooLarge
from multiconv.experiment.link import read
from multiconv.experiment.model import Limits
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store
from multiconv.tracing.trace import Tracer

# Of 9 pixels at least: 9 → 3 → 1, and 1 under 1 × 1; of 8 the second has 2 under 3.
STACK = "strides=3&2.padding=valid&3.kernel=1&3.filters=random"


@pytest.fixture
def tracer(tmp_path):
    return Tracer(Store(FolderBlobs(tmp_path), 2**20))


def of(query):
    return read(parse_qsl(query))


def test_every_layer_has_its_sizes(tracer):
    for opened in (1, 2, 3):
        trace = tracer.trace(of(f"{STACK}&size=30&layer={opened}"))
        assert [shape.output_size for shape in trace.shapes] == [(10, 10), (8, 8), (8, 8)]
        assert trace.layer.geometry == trace.shapes[opened - 1]


@pytest.mark.parametrize("opened", [1, 3])
def test_a_picture_too_small_is_told_the_layer_and_the_size_that_goes(tracer, opened):
    query = f"{STACK}&layer={opened}&size="
    with pytest.raises(InvalidValue) as caught:
        tracer.trace(of(f"{query}6"))
    told = str(caught.value)
    assert caught.value.field == "2.kernel"
    assert told.startswith("Layer 2 (3 × 3 convolution) takes 5 channels of 2 × 2: the kernel")
    assert "smallest size that goes through all layers is size=7." in told
    tracer.trace(of(f"{query}7"))


def test_a_picture_of_ones_own_that_is_too_small_at_every_size(tracer):
    name = tracer._store.put(np.zeros((4, 5, 3), np.uint8))
    with pytest.raises(InvalidValue, match="at most 5 pixels long, is too small at every size"):
        tracer.trace(of(f"{STACK}&image={name}"))


@pytest.mark.parametrize("kind", ["max_pool", "avg_pool"])
def test_a_pooling_of_nothing_but_padding_is_refused_in_its_layer(tracer, kind):
    with pytest.raises(InvalidValue) as caught:
        tracer.trace(of(f"2.kind={kind}&2.padding=3&size=20"))
    assert caught.value.field == "2.padding"
    assert "nothing but padding" in str(caught.value)


def test_too_much_work_is_refused_with_the_largest_size_that_fits(tracer):
    query = "outputs=128&2.outputs=2&2.kernel=7&layer=2&size="
    with pytest.raises(TooLarge) as caught:
        tracer.trace(of(f"{query}1024"))
    size = int(str(caught.value).rpartition("size=")[2].rstrip("."))
    limits = Limits()
    work = [each * each * 9 * 3 * 128 + each * each * 49 * 128 for each in (size, size + 1)]
    memory = [each * each * (3 * 5 + 4 * 128 + 4 * 130) for each in (size, size + 1)]
    fits = [a <= limits.multiply_adds and b <= limits.request_bytes
            for a, b in zip(work, memory, strict=True)]  # fmt: skip
    assert fits == [True, False]


def test_the_whole_picture_is_for_one_layer(tracer):
    with pytest.raises(InvalidValue) as caught:
        tracer.trace(of("layers=2&size=full"))
    assert caught.value.field == "size"
    assert "Write size=512, the largest that fits." in str(caught.value)
    tracer.trace(of("layers=2&size=512"))


def test_the_layers_behind_are_counted_where_they_are_asked_for(tracer, monkeypatch):
    experiment = of("outputs=8&2.outputs=128&3.outputs=128&3.kernel=7&size=160")
    tracer.trace(experiment)  # of the first layer
    monkeypatch.setattr(Tracer, "levels", lambda *_: pytest.fail("the picture was read"))
    with pytest.raises(TooLarge, match="These 3 layers ask for"):
        tracer.outputs_of(experiment, 3)


def test_all_outputs_cost_what_is_held_whole_though_the_layer_is_banded(tmp_path, monkeypatch):
    size, room = (100, 200), 100 * 200 * (3 * 5 + 4 * (3 + 1 + 4))
    store = Store(FolderBlobs(tmp_path), 2**20)
    query = f"size=full&outputs=4&image={store.put(np.zeros((*size, 3), np.uint8))}"
    assert Tracer(store, whole=0).outputs_of(of(query), 1).shape == (*size, 4)
    monkeypatch.setattr(Tracer, "levels", lambda *_: pytest.fail("the picture was read"))
    tight = Tracer(store, limits=Limits(request_bytes=room - 1), whole=0)
    with pytest.raises(TooLarge, match=f"{room:,} bytes") as caught:
        tight.outputs_of(of(query), 1)
    assert "Choose a smaller size" in caught.value.remedy
