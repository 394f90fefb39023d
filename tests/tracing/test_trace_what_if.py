"""What-ifs: a trace of each against plain loops; the layer's own kernels stay as they are."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

import numpy as np
import pytest

from multiconv.engine.definition import partials_by_loops
from multiconv.experiment.link import read, to_query
from multiconv.experiment.maps import pixels_experiment
from multiconv.imaging.bands import bands_of
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store
from multiconv.tracing.trace import Tracer

LAYERS = (
    "size=14&w.0.0=1,2,3,4,5,6,7,8,9&bias=0.5,0,0,0,0",
    "size=14&off=0&k=1&w.1.1=sobel-x&activation=relu&bias=0,-0.25,0,0,0",
    "size=15&off=1&kernel=4x3&strides=2x1&padding=1,0,2,1&padding_mode=reflect&w.2.0=random(3)",
    "size=14&outputs=6&groups=3&k=5&w.2.5=random(4)&bias=0,0,0,0,0,1",
    "size=14&off=0,1,2&bias=2,0,0,0,0",
)


@pytest.fixture(params=["whole", "banded"])
def tracer(request, tmp_path):
    store = Store(FolderBlobs(tmp_path), 2**20)
    return Tracer(store, whole=2**26 if request.param == "whole" else 0)


def by_loops(tracer, experiment, what_if):
    """What each channel that takes part adds to k, and the output, from the words' definition."""
    layer, k = experiment.layer, experiment.focus.k
    levels = tracer.levels(experiment.source)
    kernels = [layer.kernel(q, k).copy() for q in range(3)]
    group = [q for q in range(3) if layer.groups == 1 or q == k * 3 // layer.outputs]
    adding = [q for q in group if q not in layer.off]
    if what_if == "flipped":
        kernels = [np.rot90(kernel, 2) for kernel in kernels]
    if what_if == "shared" and adding:
        kernels = [kernels[adding[0]]] * 3
    filters = np.stack(kernels, axis=-1)[..., np.newaxis]
    shape = layer.geometry(levels.shape[:2])
    every = partials_by_loops(levels / 255, filters, 0, shape)
    partials = {q: every[..., q] for q in adding}
    total = sum(partials.values(), np.zeros(shape.output_size))
    if what_if == "mean":
        total = total / max(1, len(adding))
    total = total + layer.bias[k]
    return partials, np.maximum(total, 0) if layer.activation == "relu" else total


def whole(plane):
    return np.vstack(list(bands_of(plane)))


@pytest.mark.parametrize("query", LAYERS)
@pytest.mark.parametrize("what_if", ["mean", "shared", "flipped", "apart"])
def test_a_what_if_against_plain_loops(tracer, query, what_if):
    plain = read(parse_qsl(query))
    experiment = read(parse_qsl(f"{query}&if={what_if}"))
    assert experiment.layer == plain.layer
    partials, output = by_loops(tracer, experiment, what_if)
    trace = tracer.trace(experiment)
    for q, plane in enumerate(trace.layer.partials):
        assert (plane is not None) is (q in partials)
        if plane is not None:
            np.testing.assert_allclose(whole(plane), partials[q], atol=2e-5)
    assert len(trace.maps) == len(partials) + (what_if != "apart")
    if what_if != "apart":
        np.testing.assert_allclose(whole(trace.layer.output), output, atol=2e-5)
        every = [whole(tracer.output(experiment, k)) for k in range(experiment.layer.outputs)]
        for k, plane in enumerate(every):
            there = replace(experiment, focus=replace(experiment.focus, k=k))
            np.testing.assert_allclose(plane, by_loops(tracer, there, what_if)[1], atol=2e-5)
    if experiment.layer.activation == "identity" and what_if != "apart":
        i, j = trace.pixel
        assert trace.probe(i, j).total == pytest.approx(output[i, j], abs=2e-5)


@pytest.mark.parametrize("query", LAYERS[:4])
@pytest.mark.parametrize("what_if", ["mean", "shared", "flipped", "apart"])
def test_a_map_s_shorter_address_has_the_same_numbers(tracer, query, what_if):
    experiment = read(parse_qsl(f"{query}&if={what_if}"))
    for q in experiment.layer.adding(experiment.focus.k):
        short = pixels_experiment(experiment, f"partial-{q}", 1.0)
        ours, theirs = (tracer.trace(each).layer.partials[q] for each in (experiment, short))
        np.testing.assert_array_equal(whole(ours), whole(theirs))


def test_before_the_sum_a_mean_is_as_the_sum_is():
    for what_if in ("mean", "apart"):
        pair = [read(parse_qsl(query)) for query in ("k=1", f"k=1&if={what_if}")]
        for name in ("partial-0", "running-2"):
            assert len({to_query(pixels_experiment(each, name, 1.0)) for each in pair}) == 1
