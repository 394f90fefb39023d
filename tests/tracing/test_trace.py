"""Traces: what is computed again after a change, how much is kept, many threads at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import parse_qsl

import numpy as np
import pytest

from multiconv.engine import stack
from multiconv.engine.conv import partial
from multiconv.engine.geometry import geometry
from multiconv.errors import InvalidValue, NotFound, TooLarge
from multiconv.experiment.link import read
from multiconv.experiment.model import Experiment, Focus, Layer, Limits, Source, View
from multiconv.imaging.bands import Banded
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store
from multiconv.tracing import trace as tracing
from multiconv.tracing.trace import Tracer

IDENTITY = (0.0,) * 4 + (1.0,) + (0.0,) * 4


@pytest.fixture
def store(tmp_path):
    return Store(FolderBlobs(tmp_path), Limits().store_bytes)


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
    store = Store(FolderBlobs(tmp_path), Limits().store_bytes)
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
    assert tracer.cache.bytes_held < 90 * 70 * 3 + 8 + 3 * 4096
    monkeypatch.setattr(tracing, "automatic_range", lambda _: pytest.fail("looked for again"))
    assert tracer.trace(Experiment(source, focus=Focus(i=5, j=5))).range == first.range


STACK = (
    "image=sample:coffee&size=24&outputs=4&w.1.2=sobel-x&bias=0.1,0,-0.2,0&activation=relu&off=2"
    "&2.kernel=2x3&2.strides=2x1&2.padding=1&2.dilations=2x1&2.outputs=2&2.w.3.1=1,2,3,4,5,6"
    "&2.bias=0.5,-0.25&2.activation=tanh&2.off=0&layer=2&k=1"
)


def opened(query):
    return read(parse_qsl(query), limits=Limits(layers=16))


def by_loops(x, layer):
    """All outputs of a layer before its activation, and output by input, from the formula."""
    shape = geometry(
        x.shape[:2], layer.kernel_size, strides=layer.strides, padding=layer.padding,
        padding_mode=layer.padding_mode, dilations=layer.dilations,
    )  # fmt: skip
    partials = np.zeros((*shape.output_size, layer.inputs, layer.outputs))
    kernels = layer.all_kernels()
    for i, j in np.ndindex(shape.output_size):
        window = shape.window_of(i, j)
        for di, row in enumerate(window.source_rows):
            for dj, column in enumerate(window.source_cols):
                if row >= 0 and column >= 0:
                    for q, k in np.ndindex(layer.inputs, layer.outputs):
                        if q in layer.group_of(k) and q not in layer.off:
                            partials[i, j, q, k] += x[row, column, q] * kernels[di, dj, q, k]
    return partials.sum(axis=2) + np.array(layer.bias), partials


@pytest.mark.parametrize("more", ["", "&2.groups=2", "&3.outputs=2&3.kernel=1x1"])
def test_a_deeper_layer_is_traced_over_the_outputs_before_it(store, more):
    experiment = opened(STACK + more)
    trace = Tracer(store).trace(experiment)
    first, second = experiment.layers[:2]
    x = Tracer(store).levels(experiment.source) / 255
    between = np.maximum(by_loops(x, first)[0], 0)
    assert trace.inputs.shape == between.shape == (16, 24, 4)
    assert np.allclose(trace.inputs, between, atol=1e-5)
    summed, partials = by_loops(between, second)
    assert trace.layer.partials[0] is None  # left out
    for q in range(1, 4):
        found = trace.layer.partials[q]
        assert (found is None) is (q not in second.group_of(1))
        assert found is None or np.allclose(found, partials[:, :, q, 1], atol=1e-5)
    total = sum(each for each in trace.layer.partials if each is not None) - 0.25
    assert np.allclose(trace.layer.sum, total, atol=1e-6)
    assert np.allclose(trace.layer.sum, summed[..., 1], atol=1e-5)
    assert np.allclose(trace.layer.output, np.tanh(summed[..., 1]), atol=1e-5)
    assert abs(trace.probe(*trace.pixel).total - summed[(*trace.pixel, 1)]) < 1e-5
    with pytest.raises(TypeError):
        trace.levels  # noqa: B018  (what it refuses is that it is looked up)


def test_the_first_layer_of_a_stack_is_traced_as_if_alone(store):
    alone = STACK.partition("&2.")[0]
    found = Tracer(store).trace(opened(STACK.replace("layer=2", "layer=1")))
    expected = Tracer(store).trace(opened(alone + "&k=1"))
    assert np.array_equal(found.layer.output, expected.layer.output)
    assert np.array_equal(found.levels, expected.levels)


def test_layers_before_run_once_and_again_when_they_change(store, monkeypatch):
    runs = []
    real = stack.conv2d
    monkeypatch.setattr(stack, "conv2d", lambda x, *a, **k: runs.append(1) or real(x, *a, **k))
    tracer, start = Tracer(store), opened(STACK)
    tracer.trace(start)
    tracer.trace(with_kernel(start, 1, 1, "zero"))
    assert len(runs) == 1
    tracer.output(start, 0)
    tracer.output(start, 1)
    assert len(runs) == 2  # the opened one, whole
    tracer.trace(opened(STACK.replace("bias=0.1", "bias=0.2", 1)))
    assert len(runs) == 3


def test_the_partials_of_many_inputs_are_made_at_once_and_kept_one_by_one(
    store, computed, monkeypatch
):
    calls, real = [], tracing.partials_of
    monkeypatch.setattr(
        tracing, "partials_of", lambda x, *a, **h: calls.append(x) or real(x, *a, **h)
    )
    tracer = Tracer(store)
    start = opened("filters=gabors&outputs=8&size=24&2.outputs=2&2.off=3&layer=2&k=1")
    found = tracer.trace(start).layer
    assert ([x.shape for x in calls], computed) == ([(24, 24, 7)], [])
    for q, added in enumerate(found.partials):
        if q != 3:
            plane = tracer.outputs_of(start, 1)[..., q]
            alone = partial(plane, start.layer.kernel(q, 1), found.geometry)
            assert np.allclose(added, alone, atol=1e-6)
    tracer.trace(with_kernel(start, 5, 1, "zero"))
    assert (len(calls), len(computed)) == (1, 1)


def test_a_deleted_picture_is_gone_from_the_layers_over_it_too(store):
    tracer, name = Tracer(store), store.put(noise(12, 9))
    experiment = replace(opened(STACK), source=Source(name))
    tracer.trace(experiment)
    store.delete(name)
    with pytest.raises(NotFound, match="no image"):
        tracer.trace(experiment)


def test_the_work_of_a_stack_is_counted_before_a_pixel_is_read(store, monkeypatch):
    name = store.put(noise(50, 60))
    monkeypatch.setattr(Store, "get", lambda *_: pytest.fail("the picture was read"))
    experiment = replace(opened("outputs=4&2.outputs=2&layer=2"), source=Source(name))
    work = 50 * 60 * 9 * (3 * 4 + 4)
    with pytest.raises(TooLarge, match=f"{work:,} multiply-adds"):
        Tracer(store, limits=Limits(multiply_adds=work - 1)).trace(experiment)


def test_the_outputs_of_every_layer_are_kept(store, monkeypatch):
    runs = []
    real = stack.conv2d
    monkeypatch.setattr(stack, "conv2d", lambda x, *a, **k: runs.append(1) or real(x, *a, **k))
    tracer, start = Tracer(store), opened("2.kind=max_pool&3.outputs=2&4.outputs=3&size=24&layer=3")
    assert np.array_equal(
        tracer.outputs_of(start, 0), tracer.levels(start.source) / np.float32(255)
    )
    assert tracer.outputs_of(start, 4).shape == (12, 12, 3)
    assert len(runs) == 3
    for n in (1, 2, 3, 4):
        tracer.trace(start.opening(n))
    assert len(runs) == 3
    third = replace(start.layers[2], bias=(0.5, 0.0))
    tracer.outputs_of(start.with_layer(third), 4)
    assert len(runs) == 5  # from the third on


def test_layers_behind_take_what_the_opened_one_is_under_a_what_if(store):
    tracer = Tracer(store)
    for what_if in ("", "&if=mean", "&if=shared", "&if=flipped"):
        experiment = opened(
            "outputs=3&2.outputs=3&3.outputs=2&size=20&layer=2&k=1&2.off=0" + what_if
        )
        at_two = tracer.outputs_of(experiment, 2)
        assert np.allclose(at_two[..., 1], tracer.trace(experiment).layer.output, atol=1e-5)
        behind, _ = by_loops(at_two, experiment.layers[2])
        assert np.allclose(tracer.outputs_of(experiment, 3), behind, atol=1e-4)
    apart = opened("layers=3&size=20&layer=2&if=apart")
    assert tracer.outputs_of(apart, 1).shape == (20, 20, 5)
    with pytest.raises(InvalidValue, match="no output"):
        tracer.outputs_of(apart, 2)


def test_a_pooling_is_opened_as_one_map_in_and_one_out(store):
    tracer = Tracer(store)
    trace = tracer.trace(opened("2.kind=max_pool&layer=2&k=3&size=20&i=2&j=4"))
    before = tracer.outputs_of(trace.experiment, 1)[..., 3]
    blocks = before.reshape(10, 2, 10, 2).transpose(0, 2, 1, 3).reshape(10, 10, 4)
    assert [each is not None for each in trace.layer.partials] == [q == 3 for q in range(5)]
    assert np.array_equal(trace.layer.output, blocks.max(axis=2))
    (channel,) = trace.probe(2, 4).channels
    assert channel.q == 3
    assert channel.kernel.ravel().argmax() == blocks[2, 4].argmax()
    assert channel.kernel.sum() == 1
    off = tracer.trace(opened("2.kind=max_pool&layer=2&k=3&size=20&2.off=3"))
    assert not off.layer.output.any()
    assert off.layer.partials == (None,) * 5


@pytest.mark.parametrize("most", [0, tracing.IN_ONE_BYTES])
@pytest.mark.parametrize("groups", [1, 2])
def test_a_transposed_layer_kept_as_one_array_is_traced_as_any(store, monkeypatch, most, groups):
    how = {"kind": "transposed", "kernel_size": (3, 3), "strides": (2, 2), "outputs": 4}
    layer = replace(
        Layer(**how, inputs=6, bank="random", bias=(0.5, 0, 0, 0.25), activation="relu"),
        groups=groups,
        off=(1, 4),
    )
    first = replace(Layer(), outputs=6, bias=(0.0,) * 6, bank="random")
    asked = Experiment(Source(size=12), (first, layer), Focus(layer=2, k=3))
    monkeypatch.setattr(tracing, "IN_ONE_BYTES", most)
    tracer = Tracer(store)
    for _ in range(2):  # made, and as it is kept
        found = tracer.trace(asked).layer
        adding = {q for q, partial in enumerate(found.partials) if partial is not None}
        assert adding == ({0, 2, 3, 5} if groups == 1 else {3, 5})
        added = sum(np.float64(found.partials[q]) for q in adding) + 0.25
        assert np.allclose(found.sum, added, atol=1e-5)
        output = tracer.outputs_of(asked, 2)[..., 3]
        assert np.allclose(found.output, output, atol=1e-5)
        assert found.bias == 0.25
        assert np.array_equal(found.filters.any(axis=(0, 1)).nonzero()[0], sorted(adding))
        assert all(np.array_equal(found.filters[..., q], layer.kernel(q, 3)) for q in adding)


def test_a_transposed_layer_that_leaves_all_out_puts_out_its_bias(store):
    how = {"kind": "transposed", "outputs": 1, "bias": (0.5,)}
    layer = replace(Layer(), **how, off=(0, 1, 2))
    found = Tracer(store).trace(Experiment(Source(size=12), (layer,))).layer
    assert (found.sum == 0.5).all()
    assert found.partials == (None,) * 3
