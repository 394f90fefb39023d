"""What counted on the photograph, against PyTorch's autograd."""

from __future__ import annotations

import numpy as np
import pytest

from multiconv.errors import NotFound, TooLarge
from multiconv.experiment.link import read
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store
from multiconv.tracing.influence import influence_on_photo
from multiconv.tracing.trace import Tracer

torch = pytest.importorskip("torch")
functional = torch.nn.functional


@pytest.mark.parametrize("what_if", ["", "mean", "flipped", "shared"])
@pytest.mark.parametrize("pool", ["max_pool", "avg_pool"])
def test_it_is_autograds(app, pool, what_if):
    pairs = {
        "size": "24",
        "activation": "relu",
        "filters": "dlib",
        "outputs": "6",
        "2.kind": pool,
        "3.outputs": "2",
        "3.off": "1",
        "3.bias": "0.3,0.2",
        "layer": "3",
        "k": "1",
        "i": "4",
        "j": "7",
        "if": what_if,
    }
    tracer = app.extensions["multiconv"]
    trace = tracer.trace(read((name, text) for name, text in pairs.items() if text))
    first, pooling, last = trace.experiment.layers
    source = tracer.outputs_of(trace.experiment, 0)
    photo = torch.tensor(source.astype(np.float64).transpose(2, 0, 1)[None], requires_grad=True)

    def convolved(x, filters, bias):
        weight = torch.tensor(filters.transpose(3, 2, 0, 1).copy())
        return functional.conv2d(x, weight, torch.tensor(bias).double(), padding="same")

    x = functional.relu(convolved(photo, first.filters_used(), first.bias))
    size = pooling.kernel_size
    x = (functional.max_pool2d if pool == "max_pool" else functional.avg_pool2d)(x, size)
    filters = last.under(what_if).filters_used()
    x = convolved(x, filters / (5 if what_if == "mean" else 1), last.bias)
    x[0, 1, 4, 7].backward()
    expected = photo.grad[0].sum(0).numpy()
    found = influence_on_photo(trace, tracer)
    assert found == pytest.approx(expected, abs=1e-5 * np.abs(expected).max())
    assert np.abs(expected).max() > 0


def test_where_nothing_is_summed_there_is_none(app):
    tracer = app.extensions["multiconv"]
    trace = tracer.trace(read([("size", "24"), ("if", "apart")]))
    with pytest.raises(NotFound, match="no value"):
        influence_on_photo(trace, tracer)


def test_over_a_picture_that_is_not_held_whole_it_is_refused(tmp_path):
    tracer = Tracer(Store(FolderBlobs(tmp_path), 2**22), whole=0)
    trace = tracer.trace(read([("size", "24")]))
    with pytest.raises(TooLarge, match="Choose a smaller size"):
        influence_on_photo(trace, tracer)


def test_a_channel_that_a_pooling_leaves_out_counts_for_nothing(app):
    tracer = app.extensions["multiconv"]
    pairs = {"size": "24", "2.kind": "max_pool", "2.off": "1", "layer": "2", "i": "3", "j": "3"}
    for k, counts in (("0", True), ("1", False)):
        trace = tracer.trace(read([*pairs.items(), ("k", k)]))
        assert influence_on_photo(trace, tracer).any() == counts
