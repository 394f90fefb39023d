"""Traces: what is computed again after a change, how much is kept, many threads at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from multiconv.errors import InvalidValue, NotFound, TooLarge
from multiconv.experiment.model import Experiment, Focus, Layer, Limits, Source, View
from multiconv.imaging.bands import Banded
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store
from multiconv.tracing import trace as tracing
from multiconv.tracing.trace import Tracer

IDENTITY = (0.0,) * 4 + (1.0,) + (0.0,) * 4


@pytest.fixture
def store(tmp_path):
    return Store(FolderBlobs(tmp_path, Limits().store_bytes))


@pytest.fixture
def computed(monkeypatch):
    """The input channels whose partials were computed, in order (each plane told by its mean)."""
    calls = []
    real = tracing.partial_of

    def counted(plane, kernel, shape):
        calls.append(round(float(plane.mean()), 6))
        return real(plane, kernel, shape)

    monkeypatch.setattr(tracing, "partial_of", counted)
    return calls


def noise(rows, columns):
    return np.random.default_rng(2).integers(0, 256, (rows, columns, 3), np.uint8)


def with_kernel(experiment, q, k, kernel):
    return experiment.with_layer(experiment.layer.with_kernel(q, k, kernel))


def test_the_output_is_the_partials_and_the_bias_added(store):
    layer = replace(Layer(), bias=(0.25, 0, 0, 0, 0), activation="relu")
    trace = Tracer(store).trace(Experiment(layers=(layer,)))
    total = sum(np.float64(partial) for partial in trace.layer.partials) + 0.25
    assert np.allclose(trace.layer.sum, total, atol=1e-5)
    assert np.allclose(trace.layer.output, np.maximum(total, 0), atol=1e-5)


def test_each_map_can_have_a_range_of_its_own(store):
    layer = Layer().with_kernel(0, 0, (0, 0, 0, 0, 40, 0, 0, 0, 0))
    shared = Tracer(store).trace(Experiment(layers=(layer,)))
    own = replace(shared, experiment=Experiment(layers=(layer,), view=View(ranges="each")))
    fixed = View(range=2.0, ranges="each")
    green = shared.layer.partials[1]
    assert shared.range_of(green) == shared.range >= 40
    assert own.range_of(green) == 0.5
    assert replace(own, range=2.0, experiment=Experiment(view=fixed)).range_of(green) == 2.0


def test_a_channel_that_is_off_leaves_the_sum_and_keeps_its_kernel(store):
    layer = replace(Layer(), off=(1,))
    trace = Tracer(store).trace(Experiment(layers=(layer,)))
    red, green, blue = trace.layer.partials
    assert green is None
    assert np.array_equal(trace.layer.sum, red + blue)
    assert layer.kernel(1, 0).any()


def test_after_one_weight_only_its_partial_is_computed(store, computed):
    tracer = Tracer(store)
    start = Experiment()
    first = tracer.trace(start)
    assert len(computed) == 3
    edited = tracer.trace(with_kernel(start, 1, 0, IDENTITY))
    assert len(computed) == 4
    assert computed[3] == round(float(edited.levels[..., 1].mean() / 255), 6)
    assert edited.layer.partials[0] is first.layer.partials[0]
    assert edited.layer.partials[2] is first.layer.partials[2]
    assert np.array_equal(edited.layer.partials[1], np.float32(edited.levels[..., 1]) / 255)
    tracer.trace(replace(start, focus=Focus(i=3, j=4)))  # another pixel needs nothing new
    tracer.trace(start.with_layer(replace(start.layer, bias=(1.0,) * 5)))  # nor another bias
    assert len(computed) == 4


def test_what_is_handed_out_cannot_be_written_to(store):
    trace = Tracer(store).trace(Experiment())
    with pytest.raises(ValueError, match="read-only"):
        trace.layer.partials[0][0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        trace.levels[0, 0, 0] = 1


def test_threads_get_the_same_numbers_as_one_alone(store):
    tracer = Tracer(store, cache_bytes=600_000)  # too small for all, so entries come and go
    experiments = [
        with_kernel(Experiment(), q, 0, (0.0,) * 4 + (weight / 10,) + (0.0,) * 4)
        for q in range(3)
        for weight in range(1, 8)
    ]
    alone = [Tracer(store).trace(experiment).layer.sum for experiment in experiments]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda e: tracer.trace(e).layer.sum, experiments * 4))
    for found, expected in zip(together, alone * 4, strict=True):
        assert np.array_equal(found, expected)


def test_a_deleted_picture_is_gone_from_memory_too(store):
    tracer = Tracer(store)
    name = store.put(np.full((8, 9, 3), 77, np.uint8))
    experiment = Experiment(source=Source(name))
    assert tracer.trace(experiment).levels.shape == (8, 9, 3)
    store.delete(name)
    with pytest.raises(NotFound, match="no image"):
        tracer.trace(experiment)
    with pytest.raises(NotFound):
        tracer.levels(experiment.source)


def test_work_is_counted_before_a_pixel_is_read(tmp_path, monkeypatch):
    store = Store(FolderBlobs(tmp_path, Limits().store_bytes))
    name = store.put(np.zeros((50, 60, 3), np.uint8))
    monkeypatch.setattr(Store, "get", lambda *_: pytest.fail("the picture was read"))
    multiply_adds = 50 * 60 * 9 * 3
    exact = Tracer(store, limits=Limits(multiply_adds=multiply_adds))
    experiment = Experiment(source=Source(name))
    assert exact.geometry(experiment).output_size == (50, 60)
    with pytest.raises(TooLarge, match=f"{2 * multiply_adds:,} multiply-adds"):
        exact.geometry(experiment, outputs=2)
    few = Tracer(store, limits=Limits(multiply_adds=multiply_adds - 1))
    with pytest.raises(TooLarge, match=f"{multiply_adds:,} multiply-adds") as caught:
        few.trace(experiment)
    assert (caught.value.field, caught.value.limit) == ("size", f"{80_999:,} multiply-adds")
    small = Tracer(store, limits=Limits(request_bytes=100_000))
    with pytest.raises(TooLarge, match="bytes; 100,000 is the most"):
        small.trace(experiment)


def test_a_pixel_outside_is_told_with_the_rows_there_are(store):
    trace = Tracer(store).trace(Experiment(source=Source("sample:discs", 20)))
    with pytest.raises(InvalidValue, match="i is 20, but the output has 20 rows") as caught:
        trace.probe(20, 0)
    assert caught.value.field == "i"


def test_the_probe_reads_the_levels_divided_by_255(store):
    trace = Tracer(store).trace(Experiment(source=Source("sample:coffee", 20)))
    found = trace.probe(5, 6)
    assert np.array_equal(
        found.channels[2].values, trace.levels[4:7, 5:8, 2].astype(np.float64) / 255
    )


def test_a_picture_too_large_to_be_held_gives_the_same_trace(store):
    source = Source(store.put(noise(90, 70)), None)
    layer = replace(Layer(), bias=(0.25, 0, 0, 0, 0), activation="relu", off=(1,))
    for view in (View(), View(range=0.1), View(ranges="each")):
        experiment = Experiment(source, (layer,), view=view)
        whole, banded = Tracer(store).trace(experiment), Tracer(store, whole=0).trace(experiment)
        assert isinstance(banded.layer.output, Banded)
        assert (banded.range, banded.clipped) == (whole.range, whole.clipped)
        for expected, found in zip(whole.maps, banded.maps, strict=True):
            assert np.allclose(np.asarray(found), expected, atol=2e-6)
            assert banded.range_of(found) == whole.range_of(expected)
        ours, theirs = banded.probe(3, 69), whole.probe(3, 69)
        assert (ours.rows, ours.cols, ours.total) == (theirs.rows, theirs.cols, theirs.total)


def test_of_a_large_picture_nothing_is_kept_but_its_levels_and_its_range(store, monkeypatch):
    source = Source(store.put(noise(90, 70)), None)
    tracer = Tracer(store, whole=0)
    first = tracer.trace(Experiment(source))
    assert tracer._cache.held < 90 * 70 * 3 + 8 + 3 * 4096
    monkeypatch.setattr(tracing, "automatic_range", lambda _: pytest.fail("looked for again"))
    assert tracer.trace(Experiment(source, focus=Focus(i=5, j=5))).range == first.range
