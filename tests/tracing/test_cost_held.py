"""What a deep layer's trace holds at most is what was counted before."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from multiconv.experiment.link import read
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store
from multiconv.tracing.cost import whole_bytes
from multiconv.tracing.trace import Tracer


@pytest.mark.parametrize("activation", ["identity", "leaky", "gelu"])
def test_a_deep_layers_trace_holds_no_more_than_is_counted(tmp_path, activation):
    store = Store(FolderBlobs(tmp_path), 2**24)
    noise = np.random.default_rng(3).integers(0, 256, (400, 400, 3), np.uint8)
    image = store.put(noise)
    link = f"image={image}&outputs=40&2.filters=mean&layer=2&size=400&activation={activation}"
    experiment = read(pair.split("=") for pair in link.split("&"))
    tracer = Tracer(store, cache_bytes=0)
    stack = list(zip(tracer.shapes(experiment), experiment.layers, strict=True))
    tracemalloc.start()
    trace = tracer.trace(experiment)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(trace.layer.partials) == 40
    assert peak <= whole_bytes(stack)
